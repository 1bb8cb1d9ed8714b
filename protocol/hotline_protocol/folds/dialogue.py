"""Dialogues: what asks for an answer, until it has one (ICAO Doc 4444, CPDLC).

F1 a document with a response attribute opens a dialogue; its timer is the charter's target for its precedence, from the entry's time
F2 a person of the other side answers, with an answer the attribute allows; in a channel of one side, anybody but the author
F3 STANDBY restarts the timer and never closes; UNABLE and NEGATIVE carry a reason and close it as declined; words never close it
F4 an answer names the exact content that it answers: after a correction only the new one can be answered
F5 only its author withdraws or corrects a document; what was said before stays, tied to the content it was said about
F6 a closed dialogue stays as it is
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import DECLINING, LEGAL, Answer, Correction, Reply, Withdrawal
from hotline_protocol.documents.talk import Text
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.folds.table import By, Table, Transition, states
from hotline_protocol.terms import WRITING_ROLES, Precedence, Response, Side

_OPEN: Final = states(Phase.OPEN, Phase.STANDBY)

TABLE: Final = Table(
    "the dialogue",
    Phase.OPEN,
    (
        Transition("stand by", _OPEN, Phase.STANDBY, By.OTHER),
        Transition("answer", _OPEN, Phase.ANSWERED, By.OTHER),
        Transition("decline", _OPEN, Phase.DECLINED, By.OTHER),
        Transition(
            "withdraw",
            _OPEN | {Phase.ANSWERED, Phase.DECLINED, Phase.NONE},
            Phase.WITHDRAWN,
            By.OWN,
            WRITING_ROLES,
        ),
    ),
)


class Said(msgspec.Struct, frozen=True, array_like=True):
    """An answer: by whom, what, why, when (unix ms), and about which content."""

    author: bytes
    side: Side
    answer: Answer
    reason: str
    at: int
    document: bytes
    content: bytes


class Dialogue(msgspec.Struct):
    """A document of which an answer, a correction or a withdrawal can speak. `timer`: when the time for an answer began."""

    id: bytes
    seq: int
    author: bytes
    side: Side
    content: bytes
    precedence: Precedence
    response: Response
    phase: Phase
    timer: int
    said: list[Said] = msgspec.field(default_factory=list)
    earlier: list[bytes] = msgspec.field(default_factory=list)
    """Hashes of the contents that corrections replaced."""
    corrections: list[bytes] = msgspec.field(default_factory=list)
    """The documents that brought other words, the present ones last."""
    reason: str = ""
    """Why it was withdrawn."""

    @property
    def present(self) -> bytes:
        """The document that holds the present words."""
        return self.corrections[-1] if self.corrections else self.id

    def deadline(self, targets: Mapping[Precedence, int]) -> int | None:
        """When an answer is due, unix ms; None if none is awaited. `targets`: seconds by precedence, as in the charter."""
        return self.timer + targets[self.precedence] * 1000 if self.phase in _OPEN else None

    def urgency(self, targets: Mapping[Precedence, int], now: int) -> Urgency | None:
        """Against the clock at `now`, unix ms; a second whole target without an answer is ESCALATED."""
        deadline = self.deadline(targets)
        if deadline is None:
            return None
        if now < deadline:
            return Urgency.DUE
        return Urgency.OVERDUE if now < deadline + targets[self.precedence] * 1000 else Urgency.ESCALATED


class Dialogues(msgspec.Struct):
    """Documents that ask for an answer, or were corrected or withdrawn, by id; and those that await an answer."""

    all: dict[bytes, Dialogue] = msgspec.field(default_factory=dict)
    open: dict[bytes, None] = msgspec.field(default_factory=dict)

    def begin(self, event: Event, precedence: Precedence, response: Response) -> None:
        """A document that asks for an answer stands in the log (F1)."""
        if response is Response.NONE:
            return
        self.all[event.id] = Dialogue(
            id=event.id,
            seq=event.seq,
            author=event.author.device,
            side=event.author.side,
            content=event.hash,
            precedence=precedence,
            response=response,
            phase=Phase.OPEN,
            timer=event.at,
        )
        self.open[event.id] = None

    def reply(self, event: Event, body: Reply) -> None:
        """An answer (F2, F3, F4, F6)."""
        found = self._named(event, body.target)
        if body.answer not in LEGAL[found.response]:
            legal = ", ".join(sorted(LEGAL[found.response])) or "none"
            raise NotAppliedError(f"{body.answer} does not answer {found.response}; expected {legal}")
        act = "stand by" if body.answer is Answer.STANDBY else "answer"
        act = "decline" if body.answer in DECLINING else act
        asked = found.side
        if len(event.channel.sides) == 1:
            if event.author.device == found.author:
                raise NotAppliedError("nobody answers themself")
            asked = "b" if event.author.side == "a" else "a"
        step = TABLE.find(act, found.phase, asked, event.author.side, event.author.role)
        author = event.author
        found.said.append(
            Said(author.device, author.side, body.answer, body.reason, event.at, event.id, found.content)
        )
        self._keep(found, Phase(step.after))
        if found.phase is Phase.STANDBY:
            found.timer = event.at

    def withdraw(self, event: Event, body: Withdrawal) -> None:
        """The author takes a document back (F5)."""
        found = self._own(event, body.target)
        step = TABLE.find("withdraw", found.phase, found.side, event.author.side, event.author.role)
        found.reason = body.reason
        self._keep(found, Phase(step.after))

    def correct(self, event: Event, body: Correction) -> None:
        """The author puts other words in the place of a text: its dialogue begins anew (F4, F5)."""
        found = self._own(event, body.target)
        if found.phase is Phase.WITHDRAWN:
            raise NotAppliedError("the document was withdrawn: it is not corrected any more")
        if event.original is None or not isinstance(event.original.body, Text):
            raise NotAppliedError("only words are corrected; a notice is replaced")
        found.earlier.append(found.content)
        found.corrections.append(event.id)
        found.content, found.timer = event.hash, event.at
        self._keep(found, Phase.NONE if found.response is Response.NONE else Phase.OPEN)

    def waiting(self) -> Iterator[Dialogue]:
        """Those that await an answer, in log order."""
        return (self.all[one] for one in self.open)

    def _named(self, event: Event, target: Target) -> Dialogue:
        found = self.all.get(target.id) or _silent(event, target)
        if found.content != target.hash:
            raise NotAppliedError("it names another content than the document has now")
        return found

    def _own(self, event: Event, target: Target) -> Dialogue:
        found = self._named(event, target)
        if found.author != event.author.device:
            raise NotAppliedError("only the author of a document withdraws or corrects it")
        return found

    def _keep(self, dialogue: Dialogue, phase: Phase) -> None:
        dialogue.phase = phase
        self.all[dialogue.id] = dialogue
        if phase in _OPEN:
            self.open[dialogue.id] = None
        else:
            self.open.pop(dialogue.id, None)


def _silent(event: Event, target: Target) -> Dialogue:
    """A document that asks for no answer: nothing was ever said about it."""
    original = event.original
    if original is None or not isinstance(original.body, Text):
        raise NotAppliedError("it names no words in the log before it")
    author = original.author
    return Dialogue(
        id=target.id,
        seq=original.seq,
        author=author.device,
        side=author.side,
        content=original.hash,
        precedence=original.body.precedence,
        response=Response.NONE,
        phase=Phase.NONE,
        timer=original.at,
    )
