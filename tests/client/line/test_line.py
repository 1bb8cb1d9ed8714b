"""The line as screens and commands use it, over vaults and a relay in memory."""

from __future__ import annotations

import asyncio

import pytest

from hotline_client.errors import HaltedChannel, KeyReused, Refused
from hotline_client.line.line import Line
from hotline_client.line.views import Receipt
from hotline_protocol.errors import FormatError, MembershipError, UsageError
from hotline_protocol.terms import Precedence, Response, Role
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support import hostile_relay as hostile
from tests.support.hostile_relay import HostileRelay
from tests.support.people import crl, device


def line_of(person: Person) -> Line:
    return Line(person.desk)


def pair() -> tuple[House, Person, Person, Line, Line]:
    house = House()
    dana, viktor = founded(house)
    return house, dana, viktor, line_of(dana), line_of(viktor)


def test_a_message_goes_from_queued_to_acknowledged() -> None:
    house, _, _, ours, theirs = pair()
    sent = ours.send_text(CHANNEL, "keep clear", precedence=Precedence.FLASH, response=Response.WILCO_UNABLE)
    queued = ours.message(CHANNEL, sent)
    assert queued is not None
    assert (queued.receipt, queued.seq, queued.text) == (Receipt.QUEUED, None, "keep clear")
    assert ours.timeline(CHANNEL)[-1] == queued
    assert [one.kind for one in ours.outbox()] == ["text"]
    house.settle()
    delivered = ours.message(CHANNEL, sent)
    assert delivered is not None
    assert delivered.receipt is Receipt.DELIVERED
    assert [mark.person.name for mark in delivered.delivered] == ["Viktor"]
    (waiting,) = theirs.unacknowledged()
    assert waiting.needs_ack
    assert waiting.seq is not None
    assert theirs.channel(CHANNEL).unacknowledged == theirs.channel(CHANNEL).unseen == 1
    theirs.mark_seen(CHANNEL, waiting.seq)
    house.settle()
    seen = ours.message(CHANNEL, delivered.seq or 0)
    assert seen is not None
    assert seen.receipt is Receipt.SEEN
    theirs.acknowledge(CHANNEL, waiting.id, note="wilco")
    house.settle()
    acknowledged = ours.message(CHANNEL, sent)
    assert acknowledged is not None
    assert acknowledged.receipt is Receipt.ACKNOWLEDGED
    assert not theirs.unacknowledged()
    assert theirs.channel(CHANNEL).unseen == 0
    assert [one.text for one in ours.timeline(CHANNEL) if one.kind == "ack"] == ["wilco"]


def test_the_timeline_is_paged_both_ways() -> None:
    house, _, _, ours, theirs = pair()
    for number in range(10):
        ours.send_text(CHANNEL, f"message {number}")
    house.settle()
    texts = [one for one in theirs.timeline(CHANNEL) if one.kind == "text"]
    assert [one.text for one in texts] == [f"message {number}" for number in range(10)]
    last = theirs.timeline(CHANNEL, limit=3)
    assert [one.text for one in last] == ["message 7", "message 8", "message 9"]
    earlier = theirs.timeline(CHANNEL, before=last[0].seq, limit=3)
    assert [one.text for one in earlier] == ["message 4", "message 5", "message 6"]
    later = theirs.timeline(CHANNEL, after=texts[3].seq, limit=2)
    assert [one.text for one in later] == ["message 4", "message 5"]


def test_a_key_gives_the_same_id_and_other_content_is_refused() -> None:
    house, _, _, ours, theirs = pair()
    first = ours.send_text(CHANNEL, "once", key="k")
    assert ours.send_text(CHANNEL, "once", key="k") == first
    house.settle()
    assert ours.send_text(CHANNEL, "once", key="k") == first
    with pytest.raises(KeyReused):
        ours.send_text(CHANNEL, "twice", key="k")
    house.settle()
    assert [one.text for one in theirs.timeline(CHANNEL) if one.kind == "text"] == ["once"]


def test_what_no_reader_would_accept_is_not_queued() -> None:
    _, _, _, ours, _ = pair()
    for text in ("", "evil \u202e", "x" * 100_000):
        with pytest.raises(FormatError):
            ours.send_text(CHANNEL, text)
    assert not ours.outbox()
    with pytest.raises(UsageError):
        ours.send_text("caucus.b", "spy")


def test_only_what_the_other_side_said_can_be_acknowledged() -> None:
    house, _, _, ours, _ = pair()
    sent = ours.send_text(CHANNEL, "mine")
    house.settle()
    with pytest.raises(UsageError):
        ours.acknowledge(CHANNEL, sent)
    with pytest.raises(UsageError):
        ours.acknowledge(CHANNEL, b"0" * 16)


