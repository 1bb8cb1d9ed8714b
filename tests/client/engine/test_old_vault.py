"""A vault that is older than its own words: nothing is sealed before the log was read, the device stops, and comes back (L35 to L37, D10)."""

from __future__ import annotations

import copy

import pytest

from hotline_client.engine.channel import ChannelState
from hotline_client.engine.outgoing import upkeep
from hotline_client.engine.store import PutBack
from hotline_client.line.line import Line
from hotline_protocol.errors import UsageError
from hotline_protocol.relay.frames import Limits, Ready
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.memory_vault import MemoryVault


def three(house: House) -> tuple[Person, Person, Person]:
    """Both heads, and a deputy of ours who can admit."""
    dana, viktor = founded(house)
    petra = house.enter("a", "Petra", Role.DEPUTY)
    dana.admit(petra)
    house.settle()
    assert petra.state.is_member
    return dana, petra, viktor


def put_back(person: Person, old: MemoryVault) -> None:
    """All of the disk is as it was; the program is started and goes on the line."""
    person.vault = old
    person.restart()
    person.wire.connect(CHANNEL)


def waiting(person: Person) -> list[bool]:
    """Of each document that waits whether it is sealed."""
    state: ChannelState = person.state
    return [bool(one.sealed) for one in state.outbox.values() if one.kind == "document"]


# --- before the log was read


def test_an_offline_process_seals_nothing() -> None:
    house = House()
    dana, viktor = founded(house)
    dana.restart()
    ratchets = dana.vault.channels[CHANNEL].group
    dana.say("queued")
    assert waiting(dana) == [False]
    assert dana.vault.channels[CHANNEL].group == ratchets, "no key was spent"
    dana.wire.connect(CHANNEL)
    house.settle()
    assert viktor.texts() == ["queued"]


def test_a_new_session_reads_to_the_end_before_anything_is_sealed_again() -> None:
    house = House()
    dana, viktor = founded(house)
    viktor.say("meanwhile")
    house.settle(viktor)
    dana.desk.ready(house.relay.announce(CHANNEL))
    dana.say("too early")
    assert waiting(dana) == [False]
    dana.wire.connect(CHANNEL)
    assert waiting(dana)[0]
    house.settle()
    assert viktor.texts() == ["meanwhile", "too early"]


# --- what stops the device


def test_a_disk_that_is_put_back_spends_no_key_twice_and_knows_its_words_again() -> None:
    house = House()
    dana, petra, viktor = three(house)
    old = copy.deepcopy(dana.vault)
    dana.say("one")
    dana.say("two")
    house.settle()
    put_back(dana, old)
    assert dana.vault.put_back() is not None
    dana.say("three")
    house.settle()
    assert waiting(dana) == [False]
    assert dana.texts() == viktor.texts() == petra.texts() == ["one", "two"]
    assert all(one.own for one in dana.documents())


def test_a_commit_of_our_own_key_that_we_never_made_stops_the_device_outside_of_the_group() -> None:
    house = House()
    dana, _, viktor = three(house)
    old = copy.deepcopy(dana.vault)
    dana.commit("update", [])
    house.settle()
    put_back(dana, old)
    viktor.say("in the next epoch")
    house.settle()
    found = dana.vault.put_back()
    assert found is not None
    assert found.why == "own words"
    assert not dana.state.is_member
    assert not dana.events("invalid-commit")
    assert not dana.events("refused-message")


def test_a_knock_of_our_own_key_that_we_never_made_stops_the_device() -> None:
    house = House()
    dana, petra, _ = three(house)
    old = copy.deepcopy(petra.vault)
    petra.step(upkeep.knock)
    house.settle()
    put_back(petra, old)
    assert petra.vault.put_back() is not None
    petra.desk.recover()
    house.settle()
    dana.admit(petra)
    house.settle()
    petra.desk.resume(CHANNEL)
    petra.desk.resume(CHANNEL)
    petra.wire.connect(CHANNEL)
    house.settle()
    assert petra.vault.put_back() is None, "a log that is taken again stops nothing a second time"


def test_our_own_entries_that_come_again_stop_nothing() -> None:
    """Whoever stores the log can show again what this vault made; that proves no copy."""
    house = House()
    dana, petra, viktor = three(house)
    petra.step(upkeep.knock)
    dana.say("once")
    house.settle()
    for person in (dana, petra):
        person.desk.resume(CHANNEL)
        person.wire.connect(CHANNEL)
    house.settle()
    assert dana.vault.put_back() is petra.vault.put_back() is None
    assert viktor.texts() == ["once"]


