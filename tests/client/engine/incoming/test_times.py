"""Rules D4, D13 and I15: what time it is in a channel is what both sides have signed, and the relay's clock ends nothing."""

from __future__ import annotations

import pytest

from hotline_client.engine.incoming import times
from hotline_protocol.documents.document import MAX_TIME
from hotline_protocol.identity.signed_time import AHEAD
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded

DAY = 86_400_000
YEARS = 5000 * DAY


def now(person: Person) -> int:
    """T, as this device has it."""
    return int(person.step(times.now))


def everybody(house: House) -> tuple[Person, Person, Person]:
    """Both heads and Noa, whose certificate lasts ten days."""
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa", days=10)
    dana.admit(noa)
    house.settle()
    return dana, viktor, noa


def by_its_own_clock(house: House, person: Person, *, days: float) -> None:
    """Its clock is so many days from everybody else's."""
    person.desk.clock = lambda: house.clock.now + int(days * DAY)


def relay_ahead(house: House, ms: int) -> None:
    house.relay.clock = lambda: min(house.clock.now + ms, 2**63 - 1)


@pytest.mark.parametrize("ahead", [YEARS, -YEARS, MAX_TIME, 2**63 - 1])
def test_one_misdated_entry_changes_nothing_for_anybody(ahead: int) -> None:
    house = House()
    dana, viktor, noa = everybody(house)
    relay_ahead(house, ahead)
    dana.say("misdated")
    house.settle()
    relay_ahead(house, 0)
    viktor.say("after it")
    noa.say("and after that")
    house.settle()
    avi = house.enter("a", "Avi")
    dana.admit(avi)
    house.settle()
    avi.say("new here")
    house.settle()
    for one in (dana, viktor, noa):
        assert one.texts() == ["misdated", "after it", "and after that", "new here"]
        assert one.standing.halt is None
        assert [record.at <= MAX_TIME for record in one.documents()] == [True] * 4


def test_t_is_the_earlier_of_both_sides_and_never_falls() -> None:
    house = House()
    dana, viktor, noa = everybody(house)
    house.clock.pass_(days=1)
    dana.say("a alone")
    house.settle(dana)
    before = now(dana)
    assert before < house.clock.now - DAY / 2
    house.settle(viktor, noa)  # their receipts are the word of side b
    house.settle()
    assert now(dana) == now(viktor) == now(noa) > before
    assert now(dana) <= house.clock.now
    reached = now(dana)
    by_its_own_clock(house, viktor, days=-5)
    viktor.say("signed five days ago")
    house.settle()
    assert now(dana) == now(noa) == reached


def test_a_liar_and_the_relay_cannot_end_the_certificates_of_others() -> None:
    house = House()
    dana, viktor, noa = everybody(house)
    relay_ahead(house, 20 * DAY)
    by_its_own_clock(house, dana, days=20)
    dana.say("twenty days ahead")
    house.settle()
    assert now(viktor) < house.clock.now + AHEAD
    relay_ahead(house, 0)
    noa.say("still current")
    house.settle()
    assert viktor.texts() == ["twenty days ahead", "still current"]


def test_liars_of_both_sides_move_t_by_ten_minutes_at_most() -> None:
    house = House()
    dana, viktor, noa = everybody(house)
    for liar in (dana, viktor):
        by_its_own_clock(house, liar, days=20)
        liar.say("twenty days ahead")
    house.settle()
    assert now(noa) <= house.clock.now + AHEAD
    noa.say("still current")
    house.settle()
    assert viktor.texts()[-1] == "still current"


def test_a_word_that_is_signed_outside_of_its_certificate_does_not_count() -> None:
    house = House()
    dana, _, noa = everybody(house)
    by_its_own_clock(house, noa, days=11)
    noa.say("from after my end")
    house.settle()
    assert dana.texts() == []
    assert "expired" in str(dana.documents()[-1].refused)


def test_who_has_lapsed_does_not_count_by_signing_an_earlier_time() -> None:
    house = House()
    dana, viktor, noa = everybody(house)
    by_its_own_clock(house, noa, days=-12)
    house.clock.pass_(days=12)
    dana.say("it is late")
    viktor.say("it is")
    house.settle(dana, viktor)
    noa.say("it is early")
    house.settle()
    assert [one.texts() for one in (dana, viktor)] == [["it is late", "it is"]] * 2
    assert now(dana) > house.clock.now - DAY


def test_who_has_lapsed_does_not_commit_by_signing_an_earlier_time() -> None:
    house = House()
    dana, viktor = founded(house)
    avi = house.enter("a", "Avi", Role.DEPUTY, days=10)
    dana.admit(avi)
    house.settle()
    noa = house.enter("a", "Noa")
    by_its_own_clock(house, avi, days=-12)
    house.clock.pass_(days=12)
    dana.say("it is late")
    viktor.say("it is")
    house.settle(dana, viktor)
    epoch = dana.epoch
    avi.admit(noa)
    house.settle(avi)
    house.settle(dana, viktor)
    assert any("M7" in one for one in viktor.events("invalid-commit"))
    assert (dana.epoch, viktor.epoch) == (epoch, epoch)


def test_a_newcomer_takes_t_from_the_commit_that_lets_it_in() -> None:
    house = House()
    dana, _, _ = everybody(house)
    house.clock.pass_(days=3)
    for one in house.people.values():
        one.say("we are here")
    house.settle()
    avi = house.enter("a", "Avi")
    t = now(dana)
    dana.admit(avi)
    house.settle(dana)
    avi.wire.pull(CHANNEL)
    assert now(avi) >= t > house.clock.now - DAY


def test_a_renewed_certificate_signs_what_was_written_before_it() -> None:
    house = House()
    dana, viktor = founded(house)
    by_its_own_clock(house, dana, days=-2)  # before its certificate begins, by its clock
    dana.say("written too early")
    house.settle()
    assert viktor.texts() == ["written too early"]


def test_a_clock_that_was_ahead_and_is_put_right_keeps_no_renewal_waiting() -> None:
    house = House()
    dana, _ = founded(house)
    by_its_own_clock(house, dana, days=300)
    dana.commit("update", [])
    house.settle()
    by_its_own_clock(house, dana, days=0)
    dana.desk.tick(CHANNEL)
    house.settle()
    assert 0 <= house.clock.now - dana.standing.last_update < DAY


def test_a_knock_that_was_made_by_a_clock_ahead_is_made_again() -> None:
    house = House()
    dana, _ = founded(house)
    noa = house.enter("a", "Noa")
    by_its_own_clock(house, noa, days=20)
    noa.standing.own_knock = None
    noa.desk.tick(CHANNEL)
    house.settle()
    by_its_own_clock(house, noa, days=0)
    noa.desk.tick(CHANNEL)
    house.settle()
    dana.admit(noa)
    house.settle()
    noa.say("in")
    house.settle()
    assert dana.texts() == ["in"]
