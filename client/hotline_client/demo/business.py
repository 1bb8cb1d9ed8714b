"""The business of the demonstration's first days: something in every view, proposed and left for the user to decide."""

from __future__ import annotations

from typing import Final

from hotline_client.demo.play import PATIENCE, until
from hotline_client.demo.scenario import CHANNEL
from hotline_client.line.line import Line
from hotline_protocol.documents import Body
from hotline_protocol.documents.agenda import AgendaAccept, AgendaPropose
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import Level, MeetingPropose, Slot
from hotline_protocol.documents.minutes import MinutesDraft
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
)
from hotline_protocol.documents.watch import Attendance, LineStatus, WatchTake
from hotline_protocol.terms import Arena

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR


async def play_business(ours: Line, theirs: Line) -> None:
    """Both sides speak; what the other side proposed waits for the user."""

    async def say(speaker: Line, body: Body) -> Target:
        listener = theirs if speaker is ours else ours
        document = speaker.say(CHANNEL, body)
        await speaker.wait_relayed(document, PATIENCE)
        await until(listener, lambda: listener.message(CHANNEL, document) is not None, "the document arrives")
        return speaker.target(CHANNEL, document)

    await say(theirs, LineStatus(Attendance.ATTENDED))
    await say(theirs, WatchTake())
    item = await say(ours, AgendaPropose("Deconfliction of flights", "FL240 and above", Arena.AIR, 30))
    await say(theirs, AgendaAccept(item))
    await say(theirs, AgendaPropose("Exercise areas at sea", "", Arena.NAVAL, 20))
    morning = theirs.now() // DAY * DAY + 8 * HOUR
    days = tuple(Slot(morning + at * DAY, morning + at * DAY + 3 * HOUR) for at in (13, 14))
    await say(theirs, MeetingPropose("First meeting", days, "", Level.HEADS, "The place is open."))
    await say(
        theirs, MinutesDraft("Opening of the line", "The line was opened; both sides compared digits.", "en")
    )
    for speaker, notice in _notices(ours, theirs):
        await say(speaker, notice)


def _notices(ours: Line, theirs: Line) -> list[tuple[Line, Notice]]:
    """One of each arena; the two in the air are in each other's way."""
    begin = ours.now() // DAY * DAY + 4 * DAY + 6 * HOUR
    here = Area(Shape.CIRCLE, ((33.0, 34.0),), 18_520.0)
    near = Area(Shape.CIRCLE, ((33.1, 34.1),), 18_520.0)
    field = Area(Shape.POLYGON, ((32.6, 34.2), (32.9, 34.2), (32.9, 34.8), (32.6, 34.8)))
    tanker = Air("refuelling", Altitude(Reference.FL, 240), Altitude(Reference.FL, 280))
    patrol = Air("patrol", Altitude(Reference.FL, 200), Altitude(Reference.UNL))
    firing = Naval("live firing", "Leviathan field", deep=30)
    test = Em(Effect.TEST, (Band(225_000_000, 400_000_000),), "", "low")
    span = (begin, begin + 8 * HOUR)
    return [
        (ours, Notice(Action.NEW, Arena.AIR, *span, areas=(here,), air=tanker)),
        (theirs, Notice(Action.NEW, Arena.AIR, begin + HOUR, begin + 5 * HOUR, areas=(near,), air=patrol)),
        (theirs, Notice(Action.NEW, Arena.NAVAL, *span, areas=(field,), naval=firing)),
        (theirs, Notice(Action.NEW, Arena.EM, *span, areas=(here,), em=test)),
    ]
