"""Meetings in rows: one a line, all of one with both sides' last words side by side, and the coming weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from hotline_client.presenters.meeting import MeetingFacts, held, side_by_side, times, waiting_parts
from hotline_client.tui.looks.cells import line, pad
from hotline_client.tui.looks.rows import Look, Row, Scene, Span, fit, lined, quote, width
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import dtg
from hotline_client.tui.parts.needs import Need
from hotline_client.words.times import local_times, zulu
from hotline_protocol.documents.meetings import Part
from hotline_protocol.folds.meetings import TABLE, Meeting, MeetingState
from hotline_protocol.terms import SIDES, Role, Side, other

WEEKS: Final = 4
_LOOKS: Final[Mapping[MeetingState, Look]] = {
    MeetingState.PROPOSED: "warn",
    MeetingState.COUNTERED: "warn",
    MeetingState.AGREED: "good",
    MeetingState.CANCELLED: "dim",
    MeetingState.HELD: "text",
}
_VERDICTS: Final[Mapping[str, tuple[str, Look]]] = {
    N_("agreed"): ("=", "good"),
    N_("differs"): ("≠", "bad"),
    N_("open"): ("?", "warn"),
}
_MARKS: Final[Mapping[str, Look]] = {"*": "good", "?": "warn"}
LEVELS: Final = (N_("heads"), N_("deputies"), N_("experts"))
"""What presenters look up by its value."""
_WORDS: Final = {Part.TIME: N_("time"), Part.PLACE: N_("place"), Part.LEVEL: N_("level")}


def why_not(meeting: Meeting | None, act: str, side: Side, role: Role) -> str | None:
    """Why an act of the table is not possible on a meeting for somebody; None if it is."""
    if meeting is None:
        return t("mark a meeting first")
    return TABLE.why_not(act, meeting.state, meeting.side, side, role)


def meeting_row(meeting: Meeting, number: str, cells: int) -> Row:
    """`P-0007/26 COUNTERED  time agreed, place open  First meeting`."""
    when = dtg(meeting.slot.start) if meeting.slot else t("time open")
    open_parts = [t(_WORDS[part]) for part in (Part.PLACE, Part.LEVEL) if not meeting.agreed(part)]
    rest = t("open: {parts}", parts=", ".join(open_parts)) if open_parts and meeting.is_living else ""
    row: Row = (
        (f"{pad(number, 10)} ", "dim"),
        (f"{pad(meeting.state.value, 10)} ", _LOOKS[meeting.state]),
        (f"{pad(when, 14)} ", "good" if meeting.slot else "warn"),
        (line(meeting.title), "text"),
    )
    whole: Row = (*row, (f"  {rest}", "warn")) if rest else row
    return whole if width(whole) <= cells else fit(row, cells)


def meeting_detail(told: MeetingFacts, scene: Scene, cells: int) -> list[Row]:
    """All of a meeting; what differs between the sides is marked."""
    meeting, names = told.meeting, scene.names
    head = t(
        "{number}  {state}, version {version}, proposed by {side}",
        number=line(told.number, 20),
        state=meeting.state.value,
        version=meeting.version,
        side=names[meeting.side],
    )
    rows: list[Row] = [((head, "strong"),), *lined(meeting.title, cells, "strong")]
    rows += lined(turn(meeting, scene), cells, "warn")
    rows += _sides(meeting, scene, cells)
    for label, slot, words in times(meeting, names, t):
        answers = f"  {words}" if label else ""
        rows += lined(f"{label or ' '} {zulu(slot)}{answers}", cells, "text" if label else "good")
        rows += [fit(((f"    {one}", "dim"),), cells) for one in local_times(slot, ())]
    for at, one in enumerate(told.items, 1):
        rows += lined(f"{at}. {one}", cells)
    rows += quote(meeting.note, cells) if meeting.note else []
    rows += [row for one in held(meeting, names, t) for row in lined(one, cells)]
    rows += lined(t("CANCELLED: {why}", why=meeting.reason), cells, "bad") if meeting.reason else []
    return rows


def _sides(meeting: Meeting, scene: Scene, cells: int) -> list[Row]:
    """Both sides' last word about each part, beside each other."""
    room = max(8, (cells - 18) // 2)
    names = [pad(scene.names[side], room) for side in SIDES]
    rows: list[Row] = [((" " * 7, "dim"), (f"{names[0]} ", "dim"), (names[1], "dim"))]
    for part, ours, theirs, verdict in side_by_side(meeting, t):
        sign, look = _VERDICTS[verdict]
        words: list[Span] = [(pad(t(_WORDS[part]), 7), "dim")]
        words += [(pad(line(one, room), room) + " ", "text") for one in (ours, theirs)]
        rows.append(fit((*words, (f"{sign} {t(verdict)}", look)), cells))
    return rows


def turn(meeting: Meeting, scene: Scene) -> str:
    """Whose turn it is, in words."""
    if not meeting.is_living:
        return t("nothing is left to do")
    if meeting.state is MeetingState.AGREED:
        return t("agreed by both sides; c changes it, which voids what it touches; h says it was held")
    if waiting := waiting_parts(meeting, scene.me):
        parts = ", ".join(t(_WORDS[part]) for part in waiting)
        return t("YOUR TURN: answer (r), agree (y) or counter (c): {parts}", parts=parts)
    return t("waits for {side}", side=scene.names[other(scene.me)])


def meeting_needs(
    meetings: Sequence[Meeting], channel: str, me: Side, number: Callable[[bytes], str]
) -> list[Need]:
    """Meetings of which something proposed by the other side waits for ours."""
    found = []
    for one in meetings:
        if waiting := waiting_parts(one, me):
            words = t(
                "{number} {title}: {parts} to agree",
                number=number(one.id),
                title=line(one.title, 30),
                parts=", ".join(t(_WORDS[part]) for part in waiting),
            )
            found.append(Need("meetings", channel, one.id, words, one.at))
    return found


def weeks(meetings: Sequence[Meeting], now: int, cells: int) -> list[Row]:
    """The coming weeks from Monday on, in UTC: `*` a meeting is agreed, `?` a candidate; today in brackets."""
    marks: dict[str, str] = {}
    for one in meetings:
        slots = [one.slot] if one.slot else list(one.slots)
        for slot in slots if one.is_living else ():
            when = f"{datetime.fromtimestamp(slot.start / 1000, UTC):%Y-%m-%d}"
            marks[when] = "*" if one.slot or marks.get(when) == "*" else "?"
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    monday = today - timedelta(days=today.weekday())
    names = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))
    # each by itself: in a run of words right to left they would change places
    rows: list[Row] = [(("       ", "dim"), *((pad(name[:3], 6), "dim") for name in names))]
    for week in range(WEEKS):
        first = monday + timedelta(weeks=week)
        spans: list[Span] = [(f"{first:%b} ".upper().ljust(6), "dim")]
        for day in (first + timedelta(days=at) for at in range(7)):
            mark = marks.get(f"{day:%Y-%m-%d}", " ")
            shown = f"[{day.day:>2}]" if day == today else f" {day.day:>2} "
            look: Look = _MARKS.get(mark, "strong" if day == today else "text")
            spans.append((f"{shown}{mark} ", look))
        rows.append(fit(tuple(spans), cells))
    rows.append(fit(((t("* agreed   ? candidate   [ ] today, all in UTC"), "dim"),), cells))
    return rows
