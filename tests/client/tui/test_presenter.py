from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hotline_client.connection.health import LineState
from hotline_client.tui.app.status import status_row
from hotline_client.tui.looks.cells import wrap
from hotline_client.tui.looks.rows import width, words
from hotline_client.tui.looks.wording import dtg
from hotline_client.tui.parts.acts import ACTS
from hotline_client.words.bidi import visual
from tests.support.memory_line import NOW, MemoryLine


@pytest.mark.parametrize("cells", [40, 60, 80, 120])
@pytest.mark.parametrize("state", LineState)
def test_the_status_line_fits_and_keeps_every_field(cells: int, state: LineState) -> None:
    line = MemoryLine()
    line.state = state
    status = line.status()
    row = status_row(status, status.channels[0], [], NOW, cells)
    assert width(row) <= cells
    if cells >= 60:
        said = words(row)
        for field in ("BRAVO", "VERIFIED" if "VERIFIED" in said else "E7 V0/0", "UNACK 0", "OUT", "1432Z"):
            assert field in said
        assert state.value in said


def test_marks_ride_with_their_letters() -> None:
    assert visual("שָׁלוֹם") == "םוֹלשָׁ"
    assert visual("abc (שלום) 123.") == "abc (םולש) 123."


@given(st.text(alphabet="ab ש漢\u05b8", max_size=60), st.integers(2, 12))
def test_wrapping_loses_no_letter_and_never_overflows(paragraph: str, cells: int) -> None:
    lines = wrap(paragraph, cells)
    assert "".join(lines).replace(" ", "") == paragraph.replace(" ", "")
    assert all(cell_len(one) <= cells for one in lines)


def test_a_time_no_calendar_has() -> None:
    assert dtg(10**30) == "impossible time"
    assert dtg(NOW) == "231432Z NOV 26"


def test_no_key_means_two_things_in_one_place() -> None:
    for place in {act.place for act in ACTS}:
        keys = [key for act in ACTS if act.place == place for key in act.keys]
        assert len(keys) == len(set(keys))
