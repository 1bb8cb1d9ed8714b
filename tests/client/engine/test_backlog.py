"""A delegate who was away for 5,000 messages and 20 changes of membership catches up in seconds and can prove the chain."""

from __future__ import annotations

import time

from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import sealing
from hotline_protocol.codec import encode
from hotline_protocol.relay.chain import extend, genesis
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.people import link

MESSAGES = 5000
CHANGES = 20


def say_many(person: Person, first: int, count: int) -> None:
    """Queue many texts in one step, as a script would."""

    def work(draft: Draft) -> None:
        for number in range(first, first + count):
            body = encode({"text": f"m {number}", "precedence": "ROUTINE", "response": "N", "reply_to": None})
            draft.enqueue("document", body, document_kind="text")
        sealing.seal(draft)

    person.step(work)


def test_five_thousand_messages_and_twenty_changes_later() -> None:
    house = House()
    dana, viktor = founded(house)
    karl = house.enter("b", "Karl", Role.DEPUTY)
    viktor.admit(karl)
    house.settle()
    away = house.people.pop("Karl")
    away.wire.places.clear()
    guest = house.enter("a", "Noa")
    each = MESSAGES // CHANGES
    for change in range(CHANGES):
        say_many(dana if change % 2 else viktor, change * each, each)
        house.settle(dana, viktor)
        if change % 2 == 0:
            dana.admit(guest)
        else:
            dana.remove(guest)
        house.settle(dana, viktor, guest)
        if change % 2:
            guest.standing.removed = False
            guest.desk.caught_up(CHANNEL)
            house.settle(dana, viktor, guest)
    started = time.perf_counter()
    away.wire.connect(CHANNEL)
    took = time.perf_counter() - started
    assert away.texts() == dana.texts() == [f"m {number}" for number in range(MESSAGES)]
    assert away.epoch == dana.epoch
    assert took < 30, f"{took:.1f} s"
    head = genesis(link().charter.link_id, CHANNEL)
    for entry in away.vault.entries(CHANNEL, 1, away.standing.cursor):
        head = extend(head, entry.seq, entry.raw)
        assert head == entry.head
    assert head == house.relay.log(CHANNEL).position.head == dana.standing.head
