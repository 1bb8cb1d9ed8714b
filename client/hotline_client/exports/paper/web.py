"""The paper as one HTML file: no script, no link, nothing loaded from anywhere, every paragraph in its own direction."""

from __future__ import annotations

from html import escape as escape_html
from typing import Final

from hotline_client.exports.paper.blocks import Block, Code, Facts, Grid, Heading, Note, Turn, Words
from hotline_protocol.text import show

_STYLE: Final = """
body { font: 11pt/1.5 Arial, Arimo, "Liberation Sans", sans-serif; color: #111; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; line-height: 1.25; border-bottom: 2px solid #111; padding-bottom: .4rem }
h2 { font-size: 1.1rem; margin-top: 2rem }
p { margin: .5rem 0 }
.words p { white-space: pre-wrap; overflow-wrap: anywhere }
.words { border-inline-start: 3px solid #bbb; padding-inline-start: 1rem }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
td:last-child { font-variant-numeric: tabular-nums }
th, td { text-align: start; vertical-align: top; border-bottom: 1px solid #ccc; padding: .3rem .8rem .3rem 0; overflow-wrap: anywhere }
.facts th { width: 11rem; font-weight: normal; color: #555 }
code { font-family: "Liberation Mono", Consolas, monospace; font-size: .85rem; overflow-wrap: anywhere }
.strong { font-weight: bold }
.turn { break-before: page; border: 0; border-top: 2px solid #111; margin: 3rem 0 }
@media print { body { margin: 0; max-width: none } .turn { border: 0; margin: 0 } h2 { break-after: avoid } tr { break-inside: avoid } }
"""


def render(blocks: list[Block], *, title: str) -> bytes:
    """UTF-8; the same blocks give the same bytes."""
    body = "\n".join(map(_block, blocks))
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def _block(block: Block) -> str:  # noqa: PLR0911 - one row a kind of block
    match block:
        case Heading(text, level):
            return f'<h{level} dir="auto">{_text(text)}</h{level}>'
        case Note(text, strong):
            mark = ' class="strong"' if strong else ""
            return f'<p dir="ltr"{mark}>{_code_spans(text)}</p>'
        case Words(text, language):
            return _words(text, language)
        case Facts(rows):
            cells = "\n".join(
                f'<tr><th scope="row">{_text(name)}</th><td>{_cell(value)}</td></tr>' for name, value in rows
            )
            return f'<table class="facts">\n{cells}\n</table>'
        case Grid(headers, rows):
            return _grid(headers, rows)
        case Code(text):
            return f'<p dir="ltr"><code>{_text(text)}</code></p>'
        case Turn():
            return '<hr class="turn">'


def _words(text: str, language: str) -> str:
    lang = f' lang="{_text(language)}"' if language else ""
    lines = "\n".join(
        f'<p dir="auto">{escape_html(line) or "<br>"}</p>' for line in show(text, lines=True).split("\n")
    )
    return f'<div class="words"{lang}>\n{lines}\n</div>'


def _grid(headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    head = "".join(f'<th scope="col">{_text(one)}</th>' for one in headers)
    body = "\n".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _cell(text: str) -> str:
    """Line by line, each by itself: what a person wrote cannot reorder what stands around it."""
    return "<br>".join(f'<bdi dir="ltr">{_text(line)}</bdi>' for line in text.split("\n"))


def _code_spans(text: str) -> str:
    """A sentence of ours: what stands in backquotes is code."""
    return "".join(
        f"<code>{_text(part)}</code>" if number % 2 else _text(part)
        for number, part in enumerate(text.split("`"))
    )


def _text(text: str) -> str:
    return escape_html(show(text))
