"""`hotline roster announce` and `composition`: who sits in the working group, as announced and as certificates prove."""

from __future__ import annotations

from typing import Any

import click

from hotline_client.cli.base.acting import act_options, channel_option, deliver
from hotline_client.cli.base.instants import Instant, resolve
from hotline_client.cli.base.session import Session, line_command, patience_option
from hotline_client.presenters.references import reference
from hotline_client.presenters.roster import Row, rows
from hotline_client.words.columns import table, wrap
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.terms import PERSON_ROLES, SIDES, Role, Side
from hotline_protocol.text import show

_ROLES = [str(role) for role in Role if role in PERSON_ROLES]


def _of(session: Session, channel: str, side: Side) -> tuple[list[Row], bool]:
    """A side's rows, and whether it announced anybody at all."""
    line = session.line
    seats, left = line.read(
        channel,
        lambda book: (
            dict(book.composition.seats.get(side, {})),
            list(book.composition.left.get(side, [])),
        ),
    )
    members = [one for one in line.roster(channel) if one.person.side == side]
    return rows(seats, left, members, line.now()), bool(seats or left)


def _record(session: Session, channel: str, side: Side) -> dict[str, Any]:
    found, announced = _of(session, channel, side)
    return {
        "type": "composition",
        "channel": channel,
        "side": side,
        "delegation": session.line.charter.delegation(side).delegation,
        "announced_any": announced,
        "people": [
            {
                "name": row.name,
                "announced": None if row.announced is None else str(row.announced),
                "certified": None if row.certified is None else str(row.certified),
                "leads": row.role in (Role.HEAD, Role.DEPUTY),
                "since": row.since,
                "document": None if row.document is None else row.document.hex(),
                "difference": row.difference,
            }
            for row in found
        ],
        "differs": any(row.difference for row in found),
    }


def _text(session: Session, channel: str, side: Side) -> str:
    found, announced = _of(session, channel, side)
    name = show(session.line.charter.delegation(side).delegation)
    if not announced:
        name += " has announced nobody yet; these are in the group by certificate"
    lines = [
        (
            "*" if row.role in (Role.HEAD, Role.DEPUTY) else "",
            row.name,
            str(row.announced or "-"),
            str(row.certified or "-"),
            "" if row.document is None else reference(session.line, channel, row.document),
        )
        for row in found
    ]
    shown = table(("", "NAME", "ANNOUNCED", "CERTIFIED", "BY"), lines).splitlines()
    words = [f"  {row.name}: {row.difference}" for row in found if row.difference]
    return wrap("\n".join([name, *shown, *words]))


def _emit(session: Session, channel: str, *sides: Side) -> None:
    for side in sides:
        session.emit(_record(session, channel, side), _text(session, channel, side))


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
