"""Notices in rows: one a line, the urgent ones first; all of one with its lead, findings and history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hotline_client.exports.notices import text
from hotline_client.exports.notices.checks import hours
from hotline_client.line.views import MessageView
from hotline_client.tui.looks.cells import line, pad, paragraphs, wrap
from hotline_client.tui.looks.rows import Look, Row, Scene, fit
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import dtg, remaining
from hotline_client.tui.parts.needs import Need
from hotline_protocol.documents.notices import Notice, Verdict
from hotline_protocol.folds.notices import LEAD, Entry, Found, Phase, State
from hotline_protocol.terms import Precedence, Side, other

Named = Callable[[bytes], str]
"""A notice's number with its delegation, as two people speak of it; harmless."""

_LABEL: Final = 16
_NARROW: Final = 76
LABELS: Final = (N_("Area"),)
"""Of `notices.text.rows`, what no form has too."""
_WORST: Final = {None: 0, Verdict.CLEAR: 1, Verdict.POSSIBLE: 2, Verdict.CONFLICT: 3}
_DISPUTED: Final = 4
_LOOKS: Final[Mapping[int, Look]] = {_DISPUTED: "bad", 3: "bad", 2: "warn"}


def worst(entry: Entry) -> int:
    """How urgently it is to be looked at: 4 disputed, 3 conflict, 2 possible, less: nothing."""
    if entry.disputed:
        return _DISPUTED
    return max((_WORST[one.verdict] for one in entry.findings.values()), default=0)


def in_order(entries: Sequence[Entry], now: int) -> list[Entry]:
    """Disputes and conflicts of what is in force first, then by when they begin; what is over last."""
    return sorted(entries, key=lambda one: (is_over(one, now), -worst(one), one.notice.start, one.seq))


def is_over(entry: Entry, now: int) -> bool:
    """Replaced, cancelled, or past its end."""
    return entry.state is not State.IN_FORCE or entry.phase(now) is Phase.OVER


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
    sign = {_DISPUTED: "!!", 3: "! ", 2: "? "}.get(urgent, "  ")
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


def notice_detail(
    entry: Entry, message: MessageView | None, named: Named, scene: Scene, cells: int
) -> list[Row]:
    """All of a notice. `message`: what was answered to it."""
    number = named(entry.id)
    head = f"{number} #{entry.seq}  {entry.notice.arena.value.upper()}  {phase(entry, scene.now)[0]}"
    rows: list[Row] = [((head, "strong"),)]
    rows += _quarrels(entry, named, cells)
    for label, value in text.rows(entry.notice):
        rows += _labelled(t(label) if label else "", value, cells)
    short = entry.lead < LEAD[entry.notice.arena]
    rows += _ours(t("Actual lead"), lead_words(entry.lead, entry.notice), cells, "warn" if short else "text")
    rows += _ours(t("We found"), found_words(entry.findings.get(scene.me)), cells)
    rows += _ours(t("They found"), found_words(entry.findings.get(other(scene.me))), cells)
    rows += _labelled(t("Issued"), dtg(entry.at), cells)
    if entry.predecessor is not None:
        rows += _labelled(t("Replaces"), named(entry.predecessor), cells)
    if entry.successor is not None:
        replaced = entry.state is State.REPLACED
        rows += _labelled(t("Replaced by") if replaced else t("Cancelled by"), named(entry.successor), cells)
    for one in message.answers if message else ():
        said = f"{one.answer.value} {dtg(one.time)} {one.person.delegation} {one.person.name} {one.reason}"
        rows += _labelled(t("Answer"), said, cells)
    if message is not None and not message.answers and message.phase is not None:
        rows += _labelled(t("Answers"), message.phase.value, cells)
    return rows


def _quarrels(entry: Entry, named: Named, cells: int) -> list[Row]:
    """What is wrong about it, before all else."""
    rows: list[Row] = []
    if entry.disputed:
        words = t("DISPUTED: the two sides' computers differ about it: talk to the other side")
        rows += [((one, "bad"),) for one in paragraphs(words, cells)]
    against = {one for each in entry.findings.values() for one in each.against}
    for one in sorted(against):
        words = t("NOT CLEAR of {notice}", notice=named(one))
        rows += [((each, "bad"),) for each in paragraphs(words, cells)]
    return rows


def lead_words(lead: int, notice: Notice) -> str:
    """`36.5 h, 24.0 h are agreed for air`, and whether that is short. `lead` in ms."""
    agreed = LEAD[notice.arena]
    words = t(
        "{lead}, {agreed} are agreed for {arena}",
        lead=hours(lead),
        agreed=hours(agreed),
        arena=notice.arena.value,
    )
    return t("SHORT: {words}", words=words) if lead < agreed else words


def found_words(found: Found | None) -> str:
    """A side's verdict and what it was made from."""
    if found is None:
        return t("nothing yet")
    return t("{verdict}, inputs {inputs}", verdict=found.verdict.value, inputs=found.inputs.hex()[:16])


def notice_needs(entries: Sequence[Entry], channel: str, me: Side, now: int, named: Named) -> list[Need]:
    """Notices of either side that are disputed, or in conflict with one of ours."""
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


def _labelled(label: str, value: str, cells: int, look: Look = "text") -> list[Row]:
    return _column(label, paragraphs(value, max(10, cells - _LABEL)), look)


def _ours(label: str, words: str, cells: int, look: Look = "text") -> list[Row]:
    """Words of ours with nothing foreign in them: they run as our language does, whatever they begin with."""
    return _column(label, wrap(words, max(10, cells - _LABEL)), look)


def _column(label: str, lines: Sequence[str], look: Look) -> list[Row]:
    shown = [label, *[""] * (len(lines) - 1)]
    return [((pad(one, _LABEL), "dim"), (words, look)) for one, words in zip(shown, lines, strict=True)]
