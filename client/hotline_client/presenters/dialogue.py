"""A question and its answers: who owes one, by when, and which silence lies over a question of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline_client.line.silence import silence_text
from hotline_client.line.views import MessageView, Person
from hotline_client.presenters.references import Source
from hotline_client.words.columns import WIDTH, fit
from hotline_client.words.times import dtg
from hotline_protocol.documents.dialogue import LEGAL
from hotline_protocol.folds.dialogue import Dialogue
from hotline_protocol.folds.phases import Urgency


@dataclass(frozen=True, slots=True)
class DialogueFacts:
    """A dialogue with the message that asks; `deadline` in unix ms, None if no answer is awaited."""

    dialogue: Dialogue
    message: MessageView | None
    is_ours: bool
    deadline: int | None
    urgency: Urgency | None
    silence: str


def facts(line: Source, channel: str, found: Dialogue, now: int) -> DialogueFacts:
    """How a dialogue stands as of `now` (unix ms)."""
    message, targets = line.message(channel, found.id), line.charter.ack_targets
    return DialogueFacts(
        dialogue=found,
        message=message,
        is_ours=found.side == line.me.side,
        deadline=found.deadline(targets),
        urgency=found.urgency(targets, now),
        silence=silence_text(message) if message else "",
    )


def waiting(line: Source, channel: str, now: int, whose: str) -> Sequence[DialogueFacts]:
    """What awaits an answer by us (`ours`), by the other side (`theirs`), or by either (`all`); in log order."""
    found = line.read(channel, lambda book: list(book.dialogues.waiting()))
    shown = [
        one for one in found if whose == "all" or _is_owed_by(one, line.me, channel) == (whose == "ours")
    ]
    return [facts(line, channel, one, now) for one in shown]


def _is_owed_by(one: Dialogue, me: Person, channel: str) -> bool:
    """Whether we are to answer: what the other side asks, and in a caucus what anybody else does."""
    if channel.startswith("caucus."):
        return one.author != me.device
    return one.side != me.side


def dialogue_text(told: DialogueFacts) -> str:
    """On one line of 80 columns; under a question of ours, which silence lies over it."""
    found, message = told.dialogue, told.message
    due = str(found.phase) if told.deadline is None else f"{told.urgency} {dtg(told.deadline)}"
    number = (message.reference if message else None) or f"#{found.seq}"
    head = f"{number} {found.precedence} {found.response} {found.phase} {due} "
    words = (message.text if message else "").partition("\n")[0]
    first = head + fit(words, max(WIDTH - len(head), 8)).rstrip()
    return f"{first}\n    {told.silence}" if told.silence else first


def dialogue_record(channel: str, told: DialogueFacts) -> dict[str, Any]:
    """For a script; times in unix ms."""
    found = told.dialogue
    return {
        "type": "dialogue",
        "channel": channel,
        "id": found.id,
        "seq": found.seq,
        "side": found.side,
        "precedence": found.precedence,
        "response": found.response,
        "phase": found.phase,
        "ours": told.is_ours,
        "silence": told.silence or None,
        "deadline": told.deadline,
        "urgency": told.urgency,
        "answers": sorted(LEGAL[found.response]),
        "said": [
            {"by": one.author, "answer": one.answer, "reason": one.reason, "at": one.at} for one in found.said
        ],
    }
