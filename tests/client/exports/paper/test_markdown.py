from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hotline_client.exports.paper import markdown
from hotline_client.exports.paper.blocks import Words, blocks
from hotline_protocol.text import show
from tests.client.exports.paper.sample import HEBREW, RUSSIAN, sample

PLAIN = {"text", "hardbreak", "softbreak", "code_inline", "strong_open", "strong_close", "html_inline"}


def parse(data: bytes) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(data.decode())


def shown(tokens: list[Token]) -> str:
    """What a reader sees of the quotations."""
    lines: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.type == "inline" and depth:
            kinds = {child.type for child in token.children or ()}
            assert kinds <= {"text", "hardbreak", "text_special", "html_inline"} - {"html_inline"}
            lines.append(
                "".join("\n" if one.type == "hardbreak" else one.content for one in token.children or ())
            )
    return "\n".join(lines)


def test_words_of_people_never_become_markup() -> None:
    paper = sample()
    tokens = parse(markdown.render(blocks(paper)))
    for token in tokens:
        assert token.type not in {"html_block", "bullet_list_open", "ordered_list_open", "fence"}
        for child in token.children or ():
            assert child.type in PLAIN | {"text_special"}, child
            assert child.type != "html_inline" or child.content == "<br>"
    headings = [one for one in tokens if one.type == "heading_open"]
    assert [one.tag for one in headings] == ["h1", *["h2"] * 6]


def test_every_word_of_the_text_is_there_as_it_was_written() -> None:
    seen = shown(parse(markdown.render(blocks(sample()))))
    text = sample().text.replace("\t", "    ")
    for line in text.splitlines():
        assert line.strip() in seen.replace("\u00a0", " ")
    assert HEBREW in seen
    assert RUSSIAN in seen
    assert b"NOT SIGNED" in markdown.render(blocks(sample(state="DRAFT")))


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_words_come_out_as_words(text: str) -> None:
    seen = shown(parse(markdown.render([Words(text)])))
    wanted = [line.strip() for line in show(text, lines=True).replace("\t", "    ").split("\n")]
    assert [line.strip() for line in seen.replace("\u00a0", " ").split("\n") if line.strip()] == [
        line.replace("\u00a0", " ").strip() for line in wanted if line.replace("\u00a0", " ").strip()
    ]
