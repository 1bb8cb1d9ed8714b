"""Notices in rows: one a line, the urgent ones first; all of one with its lead, findings and history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hotline_client.exports.notices import text
from hotline_client.presenters import notice as presenter
from hotline_client.presenters.notice import DISPUTED, NoticeFacts, is_over, urgency, worst
from hotline_client.presenters.references import Reference
from hotline_client.tui.looks.cells import line, pad, paragraphs, wrap
from hotline_client.tui.looks.rows import Look, Row, Scene, fit
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import dtg, remaining
from hotline_client.tui.parts.needs import Need
from hotline_protocol.documents.notices import Verdict
from hotline_protocol.folds.notices import LEAD, Entry, Phase, State
from hotline_protocol.terms import Precedence, Side

_LABEL: Final = 16
_NARROW: Final = 76
LABELS: Final = (N_("Area"),)
"""Of `notices.text.rows`, what no form has too."""
_LOOKS: Final[Mapping[int, Look]] = {DISPUTED: "bad", 3: "bad", 2: "warn"}


def in_order(entries: Sequence[Entry], now: int) -> list[Entry]:
    """The urgent ones of what is in force first, what is over last."""
    return sorted(entries, key=lambda one: (is_over(one, now), *urgency(one)))


def phase(entry: Entry, now: int) -> tuple[str, Look]:
    """`ACTIVE, ends in 3h 20m`: what it is now, in words."""
    if entry.state is not State.IN_FORCE:
        return entry.state.value, "dim"
    now_in = entry.phase(now)
    if now_in is Phase.PENDING:
        return t("in {time}", time=remaining(entry.notice.start - now)), "text"
    if now_in is Phase.OVER:
        return now_in.value, "dim"
    end = entry.notice.end
    left = t("PERM") if end is None else t("ends in {time}", time=remaining(end - now))
    return f"{now_in.value}, {left}", "strong"


def notice_row(entry: Entry, number: str, scene: Scene, cells: int) -> Row:
    """`! N-0003/26 BRAVO  naval REAL 240600Z in 15h  Gunnery`; where it is narrow what is no exercise is real, and soon enough."""
    notice, urgent = entry.notice, worst(entry)
    sign = {DISPUTED: "!!", 3: "! ", 2: "? "}.get(urgent, "  ")
    words, look = phase(entry, scene.now)
    status = t("EXERCISE") if notice.exercise else t("REAL")
    shade: Look = "dim" if is_over(entry, scene.now) else "text"
    if cells < _NARROW:
        return fit(
            (
                (sign, _LOOKS.get(urgent, "dim")),
                (f"{pad(number, 10)} {pad(scene.names[entry.side], 5)} {notice.arena.value:<5} ", shade),
                (f"{words}  ", look),
                (f"{status}  " if notice.exercise else "", "warn"),
                (line(text.what(notice)), "text"),
            ),
            cells,
        )
    head = f"{pad(number, 10)} {pad(scene.names[entry.side], 8)} {notice.arena.value:<5} "
    return fit(
        (
            (sign, _LOOKS.get(urgent, "dim")),
            (head, shade),
            (f"{pad(status, 8)} ", shade),
            (f"{dtg(notice.start)[:7]} ", "dim"),
            (f"{words}  ", look),
            (line(text.what(notice)), "text"),
        ),
        cells,
    )


def notice_detail(told: NoticeFacts, scene: Scene, cells: int) -> list[Row]:
    """All of a notice."""
    entry = told.entry
    head = (
        f"{spoken(told.name)} #{entry.seq}  {entry.notice.arena.value.upper()}  {phase(entry, scene.now)[0]}"
    )
    rows: list[Row] = [((head, "strong"),)]
    if entry.disputed:
        words = t("DISPUTED: the two sides' computers differ about it: talk to the other side")
        rows += [((one, "bad"),) for one in paragraphs(words, cells)]
    for other in told.against:
        words = t("NOT CLEAR of {notice}", notice=spoken(other))
        rows += [((one, "bad"),) for one in paragraphs(words, cells)]
    room = max(10, cells - _LABEL)
    for label, value in text.rows(entry.notice):
        rows += _column(t(label) if label else "", paragraphs(value, room))
    short: Look = "warn" if entry.lead < LEAD[entry.notice.arena] else "text"
    for number, (label, words) in enumerate(presenter.judged(told, t)):
        # our own words, with nothing foreign in them, run as our language does, whatever they begin with
        rows += _column(label, wrap(words, room), "text" if number else short)
    for label, value in presenter.history(told, t, spoken):
        rows += _column(label, paragraphs(value, room))
    return rows


def spoken(name: Reference) -> str:
    """A notice's number with its delegation, harmless."""
    number = line(name.number, 20)
    return f"{line(name.owner, 16)} {number}" if name.owner else number


def notice_needs(
    entries: Sequence[Entry], channel: str, me: Side, now: int, named: Callable[[bytes], str]
) -> list[Need]:
    """Notices of either side that are disputed, or in conflict with one of ours. `named`: as people type them."""
    owner = {one.id: one.side for one in entries}
    found = []
    for one in entries:
        if is_over(one, now) or worst(one) < 2:
            continue
        against = {other_ for each in one.findings.values() for other_ in each.against}
        ours = one.side == me or any(owner.get(each) == me for each in against)
        if one.disputed:
            what = t("{notice} is DISPUTED", notice=named(one.id))
            found.append(Need("notices", channel, one.id, what, one.at, Precedence.IMMEDIATE))
        elif ours:
            verdict = Verdict.CONFLICT if worst(one) > 2 else Verdict.POSSIBLE
            what = t("{notice}: {verdict}", notice=named(one.id), verdict=verdict.value)
            rank = Precedence.PRIORITY if verdict is Verdict.CONFLICT else Precedence.ROUTINE
            found.append(Need("notices", channel, one.id, what, one.at, rank))
    return found


def _column(label: str, lines: Sequence[str], look: Look = "text") -> list[Row]:
    shown = [label, *[""] * (len(lines) - 1)]
    return [((pad(one, _LABEL), "dim"), (words, look)) for one, words in zip(shown, lines, strict=True)]
