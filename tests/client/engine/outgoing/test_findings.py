"""Findings about notices through whole lines: said by machines, once a side, and an alarm if the sides differ."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from hotline_client.engine.outgoing import findings
from hotline_client.engine.outgoing.findings import examiner, wanted
from hotline_client.line.line import Line
from hotline_protocol.documents.notices import Finding, Notice, Verdict
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.notices import Registered
from hotline_protocol.notices import conflict
from hotline_protocol.notices.buffers import AGREED, Buffers
from hotline_protocol.terms import Arena, Role
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.notices import HOUR, air, circle

HERE = circle(55.0, 20.0, 20_000.0)


def notice(house: House, metres: float = 20_000.0, **more: Any) -> Notice:
    start = house.clock.now + 30 * HOUR
    return air(circle(55.0, 20.0, metres), start=start, end=start + HOUR, **more)


def issue(person: Person, body: Notice) -> bytes:
    return Line(person.desk).say(CHANNEL, body)


def entry(person: Person, document: bytes) -> Registered:
    return Line(person.desk).read(CHANNEL, lambda book: book.notices.all[document])


def live(house: House, *people: Person, seconds: float = 0) -> None:
    """Time passes for these devices, which are on the line."""
    house.clock.pass_(seconds=seconds)
    for person in people:
        person.desk.tick(CHANNEL)
    house.settle(*people)


def said(person: Person) -> list[str | None]:
    """Why each finding in the log does not count, None for those that do."""
    return [one.refused for one in person.documents("notice.finding")]


def test_both_sides_say_once_what_they_found_and_find_the_same() -> None:
    house = House()
    dana, viktor = founded(house)
    first = issue(dana, notice(house))
    house.settle()
    second = issue(viktor, notice(house, 5_000.0))
    house.settle()
    for _ in range(4):
        live(house, dana, viktor, seconds=5)
    for person in (dana, viktor):
        mine, yours = entry(person, first), entry(person, second)
        assert {side: one.verdict for side, one in mine.findings.items()} == dict.fromkeys(
            "ab", Verdict.CLEAR
        )
        assert {one.verdict for one in yours.findings.values()} == {Verdict.CONFLICT}
        assert {one.against for one in yours.findings.values()} == {(first,)}
        assert not mine.disputed
        assert not yours.disputed
        assert said(person) == [None] * 4
        assert not person.events("disputed-finding")
        assert not person.desk.state(CHANNEL).outbox


def test_a_restarted_device_says_nothing_twice() -> None:
    house = House()
    dana, viktor = founded(house)
    issue(viktor, notice(house))
    house.settle(viktor)
    dana.wire.pull(CHANNEL)
    dana.desk.tick(CHANNEL)
    (waiting,) = [one for one in Line(dana.desk).outbox() if one.kind == "notice.finding"]
    dana.restart()
    dana.desk.tick(CHANNEL)
    second = house.beside(dana)
    second.desk.tick(CHANNEL)
    assert [one.id for one in Line(dana.desk).outbox() if one.kind == "notice.finding"] == [waiting.id]
    dana.wire.connect(CHANNEL)
    house.settle()
    assert said(viktor) == [None, None]


def test_devices_of_a_side_take_turns_and_observers_say_nothing() -> None:
    house = House()
    dana, viktor = founded(house)
    nina = house.enter("b", "Nina", Role.OFFICER)
    oleg = house.enter("b", "Oleg", Role.OBSERVER)
    house.settle()
    viktor.admit(nina, oleg)
    house.settle()
    first = issue(dana, notice(house))
    house.settle(dana, nina, oleg)
    live(house, dana, nina, oleg)
    assert "b" not in entry(dana, first).findings
    live(house, dana, nina, oleg, seconds=3)
    assert "b" in entry(dana, first).findings
    house.settle()
    issue(dana, notice(house))
    house.settle()
    for _ in range(4):
        live(house, dana, viktor, nina, oleg, seconds=3)
    assert said(dana) == [None] * 4
    authors = [one.author for one in dana.documents("notice.finding")]
    fingerprint = viktor.desk.context.certificate.fingerprint
    assert [one == fingerprint for one in authors].count(True) == 1
    assert not oleg.documents("notice.finding") or oleg.desk.context.certificate.fingerprint not in authors


def test_two_that_spoke_at_once_are_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "TURN", 0)
    house = House()
    dana, viktor = founded(house)
    nina = house.enter("b", "Nina", Role.OFFICER)
    house.settle()
    viktor.admit(nina)
    house.settle()
    first = issue(dana, notice(house))
    house.settle(dana)
    for person in (viktor, nina):
        person.wire.pull(CHANNEL)
        person.desk.tick(CHANNEL)
    house.settle()
    reasons = [one for one in said(dana) if one is not None]
    assert reasons == ["this side has already said what it found about the notice"]
    assert not entry(dana, first).disputed


def test_a_side_that_computes_differently_is_an_alarm_once() -> None:
    house = House()
    dana, viktor = founded(house)
    first = issue(dana, notice(house))
    house.settle(dana)
    target = Line(dana.desk).target(CHANNEL, first)
    viktor.wire.pull(CHANNEL)
    Line(viktor.desk).say(CHANNEL, Finding(target, Verdict.CONFLICT, bytes(32)), key=f"finding {first.hex()}")
    for _ in range(3):
        live(house, dana, viktor, seconds=5)
    for person in (dana, viktor):
        assert entry(person, first).disputed
        (event,) = person.events("disputed-finding")
        assert event.endswith(": a found CLEAR, b found CONFLICT")
    (alarm,) = [one for one in Line(dana.desk).security_events(CHANNEL) if "computers differ" in one.text]
    assert alarm.kind == "event"
    dana.restart()
    live(house, dana, viktor, seconds=5)
    assert len(dana.events("disputed-finding")) == 1


def test_other_buffers_are_other_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    dana, viktor = founded(house)
    first = issue(dana, notice(house))
    house.settle(dana)
    live(house, dana)
    agreed = AGREED[Arena.AIR]
    monkeypatch.setattr(conflict, "AGREED", {Arena.AIR: Buffers(agreed.horizontal + 1)})
    for _ in range(2):
        live(house, dana, viktor, seconds=5)
    assert entry(dana, first).disputed


def test_what_is_due() -> None:
    house = House()
    dana, viktor = founded(house)
    first = issue(dana, notice(house))
    second = issue(dana, notice(house, exercise=True))
    third = issue(dana, notice(house, call_sign="LAST"))
    dana.wire.push(CHANNEL)
    viktor.wire.pull(CHANNEL)
    book = Journal.decode(Line(viktor.desk).read(CHANNEL, Journal.encode))
    assert book is not None
    found = wanted(book, "b", house.clock.now)
    assert [one.id for one, _ in found] == [first, second, third]
    examine = examiner()
    assert [examine(*one).against for one in found] == [(), (first,), (first, second)]
    assert [one.id for one, _ in wanted(book, "b", house.clock.now, said={first})] == [second, third]
    assert wanted(book, "b", house.clock.now) == found == wanted(book, "a", house.clock.now)
    assert wanted(book, "b", house.clock.now + 60 * HOUR) == []


def test_a_notice_is_looked_at_without_the_lock_of_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    dana, viktor = founded(house)
    held: list[bool] = []

    real = examiner()

    def looking(entry: Registered, before: list[Registered]) -> Finding:
        held.extend(one.desk.lock._is_owned() for one in (dana, viktor))  # type: ignore[attr-defined]
        return real(entry, before)

    monkeypatch.setattr(findings, "examiner", lambda: looking)
    issue(dana, notice(house))
    house.settle()
    for _ in range(4):
        live(house, dana, viktor, seconds=5)
    assert said(dana) == [None] * 2
    assert held
    assert not any(held)


def test_a_channel_without_notices_loads_no_geometry() -> None:
    code = (
        "import sys; import hotline_client.line.line, hotline_client.cli;"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'shapely', 'pyproj')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
