"""Notices as they are told: a record for a script, a page for a person, a table of many, and what a map says of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hotline_client.exports.notices import text
from hotline_client.exports.notices.checks import hours
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_client.presenters.references import reference
from hotline_client.words.columns import table, wrap
from hotline_protocol.documents.notices import Notice, Verdict
from hotline_protocol.dtg import dtg
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.notices import LEAD, Entry, Found, Phase, State
from hotline_protocol.notices import form
from hotline_protocol.terms import other
from hotline_protocol.text import show

_WORST: Final = {None: 0, Verdict.CLEAR: 1, Verdict.POSSIBLE: 2, Verdict.CONFLICT: 3}
_EVERY: Final = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with what is known around it. `number`: as people type it."""

    entry: Entry
    number: str
    ours: bool
    owner: str
    before: str
    predecessor: str
    successor: str
    message: MessageView | None
    against: tuple[str, ...]

    @property
    def name(self) -> str:
        """With its delegation and its place in the log."""
        return f"{self.owner} {self.number} (#{self.entry.seq})"

    @property
    def mine(self) -> Found | None:
        """What our side found."""
        return self.entry.findings.get(self.entry.side if self.ours else other(self.entry.side))

    @property
    def yours(self) -> Found | None:
        """What the other side found."""
        return self.entry.findings.get(other(self.entry.side) if self.ours else self.entry.side)

    @property
    def worst(self) -> int:
        """How urgently it is to be looked at."""
        if self.entry.disputed:
            return 4
        return max(_WORST[one.verdict if one is not None else None] for one in (self.mine, self.yours))


def tell(line: Line, channel: str, entry: Entry) -> Told:
    """A notice with what is known around it."""
    found = {one for each in entry.findings.values() for one in each.against}
    return Told(
        entry=entry,
        number=reference(line, channel, entry.id),
        ours=entry.side == line.me.side,
        owner=line.charter.delegation(entry.side).delegation,
        before="" if entry.predecessor is None else reference(line, channel, entry.predecessor),
        predecessor=named(line, channel, entry.predecessor),
        successor=named(line, channel, entry.successor),
        message=line.message(channel, entry.id),
        against=tuple(named(line, channel, one) for one in sorted(found)),
    )


def named(line: Line, channel: str, document: bytes | None) -> str:
    """The number with its delegation before and `#SEQ` behind it, since both delegations count from 1."""
    if document is None:
        return ""
    message = line.message(channel, document)
    number = reference(line, channel, document)
    if message is None or message.author is None or message.seq is None:
        return number
    return f"{message.author.delegation} {number} (#{message.seq})"


def phase(entry: Entry, now: int) -> str:
    """Against the clock while it is in force, else what became of it."""
    return str(entry.phase(now)) if entry.state is State.IN_FORCE else str(entry.state)


def record(line: Line, channel: str, told: Told) -> dict[str, Any]:
    """A notice for a script; times and the lead in unix ms, fields as they are typed."""
    entry, now = told.entry, line.now()
    return {
        "type": "notice",
        "channel": channel,
        "id": entry.id.hex(),
        "seq": entry.seq,
        "reference": told.number,
        "side": entry.side,
        "ours": told.ours,
        "action": str(entry.notice.action),
        "state": str(entry.state),
        "phase": str(entry.phase(now)),
        "start": entry.notice.start,
        "end": entry.notice.end,
        "at": entry.at,
        "lead": entry.lead,
        "agreed_lead": LEAD[entry.notice.arena],
        "short_lead": entry.notice.short_lead,
        "fields": form.to_form(entry.notice),
        "verdicts": {
            side: {"verdict": str(one.verdict), "against": list(one.against), "inputs": one.inputs}
            for side, one in entry.findings.items()
        },
        "disputed": entry.disputed,
        "predecessor": entry.predecessor,
        "successor": entry.successor,
        "answers": [
            {"by": one.person.name, "answer": str(one.answer), "reason": one.reason, "time": one.time}
            for one in (told.message.answers if told.message else ())
        ],
        "hash": entry.content,
    }


def page(line: Line, told: Told) -> str:
    """A notice for a person, whole, in 80 columns."""
    entry, now = told.entry, line.now()
    head = f"{told.number} (#{entry.seq})  {entry.notice.arena.upper()} notice by {show(told.owner)}, {phase(entry, now)}"
    rows = [*text.rows(entry.notice), ("Actual lead", lead(entry.notice, entry.at))]
    rows += [("We found", _found(told.mine)), ("They found", _found(told.yours))]
    rows += [("Not clear of" if not number else "", one) for number, one in enumerate(told.against[:_EVERY])]
    if entry.disputed:
        rows.append(("DISPUTED", "the two sides' computers differ: talk to the other side"))
    return "\n".join([head, text.sheet([*rows, *_history(told)])])


def _history(told: Told) -> list[tuple[str, str]]:
    entry, message = told.entry, told.message
    rows = [("Issued", dtg(entry.at))]
    rows += [("Replaces", told.predecessor)] if told.predecessor else []
    if told.successor:
        what = "Replaced by" if entry.state is State.REPLACED else "Cancelled by"
        rows.append((what, told.successor))
    for one in message.answers if message else ():
        said = f"{one.answer} {dtg(one.time)} by {one.person.delegation} {one.person.name}"
        rows.append(("Answer", f"{said}: {one.reason}" if one.reason else said))
    if message is not None and not message.answers and message.phase is not None:
        rows.append(("Answers", str(message.phase)))
    return rows


def lead(notice: Notice, at: int) -> str:
    """`36.5 h, 24.0 h are agreed`, and whether that is short."""
    agreed = LEAD[notice.arena]
    short = "SHORT: " if notice.start - at < agreed else ""
    return f"{short}{hours(notice.start - at)}, {hours(agreed)} are agreed for {notice.arena}"


def _found(found: Found | None) -> str:
    if found is None:
        return "nothing yet"
    return f"{found.verdict}, inputs {found.inputs.hex()[:16]}"


def board(told: list[Told], now: int) -> str:
    """Notices in a table, the urgent ones on top, and below it in words what is disputed or in conflict."""
    rows = [
        (
            one.number,
            "ours" if one.ours else "theirs",
            str(one.entry.notice.arena),
            dtg(one.entry.notice.start)[:11],
            "PERM" if one.entry.notice.end is None else dtg(one.entry.notice.end)[:11],
            phase(one.entry, now),
            str(one.mine.verdict) if one.mine else "-",
            str(one.yours.verdict) if one.yours else "-",
        )
        for one in ordered(told)
    ]
    headers = ("NUMBER", "SIDE", "ARENA", "FROM", "UNTIL", "PHASE", "WE FIND", "THEY FIND")
    lines = [table(headers, rows)]
    for one in ordered(told):
        if one.entry.disputed:
            lines.append(f"DISPUTED {one.name}: the two sides' computers differ")
        if one.worst > 1:
            lines.append(f"{one.name} is not clear of {', '.join(one.against[:3])}")
    return wrap("\n".join(lines))


def ordered(told: list[Told]) -> list[Told]:
    """Disputes and conflicts first, then by when they begin."""
    return sorted(told, key=lambda one: (-one.worst, one.entry.notice.start, one.entry.seq))


def entries(book: Journal, now: int, *, everything: bool) -> list[Entry]:
    """Those in force and not over, or all."""
    if everything:
        return list(book.notices.all.values())
    return [one for one in book.notices.active(now) if one.phase(now) is not Phase.OVER]