def test_while_it_is_stopped_nothing_goes_out() -> None:
    house = House()
    dana, petra, viktor = three(house)
    del petra
    dana.vault.stopped = PutBack("older")
    dana.say("kept")
    viktor.say("heard", response="R")
    dana.see(viktor.standing.cursor)
    before = len(house.relay.log(CHANNEL).raws)
    house.clock.pass_(days=9)
    house.settle()
    assert dana.texts() == ["heard"]
    own = [one for one in dana.documents("receipt") if one.own and one.seq > before]
    assert own == []
    assert list(dana.desk.outgoing(CHANNEL)) == []


# --- the way back


def test_a_device_that_recovers_is_admitted_anew_and_says_what_waited_once() -> None:
    house = House()
    dana, petra, viktor = three(house)
    dana.restart()
    dana.say("said meanwhile")
    old = copy.deepcopy(dana.vault)
    dana.wire.connect(CHANNEL)
    house.settle()
    put_back(dana, old)
    dana.say("not said yet")
    done = dana.desk.recover()
    assert done[CHANNEL].left
    assert done[CHANNEL].waiting == 1
    assert dana.vault.put_back() is None
    house.settle()
    assert not dana.state.is_member
    assert viktor.texts() == ["said meanwhile"]
    petra.admit(dana)
    house.settle()
    assert dana.members() == petra.members() == viktor.members()
    assert len(dana.members()) == 3
    for one in (dana, petra, viktor):
        assert one.texts() == ["said meanwhile", "not said yet"]
        assert [record.refused for record in one.documents()] == [None, None]


def test_no_machine_lets_a_recovered_device_in() -> None:
    """Whatever a copy holds proves nothing: a person of its side admits it."""
    house = House()
    dana, petra, _ = three(house)
    dana.desk.recover()
    house.settle()
    house.clock.pass_(seconds=60)
    house.settle()
    assert not dana.state.is_member
    [knock] = petra.standing.knocks.values()
    assert knock.proofs == ()
    petra.admit(dana)
    house.settle()
    assert dana.state.is_member


def test_what_was_to_change_in_the_group_is_told_and_not_done() -> None:
    house = House()
    dana, petra, _ = three(house)
    guest = house.enter("a", "Ruth")
    dana.restart()
    dana.admit(guest)
    done = dana.desk.recover()
    assert done[CHANNEL].dropped == ("admit",)
    dana.wire.connect(CHANNEL)
    house.settle()
    petra.admit(dana)
    house.settle()
    assert not guest.state.is_member


def test_a_removed_device_that_recovers_asks_again() -> None:
    house = House()
    dana, petra, _ = three(house)
    petra.remove(dana)
    house.settle()
    assert dana.standing.removed
    dana.desk.recover()
    house.settle()
    petra.admit(dana)
    house.settle()
    assert dana.state.is_member


def test_the_log_is_read_to_its_end_before_the_groups_are_left() -> None:
    house = House()
    dana, _ = founded(house)
    line = Line(dana.desk)
    with pytest.raises(UsageError, match="read to its end"):
        line.recover()
    assert dana.state.is_member


def test_a_relay_that_hides_a_channel_keeps_nobody_from_recovering() -> None:
    house = House()
    dana, _ = founded(house)
    line = Line(dana.desk)
    line._driver.ready(Ready(house.clock(), Limits(0, 0, 0, 0, 0), ()))
    assert line.recover()[CHANNEL].left


def test_two_machines_on_one_copied_vault_cannot_both_go_on() -> None:
    """Whoever hears the other first stops; after a recovery the other is out of the group, and stops too."""
    house = House()
    dana, petra, viktor = three(house)
    twin = house.twin(dana)
    dana.say("the first")
    house.settle(dana)
    twin.wire.pull(CHANNEL)
    assert twin.vault.put_back() is not None
    twin.say("the copy")
    house.settle()
    twin.desk.recover()
    house.settle(twin, petra, viktor)
    petra.admit(twin)
    house.settle(twin, petra, viktor)
    assert twin.state.is_member
    dana.say("from the old leaf")
    house.settle()
    assert not dana.state.is_member
    assert dana.vault.put_back() is not None, "it hears a knock of its own key"
    house.settle(twin)
    assert viktor.texts() == petra.texts() == ["the first", "the copy"]
    assert len(waiting(dana)) == 1
