"""The working group's first two weeks, by real clients over a real relay: run it, and read it as a story.

    python examples/working_group/two_weeks.py

Everybody computes everything from the same log; after each day the clients' journals are compared byte by byte.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from examples.working_group.stage import PATIENCE, Room, room, until

from hotline_client.ceremony.rehearse import Device
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaAmend,
    AgendaCounter,
    AgendaOpen,
    AgendaOutcome,
    AgendaPropose,
    AgendaSilence,
    Outcome,
)
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.documents.meetings import (
    Agreed,
    Level,
    MeetingAgree,
    MeetingAttach,
    MeetingCounter,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.documents.minutes import MinutesDraft, MinutesInitial, MinutesReserve, MinutesSign
from hotline_protocol.documents.notices import (
    Action,
    Air,
    Altitude,
    Area,
    Band,
    Effect,
    Em,
    Naval,
    Notice,
    Reference,
    Shape,
    Verdict,
)
from hotline_protocol.folds.journal import Journal
from hotline_protocol.terms import Arena, Precedence, Response, Role

DAY = 86_400_000
HOUR = 3_600_000
NOW = time.time_ns() // 1_000_000
ALL = tuple(Arena)
PEOPLE = (
    Device("a", "Levi", Role.HEAD, ALL),
    Device("a", "Katz", Role.OFFICER, ALL),
    Device("b", "Orlov", Role.HEAD, ALL),
    Device("b", "Sidorova", Role.WATCH, ALL),
)


def told(day: int, what: str) -> None:
    """One line of the story."""
    print(f"day {day:2}  {what}", flush=True)


async def composition(group: Room) -> None:
    """Day 1: who sits in the group, announced as such by each side."""
    for name, (change, who, role, whom) in (
        ("Levi", (Change.JOINS, "Col. Katz", Role.OFFICER, "")),
        ("Orlov", (Change.JOINS, "Capt. Petrov", Role.WATCH, "")),
        ("Orlov", (Change.REPLACES, "Capt. Sidorova", Role.WATCH, "Capt. Petrov")),
    ):
        await group.say(name, Announcement(change, who, role, NOW, whom))
    seats = (await group.journal()).composition.seats
    told(1, f"announced: {', '.join(sorted([*seats['a'], *seats['b']]))}")


async def first_meeting(group: Room) -> Target:
    """Days 1 to 4: the date is agreed while the place is open; the place is countered twice, then agreed."""
    monday = Slot(NOW + 13 * DAY, NOW + 13 * DAY + 3 * HOUR)
    tuesday = Slot(NOW + 14 * DAY, NOW + 14 * DAY + 3 * HOUR)
    meeting = await group.say("Levi", MeetingPropose("first meeting", (monday, tuesday), "Geneva"))

    async def version(part: Part) -> bytes:
        return (await group.journal()).meetings.all[meeting.id].parts[part].version

    for name in ("Levi", "Orlov"):
        await group.say(name, MeetingAgree(meeting, (Agreed(Part.TIME, await version(Part.TIME), 1),)))
    told(2, (await group.journal()).meetings.all[meeting.id].standing())
    await group.say("Orlov", MeetingCounter(meeting, place="Vienna", level=Level.HEADS))
    await group.say("Levi", MeetingCounter(meeting, place="Helsinki"))
    await group.say("Orlov", MeetingAgree(meeting, (Agreed(Part.PLACE, await version(Part.PLACE)),)))
    await group.say("Levi", MeetingAgree(meeting, (Agreed(Part.LEVEL, await version(Part.LEVEL)),)))
    found = (await group.journal()).meetings.all[meeting.id]
    told(4, f"meeting {found.state}: {found.place}, {found.level}, sequence {found.sequence}")
    return meeting


async def agenda(group: Room, meeting: Target) -> tuple[Target, Target]:
    """Days 5 to 6: two items are proposed, one is countered, and both sides adopt the same order."""
    corridors = await group.say("Katz", AgendaPropose("tanker corridors", "FL240 and above", Arena.AIR, 30))
    jamming = await group.say("Sidorova", AgendaPropose("jamming tests", "", Arena.EM, 20))
    words = await group.say("Sidorova", AgendaCounter(corridors, "tanker corridors and their lead time"))
    corridors = Target(corridors.id, words.hash)
    await group.say("Levi", AgendaAccept(corridors))
    await group.say("Levi", AgendaAccept(jamming))
    for name in ("Levi", "Orlov"):
        await group.say(name, AgendaAdopt((jamming, corridors)))
    await group.say("Katz", MeetingAttach(meeting, (jamming.id, corridors.id)))
    board = (await group.journal()).agenda.board()
    told(6, f"agenda adopted by both: {'; '.join(item.title for item in board)}")
    return corridors, jamming


async def notices(group: Room) -> None:
    """Days 7 to 9: one notice of each arena; one is replaced, one cancelled, and a conflict is found by both sides."""
    start = NOW + 5 * DAY
    levels = Air("refuelling", Altitude(Reference.FL, 240), Altitude(Reference.FL, 280))
    here = Area(Shape.CIRCLE, ((33.0, 34.0),), 18_520.0)
    tanker = Notice(Action.NEW, Arena.AIR, start, start + 6 * HOUR, areas=(here,), air=levels)
    first = await group.say("Katz", tanker, "air")
    later = Notice(
        Action.REPLACE, Arena.AIR, start + HOUR, start + 7 * HOUR, first, areas=(here,), air=levels
    )
    second = await group.say("Katz", later, "air")
    near = Area(Shape.CIRCLE, ((33.1, 34.1),), 18_520.0)
    patrol = Air("patrol", Altitude(Reference.FL, 200), Altitude(Reference.UNL))
    third = await group.say(
        "Sidorova",
        Notice(Action.NEW, Arena.AIR, start + 2 * HOUR, start + 3 * HOUR, areas=(near,), air=patrol),
        "air",
    )
    await found_by_both(group, third, "air")
    found = (await group.journal("air")).notices.all[third.id]
    verdicts = {side: str(one.verdict) for side, one in sorted(found.findings.items())}
    told(8, f"patrol against tanker: {verdicts}")
    if set(verdicts.values()) != {Verdict.CONFLICT}:
        raise SystemExit("both sides should have found the conflict")
    sea = Naval("gunnery", "Leviathan field", deep=30)
    firing = await group.say(
        "Sidorova", Notice(Action.NEW, Arena.NAVAL, start, start + HOUR, areas=(near,), naval=sea), "naval"
    )
    await group.say("Orlov", Notice(Action.CANCEL, Arena.NAVAL, start, target=firing), "naval")
    test = Em(Effect.TEST, (Band(225_000_000, 400_000_000),), "", "low")
    await group.say("Katz", Notice(Action.NEW, Arena.EM, start, start + HOUR, areas=(here,), em=test), "em")
    states = [str((await group.journal("air")).notices.all[one.id].state) for one in (first, second, third)]
    told(
        9,
        f"air notices: {', '.join(states)}; naval: {(await group.journal('naval')).notices.all[firing.id].state}",
    )


async def found_by_both(group: Room, notice: Target, channel: str) -> None:
    """Both sides' clients have said what they computed."""

    def both(book: Journal) -> bool:
        return len(book.notices.all[notice.id].findings) == 2

    for line in group.members(channel):
        await until(line, lambda line=line: line.read(channel, both))  # type: ignore[misc]


