"""A relay that lies (rules H): nothing forged is shown, nothing twice, every deviation is refused or halts by its name, and
after the honest relay returns work goes on.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline_client.engine.desk import PROMISE_KEPT_WITHIN
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import halting
from hotline_client.engine.outgoing import sealing
from hotline_client.line.line import Line
from hotline_client.presenters.line import channel_text
from hotline_protocol.codec import encode
from hotline_protocol.documents.document import MAX_TIME
from hotline_protocol.errors import PeerError
from hotline_protocol.relay.chain import Entry, Kind, decode_entry, encode_entry
from hotline_protocol.relay.frames import ChannelState, Submission
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded, refill, relay_as_it_was
from tests.support import hostile_relay as hostile
from tests.support.hostile_relay import HostileRelay

KINDS: tuple[Kind, ...] = ("knock", "message")
SAID = ["one", "two", "three", "four"]


class Story:
    """Viktor has said four things that Dana has not fetched yet; the first stands at `first`."""

    def __init__(self) -> None:
        self.house = House()
        self.dana, self.viktor = founded(self.house)
        self.dana.wire.places.clear()
        self.first = self.tail + 1
        for text in SAID:
            self.viktor.say(text)
            self.house.settle(self.viktor)
            self.house.clock.pass_(seconds=1)

    @property
    def tail(self) -> int:
        return self.house.relay.log(CHANNEL).position.tail

    def raw(self, seq: int) -> bytes:
        return self.house.relay.log(CHANNEL).raws[seq - 1]

    def lie(self, doctor: hostile.Doctor) -> HostileRelay:
        """Dana connects to a relay that lies to her."""
        relay = HostileRelay(self.house.relay, doctor)
        self.dana.wire.relay = relay
        self.dana.wire.connect(CHANNEL)
        return relay

    def halted(self, person: Person | None = None) -> str | None:
        halt = (person or self.dana).standing.halt
        return None if halt is None else str(halt.kind)

    def shown(self) -> list[str]:
        texts = self.dana.texts()
        assert len(set(texts)) == len(texts), "shown twice"
        assert set(texts) <= set(SAID), "something forged was shown"
        return texts

    def honest_again(self) -> None:
        """The honest relay is back, and a person decides to go on; then everything must be as if nothing had been."""
        self.shown()
        self.dana.wire.relay = self.house.relay
        for _ in range(3):
            self.dana.desk.resume(CHANNEL, shorter=True)
            self.dana.wire.connect(CHANNEL)
            self.house.settle()
            if self.halted() is None:
                break
        assert self.halted() is None
        assert self.halted(self.viktor) is None
        assert self.dana.texts() == self.viktor.texts() == SAID
        self.dana.say("and on")
        self.viktor.say("we go")
        self.house.settle()
        assert self.halted() is None
        assert sorted(self.dana.texts()) == sorted([*SAID, "and on", "we go"])
        assert self.dana.texts() == self.viktor.texts()
        assert (
            self.dana.standing.head
            == self.viktor.standing.head
            == self.house.relay.log(CHANNEL).position.head
        )


@pytest.fixture
def story() -> Story:
    return Story()


def test_an_honest_relay_is_believed(story: Story) -> None:
    story.lie(lambda raws: raws)
    assert story.shown() == SAID
    assert story.halted() is None


def test_a_dropped_message_is_noticed_by_the_next(story: Story) -> None:
    story.lie(hostile.drop(story.first + 1))
    assert story.halted() == "fork"
    assert story.shown() == ["one"]
    story.honest_again()


def test_a_halt_survives_a_restart_and_stops_sending(story: Story) -> None:
    story.lie(hostile.drop(story.first + 1))
    story.dana.restart()
    assert story.halted() == "fork"
    story.dana.say("not now")
    assert not story.dana.desk.outgoing(CHANNEL)
    story.dana.wire.connect(CHANNEL)
    assert CHANNEL not in story.dana.wire.places
    assert any("the channel stopped" in one for one in story.dana.events("halt"))


def test_reordered_messages_break_the_chain(story: Story) -> None:
    story.lie(hostile.swap(story.first))
    assert story.halted() == "fork"
    story.honest_again()


def test_a_repeated_entry_is_refused_and_breaks_the_chain(story: Story) -> None:
    story.lie(hostile.repeat(story.first))
    assert story.shown() == ["one", "two"], "the second was written before the repetition"
    assert story.halted() == "fork"
    assert any("replay" in one or "generation" in one for one in story.dana.events("refused-message"))
    story.honest_again()


def test_a_replay_under_another_id_is_refused(story: Story) -> None:
    replayed = hostile.relabel(story.raw(story.first), id=b"another id here!")
    story.lie(hostile.insert(story.first + 1, replayed))
    assert story.shown() == ["one", "two"]
    assert story.halted() == "fork"
    story.honest_again()


def test_a_message_under_another_id_is_refused(story: Story) -> None:
    story.lie(hostile.replace(story.first, hostile.relabel(story.raw(story.first), id=b"another id here!")))
    assert "one" not in story.shown()
    assert any("another entry" in one for one in story.dana.events("refused-message"))
    story.dana.wire.relay = story.house.relay


def test_a_rolled_back_log_is_noticed_before_anything(story: Story) -> None:
    story.lie(lambda raws: raws)
    before = story.dana.standing.cursor
    story.lie(hostile.cut(before - 2))
    assert story.halted() == "rollback"
    assert story.dana.standing.cursor == before
    story.honest_again()


def test_entries_that_another_process_took_after_the_announcement_are_no_rollback(story: Story) -> None:
    """The relay says where it stands, then a second process on this vault takes what came since."""
    held = story.dana.standing.cursor
    announced = story.house.relay.announce(CHANNEL)
    story.viktor.say("and five")
    story.house.settle(story.viktor)
    story.house.beside(story.dana)
    assert story.dana.standing.cursor > announced.tail > held
    assert story.dana.desk.ready(announced, held=held) == story.dana.standing.cursor
    assert story.halted() is None


def test_an_older_announcement_must_still_fit_our_own_chain(story: Story) -> None:
    held = story.dana.standing.cursor
    announced = story.house.relay.announce(CHANNEL)
    story.viktor.say("and five")
    story.house.settle(story.viktor)
    story.house.beside(story.dana)
    forked = ChannelState(CHANNEL, announced.tail, announced.last_commit, bytes(32))
    assert story.dana.desk.ready(forked, held=held) is None
    assert story.halted() == "rollback"


def test_another_log_of_the_same_length_is_noticed(story: Story) -> None:
    story.lie(lambda raws: raws)
    story.lie(hostile.flip(story.first, 40))
    assert story.halted() == "rollback"
    story.honest_again()


def test_a_stored_entry_that_changes_is_a_rewrite(story: Story) -> None:
    story.lie(lambda raws: raws)
    changed = hostile.relabel(story.raw(story.first), body=b"x")
    story.dana.desk.entries(CHANNEL, story.first, [changed])
    assert story.halted() == "rewrite"
    story.honest_again()


def test_a_gap_is_named(story: Story) -> None:
    story.lie(hostile.cut(story.first))
    story.dana.desk.entries(CHANNEL, story.first + 2, [story.raw(story.first + 2)])
    assert story.halted() == "gap"
    story.honest_again()


@pytest.mark.parametrize("at", [1, MAX_TIME + 1, 2**63 - 1])
def test_an_entry_that_is_dated_otherwise_for_one_reader_is_another_log(story: Story, at: int) -> None:
    wrong = hostile.relabel(story.raw(story.first + 1), at=at)
    story.lie(hostile.replace(story.first + 1, wrong))
    assert story.halted() == "fork"
    assert story.shown()[:2] == ["one", "two"]
    story.honest_again()


def test_a_forged_appended_is_named_and_the_message_is_sent_again(story: Story) -> None:
    relay = story.lie(lambda raws: raws)
    relay.swallow = True
    relay.promise = story.first
    story.dana.say("lost?")
    story.dana.wire.push(CHANNEL)
    assert story.dana.events("forged-appended")
    assert story.dana.state.outbox, "what is not in the log is not done"
    story.dana.wire.relay = story.house.relay
    story.dana.wire.connect(CHANNEL)
    story.house.settle()
    assert story.dana.texts() == story.viktor.texts() == [*SAID, "lost?"]


def test_an_appended_that_never_comes_ends_the_session(story: Story) -> None:
    relay = story.lie(lambda raws: raws)
    relay.swallow = True
    story.dana.say("lost?")
    story.dana.wire.push(CHANNEL)
    story.house.clock.pass_(seconds=PROMISE_KEPT_WITHIN / 1000 + 1)
    with pytest.raises(PeerError, match="never delivered"):
        story.dana.desk.tick(CHANNEL)
    assert story.dana.events("forged-appended")


def test_an_appended_for_a_place_that_another_takes_is_named(story: Story) -> None:
    relay = story.lie(lambda raws: raws)
    relay.swallow = True
    story.dana.say("lost?")
    story.dana.wire.push(CHANNEL)
    relay.swallow = False
    story.viktor.say("mine")
    story.house.settle(story.viktor)
    story.dana.wire.pull(CHANNEL)
    assert any("is ours, and it is another" in one for one in story.dana.events("forged-appended"))


def test_a_forged_sender_is_refused(story: Story) -> None:
    """Somebody certified, who is in no group of ours, makes a group of the same name and speaks in it."""
    mallory = founded(House(), "Eve", "Mallory")[1]
    mallory.say("I am Viktor")
    forged = next(iter(mallory.state.outbox.values())).sealed[-1]
    entry = decode_entry(story.raw(story.first))
    raw = encode_entry(Entry(entry.at, "message", forged.entry_id, entry.after, forged.body))
    story.lie(hostile.insert(story.first, raw))
    assert "I am Viktor" not in story.shown()
    assert story.dana.events("refused-message")
    story.honest_again()


def test_garbage_of_every_kind_is_refused(story: Story) -> None:
    raws = []
    entry = decode_entry(story.raw(story.first))
    for place, body in enumerate(
        (b"", b"\x00" * 400, b"\xff" * 3000, b"\x92\xc4\x00\xc0", b"\x00\x01\x00\x02" + b"\x20" * 99)
    ):
        raws += [
            encode_entry(Entry(entry.at, kind, bytes([place, number]) * 8, entry.after, body))
            for number, kind in enumerate(KINDS)
        ]
    for raw in raws:
        story.lie(hostile.insert(story.first, raw))
        story.shown()
        assert story.dana.epoch == 1
        story.dana.restart()
        if story.halted() is not None:
            story.dana.wire.relay = story.house.relay
            story.dana.desk.resume(CHANNEL, shorter=True)
            story.dana.wire.connect(CHANNEL)
    story.honest_again()


def test_an_invalid_commit_changes_nothing_and_the_log_goes_on() -> None:
    house = House()
    dana, viktor = founded(house)
    last = house.relay.log(CHANNEL).position.last_commit
    house.relay.append(CHANNEL, [Submission("commit", b"i" * 16, last, b"\x92\xc4\x03abc\xc0")])
    house.settle()
    assert (dana.epoch, viktor.epoch) == (1, 1)
    assert dana.events("invalid-commit")
    dana.say("still here")
    house.settle()
    assert viktor.texts() == ["still here"]


def test_a_hidden_commit_is_a_fork_and_is_caught_up_after() -> None:
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    viktor.wire.places.clear()
    dana.admit(noa)
    house.settle(dana, noa)
    commit = house.relay.log(CHANNEL).position.last_commit
    dana.say("with noa")
    house.settle(dana, noa)
    viktor.wire.relay = HostileRelay(house.relay, hostile.drop(commit))
    viktor.wire.connect(CHANNEL)
    assert viktor.standing.halt is not None
    assert viktor.standing.halt.kind == "fork"
    assert viktor.texts() == []
    viktor.wire.relay = house.relay
    viktor.desk.resume(CHANNEL)
    viktor.wire.connect(CHANNEL)
    house.settle()
    assert viktor.texts() == ["with noa"]
    assert viktor.members() == dana.members()


def test_a_commit_shown_to_one_only_costs_the_group_and_its_side_seats_it_again() -> None:
    """H5: Viktor followed a commit that the honest log does not have; he must be let in anew, and his leaf is replaced."""
    house = House()
    dana, viktor = founded(house)
    karl = house.enter("b", "Karl", Role.DEPUTY)
    viktor.admit(karl)
    house.settle()
    olga = house.enter("b", "Olga")
    fork = HostileRelay(house.relay, lambda raws: raws)
    branch = [*house.relay.log(CHANNEL).raws]
    item = viktor.admit(olga)
    form = viktor.state.outbox[item].sealed[-1]
    branch.append(encode_entry(Entry(house.clock.now, "commit", form.entry_id, form.after, form.body)))
    fork.doctor = lambda _raws: branch
    viktor.wire.relay = fork
    viktor.wire.pull(CHANNEL)
    assert viktor.epoch == 3
    dana.say("honest")
    house.settle(dana, karl)
    viktor.wire.relay = house.relay
    viktor.wire.connect(CHANNEL)
    assert viktor.standing.halt is not None
    viktor.desk.resume(CHANNEL)
    viktor.wire.connect(CHANNEL)
    assert viktor.epoch is None
    assert viktor.events("lost-group")
    for _ in range(3):
        house.settle()
    assert viktor.epoch == karl.epoch == dana.epoch
    assert sorted(dana.members()) == ["Dana", "Karl", "Viktor"]
    viktor.say("back")
    house.settle()
    assert dana.texts() == ["honest", "back"]


def test_own_messages_that_vanished_are_sent_again() -> None:
    """H4: the relay shows ours, forgets it, and the honest log never had it."""
    house = House()
    dana, viktor = founded(house)
    branch = [*house.relay.log(CHANNEL).raws]
    document = dana.say("important")
    form = dana.state.outbox[document].sealed[-1]
    branch.append(encode_entry(Entry(house.clock.now, "message", form.entry_id, form.after, form.body)))
    dana.wire.relay = HostileRelay(house.relay, lambda _raws: branch)
    dana.wire.pull(CHANNEL)
    assert dana.texts() == ["important"]
    dana.wire.relay = house.relay
    dana.wire.connect(CHANNEL)
    assert dana.standing.halt is not None
    assert dana.standing.halt.kind == "rollback"
    dana.desk.resume(CHANNEL, shorter=True)
    dana.wire.connect(CHANNEL)
    house.settle()
    assert dana.texts() == viktor.texts() == ["important"]
    assert [one.id for one in viktor.documents()] == [document]


def test_a_knock_that_names_a_commit_that_is_not_there_stops_nobody() -> None:
    """R7 does not check it: any certified device could send one, and a relay that lost entries is sent honest ones."""
    house = House()
    dana, viktor = founded(house)
    house.relay.append(CHANNEL, [Submission("knock", b"k" * 16, 10**9, b"anything")])
    house.settle()
    assert dana.standing.halt is None
    viktor.say("and on")
    house.settle()
    assert dana.texts() == ["and on"]


def test_a_resume_never_stands_beyond_what_the_relay_has() -> None:
    """H2, row 7: what somebody else vouched for is not in the relay's log any more."""
    house = House()
    dana, viktor = founded(house)
    tail = house.relay.log(CHANNEL).position.tail
    for text in SAID:
        dana.say(text)
        viktor.say(f"heard {text}")
        house.settle()
    assert dana.standing.agreed > tail
    relay_as_it_was(house, tail)
    for person in (dana, viktor):
        person.wire.connect(CHANNEL)
        assert person.standing.halt is not None
        person.desk.resume(CHANNEL, shorter=True)
        person.wire.connect(CHANNEL)
        assert person.standing.cursor <= house.relay.log(CHANNEL).position.tail
    house.settle()
    assert not dana.standing.resuming
    assert dana.standing.head == viktor.standing.head == house.relay.log(CHANNEL).position.head
    assert (
        sorted(dana.texts()) == sorted(viktor.texts()) == sorted([*SAID, *(f"heard {one}" for one in SAID)])
    )
    dana.say("got?")
    house.settle()
    house.clock.pass_(seconds=3)
    house.settle()
    got = dana.standing.watermarks[viktor.desk.context.certificate.fingerprint].delivered
    assert got >= dana.documents()[-1].seq, "receipts speak of the log as it is now"


