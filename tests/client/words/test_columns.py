from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.words.bidi import clusters
from hotline_client.words.columns import cells, cut, fit, pad

TEXTS = st.text(alphabet="ab שָ漢é\u0301", max_size=30)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("漢字漢字", 5, "漢字…"),
        ("漢字漢字", 4, "漢…"),
        ("שָׁלוֹם", 3, "שָׁל…"),
        ("longer", 1, "…"),
        ("longer", 0, ""),
    ],
)
def test_what_does_not_fit_ends_in_an_ellipsis(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@given(TEXTS, st.integers(0, 20))
def test_a_cut_never_parts_a_letter_from_its_marks(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert cells(shown) <= limit
    if shown != text:
        kept = clusters(shown.removesuffix("…"))
        assert clusters(text)[: len(kept)] == kept


@given(TEXTS, st.integers(1, 20))
def test_what_is_padded_is_exactly_as_wide(text: str, width: int) -> None:
    assert cells(pad(text, width)) == width
    assert cells(fit(text, width)) == width


def test_what_is_fitted_is_harmless_and_has_no_blank_before_its_ellipsis() -> None:
    assert fit("one two\x1b", 5) == "one… "
    assert fit("\x1b", 8) == "\\u{1b}  "
