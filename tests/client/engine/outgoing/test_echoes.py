"""Line checks through whole lines: echoed by machines, once a side, and put on record when nobody was there."""

from __future__ import annotations

from hotline_client.engine.desk import Desk
from hotline_client.line.line import Line
from hotline_protocol.documents.watch import LineCheck, LineMissed
from hotline_protocol.folds.line import Check, CheckState
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded

NONCE = bytes(range(16))


def ask(line: Line, within: int = 60, nonce: bytes = NONCE) -> bytes:
    return line.say(CHANNEL, LineCheck(nonce, within))


def check(person: Person, document: bytes) -> Check:
    return Line(person.desk).read(CHANNEL, lambda book: book.line.checks[document])


def live(house: House, *people: Person, seconds: float = 0) -> None:
    """Time passes for these devices, which are on the line."""
    house.clock.pass_(seconds=seconds)
    for person in people:
        person.desk.tick(CHANNEL)
    house.settle(*people)


def test_a_check_is_echoed_by_the_other_side_alone_and_once() -> None:
    house = House()
    dana, viktor = founded(house)
    asked = ask(Line(dana.desk))
    house.settle()
    live(house, dana, viktor)
    assert check(dana, asked).state is CheckState.ECHOED
    assert check(viktor, asked).echoed_by == viktor.desk.context.certificate.device
    for _ in range(5):
        live(house, dana, viktor, seconds=5)
    assert len(viktor.documents("line.echo")) == 1
    assert not dana.desk.state(CHANNEL).outbox


def test_devices_of_a_side_take_turns_and_observers_say_nothing() -> None:
    house = House()
    dana, viktor = founded(house)
    second = house.enter("b", "Nina", Role.OFFICER)
    silent = house.enter("b", "Oleg", Role.OBSERVER)
    house.settle()
    viktor.admit(second, silent)
    house.settle()
    first = ask(Line(dana.desk))
    house.settle(dana, second, silent)
    live(house, dana, second, silent)
    assert check(dana, first).state is CheckState.OPEN
    live(house, dana, second, silent, seconds=3)
    assert check(dana, first).echoed_by == second.desk.context.certificate.device
    house.settle()
    live(house, dana, viktor, second, silent, seconds=10)

    ask(Line(dana.desk), nonce=bytes(16))
    house.settle(dana, viktor, second, silent)
    for _ in range(5):
        live(house, dana, viktor, second, silent, seconds=2)
    echoes = dana.documents("line.echo")
    assert [one.refused for one in echoes] == [None, None]
    assert echoes[-1].author == viktor.desk.context.certificate.fingerprint


def test_who_comes_back_late_says_so_and_who_was_away_puts_it_on_record() -> None:
    house = House()
    dana, viktor = founded(house)
    late = ask(Line(dana.desk))
    house.settle(dana)
    house.clock.pass_(seconds=120)
    house.settle()
    live(house, dana, viktor)
    assert check(dana, late).state is CheckState.LATE

    missed = ask(Line(dana.desk), nonce=bytes(16))
    house.settle(dana)
    house.clock.pass_(seconds=3600)
    house.settle()
    live(house, dana, viktor)
    live(house, dana, viktor, seconds=5)
    assert check(dana, missed).state is CheckState.MISSED
    assert [one.author for one in dana.documents("line.missed")] == [
        viktor.desk.context.certificate.fingerprint
    ]


def test_two_processes_on_one_vault_echo_once() -> None:
    house = House()
    dana, viktor = founded(house)
    beside = house.beside(viktor)
    ask(Line(dana.desk))
    house.settle(dana, viktor)
    beside.desk.tick(CHANNEL)
    viktor.desk.tick(CHANNEL)
    for _ in range(3):
        live(house, dana, viktor, beside, seconds=3)
    assert len(dana.documents("line.echo")) == 1


def test_what_others_refuse_is_not_said_over_and_over() -> None:
    house = House()
    dana, viktor = founded(house)
    old = viktor.desk
    house_clock = house.clock
    viktor.desk = Desk(old.context, viktor.vault, lambda: house_clock() + 3_600_000, old.rng)
    viktor.wire.desk = viktor.desk
    viktor.wire.connect(CHANNEL)
    ask(Line(dana.desk))
    house.settle(dana, viktor)
    for _ in range(5):
        live(house, dana, viktor, seconds=3)
    said = dana.documents("line.missed")
    assert [one.refused for one in said] == ["the time for the echo has not passed yet"]


def test_the_side_that_waited_in_vain_may_put_it_on_record_first() -> None:
    house = House()
    dana, viktor = founded(house)
    asked = ask(Line(dana.desk))
    house.settle(dana)
    house.clock.pass_(seconds=61)
    line = Line(dana.desk)
    line.say(CHANNEL, LineMissed(line.target(CHANNEL, asked)))
    house.settle(dana)
    house.settle()
    live(house, dana, viktor, seconds=700)
    assert check(viktor, asked).state is CheckState.MISSED
    assert not dana.documents("line.echo")
