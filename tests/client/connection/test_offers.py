"""What a device tells a relay that lost entries, and what it gives it (R14, R15, H7)."""

from __future__ import annotations

import os

import pytest

from hotline_client import doctor
from hotline_client.connection.changes import Subscribers
from hotline_client.connection.clock import Reference
from hotline_client.connection.driver import DeskDriver
from hotline_client.engine import desk as engine
from hotline_client.line.line import Line
from hotline_protocol.errors import ChainError, PeerError
from hotline_protocol.relay.frames import (
    MAX_BATCH,
    ChannelState,
    Fetch,
    Limits,
    Offer,
    Ready,
    Refill,
    Show,
)
from tests.client.engine.house import CHANNEL, House, Person, founded, refill, relay_as_it_was

LIMITS = Limits(1 << 20, 1 << 19, 64, 2000, 10_000)


def driver(person: Person) -> DeskDriver:
    return DeskDriver(person.desk, Subscribers(), Reference(person.desk.clock, person.desk.steady))


def announce(house: House, *, recovering: bool) -> Ready:
    at = house.relay.log(CHANNEL).position
    state = ChannelState(CHANNEL, at.tail, at.last_commit, at.head, recovering)
    return Ready(house.clock.now, LIMITS, (state,))


def session(person: Person, house: House, *, recovering: bool) -> DeskDriver:
    made = driver(person)
    made.hello(os.urandom(32), bytes(32))
    follows = made.ready(announce(house, recovering=recovering))
    assert bool(follows) == (not recovering and person.standing.halt is None)
    return made


def talked(house: House) -> tuple[Person, Person]:
    dana, viktor = founded(house)
    for number in range(5):
        dana.say(f"number {number}")
        house.settle()
    return dana, viktor


def test_a_head_offers_its_log_to_a_relay_that_recovers_and_nobody_halts() -> None:
    house = House()
    dana, _ = talked(house)
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    relay_as_it_was(house, 3)
    working = session(dana, house, recovering=True)
    assert working.offers() == [Offer(CHANNEL, dana.standing.cursor, dana.standing.head)]
    assert working.offers() == [], "once a session"
    assert dana.standing.halt is None
    assert not working.may_follow(CHANNEL)
    assert not working.is_caught_up()
    assert session(noa, house, recovering=True).offers() == [], "an officer does not decide"


def test_what_the_relay_asks_for_is_what_it_delivered() -> None:
    house = House()
    dana, _ = talked(house)
    raws = house.relay.log(CHANNEL).raws
    working = session(dana, house, recovering=True)
    with pytest.raises(PeerError, match="not offered"):
        working.asked(Show(CHANNEL, 1))
    (offer,) = working.offers()
    for seq in (0, 1, offer.seq):
        shown = working.asked(Show(CHANNEL, seq))
        assert shown == Offer(CHANNEL, seq, dana.step(lambda draft, seq=seq: draft.head_at(seq)))
    assert working.asked(Fetch(CHANNEL, 3)) == Refill(CHANNEL, 3, tuple(raws[2:]))
    for beyond in (Show(CHANNEL, offer.seq + 1), Show("air", 0), Fetch("air", 1)):
        with pytest.raises(PeerError):
            working.asked(beyond)
    assert working.asked(Fetch(CHANNEL, offer.seq + 1)) == Refill(CHANNEL, offer.seq + 1, ())


def test_a_page_is_bounded_by_number_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    dana, viktor = founded(house)
    for number in range(MAX_BATCH):
        dana.say(f"number {number}")
    house.settle(dana)
    house.settle(viktor)
    assert len(dana.desk.given(CHANNEL, 1)) == MAX_BATCH
    monkeypatch.setattr(engine, "REFILL_BYTES", 2000)
    page = dana.desk.given(CHANNEL, 10)
    assert sum(map(len, page[:-1])) < 2000 <= sum(map(len, page))


def test_a_log_in_doubt_is_not_offered() -> None:
    house = House()
    dana, _ = talked(house)
    dana.desk.halt(CHANNEL, ChainError("fork", "something else"))
    assert session(dana, house, recovering=True).offers() == []
    dana.desk.resume(CHANNEL)
    assert dana.standing.resuming
    assert session(dana, house, recovering=True).offers() == []


def test_after_a_rollback_a_persons_decision_is_what_offers() -> None:
    house = House()
    dana, _ = talked(house)
    raws = [*house.relay.log(CHANNEL).raws]
    relay_as_it_was(house, 3)
    assert session(dana, house, recovering=False).offers() == []
    assert dana.standing.halt is not None
    dana.desk.resume(CHANNEL)
    working = session(dana, house, recovering=False)
    assert working.offers() == [Offer(CHANNEL, len(raws), dana.standing.head)]
    refill(house, raws)
    assert session(dana, house, recovering=False).offers() == []
    assert dana.standing.halt is None


def test_doctor_names_the_next_step() -> None:
    house = House()
    dana, _ = talked(house)
    relay_as_it_was(house, 3)
    line = Line(dana.desk)

    def hint() -> str:
        (found,) = [
            one
            for one in doctor.channel(line.channel(CHANNEL), line, house.clock.now)
            if one.check == f"channel {CHANNEL}" and one.state != "ok"
        ]
        return found.hint

    line._driver.hello(os.urandom(32), bytes(32))
    line._driver.ready(announce(house, recovering=True))
    assert line.channel(CHANNEL).recovering
    assert "it goes on by itself once a head or deputy of each side" in hint()
    line._driver.hello(os.urandom(32), bytes(32))
    line._driver.ready(announce(house, recovering=False))
    assert hint().endswith(f"`hotline log resume {CHANNEL}`")
    line.resume(CHANNEL)
    assert "it goes on by itself once a head or deputy of the other side" in hint()
    house.clock.pass_(seconds=600)
    assert hint().endswith(f"`hotline log resume {CHANNEL} --shorter`")
