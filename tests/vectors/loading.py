"""Where vectors come from: the official ones from outside the repository, our frozen ones from beside this file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FROZEN: Final = Path(__file__).parent / "frozen"
OFFICIAL: Final = Path(os.environ.get("HOTLINE_MLS_VECTORS", ROOT.parent / "shared" / "mls-vectors"))
NOT_THERE: Final = "the official vectors lie neither in HOTLINE_MLS_VECTORS nor in ../shared/mls-vectors"


def cases_of(path: Path) -> list[Any]:
    """The cases of a file, which holds a list of them or a single one; what is not JSON is a `ValueError`."""
    try:
        content = json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return content if isinstance(content, list) else [content]
