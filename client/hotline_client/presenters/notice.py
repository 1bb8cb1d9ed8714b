"""A notice as it stands: what it says, what each side found about it, what came of it; for a person, a script, a map and a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from hotline_client.exports.notices import text
from hotline_client.exports.notices.checks import hours
from hotline_client.line.views import MessageView
from hotline_client.presenters.references import Reference, Source, delegation, named, numbered, reference
from hotline_client.words.columns import table, wrap
from hotline_client.words.times import dtg
from hotline_client.words.translation import Translate, english
from hotline_protocol.documents import encode_body
from hotline_protocol.documents.notices import Notice, Verdict
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.notices import LEAD, Entry, Found, Phase, State
from hotline_protocol.notices import form
from hotline_protocol.terms import Side, other
from hotline_protocol.text import show

Rows = list[tuple[str, str]]
"""Labels and what stands beside them."""

DISPUTED: Final = 4
_WORST: Final = {Verdict.CLEAR: 1, Verdict.POSSIBLE: 2, Verdict.CONFLICT: 3}
_EVERY: Final = 12
_TENTATIVE: Final = bytes(16)
_LAST: Final = 1 << 53


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice with what is known around it. `number`, `before`: its own and that of the one before it, as people type them;
    `ours`, `theirs`: what each side found.
    """

    entry: Entry
    number: str
    is_ours: bool
    owner: str
    before: str
    predecessor: Reference | None
    successor: Reference | None
    message: MessageView | None
    against: tuple[Reference, ...]
    ours: Found | None
    theirs: Found | None

    @property
    def name(self) -> Reference:
        """With its delegation and its place in the log."""
        return Reference(self.number, self.owner, self.entry.seq)


def facts(line: Source, channel: str, entry: Entry) -> NoticeFacts:
    """All that is known of a notice."""
    message = line.message(channel, entry.id)
    found = {one for each in entry.findings.values() for one in each.against}
    before, after = entry.predecessor, entry.successor
    return NoticeFacts(
        entry=entry,
        number=numbered(message, entry.id),
        is_ours=entry.side == line.me.side,
        owner=delegation(line, entry.side),
        before="" if before is None else reference(line, channel, before),
        predecessor=None if before is None else named(line, channel, before),
        successor=None if after is None else named(line, channel, after),
        message=message,
        against=tuple(named(line, channel, one) for one in sorted(found)),
        ours=entry.findings.get(line.me.side),
        theirs=entry.findings.get(other(line.me.side)),
    )


# --- where it stands


def worst(entry: Entry) -> int:
    """How urgently it is to be looked at: 4 disputed, 3 conflict, 2 possible, less: nothing."""
    if entry.disputed:
        return DISPUTED
    return max((_WORST[one.verdict] for one in entry.findings.values()), default=0)


def urgency(entry: Entry) -> tuple[int, int, int]:
    """Sorts disputes and conflicts first, then by when they begin."""
    return -worst(entry), entry.notice.start, entry.seq


def is_over(entry: Entry, now: int) -> bool:
    """Replaced, cancelled, or past its end."""
    return entry.state is not State.IN_FORCE or entry.phase(now) is Phase.OVER


def phase(entry: Entry, now: int) -> str:
    """Against the clock while it is in force, else what became of it."""
    return str(entry.phase(now)) if entry.state is State.IN_FORCE else str(entry.state)


def entries(book: Journal, now: int, *, everything: bool) -> list[Entry]:
    """Those in force and not over, or all; in log order."""
    return list(book.notices.all.values() if everything else book.notices.active(now))


def tentative(notice: Notice, side: Side, now: int, predecessor: bytes | None = None) -> Entry:
    """A notice as it would stand if it were sent `now` (unix ms)."""
    content = sha256(encode_body(notice)).digest()
    return Entry(
        id=_TENTATIVE,
        seq=_LAST,
        side=side,
        content=content,
        at=now,
        lead=notice.start - now,
        notice=notice,
        predecessor=predecessor,
    )


def check(line: Source, channel: str, entry: Entry) -> tuple[Verdict, tuple[bytes, ...]]:
    """What this device finds about a notice against all that stand before it, without the one it replaces."""
    others = line.read(channel, lambda book: book.notices.before(entry))
    # here, because what only lists notices shall not pay for numpy, pyproj and shapely
    from hotline_protocol.notices.register import Register  # noqa: PLC0415

    outcome = Register().examine(entry, [one for one in others if one.id != entry.predecessor])
    return outcome.verdict, outcome.against


# --- for a person


def judged(told: NoticeFacts, t: Translate = english) -> Rows:
    """Its lead and what both sides found, all in our own words."""
    return [
        (t("Actual lead"), lead(told.entry.lead, told.entry.notice, t)),
        (t("We found"), _found(told.ours, t)),
        (t("They found"), _found(told.theirs, t)),
    ]


