"""Dots in cells: each where it belongs, nothing outside, every row exactly as wide as the canvas."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.tui.looks.rows import width, words
from hotline_client.tui.notices.chart.canvas import Canvas


def _drawn(canvas: Canvas) -> list[str]:
    return [words(row) for row in canvas.made()]


def test_each_dot_of_a_cell_has_its_own_bit() -> None:
    signs = set()
    for x in range(2):
        for y in range(4):
            canvas = Canvas(1, 1)
            canvas.dots(np.array([[x, y]], dtype=float), "own")
            [sign] = _drawn(canvas)
            signs.add(sign)
    assert signs == {chr(0x2800 + (1 << bit)) for bit in range(8)}


def test_a_line_has_no_gap_and_begins_and_ends_where_it_should() -> None:
    canvas = Canvas(4, 1)
    canvas.lines(np.array([[0.0, 3.0]]), np.array([[7.0, 3.0]]), "peer")
    assert _drawn(canvas) == ["⣀⣀⣀⣀"]
    steep = Canvas(1, 3)
    steep.lines(np.array([[1.0, 11.0]]), np.array([[1.0, 0.0]]), "peer")
    assert _drawn(steep) == ["⢸", "⢸", "⢸"]


def test_without_braille_a_cell_is_one_ascii_sign() -> None:
    canvas = Canvas(3, 1, braille=False)
    canvas.lines(np.array([[0.0, 0.0]]), np.array([[3.0, 0.0]]), "own")
    [row] = _drawn(canvas)
    assert row.isascii()
    assert row.strip()
    assert row[2] == " "


def test_words_lie_over_dots_and_never_over_other_words() -> None:
    canvas = Canvas(6, 1)
    canvas.lines(np.array([[0.0, 3.0]]), np.array([[11.0, 3.0]]), "own")
    assert canvas.say(1, 0, "12", "strong")
    assert not canvas.say(2, 0, "3", "strong")
    assert not canvas.say(5, 0, "34", "strong")
    assert not canvas.say(0, 1, "5", "strong")
    assert _drawn(canvas) == ["⣀12⣀⣀⣀"]


@given(
    st.integers(1, 60),
    st.integers(1, 20),
    st.lists(st.tuples(*[st.floats(-1e6, 1e6) for _ in range(4)]), max_size=20),
)
def test_whatever_is_drawn_every_row_is_as_wide_as_the_canvas(
    cells: int, rows: int, lines: list[tuple[float, ...]]
) -> None:
    canvas = Canvas(cells, rows)
    ends = np.array(lines, dtype=float).reshape(-1, 4)
    near = np.clip(ends, -500, 500)
    canvas.lines(near[:, :2], near[:, 2:], "bad")
    canvas.dots(ends[:, :2], "own")
    made = canvas.made()
    assert len(made) == rows
    assert all(width(row) == cells for row in made)
