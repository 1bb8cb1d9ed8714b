"""A week of the working group on a line in memory: something in every view, in English or in Hebrew, for pictures of the screens."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from hotline_client.line.views import Answered, KnockView, Mark, MessageView, Person, Receipt, Translated
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaOpen,
    AgendaPropose,
    AgendaSilence,
    Outcome,
)
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.documents.dialogue import Answer
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
from hotline_protocol.documents.minutes import MinutesComment, MinutesDraft, MinutesInitial
from hotline_protocol.documents.notices import Area, Finding, Naval, Shape, Verdict
from hotline_protocol.documents.talk import Checkpoint
from hotline_protocol.documents.watch import Attendance, LineCheck, LineEcho, LineStatus, WatchTake
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.terms import Arena, Precedence, Response, Role
from tests.support.memory_line import ANNA, DAN, MIRIAM, NOW, OTTO, MemoryLine, party, text
from tests.support.notices import air, circle, em, feet, naval

DAY, HOUR = 86_400_000, 3_600_000
RUTH = Person("Ruth Aalto", "ALPHA", Role.OFFICER, "a", True, False, b"\x05" * 32, b"\x05" * 32)


@dataclass(frozen=True)
class Words:
    """What people write, in their language."""

    greeting: str
    watch: str
    question: str
    flash: str
    queued: str
    reply: str
    item: str
    annex: str
    second: str
    outcome: str
    meeting: str
    place: str
    minutes: str
    comment: str
    activity: str
    locality: str


ENGLISH = Words(
    greeting="Good evening. The line is open, the digits were compared by voice.",
    watch="Доброй ночи. Вахту принял, на связи до 0600Z.",
    question="Gunnery 0600Z to 1100Z in area seven. Keep clear of it, please.",
    flash="Is the contact at 33-10N 034-20E yours?",
    queued="Not ours. We are asking our ships.",
    reply="We stay clear.",
    item="Tanker corridors and their lead time",
    annex="FL240 and above, 48 hours ahead",
    second="Frequencies for distress at sea",
    outcome="FL240, 48 hours ahead",
    meeting="First meeting",
    place="Geneva",
    minutes="1. Tanker corridors: AGREED, FL240, 48 hours ahead.",
    comment="The lead time should be named in hours.",
    activity="live firing",
    locality="Leviathan field",
)
HEBREW = Words(
    greeting="ערב טוב. הקו פתוח (ערוץ plenary), הספרות הושוו בקול.",
    watch="שָׁלוֹם לְכֻלָּם, המשמרת אצלי עד 0600Z.",
    question="ירי 0600Z עד 1100Z בשטח שבע. נא להתרחק.",
    flash="האם המגע ב-33-10N 034-20E שלכם?",
    queued="לא שלנו. אנחנו שואלים את ספינותינו.",
    reply="נתרחק.",
    item="מסדרונות תדלוק וזמן ההתראה שלהם",
    annex="FL240 ומעלה, 48 שעות מראש",
    second="תדרי מצוקה בים",
    outcome="FL240, 48 שעות מראש",
    meeting="הפגישה הראשונה",
    place="ז׳נבה",
    minutes="1. מסדרונות תדלוק: AGREED, FL240, 48 שעות מראש.",
    comment="יש לנקוב בזמן ההתראה בשעות.",
    activity="ירי חי",
    locality="שדה לוויתן",
)


def week(words: Words = ENGLISH, me: Person = ANNA) -> MemoryLine:
    """The line as `me` has it."""
    line = MemoryLine(me=me, names=("plenary", "air", "naval", "em", "caucus.a"))
    line.knockers = [KnockView("plenary", b"k" * 16, 70, RUTH, NOW // 1000 + 10**6, None)]
    line.affairs.book.now = NOW - 2 * HOUR
    _people(line)
    _agenda_and_meeting(line, words)
    _notices(line, words)
    events = [line.message("plenary", event.id) for event in line.affairs.book.events]
    line.messages = [one for one in events if one is not None][-4:] + _talk(words)
    line.set_verified(MIRIAM.fingerprint)
    return line


def _people(line: MemoryLine) -> None:
    say = line.affairs.book.say
    say(party(MIRIAM), Announcement(Change.JOINS, MIRIAM.name, Role.DEPUTY, NOW - DAY))
    say(party(MIRIAM), Announcement(Change.JOINS, "Noa Katz", Role.OFFICER, NOW - DAY))
    say(party(OTTO), WatchTake())
    say(party(DAN), WatchTake())
    say(party(DAN), LineStatus(Attendance.ATTENDED))
    check = say(party(OTTO), LineCheck(bytes(16), 60))
    say(party(DAN), LineEcho(check, bytes(16)))
    say(party(MIRIAM), Checkpoint(5, bytes(32)))


def _agenda_and_meeting(line: MemoryLine, words: Words) -> None:
    say, ours, theirs = line.affairs.book.say, party(ANNA), party(MIRIAM)
    item = say(ours, AgendaPropose(words.item, words.annex, Arena.AIR, 30))
    say(theirs, AgendaAccept(item))
    for side in (ours, theirs):
        say(side, AgendaAdopt((item,)))
    say(ours, AgendaOpen(item))
    say(theirs, AgendaPropose(words.second, "", Arena.NAVAL, 20))
    days = [Slot(NOW + at * DAY, NOW + at * DAY + 3 * HOUR) for at in (13, 14)]
    meeting = say(theirs, MeetingPropose(words.meeting, tuple(days), words.place))
    time = line.affairs.book.journal.meetings.all[meeting.id].parts[Part.TIME].version
    for side in (ours, theirs):
        say(side, MeetingAgree(meeting, (Agreed(Part.TIME, time, 1),)))
    say(theirs, MeetingCounter(meeting, level=Level.HEADS))
    say(ours, MeetingAttach(meeting, (item.id,)))
    minutes = say(theirs, MinutesDraft(words.meeting, words.minutes, "en", meeting.id, (item.id,)))
    say(ours, MinutesComment(minutes, words.comment))
    say(theirs, MinutesInitial(minutes))
    say(theirs, AgendaSilence(item, Outcome.AGREED, words.outcome, NOW + DAY))


def _notices(line: MemoryLine, words: Words) -> None:
    say, ours, theirs = line.affairs.book.say, party(ANNA), party(MIRIAM)
    times = {"start": NOW + 3 * DAY, "end": NOW + 3 * DAY + 6 * HOUR}
    here = circle(33.0, 34.0, 18_520)
    levels = replace(feet(24_000, 28_000), activity=words.activity)
    tanker = say(ours, air(here, air=levels, **times))
    patrol = say(theirs, air(circle(33.1, 34.1, 18_520), air=feet(20_000, 30_000), **times))
    for side in (ours, theirs):
        say(side, Finding(patrol, Verdict.CONFLICT, bytes(32), (tanker.id,)))
    sea = Area(Shape.POLYGON, ((32.6, 34.2), (32.9, 34.2), (32.9, 34.8), (32.6, 34.8)))
    say(theirs, naval(sea, part=Naval(words.activity, words.locality, deep=30), **times))
    say(ours, em(225_000_000, 400_000_000, here, **times))


def _talk(words: Words) -> list[MessageView]:
    asked = text(
        50,
        MIRIAM,
        words.question,
        precedence=Precedence.IMMEDIATE,
        response=Response.WILCO_UNABLE,
        reference="P-0041/26",
        phase=Phase.ANSWERED,
        answers=(Answered(ANNA, Answer.WILCO, "", NOW - 7 * 60_000, True),),
        acknowledged=(Mark(ANNA, NOW - 8 * 60_000),),
    )
    reply = text(
        51,
        ANNA,
        words.reply,
        reply_to=asked.id,
        receipt=Receipt.ACKNOWLEDGED,
        acknowledged=(Mark(MIRIAM, NOW - 5 * 60_000),),
        action=("BRAVO/deputy",),
        info=("BRAVO/watch",),
        translations=(Translated(MIRIAM, "ru", "Держимся в стороне.", NOW),),
    )
    return [
        text(48, ANNA, words.greeting, receipt=Receipt.ACKNOWLEDGED, acknowledged=(Mark(MIRIAM, NOW),)),
        text(49, OTTO, words.watch, receipt=Receipt.SEEN, seen=(Mark(DAN, NOW),)),
        asked,
        reply,
        text(
            58,
            DAN,
            words.flash,
            precedence=Precedence.FLASH,
            response=Response.AFFIRM_NEGATIVE,
            reference="P-0042/26",
            phase=Phase.OPEN,
            deadline=NOW + 8 * 60_000,
            urgency=Urgency.DUE,
        ),
        text(None, ANNA, words.queued, receipt=Receipt.QUEUED),
    ]
