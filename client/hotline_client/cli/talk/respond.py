"""`hotline respond`: the answer of ICAO Doc 4444 to exactly one message, and the list of what still awaits one."""

from __future__ import annotations

from typing import Any

import click

from hotline_client.cli.base.acting import act_options, deliver
from hotline_client.cli.base.session import Invocation, is_theirs, line_command
from hotline_client.line.silence import silence_text
from hotline_client.line.views import MessageView, Person
from hotline_client.words.columns import WIDTH, fit
from hotline_protocol.documents.dialogue import LEGAL, Answer, Reply
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.dialogue import Dialogue

_ANSWERS = [str(one) for one in Answer]


def dialogue_record(
    session: Invocation, channel: str, found: Dialogue, message: MessageView | None
) -> dict[str, Any]:
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
        "ours": found.side == session.line.me.side,
        "silence": silence_text(message) or None if message else None,
        "deadline": found.deadline(targets),
        "urgency": None if urgency is None else str(urgency),
        "answers": sorted(map(str, LEGAL[found.response])),
        "said": [
            {"by": one.author.hex(), "answer": str(one.answer), "reason": one.reason, "at": one.at}
            for one in found.said
        ],
    }


def dialogue_text(session: Invocation, found: Dialogue, message: MessageView | None) -> str:
    """A dialogue for a person, in one line of 80 columns; under a question of ours, which silence lies over it."""
    targets = session.line.charter.ack_targets
    urgency = found.urgency(targets, session.line.now())
    deadline = found.deadline(targets)
    due = f"{urgency} {dtg(deadline)}" if deadline is not None else str(found.phase)
    words = (message.text if message else "").partition("\n")[0]
    number = (message.reference if message else None) or f"#{found.seq}"
    head = f"{number} {found.precedence} {found.response} {found.phase} {due} "
    silent = silence_text(message) if message else ""
    lines = [head + fit(words, max(WIDTH - len(head), 8)).rstrip()]
    return "\n".join([*lines, f"    {silent}"] if silent else lines)


@line_command("respond")
@click.argument("target", required=False)
@click.argument("answer", required=False, type=click.Choice(_ANSWERS, case_sensitive=False))
@click.option("--reason", default="", help="Why; UNABLE and NEGATIVE need it.")
@click.option(
    "--ours", "whose", flag_value="ours", help="List what the own side owes an answer (the default)."
)
@click.option("--theirs", "whose", flag_value="theirs", help="List what the other side owes us an answer.")
@click.option("--all", "whose", flag_value="all", help="List both.")
@act_options
async def command(
    session: Invocation,
    *,
    target: str | None,
    answer: str | None,
    channel: str,
    whose: str | None,
    reason: str,
    key: str | None,
    patience: int,
) -> None:
    """Answer TARGET (#SEQ, reference or id) with ANSWER; without both, list what still awaits an answer.

    What the other side owes us is listed with the silence that lies over it: undelivered, delivered and unseen, seen and
    unanswered, declined. OVERDUE is past the charter's time, ESCALATED past twice that.

    W/U takes WILCO, UNABLE, STANDBY; A/N takes AFFIRM, NEGATIVE, STANDBY; R takes ROGER, UNABLE, STANDBY; Y takes any.
    STANDBY restarts the timer and keeps the question open.
    """
    line = session.line
    channel = session.channel(channel)
    if (target is None) is not (answer is None):
        raise UsageError("give a message and an answer, or neither to see what awaits one")
    if target is not None and whose is not None:
        raise UsageError(f"--{whose} is for the list; an answer goes to one message")
    async with line:
        await session.catch_up(patience, required=target is not None)
        if target is None or answer is None:
            _list(session, channel, whose or "ours")
            return
        message = session.message(channel, target, is_theirs)
        present = line.target(channel, message.id)
        body = Reply(present, Answer(answer.upper()), reason)
        await deliver(session, channel, body, key=key, patience=patience)
    found = line.read(channel, lambda book: book.dialogues.all[message.id])
    session.emit(dialogue_record(session, channel, found, message), dialogue_text(session, found, message))


def _list(session: Invocation, channel: str, whose: str) -> None:
    me = session.line.me
    waiting = session.line.read(channel, lambda book: list(book.dialogues.waiting()))
    shown = [one for one in waiting if whose == "all" or _is_owed_by(one, me, channel) == (whose == "ours")]
    for one in shown:
        message = session.line.message(channel, one.id)
        session.emit(dialogue_record(session, channel, one, message), dialogue_text(session, one, message))
    if not shown:
        by = {"ours": " by us", "theirs": " by the other side", "all": ""}[whose]
        session.say(f"nothing in {channel} awaits an answer{by}")


def _is_owed_by(one: Dialogue, me: Person, channel: str) -> bool:
    """Whether we are to answer: what the other side asks, and in a caucus what anybody else does."""
    if channel.startswith("caucus."):
        return one.author != me.fingerprint
    return one.side != me.side
