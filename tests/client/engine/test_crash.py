"""Whatever happens in whatever order, with the process dying between any two steps or in one: every text that was queued is in
everybody's log exactly once, in the same order (rules L30 to L32).
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hotline_protocol.errors import HotlineError
from hotline_protocol.relay.frames import Answers
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.memory_vault import MemoryVault

WHO = st.sampled_from(["Dana", "Viktor", "Noa"])


class DiedError(Exception):
    """The process ended before the transaction was on disk."""


class MortalVault(MemoryVault):
    """A vault whose process can die in the middle of a commit."""

    doomed = False

    def commit(self, channel, version, changes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if self.doomed:
            self.doomed = False
            raise DiedError
        return super().commit(channel, version, changes)


class Lives(RuleBasedStateMachine):
    """Three people on one channel, one of them now in and now out."""

    @initialize()
    def begin(self) -> None:
        self.house = House()
        self.dana, self.viktor = founded(self.house)
        self.noa = self.house.enter("a", "Noa")
        for person in self.house.people.values():
            person.vault.__class__ = MortalVault
        self.count = 0
        self.said: dict[bytes, str] = {}

    def person(self, who: str) -> Person:
        return self.house.people[who]

    @rule(who=st.sampled_from(["Dana", "Viktor"]))
    def say(self, who: str) -> None:
        self.count += 1
        text = f"{who} {self.count}"
        self.said[self.person(who).say(text)] = text

    @rule(who=WHO)
    def die(self, who: str) -> None:
        person = self.person(who)
        person.restart()
        person.wire.connect(CHANNEL)

    @rule(who=WHO)
    def lose_connection(self, who: str) -> None:
        self.person(who).wire.places.clear()

    @rule(who=WHO, batch=st.integers(1, 5))
    def read_some(self, who: str, batch: int) -> None:
        wire = self.person(who).wire
        if CHANNEL in wire.places:
            first, raws = self.house.relay.read(CHANNEL, wire.places[CHANNEL], batch)
            wire.desk.entries(CHANNEL, first, raws)
            wire.places[CHANNEL] += len(raws)

    @rule(who=WHO, batch=st.integers(1, 5), tell=st.booleans())
    def write_some(self, who: str, batch: int, tell: bool) -> None:  # noqa: FBT001
        """Offer some; perhaps the answer is lost."""
        wire = self.person(who).wire
        if CHANNEL not in wire.places:
            return
        answers = self.house.relay.append(CHANNEL, wire.desk.outgoing(CHANNEL)[:batch])
        if tell:
            wire.desk.answers(Answers(CHANNEL, tuple(answers)))

    @rule(who=WHO)
    def die_in_a_step(self, who: str) -> None:
        person = self.person(who)
        vault = person.vault
        assert isinstance(vault, MortalVault)
        vault.doomed = True
        try:
            person.wire.turn(CHANNEL)
        except DiedError:
            person.restart()
            person.wire.connect(CHANNEL)
        vault.doomed = False

    @rule(inside=st.booleans())
    def change_membership(self, inside: bool) -> None:  # noqa: FBT001
        """Dana lets Noa in or shows her out, if that can be done as Dana sees it now."""
        try:
            if inside:
                self.dana.admit(self.noa)
            else:
                self.dana.remove(self.noa)
        except (HotlineError, AssertionError):
            return

    @rule(days=st.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.house.clock.pass_(days=days)

    @invariant()
    def nobody_halts(self) -> None:
        for person in self.house.people.values():
            assert person.standing.halt is None

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        for person in self.house.people.values():
            person.wire.connect(CHANNEL)
        self.house.settle()
        for person in (self.dana, self.viktor):
            assert not person.state.outbox
            counting = [one for one in person.documents() if one.refused is None]
            assert sorted(one.id for one in counting) == sorted(self.said)
        assert self.dana.texts() == self.viktor.texts()
        assert sorted(self.dana.texts()) == sorted(self.said.values())
        assert self.dana.standing.head == self.viktor.standing.head
        assert self.dana.epoch == self.viktor.epoch
        assert set(self.noa.texts()) <= set(self.dana.texts())


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
