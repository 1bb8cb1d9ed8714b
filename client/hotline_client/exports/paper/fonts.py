"""The font of PDF files: Arimo (SIL Open Font License 1.1), which has Latin, Cyrillic, Greek and Hebrew letters.

It comes as a pinned package and must be the very file that is named here: another one gives other bytes to the two sides.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Final

from hotline_protocol.errors import StorageError

PACKAGE: Final = "fontpkg_arimo"
FILE: Final = "Arimo[wght].ttf"
SHA256: Final = "e43898b143ec826ac8cb4034816458a7047fbe0836558de2a1f8c6223ae3e0ca"


def font(package: str = PACKAGE) -> Path:
    """Where the font file is. StorageError says what is missing or wrong."""
    try:
        path = Path(str(resources.files(package) / "files" / FILE))
        data = path.read_bytes()
    except (ModuleNotFoundError, OSError):
        raise _hinted(
            f"the font of PDF files is not installed: expected {FILE} of the package fontpkg-arimo"
        ) from None
    if not hmac.compare_digest(sha256(data).hexdigest(), SHA256):
        raise _hinted(
            f"the font of PDF files is another one: expected SHA-256 {SHA256[:16]}…, "
            f"got {sha256(data).hexdigest()[:16]}…"
        )
    return path


def _hinted(words: str) -> StorageError:
    error = StorageError(words)
    error.add_note(
        "install Hotline's pinned packages again; or export as Markdown or HTML, which need no font"
    )
    return error
