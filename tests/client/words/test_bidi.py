from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.words.bidi import FSI, LRI, PDI, RLI, base_direction, isolated, shown, visual


@pytest.mark.parametrize(
    ("logical", "expected"),
    [
        ("שָׁלוֹם", "םוֹלשָׁ"),
        ("abc (שלום) 123.", "abc (םולש) 123."),
        ("שלום (abc) עולם", "םלוע (abc) םולש"),
        ("שלום (עולם) 12", "12 (םלוע) םולש"),
        ("ראה N-0042/26 (דחוף) [א]", "[א] (ףוחד) N-0042/26 האר"),
        ("()((שלום))", "((םולש))()"),
        (f"Admit {isolated('דן (כהן)')} 123 (x)", "Admit (ןהכ) ןד 123 (x)"),
        (f"לקבל את {isolated('Anna (א)')} 12 (ב)", "(ב) 12 Anna (א) תא לבקל"),
        ("плановый (план) 12", "плановый (план) 12"),
    ],
)
def test_a_line_in_visual_order(logical: str, expected: str) -> None:
    assert visual(logical) == expected


def test_a_number_after_a_foreign_name_stays_where_it_is() -> None:
    assert visual(f"{isolated('דן')} 12") == "ןד 12"


def test_an_isolate_does_not_decide_the_direction_of_the_line_around_it() -> None:
    assert base_direction(f"{isolated('דן')} came") == "L"
    assert base_direction("12 דן") == "R"


def test_a_continuation_keeps_the_direction_of_its_paragraph() -> None:
    assert visual(isolated("abc 12", "R")) == "abc 12"
    assert visual(isolated("12 abc, ג", "R")) == "ג ,abc 12"


def test_who_reorders_decides_what_is_written() -> None:
    assert shown(isolated("אב"), "off") == "אב"
    assert shown(isolated("אב"), "app") == "בא"
    assert shown("אב", "terminal") == f"{FSI}אב{PDI}"


@given(st.text(alphabet="אבגab12 ()[]<>.-\u05b8\u0301", max_size=40))
def test_nothing_is_lost_and_no_control_is_left(text: str) -> None:
    out = visual(text, "R")
    swap = str.maketrans("([<", ")]>")
    assert sorted(out.translate(swap)) == sorted(text.translate(swap))
    assert not {LRI, RLI, FSI, PDI} & set(visual(isolated(text)))