def test_what_the_other_side_signed_is_kept_outside_the_log() -> None:
    """H8, row 23: the relay lost everything, and its author is not there to say it again."""
    house = House()
    dana, viktor = founded(house)
    tail = house.relay.log(CHANNEL).position.tail
    viktor.say("signed and lost")
    house.settle()
    raws = [*house.relay.log(CHANNEL).raws]
    relay_as_it_was(house, tail)
    dana.wire.connect(CHANNEL)
    dana.desk.resume(CHANNEL, shorter=True)
    dana.wire.connect(CHANNEL)
    assert not dana.standing.resuming
    assert dana.texts() == []
    assert dana.events("vanished")
    (kept,) = dana.step(halting.outside)
    assert kept.authenticated
    refill(house, raws)
    dana.wire.pull(CHANNEL)
    assert dana.texts() == ["signed and lost"], "it stands in the log again, and was not opened twice"
    assert dana.step(halting.outside) == []
    assert dana.standing.halt is None


def test_a_rollback_is_over_once_the_relay_was_filled_up_again() -> None:
    """H7: nothing is set aside, nothing is compared; a person decided, and the relay has our log."""
    house = House()
    dana, viktor = founded(house)
    dana.say("kept by both")
    house.settle()
    raws = [*house.relay.log(CHANNEL).raws]
    relay_as_it_was(house, len(raws) - 2)
    dana.wire.connect(CHANNEL)
    assert dana.standing.halt is not None
    refill(house, raws)
    dana.wire.connect(CHANNEL)
    assert dana.standing.halt is not None, "a person decides (H1)"
    dana.desk.resume(CHANNEL)
    assert dana.standing.halt is not None
    dana.wire.connect(CHANNEL)
    assert dana.standing.halt is None
    assert not dana.standing.resuming
    viktor.say("and on")
    house.settle()
    assert dana.texts() == viktor.texts() == ["kept by both", "and on"]


