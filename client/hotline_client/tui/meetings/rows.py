"""Meetings in rows: one a line, all of one with both sides' last words side by side, and the coming weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from hotline_client.tui.looks.cells import line, pad, paragraphs
from hotline_client.tui.looks.rows import Look, Row, Scene, Span, fit, width
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import dtg
from hotline_client.tui.parts.needs import Need
from hotline_client.words.meetings import said, side_by_side
from hotline_client.words.times import local_times, zulu
from hotline_protocol.documents.meetings import Part
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.meetings import TABLE, Meeting, MeetingState
from hotline_protocol.terms import Role, Side, other

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
SAID: Final = (
    N_("candidate {number}"), N_("{count} other times"), N_("any of {count}"), N_("heads"), N_("deputies"), N_("experts"),
    N_("{side} agrees"), N_("{side} yes"), N_("{side} if needed"), N_("{side} no"),
)  # fmt: skip
"""What `meeting_words` says."""
_WORDS: Final = {Part.TIME: N_("time"), Part.PLACE: N_("place"), Part.LEVEL: N_("level")}


def why_not(meeting: Meeting | None, act: str, side: Side, role: Role) -> str | None:
    """Why an act of the table is not possible on a meeting for somebody; None if it is."""
    if meeting is None:
        return t("mark a meeting first")
    try:
        TABLE.find(act, meeting.state, meeting.side, side, role)
    except NotAppliedError as error:
        return str(error)
    return None


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


def meeting_detail(
    meeting: Meeting, number: str, items: Sequence[str], scene: Scene, cells: int
) -> list[Row]:
    """All of a meeting; what differs between the sides is marked. `items`: the attached ones in words, foreign."""
    head = t(
        "{number}  {state}, version {version}, proposed by {side}",
        number=number,
        state=meeting.state.value,
        version=meeting.version,
        side=scene.names[meeting.side],
    )
    rows: list[Row] = [((head, "strong"),), *_lines(meeting.title, cells, "strong")]
    rows += _lines(turn(meeting, scene), cells, "warn")
    rows += _sides(meeting, scene, cells)
    rows += _times(meeting, scene, cells)
    rows += [row for at, one in enumerate(items, 1) for row in _lines(f"{at}. {one}", cells, "text")]
    rows += (
        [((" │ ", "dim"), (one, "text")) for one in paragraphs(meeting.note, cells - 3)]
        if meeting.note
        else []
    )
    for side in meeting.held:
        rows += _lines(t("{side} says it was held", side=scene.names[side]), cells, "text")
    rows += _lines(t("CANCELLED: {why}", why=meeting.reason), cells, "bad") if meeting.reason else []
    return rows


def _sides(meeting: Meeting, scene: Scene, cells: int) -> list[Row]:
    """Both sides' last word about each part, beside each other."""
    room = max(8, (cells - 18) // 2)
    names = [scene.names["a"], scene.names["b"]]
    rows: list[Row] = [((" " * 7, "dim"), (pad(names[0], room) + " ", "dim"), (pad(names[1], room), "dim"))]
    for part, ours, theirs, verdict in side_by_side(meeting, t):
        sign, look = _VERDICTS.get(verdict, ("?", "warn"))
        words: list[Span] = [
            (pad(t(_WORDS[Part(part)]), 7), "dim"),
            (pad(line(ours, room), room) + " ", "text"),
        ]
        words += [(pad(line(theirs, room), room) + " ", "text"), (f"{sign} {t(verdict)}", look)]
        rows.append(fit(tuple(words), cells))
    return rows


def _times(meeting: Meeting, scene: Scene, cells: int) -> list[Row]:
    """The agreed time, or every candidate with each side's answer; in UTC, and below it here."""
    if meeting.slot is not None:
        shown = [("  ", meeting.slot, "")]
    else:
        shown = [
            (f"{at + 1} ", slot, "  " + ", ".join(said(meeting, scene.names, at, t)))
            for at, slot in enumerate(meeting.slots)
        ]
    rows: list[Row] = []
    for mark, slot, answers in shown:
        rows += _lines(f"{mark}{zulu(slot)}{answers}", cells, "good" if meeting.slot else "text")
        rows += [fit(((f"    {one}", "dim"),), cells) for one in local_times(slot, ())]
    return rows


def turn(meeting: Meeting, scene: Scene) -> str:
    """Whose turn it is, in words."""
    me = scene.me
    if not meeting.is_living:
        return t("nothing is left to do")
    if meeting.state is MeetingState.AGREED:
        return t("agreed by both sides; c changes it, which voids what it touches; h says it was held")
    waiting = [part for part in Part if waits_for(meeting, part, me) and meeting.parts[part].side != me]
    if waiting:
        parts = ", ".join(t(_WORDS[part]) for part in waiting)
        return t("YOUR TURN: answer (r), agree (y) or counter (c): {parts}", parts=parts)
    return t("waits for {side}", side=scene.names[other(me)])


def waits_for(meeting: Meeting, part: Part, side: Side) -> bool:
    """Whether the present version of a part has not been agreed to by a side."""
    known = meeting.parts.get(part)
    return known is not None and bool(known.version) and not known.is_agreed and side not in known.agreed


def meeting_needs(
    meetings: Sequence[Meeting], channel: str, me: Side, number: Callable[[bytes], str]
) -> list[Need]:
    """Meetings of which something proposed by the other side waits for ours."""
    found = []
    for one in meetings:
        theirs = [
            part for part in Part if waits_for(one, part, me) and one.parts[part].side != me and one.is_living
        ]
        if theirs:
            parts = ", ".join(t(_WORDS[part]) for part in theirs)
            words = t(
                "{number} {title}: {parts} to agree",
                number=number(one.id),
                title=line(one.title, 30),
                parts=parts,
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


def _lines(text: str, cells: int, look: Look) -> list[Row]:
    return [((one, look),) for one in paragraphs(text, cells)]
