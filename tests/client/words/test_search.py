from __future__ import annotations

import re

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.words.search import Term, folded, indexed, match, pieces, terms
from hotline_protocol.errors import UsageError
from tests.support.searching import holds


def test_case_accents_points_and_yo_make_no_difference() -> None:
    assert folded("ЁЛКА") == folded("елка")
    assert folded("שָׁלוֹם") == "שלום"
    assert folded("Café") == "cafe"


def test_a_query_is_words_phrases_and_beginnings() -> None:
    assert terms('gunn* "keep clear" N-0042/26') == (
        Term(("gunn",), begins=True),
        Term(("keep", "clear"), begins=False),
        Term(("n", "0042", "26"), begins=False),
    )
    assert match(terms("gunn* cat")) == '({text parts} : "gunn"*) AND ({text parts} : "cat" OR forms : "cat")'


@pytest.mark.parametrize("query", ["", '""', "***", "- / ( )"])
def test_a_query_without_a_word_asks_nothing(query: str) -> None:
    with pytest.raises(UsageError):
        terms(query)


def test_words_are_held_as_asked() -> None:
    text = folded("Gunnery at 0600Z, keep clear of N-0042/26.")
    assert holds(text, terms("gunn* 0600z"))
    assert holds(text, terms("n-0042/26"))
    assert not holds(text, terms("gunn"))
    assert not holds(text, terms('"clear keep"'))


def test_the_hits_are_cut_out_of_the_words_as_they_were_written() -> None:
    found = pieces("ירי חי: שָׁלוֹם לכולם", terms("שלום"))
    assert ("שָׁלוֹם", True) in found
    assert "".join(text for text, _ in found) == "ירי חי: שָׁלוֹם לכולם"
    long = pieces("a " * 500 + "needle " + "b " * 500, terms("needle"))
    assert ("needle", True) in long
    assert sum(len(text) for text, _ in long) < 300


@given(st.text(max_size=60))
def test_no_query_becomes_an_operator(query: str) -> None:
    try:
        asked = terms(query)
    except UsageError:
        return
    for one in asked:
        assert all(word.isalnum() or word.isidentifier() for word in one.words)
    assert re.sub('"[^"]*"', "", match(asked)).translate(dict.fromkeys(map(ord, "(){}:* "))) == "".join(
        re.findall("text|parts|forms|OR|AND", re.sub('"[^"]*"', "", match(asked)))
    )


REMEMBERED = [
    ("אזור", "האש באזור הצפוני", True),
    ("אזור", "ושבאזור אין ירי", True),
    ("שלום", "לשלום", True),
    ("באזור", "באזור הצפוני", True),
    ("אזור", "אזורים", False),
    ("منطقة", "في المنطقة الشمالية", True),
    ("منطقة", "وبالمنطقة", True),
    ("учения", "перенос учений на утро", True),
    ("учение", "с учениями", True),
    ("область", "в области Б", True),
    ("exercise", "two exercises end", True),
    ("frequencies", "the frequency is free", True),
    ("243.0", "guard 243.0MHz", True),
    ("243.0 MHz", "guard 243.0MHz", True),
    ("243.0MHz", "guard 243.0 MHz", True),
    ("FL240", "between FL240 and FL300", True),
    ("FL 240", "between FL240 and FL300", True),
    ("240", "between FL240 and FL300", True),
    ("演习", "明天的海上演习取消", True),
    ("海演", "明天的海上演习取消", False),
    ("ฝึก", "การฝึกทางทะเล", True),
    ('"over is"', "gunnery is over", False),
    ("gunn", "gunnery", False),
    ("gunn*", "gunnery", True),
]
"""What is looked for, where, and whether a person would want it found."""


@pytest.mark.parametrize(("query", "text", "wanted"), REMEMBERED)
def test_people_find_what_they_remember(query: str, text: str, wanted: bool) -> None:  # noqa: FBT001  a row of the table
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, parts, forms, tokenize = 'unicode61')")
    connection.execute("INSERT INTO words VALUES (?, ?, ?)", indexed(text))
    found = connection.execute("SELECT 1 FROM words WHERE words MATCH ?", (match(terms(query)),)).fetchall()
    assert bool(found) is wanted
    assert holds(text, terms(query)) is wanted
    assert any(hit for _, hit in pieces(text, terms(query))) or not wanted
