"""Paper in, bytes out: one function for every format."""

from __future__ import annotations

from hotline_client.exports.paper import markdown, pdf, web
from hotline_client.exports.paper.blocks import blocks
from hotline_client.exports.paper.paper import Paper


def write(paper: Paper, kind: str) -> bytes:
    """The paper as `text` (the canonical text alone), `md`, `html` or `pdf`. StorageError if the font of PDF files is missing."""
    match kind:
        case "text":
            return paper.canonical
        case "md":
            return markdown.render(blocks(paper))
        case "html":
            return web.render(blocks(paper), title=paper.title)
        case "pdf":
            return pdf.render(paper)
        case _:
            raise ValueError("no such format")
