from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.words.search import Term, folded, match, pieces, terms
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
    assert match(terms("gunn* clear")) == '"gunn"* AND "clear"'


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
    assert match(asked).count('"') == 2 * len(asked)
