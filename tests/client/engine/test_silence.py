"""Rule F25 on whole devices: who lets a silence pass, whatever the relay holds back or dates."""

from __future__ import annotations

from hotline_client.engine import journal
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import documents, sealing
from hotline_protocol.documents import Body
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaObject,
    AgendaOpen,
    AgendaPropose,
    AgendaSilence,
    Outcome,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.folds.agenda import Item, ItemState
from hotline_protocol.folds.journal import Journal
from hotline_protocol.relay.frames import Rejected
from tests.client.engine.house import CHANNEL, House, Person, founded

HOURS = 13


def say(house: House, person: Person, body: Body) -> bytes:
    document = bytes(person.step(lambda draft: documents.say(draft, body)))
    house.settle()
    return document


def item(person: Person) -> Item:
    book: Journal = person.step(journal.journal)
    return next(iter(book.agenda.items.values()))


def target(person: Person) -> Target:
    return Target(item(person).id, item(person).content)


def hushed() -> tuple[House, Person, Person]:
    """A silence by side a runs over an open item, and ends in thirteen hours."""
    house = House()
    dana, viktor = founded(house)
    say(house, dana, AgendaPropose("Corridors"))
    say(house, viktor, AgendaAccept(target(viktor)))
    for one in (dana, viktor):
        say(house, one, AgendaAdopt((target(one),)))
    say(house, dana, AgendaOpen(target(dana)))
    until = house.clock.now + HOURS * 3_600_000
    say(house, dana, AgendaSilence(target(dana), Outcome.AGREED, "as proposed", until))
    return house, dana, viktor


def states(*people: Person) -> set[ItemState]:
    """What they hold, in memory and folded anew."""
    found = set()
    for one in people:
        found.add(item(one).state)
        one.restart()
        one.wire.connect(CHANNEL)
        found.add(item(one).state)
    return found


def test_a_silence_passes_with_the_receipt_of_who_saw_it() -> None:
    house, dana, viktor = hushed()
    viktor.see(viktor.standing.cursor)
    house.settle()
    house.clock.pass_(seconds=HOURS * 3600 - 600)
    dana.say("before the end")
    house.settle()
    assert states(dana, viktor) == {ItemState.OPEN}
    house.clock.pass_(seconds=600)
    dana.say("after the end")
    house.settle()  # viktor's device says that it got this
    assert states(dana, viktor) == {ItemState.AGREED}


def test_a_device_that_only_got_it_consents_to_nothing() -> None:
    house, dana, viktor = hushed()
    house.clock.pass_(days=30)
    dana.say("anybody there?")
    house.settle()
    viktor.say("here")
    house.settle()
    assert states(dana, viktor) == {ItemState.OPEN}
    say(house, viktor, AgendaObject(target(viktor), "not like this"))
    assert item(dana).silence is None


def test_a_relay_that_dates_ahead_ends_no_silence() -> None:
    house, dana, viktor = hushed()
    viktor.see(viktor.standing.cursor)
    house.settle()
    house.relay.clock = lambda: house.clock.now + 40 * 86_400_000
    viktor.say("as I was saying")
    house.settle()
    assert states(dana, viktor) == {ItemState.OPEN}
    say(house, viktor, AgendaObject(target(viktor), "not like this"))
    house.clock.pass_(days=2)
    viktor.say("well?")
    house.settle()
    assert states(dana, viktor) == {ItemState.OPEN}


def rate_limited(draft: Draft) -> None:
    """The relay wants everything that waits to come later."""
    first = next(iter(draft.state.outbox.values()))
    sealing.answered(draft, Rejected(first.sealed[-1].entry_id, "rate-limited", "later", 30.0))


def test_no_word_is_offered_past_an_objection_that_is_not_in_the_log() -> None:
    """A relay that takes later words alone would have a receipt stand for consent."""
    house, dana, viktor = hushed()
    viktor.see(viktor.standing.cursor)
    house.settle()
    viktor.step(lambda draft: documents.say(draft, AgendaObject(target(viktor), "not like this")))
    viktor.say("and another thing")
    assert len(viktor.desk.outgoing(CHANNEL)) == 1
    viktor.step(rate_limited)
    assert viktor.desk.outgoing(CHANNEL) == []
    house.clock.pass_(seconds=60)
    house.settle()
    assert item(dana).silence is None
    assert dana.texts() == ["and another thing"]
