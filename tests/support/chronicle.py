"""A channel's log without a relay, a line or a key: people of both sides say things, and journals fold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from hotline_protocol.documents import KINDS, Body, Party, check_right, encode_body, kind_of
from hotline_protocol.documents.body import Target
from hotline_protocol.errors import NotAppliedError, TrustError
from hotline_protocol.folds.event import Event, Original
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.charter import DEFAULT_CHANNELS, DEFAULT_TARGETS, Channel
from hotline_protocol.terms import Arena, Role, Side

START = 1_795_337_520_000
"""221432Z NOV 26, unix ms."""
MINUTE = 60_000
TARGETS = DEFAULT_TARGETS
PLENARY = DEFAULT_CHANNELS[0]


def person(side: Side, role: Role, number: int = 0) -> Party:
    """Somebody of a side, with every arena."""
    return Party(f"{side} {role} {number}".encode(), side, role, frozenset(Arena))


HEAD_A, HEAD_B = person("a", Role.HEAD), person("b", Role.HEAD)
DEPUTY_A, DEPUTY_B = person("a", Role.DEPUTY), person("b", Role.DEPUTY)
OFFICER_A, OFFICER_B = person("a", Role.OFFICER), person("b", Role.OFFICER)
WATCH_A, WATCH_B = person("a", Role.WATCH), person("b", Role.WATCH)
OBSERVER_A, BOT_A, BOT_B = person("a", Role.OBSERVER), person("a", Role.BOT), person("b", Role.BOT)
EVERYBODY = (
    HEAD_A,
    HEAD_B,
    DEPUTY_A,
    DEPUTY_B,
    OFFICER_A,
    OFFICER_B,
    WATCH_A,
    WATCH_B,
    OBSERVER_A,
    BOT_A,
    BOT_B,
)


@dataclass
class Chronicle:
    """What was said in one channel, in order, and the journal that folded it. `now` moves only when a test moves it."""

    channel: Channel = PLENARY
    now: int = START
    relay_ahead: int = 0
    journal: Journal = field(default_factory=Journal)
    events: list[Event] = field(default_factory=list)
    references: dict[bytes, str] = field(default_factory=dict)
    counted: dict[bytes, Original] = field(default_factory=dict)
    _said: int = 0

    def event(self, author: Party, body: Body) -> Event:
        """The next entry of the log, not folded yet."""
        self._said += 1
        named = getattr(body, "target", None)
        original = self.counted.get(named.id) if isinstance(named, Target) else None
        return Event(
            seq=self._said,
            at=self.now + self.relay_ahead,
            time=self.now,
            id=sha256(f"id {self._said}".encode()).digest()[:16],
            hash=sha256(encode_body(body) + self._said.to_bytes(8, "big")).digest(),
            author=author,
            channel=self.channel,
            body=body,
            formal=KINDS[kind_of(body)].formal,
            original=original,
        )

    def say(self, author: Party, body: Body) -> Target:
        """Somebody says something that counts; what names it later."""
        event = self.event(author, body)
        check_right(author.role, kind_of(body))
        reference = self.journal.apply(event)
        if reference is not None:
            self.references[event.id] = reference
        self.counted[event.id] = Original(event.seq, event.at, author, event.hash, body)
        self.events.append(event)
        return Target(event.id, event.hash)

    def refused(self, author: Party, body: Body) -> str:
        """Somebody says what changes nothing; the reason, after proof that the state is what it was."""
        before = self.journal.encode()
        event = self.event(author, body)
        try:
            check_right(author.role, kind_of(body))
            self.journal.apply(event)
        except (NotAppliedError, TrustError) as error:
            assert self.journal.encode() == before  # the point is the state, not the error
            return str(error)
        raise AssertionError(f"{kind_of(body)} by {author.role} of {author.side} was applied")

    def try_say(self, author: Party, body: Body) -> bool:
        """Either of both, whichever it is."""
        try:
            self.say(author, body)
        except (NotAppliedError, TrustError):
            return False
        return True

    def wait(self, minutes: float) -> None:
        """Time passes."""
        self.now += int(minutes * MINUTE)

    def refold(self, *, snapshot_after: int | None = None) -> Journal:
        """The journal folded anew from the same events, by way of a snapshot if asked."""
        journal = Journal()
        for number, event in enumerate(self.events):
            if number == snapshot_after:
                again = Journal.decode(journal.encode())
                assert again is not None
                journal = again
            journal.apply(event)
        return journal
