"""Notices as words: whatever a notice says is printed and read back as the same notice, in every arena's manner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.exports.notices import text
from hotline_client.exports.notices.sheet import fold, unfold
from hotline_client.words.columns import cells
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import (
    Action,
    Air,
    Altitude,
    Area,
    Band,
    Effect,
    Em,
    Naval,
    Notice,
    Protection,
    Reference,
    Shape,
)
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import form, values
from hotline_protocol.notices.shapes import parse_area
from hotline_protocol.terms import Arena, Precedence, Response

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.tuples(
    st.integers(-324_000, 324_000).map(lambda seconds: seconds / 3600),
    st.integers(-648_000, 648_000).map(lambda seconds: seconds / 3600),
)
metres = st.floats(0.001, 20_000_000) | st.integers(1, 9_000).map(lambda miles: miles * 1852.0)
areas = st.one_of(
    st.builds(Area, st.just(Shape.CIRCLE), st.tuples(points), metres),
    st.builds(
        Area,
        st.just(Shape.CORRIDOR),
        st.lists(points, min_size=2, max_size=5, unique=True).map(tuple),
        metres,
    ),
    st.builds(Area, st.just(Shape.POLYGON), st.lists(points, min_size=3, max_size=9, unique=True).map(tuple)),
)
hertz = st.integers(1, 3 * 10**12)
titles = st.text(st.sampled_from('abc אב где )|+.:;"<&漢'), min_size=1, max_size=200).map(
    lambda words: " ".join(words.split()) or "x"
)
remarks = st.text(st.sampled_from("ab א\n )|+.:"), max_size=400).map(
    lambda words: "\n".join(line.rstrip() for line in words.strip().split("\n"))
)
times = st.integers(0, 4_000_000_000_000) | st.integers(0, 60_000_000).map(lambda minute: minute * 60_000)
lowers = (
    st.none()
    | st.just(Altitude(Reference.SFC))
    | st.builds(Altitude, st.sampled_from((Reference.AGL, Reference.AMSL)), st.integers(0, 100_000))
)
uppers = (
    st.none()
    | st.just(Altitude(Reference.UNL))
    | st.builds(Altitude, st.just(Reference.FL), st.integers(1, 999))
)
windows = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda pair: pair[0] != pair[1])
bands = st.tuples(hertz, hertz).map(lambda pair: Band(min(pair), max(pair)))
parts: dict[Arena, st.SearchStrategy[Any]] = {
    Arena.AIR: st.builds(Air, titles, lowers, uppers),
    Arena.NAVAL: st.builds(
        Naval,
        titles,
        st.just("") | titles,
        st.none() | st.integers(0, 100),
        st.none() | st.integers(101, 12_000),
    )
    | st.builds(Naval, titles, course=st.floats(0, 359.9), speed=st.floats(0.01, 100)),
    Arena.EM: st.builds(
        Em,
        st.sampled_from(Effect),
        st.lists(bands, min_size=1, max_size=4).map(tuple),
        st.just("") | titles,
        st.just("") | titles,
        st.none() | st.sampled_from(Protection),
    ),
}


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    arena = draw(st.sampled_from(Arena))
    start = draw(times)
    end = start + draw(st.integers(1, 10**11))
    replaces = draw(st.booleans())
    return Notice(
        action=Action.REPLACE if replaces else Action.NEW,
        arena=arena,
        start=start,
        end=end if arena is Arena.NAVAL or draw(st.booleans()) else None,
        target=Target(bytes(16), bytes(32)) if replaces else None,
        exercise=draw(st.booleans()),
        daily=draw(st.lists(windows, max_size=3, unique=True).map(tuple)),
        areas=draw(st.lists(areas, min_size=1, max_size=3).map(tuple)),
        exclusions=draw(st.lists(areas, max_size=2).map(tuple)),
        air=draw(parts[Arena.AIR]) if arena is Arena.AIR else None,
        naval=draw(parts[Arena.NAVAL]) if arena is Arena.NAVAL else None,
        em=draw(parts[Arena.EM]) if arena is Arena.EM else None,
        call_sign=draw(st.just("") | titles),
        frequencies=draw(st.lists(hertz, max_size=3).map(tuple)),
        precedence=draw(st.sampled_from(Precedence)),
        response=draw(st.sampled_from(Response)),
        remarks=draw(remarks),
        short_lead=draw(st.booleans()),
    )


@given(notices())
def test_a_notice_comes_back_from_its_form_and_from_its_block(notice: Notice) -> None:
    assert form.to_notice(form.to_form(notice), action=notice.action, target=notice.target) == notice
    before = "P-0001/26" if notice.action is Action.REPLACE else ""
    block = text.block(notice, number="P-0002/26", before=before)
    read = text.read_block(f"From: somebody\r\n\r\n{block}\n\nover\n")
    assert (read.action, read.number, read.before) == (notice.action, "P-0002/26", before)
    assert form.to_notice(read.form, action=notice.action, target=notice.target) == notice
    assert all(cells(line) <= 80 for line in block.split("\n"))
    assert all(cells(line) <= 80 for line in text.sheet(text.rows(notice)).split("\n"))


@given(titles | remarks)
def test_folded_lines_unfold(value: str) -> None:
    assert unfold(fold("A) ", value, 40)) == [f"A) {value}"]


@given(points, metres, hertz, windows, times)
def test_single_values_come_back(
    point: tuple[float, float], distance: float, frequency: int, window: tuple[int, int], at: int
) -> None:
    assert values.parse_points(values.print_point(point)) == (point,)
    assert values.parse_metres(values.print_metres(distance)) == distance
    assert values.parse_hertz(values.print_hertz(frequency)) == frequency
    assert values.parse_window(values.print_window(window)) == window
    assert values.parse_time(values.print_time(at)) == at
    assert values.parse_time(values.print_digits(at)) == at


def test_values_are_read_as_people_type_them() -> None:
    half = (33.0, 34.5)
    for typed in ("33.0N034.5E", "330000N0343000E", "330000N 0343000E", "3300N03430E", "33.0,34.5"):
        assert values.parse_points(f"{typed} {typed}") == (half, half)
    assert values.parse_points("10S179.5W") == ((-10.0, -179.5),)
    assert values.parse_metres("5nm") == 9260.0
    assert values.parse_band("225-400MHz") == Band(225_000_000, 400_000_000)
    assert values.parse_band("243MHz BW 25kHz") == Band(242_987_500, 243_012_500)
    assert values.parse_band("990kHz-1.2GHz") == Band(990_000, 1_200_000_000)
    assert values.parse_altitude("5000ft amsl") == Altitude(Reference.AMSL, 5000)
    outline = parse_area("polygon 33.0N034.0E 33.5N034.0E 33.5N034.5E 33.0N034.0E")
    assert len(outline.points) == 3


AIR = {
    "arena": "air",
    "activity": "Firing",
    "start": "240600Z NOV 26",
    "end": "241200Z NOV 26",
    "areas": ["circle 33.0N034.5E 5NM"],
    "lower": "SFC",
    "upper": "FL240",
    "remarks": "as agreed",
}


def test_a_block_whose_lines_contradict_each_other_is_refused() -> None:
    block = text.block(form.to_notice(AIR))
    assert "NOT A NOTAM" in block
    assert "Q) AIR/REAL/000/240/3300N03430E005" in block
    for wrong, said in (
        (block.replace("000/240", "000/250"), "the item Q says"),
        (block.replace("G) FL240", "G) FL250"), "the item Q says"),
        (block.replace("\n)", ""), "does not end"),
        (block + "\n" + block, "found 2"),
        (block.replace("F) SFC", "F) SFC\nF) SFC"), "twice"),
        (block.replace("RMK)", "RNK)"), "is no item"),
        (block.replace("NOTICEN", "NOTICEX"), "NOTICER"),
        ("nothing", "found 0"),
    ):
        with pytest.raises(FormatError, match=said):
            text.read_block(wrong)


def test_a_cancellation_is_a_block_too() -> None:
    target = Target(bytes(16), bytes(32))
    fields = {"arena": "naval", "start": "240600Z NOV 26", "remarks": "weather"}
    notice = form.to_notice(fields, action=Action.CANCEL, target=target)
    read = text.read_block(text.block(notice, number="P-0002/26", before="P-0001/26"))
    assert read == replace(read, action=Action.CANCEL, before="P-0001/26")
    assert form.to_notice(read.form, action=Action.CANCEL, target=target) == notice
