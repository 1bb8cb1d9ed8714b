"""R13 to R16: where a relay that lost entries opens, from whom it takes them, and what one side alone cannot do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_protocol.errors import FormatError
from hotline_protocol.relay.chain import Entry, encode_entry, extend
from hotline_protocol.relay.frames import MAX_BODY, Fetch, Show
from hotline_protocol.terms import Side
from hotline_server.offers import Device, Offered, Refilled
from hotline_server.ordering import LogKey, Position, empty
from hotline_server.recovery import ALONE, ANSWER_MS, ASKING_MS, Recoveries
from tests.support.memory_store import MemoryStore

KEY = LogKey(b"L" * 32, "plenary")
SETTLE = 60_000


def written(count: int, branch: bytes = b"x", *, after: Sequence[bytes] = ()) -> list[bytes]:
    """A log of so many entries, the first ones given."""
    raws = list(after)
    while len(raws) < count:
        seq = len(raws) + 1
        kind: Any = "commit" if seq == 1 else "message"
        raws.append(encode_entry(Entry(seq, kind, branch + seq.to_bytes(15, "big"), min(seq - 1, 1), branch)))
    return raws


def position(raws: Sequence[bytes]) -> Position:
    at = empty(KEY)
    for seq, raw in enumerate(raws, 1):
        at = at.after(seq, raw)
    return at


@dataclass
class Holder:
    """A device that holds `raws`, and gives `false` ones if it lies; `mute`: it never answers."""

    relay: Relay
    device: Device
    raws: list[bytes]
    false: list[bytes] | None = None
    mute: bool = False
    asked: list[Show | Fetch] = field(default_factory=list)

    def head(self, seq: int) -> bytes:
        head = empty(KEY).head
        for place, raw in enumerate(self.raws[:seq], 1):
            head = extend(head, place, raw)
        return head

    def offer(self, seq: int | None = None) -> None:
        place = len(self.raws) if seq is None else seq
        said = Offered(KEY, self.relay.both, self.device, place, self.head(place))
        self.relay.recoveries.offer(said, self, self.relay.now)

    def ask(self, frame: Show | Fetch) -> None:
        self.asked.append(frame)

    def answer(self) -> int:
        """What it was asked for; how much that was."""
        asked, self.asked = self.asked, []
        for frame in () if self.mute else asked:
            if isinstance(frame, Show):
                self.offer(frame.seq)
            else:
                raws = (self.raws if self.false is None else self.false)[frame.first - 1 :][:7]
                given = Refilled(KEY, self.device, frame.first, tuple(raws))
                assert self.relay.recoveries.refill(given, self, self.relay.now)
        return len(asked)


class Relay:
    """A relay with one channel, and the devices that are connected to it."""

    def __init__(self, raws: Sequence[bytes] = (), *, both: bool = True, restored: bool = True) -> None:
        self.store = MemoryStore()
        self.both, self.now = both, 0
        self.store.stage(KEY, 1, raws)
        self.store.adopt(KEY, 0, position(raws))
        if restored:
            self.store.recover_all()
        self.holders: list[Holder] = []
        self.changes = 0
        self.events: list[str] = []
        self.recoveries = Recoveries(
            self.store,
            SETTLE,
            present=lambda _key: [one.device.fingerprint for one in self.holders],
            observe=self._observe,
            changed=self._changed,
        )

    def _observe(self, event: str, key: LogKey, **facts: Any) -> None:
        assert key == KEY
        assert facts
        self.events.append(event)

    def _changed(self, key: LogKey) -> None:
        assert key == KEY
        self.changes += 1

    def holder(self, name: str, raws: Sequence[bytes], **more: Any) -> Holder:
        side: Side = "a" if name[0] == "a" else "b"
        made = Holder(self, Device(name.encode().ljust(32), side), list(raws), **more)
        self.holders.append(made)
        made.offer()
        return made

    def pass_(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.recoveries.sweep(self.now)
        while sum(one.answer() for one in self.holders):
            self.recoveries.sweep(self.now)

    @property
    def raws(self) -> list[bytes]:
        return self.store.read(KEY, 0, 10**6, 10**9)

    @property
    def recovering(self) -> bool:
        return self.store.recovering(KEY)


def test_what_was_lost_comes_back_from_both_sides() -> None:
    raws = written(50)
    relay = Relay(raws[:20])
    relay.holder("a1", raws)
    relay.pass_(SETTLE * 5)
    assert relay.recovering, "one side alone opens nothing"
    relay.holder("b1", raws[:40])
    relay.pass_(SETTLE - 1)
    assert relay.recovering, "others may still come"
    relay.holder("b2", raws[:45])
    relay.pass_(1)
    assert not relay.recovering
    assert relay.raws == raws[:45], "the highest place where one of each side agrees"
    assert relay.store.position(KEY) == position(raws[:45])
    assert relay.changes == 1
    assert relay.events == ["offer", "offer", "offer", "refilling", "opened"]


@pytest.mark.parametrize("kept", [0, 20, 50])
def test_an_empty_disk_a_copy_and_a_log_that_lost_nothing(kept: int) -> None:
    raws = written(50)
    relay = Relay(raws[:kept])
    relay.holder("a1", raws)
    relay.holder("b1", raws)
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, raws)


def test_a_channel_on_which_nobody_ever_wrote() -> None:
    relay = Relay()
    relay.holder("a1", [])
    relay.holder("b1", [])
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, [])


def test_devices_that_are_behind_take_nothing_away() -> None:
    raws = written(50)
    relay = Relay(raws)
    relay.holder("a1", raws[:10])
    relay.holder("b1", [])
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, raws)


def test_where_the_logs_part_is_found() -> None:
    """No place that was offered is common to both: the relay asks for others."""
    raws = written(80)
    relay = Relay(raws[:3])
    relay.holder("a1", written(100, b"y", after=raws[:61]))
    relay.holder("b1", written(90, b"z", after=raws[:61]))
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, raws[:61])


def test_what_was_appended_since_gives_way_to_what_both_sides_agree_on() -> None:
    raws = written(80)
    relay = Relay(written(70, b"y", after=raws[:40]))
    relay.holder("a1", raws)
    relay.holder("b1", raws)
    relay.pass_(SETTLE)
    assert relay.raws == raws


@pytest.mark.parametrize("tail", [10, 100])
def test_one_side_alone_takes_nothing_away_and_gives_nothing(tail: int) -> None:
    raws = written(50)
    relay = Relay(raws[:30])
    for name in ("a1", "a2", "a3"):
        relay.holder(name, written(tail, b"y"))
    relay.pass_(SETTLE * 100)
    assert relay.recovering
    relay.holder("b1", raws)
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, raws[:30])


def test_false_entries_do_not_count_and_the_other_side_gives_the_right_ones() -> None:
    raws = written(50)
    relay = Relay(raws[:20])
    relay.holder("a1", raws, false=written(50, b"y", after=raws[:20]))
    relay.holder("b1", raws)
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, raws)
    assert "refill-refused" in relay.events


def test_two_who_cannot_give_what_they_claim_are_not_believed_again() -> None:
    raws = written(50)
    relay = Relay(raws[:20])
    liars = [relay.holder(name, written(60, b"y", after=raws), false=raws) for name in ("a1", "b1")]
    relay.pass_(SETTLE)
    assert relay.recovering
    for one in liars:
        one.offer()
    relay.holder("a2", raws)
    relay.holder("b2", raws)
    relay.pass_(SETTLE)
    assert (relay.recovering, relay.raws) == (False, raws)


def test_entries_that_are_none_or_too_large_do_not_count() -> None:
    raws = written(50)
    large = encode_entry(Entry(1, "message", bytes(16), 1, bytes(MAX_BODY + 1)))
    for false in ([*raws[:20], b"\xff" * 9], [*raws[:20], large]):
        relay = Relay(raws[:20])
        relay.holder("a1", raws, false=false)
        relay.holder("b1", raws)
        relay.pass_(SETTLE)
        assert relay.raws == raws


def test_who_does_not_answer_holds_nobody_up() -> None:
    raws = written(50)
    relay = Relay(raws[:20])
    relay.holder("b1", raws)
    relay.holder("a1", raws[:30])
    mute = relay.holder("a2", raws, mute=True)
    relay.pass_(SETTLE)
    for _ in range(5):
        mute.offer()
        relay.pass_(ANSWER_MS + 1)
    relay.pass_(ASKING_MS)
    assert not relay.recovering
    assert relay.raws in (raws, raws[:30])


def test_whose_connection_ends_is_not_waited_for() -> None:
    raws = written(50)
    relay = Relay(raws[:20])
    gone = relay.holder("a1", raws)
    relay.holder("b1", raws)
    relay.now += SETTLE
    while not any(isinstance(one, Fetch) for one in gone.asked):
        relay.recoveries.sweep(relay.now)
        for one in relay.holders:
            if not any(isinstance(frame, Fetch) for frame in one.asked):
                one.answer()
    relay.recoveries.gone(gone)
    relay.holders.remove(gone)
    relay.pass_(0)
    assert (relay.recovering, relay.raws) == (False, raws), "the other of the two gives it"


def test_a_refill_that_nobody_asked_for_is_refused() -> None:
    raws = written(50)
    relay = Relay(raws[:20])
    one = relay.holder("a1", raws)
    given = Refilled(KEY, one.device, 21, tuple(raws[20:]))
    assert not relay.recoveries.refill(given, one, 0)
    relay.holder("b1", raws)
    assert not relay.recoveries.refill(given, one, 0)
    assert relay.raws == raws[:20]


def test_an_empty_log_has_one_head() -> None:
    relay = Relay()
    one = relay.holder("a1", [])
    with pytest.raises(FormatError):
        relay.recoveries.offer(Offered(KEY, True, one.device, 0, bytes(32)), one, 0)


class TestInUse:
    """R16: a relay that does not know that it lost entries."""

    def test_both_sides_together_have_it_filled_up_again(self) -> None:
        raws = written(50)
        relay = Relay(raws[:20], restored=False)
        relay.holder("a1", raws)
        relay.pass_(SETTLE * 100)
        assert not relay.recovering, "one side alone changes nothing"
        relay.holder("b1", raws)
        relay.pass_(0)
        assert relay.recovering
        assert relay.changes == 1
        for one in relay.holders:
            one.offer()
        relay.pass_(SETTLE)
        relay.pass_(SETTLE)
        assert (relay.recovering, relay.raws) == (False, raws)

    @pytest.mark.parametrize("tail", [10, 30])
    def test_nothing_that_is_in_use_is_taken_away(self, tail: int) -> None:
        raws = written(30)
        relay = Relay(raws, restored=False)
        for name in ("a1", "b1"):
            relay.holder(name, written(tail, b"y"))
        relay.pass_(SETTLE * 100)
        assert (relay.recovering, relay.raws, relay.changes) == (False, raws, 0)


class TestCaucus:
    """A channel of one side."""

    def test_two_devices_agree(self) -> None:
        raws = written(50)
        relay = Relay(raws[:20], both=False)
        relay.holder("a1", raws)
        relay.holder("a2", raws[:45])
        relay.pass_(SETTLE)
        relay.pass_(SETTLE)
        assert (relay.recovering, relay.raws) == (False, raws[:45])

    def test_the_only_one_is_waited_with(self) -> None:
        raws = written(50)
        relay = Relay(raws[:20], both=False)
        relay.holder("a1", raws)
        relay.pass_(0)
        relay.pass_(SETTLE * ALONE - 1)
        assert relay.recovering
        relay.pass_(1)
        assert (relay.recovering, relay.raws) == (False, raws)

    def test_one_is_not_the_only_one_while_another_is_there(self) -> None:
        raws = written(50)
        relay = Relay(raws[:20], both=False)
        relay.holder("a1", written(60, b"y"))
        silent = Holder(relay, Device(b"s" * 32, "a"), raws)
        relay.holders.append(silent)
        relay.pass_(SETTLE * ALONE * 5)
        assert relay.recovering
        silent.offer()
        relay.pass_(SETTLE)
        relay.pass_(SETTLE)
        assert (relay.recovering, relay.raws) == (False, raws[:20])


@settings(max_examples=150, deadline=None)
@given(
    shared=st.integers(0, 40),
    kept=st.integers(0, 60),
    tails=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.booleans()), max_size=6),
)
def test_it_opens_at_the_highest_common_place(
    shared: int, kept: int, tails: list[tuple[str, int, bool]]
) -> None:
    """Whatever devices hold of two logs that part at `shared`: never less than the best pair agrees on, never what no pair holds."""
    logs = {False: written(60), True: written(60, b"y", after=written(60)[:shared])}
    relay = Relay(logs[False][:kept])
    held = [(name, logs[branch][:tail]) for name, tail, branch in tails]
    for number, (name, raws) in enumerate(held):
        relay.holder(f"{name}{number}", raws)
    relay.pass_(SETTLE)
    relay.pass_(SETTLE)
    pairs = [(one, other) for a, one in held if a == "a" for b, other in held if b == "b"]
    assert relay.recovering == (not pairs)
    if not pairs:
        assert relay.raws == logs[False][:kept]
        return
    best = max(_together(one, other) for one, other in pairs)
    opened = relay.raws
    assert any(_together(one, other) == best and opened[:best] == one[:best] for one, other in pairs)
    assert len(opened) == best or opened == logs[False][:kept]


def _together(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
