"""`hotline send`: one message into a channel; exit 0 only when it was seen in the relay's log."""

from __future__ import annotations

import click

from hotline_client.cli.base.acting import relayed
from hotline_client.cli.base.durations import Duration
from hotline_client.cli.base.given import read_words
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.line.wait import acknowledged, answered, read_acks
from hotline_client.presenters.message import message_record
from hotline_client.words.addressees import read_addressees
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import SIDES, Precedence, Response


@line_command("send")
@click.argument("text", required=False)
@click.option("--channel", default="plenary", show_default=True, help="Channel to write to.")
@click.option(
    "--precedence",
    type=click.Choice([str(p) for p in Precedence], case_sensitive=False),
    default="ROUTINE",
    show_default=True,
    help="ACP 121 precedence.",
)
@click.option(
    "--response",
    type=click.Choice([str(r) for r in Response], case_sensitive=False),
    default="N",
    show_default=True,
    help="Which answer is asked for (ICAO Doc 4444).",
)
@click.option("--reply-to", help="Message this answers: #SEQ or id.")
@click.option(
    "--to",
    "to",
    metavar="OFFICES",
    default="",
    help="Who is to act, then who only to know: 'BRAVO/deputy, BRAVO/head INFO ALPHA'. Everybody is to act if not given.",
)
@click.option("--key", help="Idempotency key: the same key and content send once, however often this is run.")
@patience_option()
@click.option(
    "--wait-ack", type=Duration(), help="Also wait until a person of the other side acknowledged it."
)
@click.option(
    "--acks",
    default="any",
    show_default=True,
    metavar="any|all|N",
    help="With --wait-ack: how many persons of the other side.",
)
@click.option(
    "--wait-answer", type=Duration(), help="Also wait until the other side answered it; STANDBY is no answer."
)
async def command(
    session: Invocation,
    *,
    text: str | None,
    channel: str,
    precedence: str,
    response: str,
    reply_to: str | None,
    to: str,
    key: str | None,
    patience: int,
    wait_ack: int | None,
    acks: str,
    wait_answer: int | None,
) -> None:
    """Send TEXT (or stdin) and print its id once it stands in the log.

    Exit 3: the relay could not be reached; the message is kept in the outbox and goes out with the next connection.
    Exit 6: sent, but not acknowledged, or not answered, in time. Exit 7: the other side answered, and declined.
    """
    if wait_answer is not None and Response(response.upper()) is Response.NONE:
        raise UsageError("nobody answers what asks for no answer: give --response W/U, A/N, R or Y")
    wanted = read_acks(acks)
    line = session.line
    channel = session.channel(channel)
    target = session.message(channel, reply_to).id if reply_to else None
    cards = zip(SIDES, line.charter.delegations, strict=True)
    action, info = read_addressees(to, {side: card.delegation for side, card in cards})
    document = line.send_text(
        channel,
        read_words(text),
        precedence=Precedence(precedence.upper()),
        response=Response(response.upper()),
        reply_to=target,
        action=action,
        info=info,
        key=key,
    )
    async with line:
        message = await relayed(session, channel, document, patience, "")
        if wait_ack is not None:
            message = await acknowledged(line, channel, document, wait_ack, wanted)
        if wait_answer is not None:
            message = await answered(line, channel, document, wait_answer)
    session.emit(message_record(message), document.hex())
