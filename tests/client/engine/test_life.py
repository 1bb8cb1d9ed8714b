"""The life of a channel among honest people: founding, knocking, admission, words, receipts, removal (rules L and D)."""

from __future__ import annotations

from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import sealing
from hotline_client.engine.records import OutboxItem
from hotline_protocol.codec import encode
from hotline_protocol.terms import Role
from tests.client.engine.house import House, founded


def test_both_heads_found_and_talk() -> None:
    house = House()
    dana, viktor = founded(house)
    assert (dana.epoch, viktor.epoch) == (1, 1)
    assert dana.members() == viktor.members() == ["Dana", "Viktor"]
    viktor.say("good morning")
    dana.say("boker tov")
    house.settle()
    assert dana.texts() == viktor.texts()
    assert sorted(dana.texts()) == ["boker tov", "good morning"]
    assert dana.standing.head == viktor.standing.head == house.relay.log("plenary").position.head
    assert not dana.state.outbox
    assert not viktor.state.outbox


def test_receipts_reach_acknowledged_and_come_to_rest() -> None:
    house = House()
    dana, viktor = founded(house)
    dana.say("keep clear", response="W/U")
    house.settle()
    (seen_by_viktor,) = viktor.documents()
    marks = dana.vault.marks("plenary", since=seen_by_viktor.seq)
    assert [one.what for one in marks] == ["delivered"]
    assert viktor.standing.awaiting
    viktor.see(seen_by_viktor.seq)
    viktor.ack(seen_by_viktor)
    house.settle()
    marks = dana.vault.marks("plenary", since=seen_by_viktor.seq)
    assert {one.what for one in marks} == {"delivered", "seen", "acknowledged"}
    assert not viktor.standing.awaiting
    tail = house.relay.log("plenary").position.tail
    for _ in range(5):
        house.settle()
    assert house.relay.log("plenary").position.tail == tail, "a receipt asked for a receipt"


def test_an_officer_is_admitted_and_removed() -> None:
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    assert noa.epoch is None
    dana.admit(noa)
    house.settle()
    assert noa.members() == ["Dana", "Viktor", "Noa"]
    noa.say("here")
    house.settle()
    assert viktor.texts() == ["here"]
    dana.remove(noa)
    house.settle()
    assert noa.epoch is None
    assert noa.standing.removed
    dana.say("after")
    house.settle()
    assert viktor.texts() == ["here", "after"]
    assert noa.texts() == ["here"]
    assert not noa.standing.own_knock, "a removed device does not knock by itself (L51)"


def test_an_observer_may_only_send_receipts() -> None:
    house = House()
    dana, viktor = founded(house)
    olga = house.enter("b", "Olga", Role.OBSERVER)
    viktor.admit(olga)
    house.settle()
    olga.say("may I?")
    house.settle()
    assert dana.texts() == viktor.texts() == []
    (refused,) = dana.documents()
    assert refused.refused is not None
    assert "only send receipts" in refused.refused


def test_a_conflict_is_sealed_again_exactly_once() -> None:
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    viktor.say("one")
    viktor.say("two")
    dana.admit(noa)
    house.settle(dana)
    house.settle()
    for person in (dana, viktor):
        assert person.texts() == ["one", "two"]
    assert len({one.id for one in viktor.documents()}) == 2
    assert all(one.epoch == 2 for one in viktor.documents())


def test_two_commits_race_and_both_happen() -> None:
    house = House()
    dana, viktor = founded(house)
    noa, olga = house.enter("a", "Noa"), house.enter("b", "Olga")
    dana.admit(noa)
    viktor.admit(olga)
    house.settle()
    assert sorted(dana.members()) == ["Dana", "Noa", "Olga", "Viktor"]
    assert {one.epoch for one in house.people.values()} == {3}


def test_keys_are_renewed_after_a_day_at_start_and_a_week_running() -> None:
    house = House()
    dana, viktor = founded(house)
    house.clock.pass_(days=6)
    house.settle()
    assert dana.epoch == 1
    dana.restart()
    dana.wire.connect("plenary")
    house.settle()
    assert (dana.epoch, viktor.epoch) == (2, 2)
    house.clock.pass_(days=2)
    house.settle()
    assert viktor.epoch == 3, "a week after the founding"
    assert any("renewed" in one for one in dana.events("updated"))


def test_a_knock_is_renewed_before_it_expires() -> None:
    house = House()
    dana, _ = founded(house)
    noa = house.enter("a", "Noa")
    first = noa.standing.own_knock.id
    house.clock.pass_(days=29.5)
    house.settle()
    second = noa.standing.own_knock
    assert second.id != first
    assert second.seq is not None
    assert [one.id for one in dana.standing.knocks.values()] == [second.id]


def test_an_acknowledgement_means_the_same_however_the_log_arrives() -> None:
    """Somebody else's document under the same id comes later, in one batch with the acknowledgement of the first."""
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    first = dana.say("keep clear", response="R")
    house.settle()
    dana.wire.places.clear()
    shadow = OutboxItem(first, 1, "document", "text", encode(SHADOW), house.clock.now)

    def post(draft: Draft) -> None:
        draft.put(shadow)
        sealing.seal(draft)

    noa.step(post)
    house.settle(noa, viktor)
    (target, _) = viktor.documents()
    viktor.ack(target)
    house.settle(noa, viktor)
    dana.wire.connect("plenary")
    house.settle()
    for person in (dana, viktor, noa):
        marks = person.vault.marks("plenary", since=target.seq)
        assert [one.target for one in marks if one.what == "acknowledged"] == [first]


SHADOW = {"text": "something else", "precedence": "ROUTINE", "response": "N"}