def test_a_lying_author_halts_once_and_is_passed_by_a_person() -> None:
    """H6: the deviation is the author's; after the comparison the same entry is refused and does not stop us again."""
    house = House()
    dana, viktor = founded(house)
    viktor.standing.head = b"x" * 32
    viktor.say("I saw something else")
    house.settle(viktor)
    dana.wire.pull(CHANNEL)
    assert dana.standing.halt is not None
    assert dana.standing.halt.kind == "fork"
    dana.desk.resume(CHANNEL)
    dana.wire.connect(CHANNEL)
    house.settle(dana)
    assert dana.standing.halt is None
    assert dana.texts() == []
    assert any("a person decided" in one for one in dana.events("refused-message"))


def test_words_of_our_own_key_that_we_never_said_stop_the_device() -> None:
    """D10, L36: a copy of Dana's vault is used elsewhere. What it said is Dana's all the same, and stands in her log."""
    house = House()
    dana, viktor = founded(house)
    twin = house.twin(dana)
    twin.say("not me")
    house.settle(twin)
    house.settle(viktor)
    assert viktor.texts() == ["not me"], "to others it is Dana"
    dana.wire.pull(CHANNEL)
    assert dana.standing.halt is None
    stop = dana.vault.put_back()
    assert stop is not None
    assert stop.why == "own words"
    assert dana.texts() == ["not me"]
    assert [one.own for one in dana.documents()] == [True]
    dana.say("kept meanwhile")
    viktor.say("can you hear me?")
    house.settle()
    assert dana.texts() == ["not me", "can you hear me?"], "reading goes on"
    assert viktor.texts() == ["not me", "can you hear me?"], "nothing is sealed"
    assert [bool(one.sealed) for one in dana.state.outbox.values()] == [False]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 3), offset=st.integers(0, 2000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused_or_halts(place: int, offset: int, bit: int) -> None:
    story = Story()
    try:
        story.lie(hostile.flip(story.first + place, offset, bit))
    except PeerError:
        assert story.dana.standing.cursor < story.first + place
        story.dana.restart()
    shown = story.shown()
    assert shown == SAID[: len(shown)] or story.halted() or story.dana.events("refused-message")
    assert SAID[place] not in shown or decode_entry(story.raw(story.first + place)).kind == "message"
    story.honest_again()


def seen_elsewhere(draft: Draft, head: bytes) -> bytes:
    """A word of a member that names another head than everybody's for where it stands."""
    item = draft.enqueue(
        "document", encode({"text": "lie", "precedence": "ROUTINE", "response": "N"}), document_kind="text"
    )
    draft.standing.head, ours = head, draft.standing.head
    sealing.seal(draft)
    draft.standing.head = ours
    return item.id


def test_one_liar_costs_its_own_words_and_stops_nobody() -> None:
    house = House()
    dana, viktor = founded(house)
    liar = house.enter("b", "Liar")
    viktor.admit(liar)
    house.settle()
    for number in range(3):
        liar.step(lambda draft, number=number: seen_elsewhere(draft, bytes([number]) * 32))
        house.settle()
    assert dana.standing.halt is viktor.standing.halt is None
    assert dana.texts() == []
    (told,) = dana.events("disputed")
    assert "Liar" in told
    assert list(dana.standing.disputed) == [liar.desk.context.certificate.fingerprint]
    view = next(one for one in Line(dana.desk).channels() if one.name == CHANNEL)
    assert "DISPUTED: Liar" in channel_text(view)
    liar.say("as everybody has it")
    house.settle()
    assert dana.texts() == ["as everybody has it"]
    assert not dana.standing.disputed
    liar.step(lambda draft: seen_elsewhere(draft, b"y" * 32))
    house.settle()
    assert len(dana.events("disputed")) == 1, "a device is named once, however often it lies and does not"


def test_a_second_device_that_names_the_same_other_log_stops_the_channel() -> None:
    house = House()
    dana, viktor = founded(house)
    people = [house.enter("b", name) for name in ("Olga", "Pavel")]
    viktor.admit(*people)
    house.settle()
    for one in people:
        one.step(lambda draft: seen_elsewhere(draft, b"x" * 32))
        house.settle()
    assert dana.standing.halt is not None
    assert dana.standing.halt.kind == "fork"
