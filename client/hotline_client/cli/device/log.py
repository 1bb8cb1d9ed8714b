"""`hotline log`: where each channel's log stands and who signed it, what was refused, and a person's decision after a HALT."""

from __future__ import annotations

from typing import Final

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.asking import confirmed
from hotline_client.cli.base.session import Invocation, line_command, patience_option
from hotline_client.errors import HaltedChannel
from hotline_client.presenters.line import channel_record, channel_text
from hotline_client.presenters.message import message_record, message_text
from hotline_client.presenters.record import checkpoint_record, checkpoint_text
from hotline_protocol.documents import Checkpoint
from hotline_protocol.errors import UsageError
from hotline_protocol.identity.digits import compare_digits, digits

_WAITS: Final = (
    "what the relay lost is offered to it whenever this device is on the line; it is taken once a head or deputy of the other "
    "side has resumed too"
)


@click.group("log")
def command() -> None:
    """Look at the logs this device holds and compare them, resume a halted channel, found one again."""


@line_command("show", group=command)
async def show_channels(session: Invocation) -> None:
    """One line a channel: epoch, last entry, head of the chain, and whether it is halted."""
    for channel in session.line.channels():
        session.emit(channel_record(channel), channel_text(channel))


@line_command("compare", group=command)
@click.argument("channel")
@click.option(
    "--at",
    type=click.IntRange(min=1),
    help="After which entry; the last one that this device holds if not given.",
)
@click.option("--digits", "typed", help="The 30 digits that the other side reads out for the same entry.")
async def compare(session: Invocation, *, channel: str, at: int | None, typed: str | None) -> None:
    """Whether another device holds the same log of CHANNEL: digits to read out by voice, or to compare with what is read out.

    If they differ it says which group does, and the exit code is that of a failed proof: the relay, or one of the two devices, lies
    about the log up to that entry.
    """
    channel = session.channel(channel)
    place = at or session.line.channel(channel).cursor
    head = session.line.head(channel, place)
    if head is None:
        raise UsageError(
            f"this device holds entries 1 to {session.line.channel(channel).cursor} of {channel}, not {place}"
        )
    if typed is not None:
        compare_digits(head, typed)
    record = {
        "type": "head",
        "channel": channel,
        "seq": place,
        "head": head,
        "digits": digits(head),
        "same": typed is not None or None,
    }
    said = "the same log" if typed is not None else f"read out: {digits(head)}"
    session.emit(record, f"{channel} after #{place}: {said}")
    if typed is None:
        session.say(
            f"the other side types them: hotline log compare {channel} --at {place} --digits 'THE 30 DIGITS'"
        )


@line_command("sign", group=command)
@act_options
async def sign(session: Invocation, *, channel: str, key: str | None, patience: int) -> None:
    """Sign the log of a channel as this device has it: a checkpoint that everybody compares with their own."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience)
        view = line.channel(channel)
        await deliver(session, channel, Checkpoint(view.cursor, view.head), key=key, patience=patience)
    _emit_signed(session, channel)


@line_command("signed", group=command)
@channel_option
@patience_option(default="5s")
async def signed(session: Invocation, *, channel: str, patience: int) -> None:
    """Up to where each device has signed the log of a channel; a signature over another log would have halted it."""
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience, required=False)
    _emit_signed(session, channel)


def _emit_signed(session: Invocation, channel: str) -> None:
    line = session.line
    found = line.read(channel, lambda book: dict(book.checkpoints.last))
    for fingerprint, one in sorted(found.items(), key=lambda pair: pair[1].seq):
        session.emit(checkpoint_record(channel, fingerprint, one), checkpoint_text(line, fingerprint, one))
    if not found:
        session.say(f"nobody has signed the log of {channel} yet")


@line_command("events", group=command)
@click.option("--channel", help="Only this channel.")
async def events(session: Invocation, *, channel: str | None) -> None:
    """What the engine recorded: admissions, refused entries, halts, deviations of the relay."""
    for event in session.line.security_events(session.channel(channel) if channel else None):
        session.emit(message_record(event), message_text(event))


@line_command("resume", group=command)
@click.argument("channel")
@click.option("--shorter", is_flag=True, help="Take the log of a relay that lost entries as it is.")
@patience_option()
async def resume(session: Invocation, *, channel: str, shorter: bool, patience: int) -> None:
    """Go on after a HALT: fetch CHANNEL's log again from the last agreed entry, and compare.

    A relay that lost entries is filled up again with what it lost, once a head or deputy of each side has resumed. Where that
    cannot be, --shorter takes its log as it is: what is not in it is kept here with its signature (`hotline log outside`), and its
    authors say it again. Speak with the other side by another means first: compare the logs with `hotline log compare`.
    """
    line = session.line
    channel = session.channel(channel)
    if line.channel(channel).halted is None:
        session.say(f"{channel} is not halted")
        return
    line.resume(channel, shorter=shorter)
    async with line:
        await session.catch_up(patience)
        if line.channel(channel).halted is not None:
            await session.until(lambda: line.channel(channel).halted is None, patience)
    view = line.channel(channel)
    session.emit(channel_record(view), channel_text(view))
    if view.halted is not None and view.halted.chosen:
        session.say(_WAITS)
    if view.halted is not None:
        raise HaltedChannel(f"{channel} is halted: {view.halted.reason}")


@line_command("refound", group=command)
@click.argument("channel")
@click.option("--yes", is_flag=True, help="Do not ask.")
@patience_option()
async def refound(session: Invocation, *, channel: str, yes: bool, patience: int) -> None:
    """Consent to found CHANNEL again, for heads and deputies: when a side cannot get in any more, or nobody can follow.

    When a head or deputy of each side has consented within a day, the group begins anew with these two; everybody else of a side is
    seated again by itself, or by `hotline roster admit`. What was written stays. Speak with the other side first.
    """
    line = session.line
    channel = session.channel(channel)
    async with line:
        await session.catch_up(patience)
        before = line.channel(channel).generation
        session.say(
            f"when the other side consents too, {channel} begins anew: everybody but the two who consented is seated again"
        )
        await confirmed(f"found {channel} again?", yes=yes)
        line.consent(channel)
        await session.until(lambda: line.channel(channel).generation > before, patience)
        view = line.channel(channel)
    session.emit(channel_record(view), channel_text(view))
    if view.generation > before:
        session.say(f"{channel} is founded again; see who is in: `hotline roster list --channel {channel}`")
    else:
        session.say(
            f"your consent is kept for a day; the other side does the same: `hotline log refound {channel}`"
        )


@line_command("outside", group=command)
@channel_option
async def outside(session: Invocation, *, channel: str) -> None:
    """What stood in a channel's log here and is not in it any more, because the relay lost it: kept, with its signature."""
    channel = session.channel(channel)
    found = session.line.outside(channel)
    for message in found:
        session.emit(message_record(message), message_text(message))
    if not found:
        session.say(f"everything that stood in the log of {channel} stands in it")
