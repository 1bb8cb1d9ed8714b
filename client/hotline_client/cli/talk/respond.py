"""`hotline respond`: the answer of ICAO Doc 4444 to exactly one message, and the list of what still awaits one."""

from __future__ import annotations

import click

from hotline_client.cli.base.acting import Act, acting
from hotline_client.cli.base.session import Invocation, is_theirs, line_command
from hotline_client.presenters.dialogue import dialogue_record, dialogue_text, facts, waiting
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.errors import UsageError

_ANSWERS = [str(one) for one in Answer]


@line_command("respond")
@click.argument("target", required=False)
@click.argument("answer", required=False, type=click.Choice(_ANSWERS, case_sensitive=False))
@click.option("--reason", default="", help="Why; UNABLE and NEGATIVE need it.")
@click.option(
    "--ours", "whose", flag_value="ours", help="List what the own side owes an answer (the default)."
)
@click.option("--theirs", "whose", flag_value="theirs", help="List what the other side owes us an answer.")
@click.option("--all", "whose", flag_value="all", help="List both.")
@acting
async def command(
    act: Act, *, target: str | None, answer: str | None, whose: str | None, reason: str
) -> None:
    """Answer TARGET (#SEQ, reference or id) with ANSWER; without both, list what still awaits an answer.

    What the other side owes us is listed with the silence that lies over it: undelivered, delivered and unseen, seen and
    unanswered, declined. OVERDUE is past the charter's time, ESCALATED past twice that.

    W/U takes WILCO, UNABLE, STANDBY; A/N takes AFFIRM, NEGATIVE, STANDBY; R takes ROGER, UNABLE, STANDBY; Y takes any.
    STANDBY restarts the timer and keeps the question open.
    """
    session, channel = act.session, act.channel
    line = session.line
    if (target is None) is not (answer is None):
        raise UsageError("give a message and an answer, or neither to see what awaits one")
    if target is not None and whose is not None:
        raise UsageError(f"--{whose} is for the list; an answer goes to one message")
    async with line:
        await session.catch_up(act.patience, required=target is not None)
        if target is None or answer is None:
            _list(session, channel, whose or "ours")
            return
        message = session.message(channel, target, is_theirs)
        await act.say(Reply(line.target(channel, message.id), Answer(answer.upper()), reason))
    found = line.read(channel, lambda book: book.dialogues.all[message.id])
    told = facts(line, channel, found, line.now())
    session.emit(dialogue_record(channel, told), dialogue_text(told))


def _list(session: Invocation, channel: str, whose: str) -> None:
    shown = waiting(session.line, channel, session.line.now(), whose)
    for one in shown:
        session.emit(dialogue_record(channel, one), dialogue_text(one))
    if not shown:
        by = {"ours": " by us", "theirs": " by the other side", "all": ""}[whose]
        session.say(f"nothing in {channel} awaits an answer{by}")