async def cease_buzzer(group: Room) -> None:
    """Day 10, 0300Z: a FLASH that asks for WILCO or UNABLE."""
    line = group.lines["Katz"]
    flash = line.send_text(
        "em", "CEASE BUZZER 225-400 MHz", precedence=Precedence.FLASH, response=Response.WILCO_UNABLE
    )
    said = await line.wait_relayed(flash, PATIENCE)
    await group.all_have(said.seq or 0, "em")
    asked = group.lines["Sidorova"].target("em", flash)
    await group.say("Sidorova", Reply(asked, Answer.STANDBY), "em")
    await group.say("Sidorova", Reply(asked, Answer.WILCO), "em")
    answered = (await group.journal("em")).dialogues.all[flash]
    told(10, f"CEASE BUZZER: {', '.join(one.answer for one in answered.said)}; it is {answered.phase}")


async def silence_broken(group: Room, item: Target) -> None:
    """Days 11 to 12: an outcome under silence; an amendment breaks it, and both say the amended words."""
    await group.say("Levi", AgendaOpen(item))
    until_ = NOW + 2 * DAY
    await group.say("Levi", AgendaSilence(item, Outcome.AGREED, "FL240, 24 hours ahead", until_))
    await group.say("Sidorova", AgendaAmend(item, "FL240, 48 hours ahead"))
    for name in ("Levi", "Orlov"):
        await group.say(name, AgendaOutcome(item, Outcome.AGREED, "FL240, 48 hours ahead"))
    found = (await group.journal()).agenda.items[item.id]
    told(12, f"silence broken; {found.title}: {found.state}, {found.text}")


async def minutes(group: Room, meeting: Target, item: Target) -> None:
    """Day 14: one text, initialled by each side, a reservation, and both heads' signatures over one hash."""
    text = "1. Tanker corridors: AGREED, FL240, 48 hours ahead."
    draft = await group.say("Katz", MinutesDraft("first meeting", text, "en", meeting.id, (item.id,)))
    await group.say("Katz", MinutesInitial(draft))
    await group.say("Orlov", MinutesInitial(draft))
    await group.say("Orlov", MinutesReserve(draft, "subject to approval"))
    for name in ("Levi", "Orlov"):
        await group.say(name, MinutesSign(draft))
    book = await group.journal()
    found = book.minutes.all[draft.id]
    told(
        14, f"minutes {found.state} over {found.content.hex()[:16]}; item {book.agenda.items[item.id].state}"
    )


async def play(directory: Path) -> None:
    """All of it."""
    async with room(directory, PEOPLE, ("plenary", "air", "naval", "em")) as group:
        await composition(group)
        meeting = await first_meeting(group)
        corridors, _ = await agenda(group, meeting)
        await notices(group)
        await cease_buzzer(group)
        await silence_broken(group, corridors)
        await minutes(group, meeting, corridors)
        for channel in ("plenary", "air", "naval", "em"):
            await group.journal(channel)
        told(14, "every client computed the same, to the byte")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(play(Path(directory)))
