"""How a document is named to people."""

from __future__ import annotations

from hotline_client.line.line import Line


def reference(line: Line, channel: str, document: bytes) -> str:
    """The number of a document, `#SEQ` if it has none, the beginning of its id if it is not in the log yet."""
    found = line.message(channel, document)
    if found is None or found.seq is None:
        return document.hex()[:8]
    return found.reference or f"#{found.seq}"
