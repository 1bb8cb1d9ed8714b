"""What screens, commands and bots see of the line: plain immutable values, already computed, never keys or ciphertext.

Foreign text in them is raw as signed; whoever shows it passes it through `hotline_protocol.text.show` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from hotline_client.connection.health import LineState
from hotline_client.engine.store import PutBack
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.identity.limits import Limits
from hotline_protocol.terms import Precedence, Response, Role, Side


class Receipt(StrEnum):
    """How far a message got, least first; a later state includes the earlier ones except the failures, DECLINED and REFUSED."""

    QUEUED = "QUEUED"
    RELAYED = "RELAYED"
    DELIVERED = "DELIVERED"
    SEEN = "SEEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Person:
    """The holder of a certificate, as the certificate says. `own`: of our delegation; `me`: this very device. `device`: what stays when
    the certificate is renewed.
    """

    name: str
    delegation: str
    role: Role
    side: Side
    own: bool
    me: bool
    fingerprint: bytes
    device: bytes
    limits: Limits | None = None
    """What a program may do."""


@dataclass(frozen=True, slots=True)
class Mark:
    """That somebody did something to a message at a time (unix ms, signed by them)."""

    person: Person
    time: int


def first_mark(marks: Iterable[Mark]) -> Mark | None:
    """The first act of the other side; one of our own delegation only if there is none of theirs, as in a caucus."""
    every = list(marks)
    theirs = [one for one in every if not one.person.own]
    return min(theirs or every, key=lambda one: one.time, default=None)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: whose, what, why, when (unix ms). `present`: to the words that stand now, not to those before a correction."""

    person: Person
    answer: Answer
    reason: str
    time: int
    present: bool


@dataclass(frozen=True, slots=True)
class Translated:
    """A courtesy translation of exactly the words that stand now; the original alone has force."""

    person: Person
    language: str
    text: str
    time: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """One line of a timeline. `seq` is None while it is still in the outbox; times are unix ms.

    `reference` is its number, such as `N-0042/26`. `kind` is the document kind, or `event` for what the engine itself records (an admission, a refused entry, a halt).
    `refused` says why a document was recorded and not applied, or why an entry was refused.

    `about` is the document it is about: of an answer the one answered, of an act on an item or a meeting that one; else its own id.
    `action`, `info`: the offices that are to act and those only to know, such as `BRAVO/deputy`; without any, everybody is to act.
    `phase` is None for what asks for no answer and was never corrected or withdrawn; `urgency` is of when the view was made.
    Of a corrected text `text`, `receipt`, `seen`, `acknowledged` are of its present words (`present`: id of the document that
    holds them), `first_text` are the ones it began with and `acknowledged_before` is what was said about others than the present.
    """

    channel: str
    seq: int | None
    id: bytes
    kind: str
    author: Person | None
    time: int
    at: int | None
    text: str
    precedence: Precedence
    response: Response
    content_hash: bytes | None
    receipt: Receipt
    delivered: tuple[Mark, ...] = ()
    seen: tuple[Mark, ...] = ()
    acknowledged: tuple[Mark, ...] = ()
    reply_to: bytes | None = None
    refused: str | None = None
    reference: str | None = None
    phase: Phase | None = None
    deadline: int | None = None
    urgency: Urgency | None = None
    answers: tuple[Answered, ...] = ()
    present: bytes | None = None
    corrections: int = 0
    first_text: str = ""
    acknowledged_before: tuple[Mark, ...] = ()
    withdrawn: str | None = None
    translations: tuple[Translated, ...] = ()
    about: bytes | None = None
    action: tuple[str, ...] = ()
    info: tuple[str, ...] = ()

    @property
    def needs_ack(self) -> bool:
        """From the other side, in good order, asking for an answer, and no person of ours has acknowledged or answered it."""
        return (
            self.kind in ("text", "notice")
            and self.refused is None
            and self.author is not None
            and not self.author.own
            and self.response is not Response.NONE
            and self.phase is not Phase.WITHDRAWN
            and not any(mark.person.own for mark in self.acknowledged)
            and not any(one.person.own and one.present for one in self.answers)
        )

    @property
    def answer(self) -> Answered | None:
        """The last answer to the words that stand now."""
        return next((one for one in reversed(self.answers) if one.present), None)


@dataclass(frozen=True, slots=True)
class Halted:
    """A channel that stopped. `kind` is a ChainError kind, `reason` a sentence for a person, `at` unix ms.

    `lost`: the relay's log ends before ours. `chosen`: when a person decided that it is to be filled up again, unix ms, 0 if nobody did.
    """

    kind: str
    reason: str
    at: int
    lost: bool = False
    chosen: int = 0


@dataclass(frozen=True, slots=True)
class ChannelView:
    """Where a channel stands. `phase`: what this device is in it."""

    name: str
    phase: Literal["unfounded", "knocking", "member", "removed"]
    epoch: int | None
    cursor: int
    tail: int | None
    head: bytes
    unacknowledged: int
    unseen: int
    outbox: int
    halted: Halted | None = None
    left_out: bool = False
    """Whether the relay is there and says nothing of this channel: what stands in it is not known."""
    generation: int = 0
    """How often both sides founded the channel again; -1 before it was founded."""
    consents: tuple[Person, ...] = ()
    """Whose consent to found it again is good now."""
    disputed: tuple[Person, ...] = ()
    """Members that sign another log than this device holds."""
    recovering: bool = False
    """Whether the relay lost entries of this channel, and is being filled up again from heads' and deputies' devices."""


@dataclass(frozen=True, slots=True)
class KnockView:
    """A device at the door: `admissible` is None, or why we may not admit it. `expires`: unix seconds."""

    channel: str
    id: bytes
    seq: int
    person: Person
    expires: int
    admissible: str | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A leaf of a channel's group. `current`: neither expired nor revoked; `expires`: unix seconds. Watermarks are log seqs."""

    channel: str
    index: int
    person: Person
    expires: int
    current: bool
    delivered: int
    seen: int
    disputed: bool = False
    """Whether it signs another log than this device holds: its words do not count."""


@dataclass(frozen=True, slots=True)
class OutboxView:
    """Something of ours that is not yet in the log."""

    channel: str
    id: bytes
    kind: str
    time: int
    sealed: bool
    attempts: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class StatusView:
    """The line in one glance. `round_trip` in ms; `since` unix ms of the last change; `retry_at` unix ms."""

    state: LineState
    since: int
    round_trip: float | None
    reason: str | None
    retry_at: int | None
    relay: str | None
    me: Person
    peer_delegation: str
    peer_last_heard: int | None
    channels: tuple[ChannelView, ...] = field(default=())
    put_back: PutBack | None = None
    """Why nothing is sent from this device at all."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message that holds what was looked for; `pieces` of its text, True where it is what was looked for."""

    message: MessageView
    pieces: tuple[tuple[str, bool], ...]