def test_knocks_say_who_may_be_admitted_and_refusals_name_the_rule() -> None:
    house, _, _, ours, theirs = pair()
    house.enter("a", "Noa")
    (knock,) = ours.knocks(CHANNEL)
    assert (knock.person.name, knock.admissible) == ("Noa", None)
    (foreign,) = theirs.knocks(CHANNEL)
    assert foreign.admissible is not None
    with pytest.raises(MembershipError, match="M8"):
        theirs.admit(CHANNEL, [foreign.id])
    assert not theirs.outbox()
    ours.admit(CHANNEL, [knock.id])
    house.settle()
    assert [one.person.name for one in theirs.roster(CHANNEL)] == ["Dana", "Viktor", "Noa"]
    with pytest.raises(MembershipError, match="M8"):
        theirs.remove(CHANNEL, [2])
    with pytest.raises(UsageError, match="nobody removes themself"):
        ours.remove(CHANNEL, [0])
    ours.remove(CHANNEL, [2])
    house.settle()
    assert line_of(house.people["Noa"]).channel(CHANNEL).phase == "removed"


def test_a_removed_device_asks_again_only_when_a_person_says_so() -> None:
    house, dana, _, ours, _ = pair()
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    dana.remove(noa)
    house.settle()
    theirs = line_of(noa)
    with pytest.raises(UsageError):
        theirs.send_text(CHANNEL, "still me")
    assert not ours.knocks(CHANNEL)
    theirs.knock(CHANNEL)
    house.settle()
    ours.admit(CHANNEL, [ours.knocks(CHANNEL)[0].id])
    house.settle()
    assert theirs.channel(CHANNEL).phase == "member"


def test_a_revoked_device_does_not_count_from_that_entry_on() -> None:
    house, dana, viktor, ours, theirs = pair()
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    noa.say("before")
    house.settle()
    ours.revoke(crl("a", device("a", "Noa")[2]))
    house.settle()
    noa.say("after")
    house.settle()
    assert viktor.texts() == dana.texts() == ["before"]
    assert [one.current for one in theirs.roster(CHANNEL)] == [True, True, False]
    house.enter("a", "Gal")
    waiting = ours.knocks(CHANNEL)[-1].id
    with pytest.raises(MembershipError, match="M11"):
        ours.admit(CHANNEL, [waiting])


def test_two_lines_on_one_vault_do_not_get_in_each_others_way() -> None:
    house, dana, viktor, ours, _ = pair()
    second = house.beside(dana)
    script = line_of(second)
    sent = [ours.send_text(CHANNEL, "from the screen"), script.send_text(CHANNEL, "from the script")]
    assert script.send_text(CHANNEL, "again", key="x") == ours.send_text(CHANNEL, "again", key="x")
    house.settle()
    assert viktor.texts() == ["from the screen", "from the script", "again"]
    found = [script.message(CHANNEL, one) for one in sent]
    assert all(one is not None and one.seq is not None for one in found)
    viktor.say("answer")
    house.settle()
    assert dana.texts() == second.texts()
    assert dana.texts()[-1] == "answer"


def test_waiting_ends_with_the_log_a_refusal_or_a_halt() -> None:
    async def story() -> None:
        house, dana, viktor, ours, _ = pair()
        sent = ours.send_text(CHANNEL, "hello")
        task = asyncio.create_task(ours.wait_relayed(sent, 5))
        await asyncio.sleep(0)
        house.settle()
        assert (await task).seq is not None
        with pytest.raises(TimeoutError):
            await ours.wait_relayed(ours.send_text(CHANNEL, "later"), 0.01)
        noa = house.enter("a", "Noa", Role.OBSERVER)
        dana.admit(noa)
        house.settle()
        refused = noa.say("may I")
        house.settle()
        with pytest.raises(Refused):
            await line_of(noa).wait_relayed(refused, 1)
        viktor.say("one")
        house.settle(viktor)
        viktor.say("two")
        house.settle(viktor)
        dana.wire.relay = HostileRelay(house.relay, hostile.drop(house.relay.log(CHANNEL).position.tail - 1))
        dana.wire.pull(CHANNEL)
        with pytest.raises(HaltedChannel):
            await ours.wait_relayed(ours.send_text(CHANNEL, "stuck"), 1)
        assert ours.channel(CHANNEL).halted is not None
        assert ours.security_events()

    asyncio.run(story())


def test_changes_tell_what_another_process_did() -> None:
    async def story() -> None:
        house, dana, _, ours, _ = pair()
        second = line_of(house.beside(dana))
        news = ours.changes()
        second.send_text(CHANNEL, "from elsewhere")
        await asyncio.wait_for(anext(news), 2)
        assert [one.text for one in ours.outbox()] == ["from elsewhere"]

    asyncio.run(story())


def test_the_line_in_one_glance() -> None:
    house, _, _, ours, theirs = pair()
    theirs.send_text(CHANNEL, "hello")
    house.settle()
    status = ours.status()
    assert status.state.value == "DOWN"
    assert status.peer_delegation == "BRAVO"
    assert status.peer_last_heard is not None
    assert [one.name for one in status.channels] == ["plenary", "air", "naval", "em", "caucus.a"]
    assert status.me.name == "Dana"
    assert status.me.me
