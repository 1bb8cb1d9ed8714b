"""The paper as Markdown (CommonMark, tables of GFM): what people wrote stays words, none of it becomes markup."""

from __future__ import annotations

import re
from typing import Final

from hotline_client.exports.paper.blocks import Block, Code, Facts, Grid, Heading, Note, Turn, Words
from hotline_protocol.text import show

_INLINE: Final = re.compile(r"[\\`*_\[\]<>&|~$!]")
_LEADING: Final = re.compile(r"^(\d{1,9})([.)])|^([#+\-=:])")
_LINE: Final = "\n"
_BREAK: Final = "\\"
_LINK: Final = re.compile(r"://|@|(?<=www)\.", re.IGNORECASE)


def render(blocks: list[Block]) -> bytes:
    """UTF-8, one line feed at the end."""
    return ("\n\n".join(filter(None, map(_block, blocks))) + "\n").encode()


def _block(block: Block) -> str:  # noqa: PLR0911 - one row a kind of block
    match block:
        case Heading(text, level):
            return f"{'#' * level} {escape(text)}"
        case Note(text, strong):
            return f"**{escape(text)}**" if strong else _code_spans(text)
        case Words(text):
            return _words(text)
        case Facts(rows):
            return _grid(("", ""), rows)
        case Grid(headers, rows):
            return _grid(headers, rows)
        case Code(text):
            return f"    {show(text)}"
        case Turn():
            return "---"


def _grid(headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = [headers, tuple("---" for _ in headers)]
    shown = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join(
        [
            *shown,
            *(
                "| " + " | ".join("<br>".join(map(escape, cell.split(_LINE))) for cell in row) + " |"
                for row in rows
            ),
        ]
    )


def _words(text: str) -> str:
    """A quotation, line by line; an empty line stays one."""
    lines = show(text, lines=True).split("\n")
    following = [*lines[1:], ""]
    return "\n".join(
        f"> {escape(line)}{_BREAK if after.strip() else ''}" if line.strip() else ">"
        for line, after in zip(lines, following, strict=True)
    )


def _code_spans(text: str) -> str:
    """A sentence of ours: what stands in backquotes is code."""
    return _LEADING.sub(_escape_leading, _spans(text))


def _spans(text: str) -> str:
    return "".join(
        f"`{show(part)}`" if number % 2 else _inline(show(part))
        for number, part in enumerate(text.split("`"))
    )


def escape(text: str) -> str:
    """One line in which nothing is markup, a link or an indentation."""
    plain = show(text.replace("\n", " ").replace("\t", "    "))
    body = _LEADING.sub(_escape_leading, _inline(plain.lstrip(" ")))
    return "&nbsp;" * (len(plain) - len(plain.lstrip(" "))) + body


def _inline(text: str) -> str:
    safe = _INLINE.sub(r"\\\g<0>", text)
    return _LINK.sub(lambda found: "".join(f"&#{ord(one)};" for one in found[0]), safe)


def _escape_leading(found: re.Match[str]) -> str:
    """What would begin a list or a heading."""
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"
