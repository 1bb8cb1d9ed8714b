"""`hotline roster announce` and `composition`: who sits in the working group, as announced and as certificates prove."""

from __future__ import annotations

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.instants import Instant, resolve
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.presenters import roster as presenter
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.terms import PERSON_ROLES, SIDES, Role, Side

_ROLES = [str(role) for role in Role if role in PERSON_ROLES]


def _emit(session: Session, channel: str, *sides: Side) -> None:
    line = session.line
    for side in sides:
        told = presenter.composition(line, channel, side, line.now())
        session.emit(
            presenter.composition_record(channel, told), presenter.composition_text(line, channel, told)
        )


@line_command("composition")
@channel_option
@patience_option(default="5s")
async def composition(session: Session, *, channel: str, patience: int) -> None:
    """Both delegations as announced, beside who is in the group by certificate; heads and deputies have a star."""
    line, channel = session.line, session.channel(channel)
    async with line:
        await session.catch_up(patience, required=False)
    _emit(session, channel, *SIDES)


@line_command("announce")
@click.argument("change", type=click.Choice([str(one) for one in Change], case_sensitive=False))
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@click.option("--replaces", default="", help="Whom NAME replaces, with REPLACES.")
@click.option("--since", type=Instant(), default="0s", show_default="now", help="From when on.")
@click.option("--note", default="", help="A remark.")
@act_options
async def announce(
    session: Session,
    *,
    change: str,
    name: str,
    role: str,
    replaces: str,
    since: int,
    note: str,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Announce to the other side that NAME joins, leaves or replaces somebody in your delegation, as ROLE.

    It admits and removes nobody: that is done with certificates, by `roster admit` and `roster remove`.
    """
    body = Announcement(
        Change(change.upper()), name, Role(role), resolve(since, session.line.now()), replaces, note
    )
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        await deliver(session, channel, body, key=key, patience=patience)
        _emit(session, channel, line.me.side)
