"""The one sanitiser: nothing it shows can act on a terminal, and nothing it lets through in a field needs showing otherwise."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.errors import FormatError
from hotline_protocol.text import MAX_MARKS, check_field, escape, show

HOSTILE = (
    "\x00\x07\x08\r\x1b\x7f\x80\x85\x9b\x9d\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200d\u200e\u2028\u2029\u202e\u2060\u2066"
    "\u3164\ufe0f\ufeff\uffa0\ufff9\ud800\ue000\ufdd0\U000e0001\U000e0041\U000e0100\U0010ffff"
)
anything = st.text(st.one_of(st.characters(), st.sampled_from(HOSTILE), st.sampled_from("\u0301\u05b8")))


def is_harmless(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

JOINERS = set("\u200c\u200d\ufe0e\ufe0f")


@pytest.mark.parametrize("character", sorted({*HOSTILE, *BIDI_CONTROLS}))
def test_what_could_act_becomes_visible(character: str) -> None:
    assert show(f"a{character}b") == f"a{escape(character)}b"
    with pytest.raises(FormatError, match=r"control or invisible|normalization"):
        check_field(f"a{character}b", "the name", limit=10)


@given(anything)
def test_nothing_shown_on_a_line_can_act_on_a_terminal(value: str) -> None:
    shown = show(value)
    assert all(is_harmless(character) for character in shown)
    assert not set(shown) & (BIDI_CONTROLS | {"\n", "\t"})
    assert show(shown) == shown


@given(anything)
def test_lines_keep_newline_and_tab_and_nothing_else(value: str) -> None:
    shown = show(value, lines=True)
    assert all(is_harmless(character) or character in "\n\t" for character in shown)
    assert [shown.count(kept) for kept in "\n\t"] == [value.count(kept) for kept in "\n\t"]


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_plain_text_is_shown_as_it_is(value: str) -> None:
    assert show(value) == value


@pytest.mark.parametrize("value", ["שלום, world", "Черное море", "שָׁלוֹם", "naïve", "漢字", "a b", "✓ 1–2"])
def test_the_languages_of_the_line_are_shown_as_they_are(value: str) -> None:
    assert show(value) == value
    composed = unicodedata.normalize("NFC", value)
    assert check_field(composed, "the text", limit=40) == composed


@given(st.integers(0, 40))
def test_marks_beyond_a_few_are_escaped(count: int) -> None:
    shown = show("a" + "\u0301" * count)
    assert shown.count("\u0301") == min(count, MAX_MARKS)
    assert shown.count(escape("\u0301")) == max(0, count - MAX_MARKS)


@given(anything, st.booleans())
def test_a_field_that_passes_is_shown_as_it_is(value: str, lines: bool) -> None:  # noqa: FBT001 - hypothesis hands it in
    try:
        checked = check_field(value, "the text", limit=20, lines=lines)
    except FormatError:
        return
    assert checked == value
    assert show(value, lines=lines) == "".join(escape(one) if one in JOINERS else one for one in value)


@pytest.mark.parametrize(
    "value",
    [
        "👨\u200d👩\u200d👧", "👩🏽\u200d🚒", "🏳\ufe0f\u200d🌈", "❤\ufe0f", "☎\ufe0e", "1\ufe0f\u20e3", "می\u200cخواهم", "मराठी क्\u200dष", "ශ්\u200dරී",
    ],
)  # fmt: skip
def test_a_joiner_within_an_emoji_or_a_word_is_text_and_is_shown(value: str) -> None:
    assert check_field(value, "the text", limit=40) == value
    assert not set(show(value)) & JOINERS


@pytest.mark.parametrize(
    "value",
    [
        "a\u200db", "pay\u200cpal", "\u200d", "👨\u200d", "\u200d👩", "👨\u200d\u200d👩", "a\ufe0f", "❤\ufe0f\ufe0f", "1\ufe0f", "م\u200c", "\u200cم",
        "م\u200c\u200cم", "ש\u200dל", "a\u200bb", "👨\u200dx", "\ufe0f\u20e3",
    ],
)  # fmt: skip
def test_a_joiner_anywhere_else_hides_something(value: str) -> None:
    with pytest.raises(FormatError, match="invisible character"):
        check_field(value, "the text", limit=40)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "the name is empty"),
        ("  \u00a0", "the name is empty"),
        ("x" * 11, "the name has 11 characters, at most 10 are allowed"),
        ("e\u0301", "normalization form C"),
        ("a\nb", r"\\u\{a\}"),
        ("a\tb", r"\\u\{9\}"),
        ("x" + "\u05b8" * 9, "the name stacks more than 8 combining marks on one character"),
        ("\u0488" * 9, "combining marks"),
    ],
)
def test_a_field_is_refused_with_its_reason(value: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        check_field(value, "the name", limit=10)


def test_a_field_of_lines_may_have_newlines_and_tabs_only() -> None:
    assert check_field("a\n\tb", "the text", limit=10, lines=True) == "a\n\tb"
    with pytest.raises(FormatError):
        check_field("a\r\nb", "the text", limit=10, lines=True)


@pytest.mark.parametrize("mark", ["\u0301", "\u0488", "\u20dd", "\u0e31"])
def test_marks_without_a_combining_class_count_too(mark: str) -> None:
    shown = show("a" + mark * 30)
    assert shown.count(mark) == MAX_MARKS
    assert shown.count(escape(mark)) == 30 - MAX_MARKS


def test_a_field_may_stack_as_many_marks_as_are_shown() -> None:
    stacked = ("x" + "\u05b8" * MAX_MARKS) * 3
    assert check_field(stacked, "the text", limit=27) == show(stacked) == stacked


@pytest.mark.parametrize("value", ["x" * 10_000_000, "a" + "\u0301" * 1_000_000, "\U0010ffff" * 1_000_000])
def test_of_what_is_endless_nothing_is_lost_and_no_more_is_made_than_its_escapes(value: str) -> None:
    shown = show(value)
    assert len(value) <= len(shown) <= len(escape("\U0010ffff")) * len(value)
    assert all(is_harmless(character) for character in set(shown))
    assert "\u0301" * (MAX_MARKS + 1) not in shown
    with pytest.raises(FormatError, match="at most 16384 are allowed"):
        check_field(value, "the text", limit=16_384)
