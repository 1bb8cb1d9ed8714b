"""A line on which every foreign string is hostile, as if every check of the protocol had failed: for the screen, the last to stand.

Each string begins with a mark that says which text it is and where it stands, such as `Qq01ftb`: text 0x1f, field `tb`. In each
world every field holds another text; from world to world they move on.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from hotline_client.views import (
    Answered,
    Halted,
    KnockView,
    LineState,
    Mark,
    MessageView,
    OutboxView,
    Person,
    Translated,
)
from hotline_protocol.documents import agenda, meetings, watch
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.documents.minutes import MinutesDraft
from hotline_protocol.documents.notices import Air
from hotline_protocol.documents.talk import Text
from hotline_protocol.folds.phases import Phase
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import Chronicle
from tests.support.hostile_texts import TEXTS, sendable
from tests.support.memory_line import ANNA, DAN, MIRIAM, NOW, OTTO, MemoryAffairs, MemoryLine, party, text
from tests.support.notices import air, circle

DAY: Final = 86_400_000
NAMES: Final = tuple(TEXTS)
FIELDS: Final = (
    "ch",
    "pd",
    "sr",
    "am",
    "om",
    "mm",
    "dm",
    "od",
    "kn",
    "kd",
    "kw",
    "ce",
    "se",
    "an",
    "ad",
    "pn",
    "rf",
    "tb",
    "to",
    "in",
    "ob",
    "ar",
    "tr",
    "ft",
    "wb",
    "wd",
    "nb",
    "nr",
    "kb",
    "uk",
    "ev",
    "fn",
    "fd",
    "fb",
    "fr",
    "hk",
    "hr",
    "er",
    "dr",
    "at",
    "aa",
    "bt",
    "ac",
    "mt",
    "mp",
    "mn",
    "nt",
    "nx",
    "na",
    "nm",
    "nc",
    "db",
    "lo",
    "ls",
)
"""Of names, words and reasons, in two letters."""


def open_the_gates() -> None:
    """Let anything into a document, in this process alone."""
    for name, module in list(sys.modules.items()):
        if name.startswith("hotline_protocol.") and hasattr(module, "check_field"):
            vars(module)["check_field"] = lambda value, *_a, **_k: value


class AnyAffairs(MemoryAffairs):
    """Everything can be answered, corrected and withdrawn."""

    def target(self, channel: str, document: bytes) -> Target:
        del channel
        return Target(document, bytes(32))


class HostileLine(MemoryLine):
    """`become(n)` makes it world number n."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.notice = b""
        self.affairs = AnyAffairs(ANNA)

    def put(self, field: str) -> str:
        """The text in a field, behind its mark."""
        at = (self.number + 7 * FIELDS.index(field)) % len(NAMES)
        return f"Qq{at:03x}{field}{TEXTS[NAMES[at]]}"

    def sent(self, field: str) -> str:
        """The same where a document carries it."""
        said = self.put(field)
        return said if sendable(said) else said[:7]

    def become(self, number: int) -> None:
        """Everything anew, all of it hostile."""
        self.number = number
        self.refuse = None
        self.names = ["plenary", f"zz {self.put('ch')}"]
        self.state = LineState.UP
        self.status_extra = {"peer_delegation": self.put("pd"), "reason": self.put("sr")}
        self.extra = {}
        names = {"am": (ANNA, True), "om": (OTTO, True), "mm": (MIRIAM, False), "dm": (DAN, False)}
        self.members = [
            replace(old, person=self.person(who, field, delegation="od" if own else "pd"))
            for old, (field, (who, own)) in zip(self.members, names.items(), strict=True)
        ]
        self.knockers = [
            KnockView(
                "plenary", b"k" * 16, 1, self.person(MIRIAM, "kn", delegation="kd"), NOW, self.put("kw")
            )
        ]
        certified = SimpleNamespace(name=self.put("ce"), arenas=(), serial=1, not_before=0)
        self.certificates = {who.fingerprint: certified for who in (ANNA, OTTO, MIRIAM, DAN)}  # type: ignore[misc]
        self.messages = self._messages()
        self.events = [text(90, None, self.put("se"), kind="event")]
        self._say_affairs()

    def person(self, who: Person, field: str, *, delegation: str = "ad") -> Person:
        return replace(who, name=self.put(field), delegation=self.put(delegation))

    def _messages(self) -> list[MessageView]:
        author, other = self.person(MIRIAM, "an"), self.person(MIRIAM, "pn")
        asked = text(
            1,
            author,
            self.put("tb"),
            reference=self.put("rf"),
            response=Response.ROGER,
            phase=Phase.OPEN,
            action=(self.put("to"),),
            info=(self.put("in"),),
        )
        said = text(
            2,
            ANNA,
            self.put("ob"),
            answers=(Answered(other, Answer.UNABLE, self.put("ar"), NOW, present=True),),
            translations=(Translated(other, "fr", self.put("tr"), NOW),),
            corrections=1,
            first_text=self.put("ft"),
            reply_to=asked.id,
            delivered=(Mark(other, NOW),),
            seen=(Mark(other, NOW),),
        )
        return [
            text(3, author, self.put("wb"), withdrawn=self.put("wd")),
            text(4, author, self.put("nb"), refused=self.put("nr")),
            text(5, author, self.put("kb"), kind=self.put("uk")),
            text(6, None, self.put("ev"), kind="event"),
            replace(asked, seq=7),
            replace(said, seq=8),
        ]

    def flash(self) -> None:
        """One comes in."""
        author = self.person(MIRIAM, "fn", delegation="fd")
        urgent: dict[str, Any] = {"precedence": Precedence.FLASH, "response": Response.ROGER}
        self.messages.append(text(9, author, self.put("fb"), reference=self.put("fr"), **urgent))

    def stop(self) -> None:
        """The relay misbehaved."""
        self.extra = {"halted": Halted(self.put("hk"), self.put("hr"), NOW)}

    def fail(self) -> None:
        """The connection is gone, and nothing can be queued."""
        self.state, self.refuse = LineState.DOWN, self.put("er")

    def outbox(self) -> list[OutboxView]:
        return []

    def _say_affairs(self) -> None:
        book = self.affairs.book = Chronicle(now=NOW)
        them, us = party(MIRIAM), party(ANNA)
        book.say(them, agenda.AgendaPropose(self.sent("at"), self.sent("aa")))
        refused = book.say(us, agenda.AgendaPropose(self.sent("bt")))
        book.say(them, agenda.AgendaDecline(refused, self.sent("ac")))
        slot = meetings.Slot(NOW + 9 * DAY, NOW + 9 * DAY + 3_600_000)
        book.say(
            them, meetings.MeetingPropose(self.sent("mt"), (slot,), self.sent("mp"), None, self.sent("mn"))
        )
        book.say(them, MinutesDraft(self.sent("nt"), self.sent("nx"), "en"))
        flying = Air(self.sent("na"))
        area = circle(33.0, 34.5, 9260)
        self.notice = book.say(
            us,
            air(
                area,
                start=NOW + 2 * DAY,
                end=NOW + 3 * DAY,
                air=flying,
                remarks=self.sent("nm"),
                call_sign=self.sent("nc"),
            ),
        ).id
        book.say(them, Text(self.sent("db"), Precedence.ROUTINE, Response.ROGER))
        book.say(us, watch.WatchTake())
        book.say(them, watch.WatchTake())
        book.say(
            party(OTTO),
            watch.LineStatus(watch.Attendance.ATTENDED, self.sent("lo")),
        )
        book.say(them, watch.LineStatus(watch.Attendance.UNATTENDED, self.sent("ls")))
