"""`hotline roster`: who is in a channel, who knocks, and the acts of admitting, removing and revoking."""

from __future__ import annotations

from typing import BinaryIO, Final

import click

from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.cli.group import composition
from hotline_client.errors import Refused, Unreachable
from hotline_client.line.views import KnockView, OutboxView
from hotline_client.presenters.person import person_text
from hotline_client.presenters.roster import knock_record, knock_text, member_record, member_text
from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

MAX_CRL: Final = 256 * 1024

_EMPTY: Final = {
    "unfounded": "nobody is in this channel; this device waits, and nobody else knocks",
    "knocking": "this device knocks; a head or deputy of its own side admits it",
    "member": "nobody knocks",
    "removed": "this device was removed from this channel",
}


@click.group("roster")
def command() -> None:
    """Who is in a channel, who knocks, and letting in or out."""


command.add_command(composition.announce)
command.add_command(composition.composition)


@line_command("list", group=command)
@click.option("--channel", default="plenary", show_default=True)
@patience_option(default="5s", help="How long to wait for the relay.")
async def list_members(session: Session, *, channel: str, patience: int) -> None:
    """Members with their certificates' digits, then the devices that knock."""
    line = session.line
    channel = session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    _emit_members(session, channel)
    for knock in line.knocks(channel):
        session.emit(knock_record(knock), knock_text(knock))
    if not line.roster(channel) and not line.knocks(channel):
        session.say(_EMPTY[line.channel(channel).phase])


def _emit_members(session: Session, channel: str) -> None:
    for member in session.line.roster(channel):
        session.emit(member_record(member), member_text(member))


def chosen_knocks(knocks: list[KnockView], ids: tuple[str, ...], *, everyone: bool) -> list[KnockView]:
    """The knocks that the ids (or their beginnings) or `--all` name, each admissible; `UsageError` otherwise."""
    if everyone:
        return [knock for knock in knocks if knock.admissible is None]
    chosen: list[KnockView] = []
    for text in ids:
        found = [knock for knock in knocks if knock.id.hex().startswith(text.lower())]
        if len(found) != 1:
            raise UsageError(f"expected the id of one knock, {show(text)} fits {len(found)}")
        if found[0].admissible is not None:
            raise Refused(
                f"{person_text(found[0].person)} cannot be admitted by this device: {found[0].admissible}"
            )
        chosen.append(found[0])
    return chosen


@line_command("admit", group=command)
@click.argument("knocks", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="Everybody who knocks and may be admitted.")
@click.option("--channel", default="plenary", show_default=True)
@patience_option()
async def admit(
    session: Session, *, knocks: tuple[str, ...], everyone: bool, channel: str, patience: int
) -> None:
    """Admit KNOCKS (ids as `roster list` shows them). On a channel that nobody founded yet this founds it.

    Compare the digits with the person by voice before you admit.
    """
    if not knocks and not everyone:
        raise UsageError("name the knocks to admit, or give --all")
    line = session.line
    channel = session.channel(channel)
    async with line:
        await session.catch_up(patience)
        chosen = chosen_knocks(line.knocks(channel), knocks, everyone=everyone)
        if not chosen:
            session.say("nobody knocks who may be admitted")
            return
        await _commit(session, channel, line.admit(channel, [knock.id for knock in chosen]), patience)
    _emit_members(session, channel)


@line_command("remove", group=command)
@click.argument("indexes", nargs=-1, type=int, required=True)
@click.option("--channel", default="plenary", show_default=True)
@patience_option()
async def remove(session: Session, *, indexes: tuple[int, ...], channel: str, patience: int) -> None:
    """Remove the members at INDEXES (as `roster list` shows them): only of one's own side."""
    line = session.line
    channel = session.channel(channel)
    async with line:
        await session.catch_up(patience)
        await _commit(session, channel, line.remove(channel, list(indexes)), patience)
    _emit_members(session, channel)


@line_command("revoke", group=command)
@click.argument("crl", type=click.File("rb"))
@patience_option()
async def revoke(session: Session, *, crl: BinaryIO, patience: int) -> None:
    """Publish the revocation list CRL, made by `hotline authority revoke`, in every channel this device is in."""
    line = session.line
    async with line:
        await session.catch_up(patience)
        line.revoke(crl.read(MAX_CRL))
        if not await session.until(lambda: not line.outbox(), patience):
            raise Unreachable("the revocation is kept in the outbox and goes out with the next connection")
    session.say("published; now remove the revoked devices with `hotline roster remove`")


async def _commit(session: Session, channel: str, document: bytes, patience: int) -> None:
    """Until a queued change of the membership is in the log; `Refused` if the channel's rules do not let it in."""

    def waiting() -> list[OutboxView]:
        return [item for item in session.line.outbox() if item.id == document]

    await session.until(lambda: all(item.text for item in waiting()), patience)
    for item in waiting():
        if item.text:
            raise Refused(item.text)
        raise session.failure(channel, "the change is kept in the outbox")