def history(told: NoticeFacts, t: Translate = english, name: Callable[[Reference], str] = str) -> Rows:
    """Where it came from, what came of it, and the answers to it."""
    entry, message = told.entry, told.message
    rows = [(t("Issued"), dtg(entry.at, t))]
    rows += [(t("Replaces"), name(told.predecessor))] if told.predecessor else []
    if told.successor:
        replaced = entry.state is State.REPLACED
        rows.append((t("Replaced by") if replaced else t("Cancelled by"), name(told.successor)))
    for one in message.answers if message else ():
        who = f"{one.person.delegation} {one.person.name}"
        said = f"{one.answer} {t('{when} by {who}', when=dtg(one.time, t), who=who)}"
        rows.append((t("Answer"), f"{said}: {one.reason}" if one.reason else said))
    if message is not None and not message.answers and message.phase is not None:
        rows.append((t("Answers"), str(message.phase)))
    return rows


def lead(milliseconds: int, notice: Notice, t: Translate = english) -> str:
    """`36.5 h, 24.0 h are agreed for air`, and whether that is short."""
    agreed = LEAD[notice.arena]
    words = t(
        "{lead}, {agreed} are agreed for {arena}",
        lead=hours(milliseconds),
        agreed=hours(agreed),
        arena=notice.arena.value,
    )
    return t("SHORT: {words}", words=words) if milliseconds < agreed else words


def _found(found: Found | None, t: Translate) -> str:
    if found is None:
        return t("nothing yet")
    return t("{verdict}, inputs {inputs}", verdict=found.verdict.value, inputs=found.inputs.hex()[:16])


def page(told: NoticeFacts, now: int) -> str:
    """A notice whole, in 80 columns."""
    entry = told.entry
    head = f"{told.number} (#{entry.seq})  {entry.notice.arena.upper()} notice by {show(told.owner)}, {phase(entry, now)}"
    rows = [*text.rows(entry.notice), *judged(told)]
    rows += [
        ("Not clear of" if not number else "", str(one)) for number, one in enumerate(told.against[:_EVERY])
    ]
    if entry.disputed:
        rows.append(("DISPUTED", "the two sides' computers differ: talk to the other side"))
    return "\n".join([head, text.sheet([*rows, *history(told)])])


def board(told: Sequence[NoticeFacts], now: int) -> str:
    """Notices in a table, and below it in words what is disputed or in conflict."""
    rows = [
        (
            one.number,
            "ours" if one.is_ours else "theirs",
            str(one.entry.notice.arena),
            dtg(one.entry.notice.start)[:11],
            "PERM" if one.entry.notice.end is None else dtg(one.entry.notice.end)[:11],
            phase(one.entry, now),
            str(one.ours.verdict) if one.ours else "-",
            str(one.theirs.verdict) if one.theirs else "-",
        )
        for one in told
    ]
    headers = ("NUMBER", "SIDE", "ARENA", "FROM", "UNTIL", "PHASE", "WE FIND", "THEY FIND")
    lines = [table(headers, rows)]
    for one in told:
        if one.entry.disputed:
            lines.append(f"DISPUTED {one.name}: the two sides' computers differ")
        if worst(one.entry) > 1:
            lines.append(f"{one.name} is not clear of {', '.join(map(str, one.against[:3]))}")
    return wrap("\n".join(lines))


# --- for a script


def record(channel: str, told: NoticeFacts, now: int) -> dict[str, Any]:
    """A notice for a script; times and the lead in unix ms, fields as they are typed."""
    entry, message = told.entry, told.message
    return {
        "type": "notice",
        "channel": channel,
        "id": entry.id.hex(),
        "seq": entry.seq,
        "reference": told.number,
        "side": entry.side,
        "ours": told.is_ours,
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
            for one in (message.answers if message else ())
        ],
        "hash": entry.content,
    }


# --- as a file


def blocks(told: Sequence[NoticeFacts]) -> str:
    """Each in the manner of its arena, so that it can be pasted back."""
    written = [text.block(one.entry.notice, number=one.number, before=one.before) for one in told]
    return "\n\n".join(written) + "\n"


def geojson(told: Sequence[NoticeFacts]) -> str:
    """For other maps."""
    # here, because what only lists notices shall not pay for numpy, pyproj and shapely
    from hotline_client.exports.notices import geojson as maps  # noqa: PLC0415

    features = [
        maps.feature(
            one.entry.notice, number=one.number, side=one.entry.side, id=one.entry.id.hex(), owner=one.owner
        )
        for one in told
    ]
    return json.dumps(maps.collection(features), ensure_ascii=True, indent=1) + "\n"


def drawing(told: Sequence[NoticeFacts], title: str, now: int) -> str:
    """As SVG, a map with a timeline below it; at least one has areas."""
    from hotline_client.exports.notices import picture  # noqa: PLC0415 - see `geojson`

    drawn = [
        picture.Drawn(one.entry.notice, one.number, one.entry.side, one.owner, _legend(one, now))
        for one in told
    ]
    return picture.svg(drawn, title=title, now=now)


def _legend(told: NoticeFacts, now: int) -> str:
    found = f"{told.ours.verdict if told.ours else 'NOT CHECKED'} by us"
    against = f" with {', '.join(map(str, told.against[:3]))}" if told.against else ""
    disputed = ", DISPUTED" if told.entry.disputed else ""
    return f"{phase(told.entry, now)}, {found}{against}{disputed}"
