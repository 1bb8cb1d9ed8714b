"""`hotline respond`: the answer of ICAO Doc 4444 to exactly one message, and the list of what still awaits one."""

from __future__ import annotations

from typing import Any

import click

from hotline_client.cli.acting import act_options, deliver
from hotline_client.cli.output import fit
from hotline_client.cli.session import Session, line_command
from hotline_client.views import MessageView
from hotline_protocol.documents.dialogue import LEGAL, Answer, Reply
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.dialogue import Dialogue

_ANSWERS = [str(one) for one in Answer]


def dialogue_record(session: Session, channel: str, found: Dialogue) -> dict[str, Any]:
    """A dialogue for a script; times in unix ms."""
    targets = session.line.charter.ack_targets
    urgency = found.urgency(targets, session.line.now())
    return {
        "type": "dialogue",
        "channel": channel,
        "id": found.id.hex(),
        "seq": found.seq,
        "side": found.side,
        "precedence": str(found.precedence),
        "response": str(found.response),
        "phase": str(found.phase),
        "deadline": found.deadline(targets),
        "urgency": None if urgency is None else str(urgency),
        "answers": sorted(map(str, LEGAL[found.response])),
        "said": [
            {"by": one.author.hex(), "answer": str(one.answer), "reason": one.reason, "at": one.at}
            for one in found.said
        ],
    }


def dialogue_text(session: Session, found: Dialogue, message: MessageView | None) -> str:
    """A dialogue for a person, in one line of 80 columns."""
    targets = session.line.charter.ack_targets
    urgency = found.urgency(targets, session.line.now())
    deadline = found.deadline(targets)
    due = f"{urgency} {dtg(deadline)}" if deadline is not None else str(found.phase)
    words = (message.text if message else "").partition("\n")[0]
    head = f"#{found.seq} {found.precedence} {found.response} {found.phase} {due} "
    return head + fit(words, max(80 - len(head), 8)).rstrip()


@line_command("respond")
@click.argument("target", required=False)
@click.argument("answer", required=False, type=click.Choice(_ANSWERS, case_sensitive=False))
@click.option("--reason", default="", help="Why; UNABLE and NEGATIVE need it.")
@act_options
async def command(
    session: Session,
    *,
    target: str | None,
    answer: str | None,
    channel: str,
    reason: str,
    key: str | None,
    patience: int,
) -> None:
    """Answer TARGET (#SEQ, reference or id) with ANSWER; without both, list what still awaits an answer.

    W/U takes WILCO, UNABLE, STANDBY; A/N takes AFFIRM, NEGATIVE, STANDBY; R takes ROGER, UNABLE, STANDBY; Y takes any.
    STANDBY restarts the timer and keeps the question open.
    """
    line = session.line
    channel = session.channel(channel)
    if (target is None) is not (answer is None):
        raise UsageError("give a message and an answer, or neither to see what awaits one")
    async with line:
        await session.catch_up(patience, required=target is not None)
        if target is None or answer is None:
            _list(session, channel)
            return
        message = session.message(channel, target)
        present = line.affairs.target(channel, message.id)
        body = Reply(present, Answer(answer.upper()), reason)
        await deliver(session, channel, body, key=key, patience=patience)
    found = line.affairs.read(channel, lambda book: book.dialogues.all[message.id])
    session.emit(dialogue_record(session, channel, found), dialogue_text(session, found, message))


def _list(session: Session, channel: str) -> None:
    waiting = session.line.affairs.read(channel, lambda book: list(book.dialogues.waiting()))
    for one in waiting:
        message = session.line.message(channel, one.id)
        session.emit(dialogue_record(session, channel, one), dialogue_text(session, one, message))
    if not waiting:
        session.say(f"nothing in {channel} awaits an answer")
