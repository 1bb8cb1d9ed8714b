from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from hotline_client.exports.paper import web
from hotline_client.exports.paper.blocks import Words, blocks
from hotline_protocol.text import show
from tests.client.exports.paper.sample import HEBREW, sample


class Reader(HTMLParser):
    """Elements with their attributes, and what a reader sees of the words."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self._words = False
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._words = self._words or (tag == "div" and dict(attrs).get("class") == "words")
        if tag == "p" and self._words:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        self._words = self._words and tag != "div"

    def handle_data(self, data: str) -> None:
        if self._words and self.lines:
            self.lines[-1] += data


KNOWN = set("html head meta title style body h1 h2 p div table thead tbody tr th td bdi br code hr".split())  # noqa: SIM905
ATTRIBUTES = set("lang charset http-equiv content name class dir scope".split())  # noqa: SIM905


def test_one_file_without_script_link_or_anything_from_elsewhere() -> None:
    data = web.render(blocks(sample()), title=sample().title)
    read = Reader(data)
    assert {tag for tag, _ in read.elements} <= KNOWN
    assert {name for _, attributes in read.elements for name in attributes} <= ATTRIBUTES
    assert b"default-src 'none'" in data
    assert b"url(" not in data
    assert b"<script" not in data
    for tag, attributes in read.elements:
        if tag == "p":
            assert attributes["dir"] in {"auto", "ltr"}
    assert HEBREW + "\n" in read.lines
    assert data == web.render(blocks(sample()), title=sample().title)


def test_every_line_of_the_text_is_a_paragraph_in_its_own_direction() -> None:
    read = Reader(web.render(blocks(sample()), title="t"))
    text = [line.rstrip("\n") for line in read.lines[: len(sample().text.split("\n"))]]
    assert text == sample().text.split("\n")


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_words_come_out_as_words(text: str) -> None:
    read = Reader(web.render([Words(text)], title="t"))
    assert [line.rstrip("\n") for line in read.lines] == show(text, lines=True).split("\n")
    assert {tag for tag, _ in read.elements} <= KNOWN
