"""`hotline notice`: who does what, where and when; announced, replaced and cancelled by the side that issued it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import click

from hotline_client.cli.base.acting import act_options, deliver
from hotline_client.cli.base.session import Session, line_command
from hotline_client.cli.group import notice_looking as looking
from hotline_client.cli.group.notice_input import compose, notice_options
from hotline_client.exports.notices import text
from hotline_client.presenters import notice as notice_text
from hotline_client.presenters.references import reference
from hotline_protocol.documents import encode_body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import Action, Notice, Verdict
from hotline_protocol.dtg import dtg
from hotline_protocol.folds.notices import Entry
from hotline_protocol.notices import form, values

_TENTATIVE = bytes(16)


@click.group("notice")
def command() -> None:
    """Who does what, where and when, in the air, at sea and in the spectrum; held against all others."""


for _looking in (looking.show_list, looking.show_notice, looking.draw, looking.export):
    command.add_command(_looking)


@line_command("issue", group=command)
@notice_options
@click.option("--dry-run", is_flag=True, help="Show it and what it would conflict with; send nothing.")
@act_options
async def issue(
    session: Session, *, given: dict[str, Any], dry_run: bool, channel: str, key: str | None, patience: int
) -> None:
    """Announce something, by options, from a TOML or GeoJSON file, or by pasting a text.

    Example: hotline notice issue --arena air --activity "Live firing" --circle "33.0N034.5E 5NM" --lower SFC
    --upper FL240 --from "240600Z NOV 26" --until "241200Z NOV 26" --daily 0600-1200Z
    """
    channel = session.channel(channel)
    body = compose(given, session.line.now())
    async with session.line:
        await session.catch_up(patience, required=not dry_run)
        await _act(session, channel, body, dry_run=dry_run, key=key, patience=patience)


@line_command("replace", group=command)
@click.argument("notice")
@notice_options
@click.option("--dry-run", is_flag=True, help="Show it and what it would conflict with; send nothing.")
@act_options
async def replace(
    session: Session,
    *,
    notice: str,
    given: dict[str, Any],
    dry_run: bool,
    channel: str,
    key: str | None,
    patience: int,
) -> None:
    """Put another in the place of NOTICE at once: what is not said stays as it was, unless a file says all."""
    channel = session.channel(channel)
    async with session.line:
        await session.catch_up(patience, required=not dry_run)
        before = looking.find(session, channel, notice, ours=True)
        body = compose(
            given,
            session.line.now(),
            action=Action.REPLACE,
            target=Target(before.id, before.content),
            predecessor=before.notice,
        )
        await _act(session, channel, body, dry_run=dry_run, key=key, patience=patience, before=before)


@line_command("cancel", group=command)
@click.argument("notice")
@click.option("--remarks", default="", help="Why.")
@act_options
async def cancel(
    session: Session, *, notice: str, remarks: str, channel: str, key: str | None, patience: int
) -> None:
    """Cancel NOTICE at once."""
    channel = session.channel(channel)
    async with session.line as line:
        await session.catch_up(patience)
        before = looking.find(session, channel, notice, ours=True)
        now = line.now()
        fields = {"arena": str(before.notice.arena), "start": values.print_time(now), "remarks": remarks}
        body = form.to_notice(fields, action=Action.CANCEL, target=Target(before.id, before.content))
        await deliver(session, channel, body, key=key, patience=patience)
        after = line.read(channel, lambda book: book.notices.all[before.id])
    told = notice_text.tell(session.line, channel, after)
    session.emit(notice_text.record(session.line, channel, told), notice_text.page(session.line, told))


async def _act(
    session: Session,
    channel: str,
    body: Notice,
    *,
    dry_run: bool,
    key: str | None,
    patience: int,
    before: Entry | None = None,
) -> None:
    """Send it and show how it stands, or only show what would be sent; both with what this device finds."""
    line = session.line
    if dry_run:
        _rehearse(session, channel, body, before)
        return
    document = await deliver(session, channel, body, key=key, patience=patience)
    entry = line.read(channel, lambda book: book.notices.all[document])
    verdict, against = check(session, channel, entry)
    told = notice_text.tell(session.line, channel, entry)
    found = {"verdict": str(verdict), "against": against}
    session.emit(
        {**notice_text.record(session.line, channel, told), "found": found},
        f"{notice_text.page(session.line, told)}\n{_verdict(session, channel, verdict, against)}",
    )


def _rehearse(session: Session, channel: str, body: Notice, before: Entry | None) -> None:
    now = session.line.now()
    content = sha256(encode_body(body)).digest()
    tentative = Entry(
        id=_TENTATIVE,
        seq=1 << 53,
        side=session.line.me.side,
        content=content,
        at=now,
        lead=body.start - now,
        notice=body,
        predecessor=None if before is None else before.id,
    )
    verdict, against = check(session, channel, tentative)
    number = "" if before is None else reference(session.line, channel, before.id)
    shown = [
        f"NOT SENT  {body.arena.upper()} notice, {body.action}{f' {number}' if number else ''}, as of {dtg(now)}",
        text.sheet([*text.rows(body), ("Actual lead", notice_text.lead(body, now))]),
        _verdict(session, channel, verdict, against),
        "",
        text.block(body, before=number),
    ]
    record = {
        "type": "notice-dry-run",
        "channel": channel,
        "action": str(body.action),
        "lead": tentative.lead,
        "fields": form.to_form(body),
        "verdict": str(verdict),
        "against": against,
        "block": text.block(body, before=number),
    }
    session.emit(record, "\n".join(shown))


def check(session: Session, channel: str, entry: Entry) -> tuple[Verdict, tuple[bytes, ...]]:
    """What this device finds about a notice against all that stand before it, without the one it replaces."""
    others = session.line.read(channel, lambda book: book.notices.before(entry))
    # here, because other commands shall not pay for numpy, pyproj and shapely
    from hotline_protocol.notices.register import Register  # noqa: PLC0415

    outcome = Register().examine(entry, [one for one in others if one.id != entry.predecessor])
    return outcome.verdict, outcome.against


def _verdict(session: Session, channel: str, verdict: Verdict, against: tuple[bytes, ...]) -> str:
    if not against:
        return f"    This device finds: {verdict} of all notices in force."
    several = ", ".join(notice_text.named(session.line, channel, one) for one in against[:5])
    more = f" and {len(against) - 5} more" if len(against) > 5 else ""
    return f"    This device finds: {verdict} with {several}{more}."
