"""A line on which every foreign string is hostile, as if every check of the protocol had failed: for the screen, the last to stand.

Each string begins with a mark that says which text it is and where it stands, such as `Qq01ftb`: text 0x1f, field `tb`. In each
world every field holds another text; from world to world they move on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from hotline_client.connection.health import LineState
from hotline_client.line.views import (
    Answered,
    Halted,
    KnockView,
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
from hotline_protocol.documents.party import Party
from hotline_protocol.documents.talk import Text
from hotline_protocol.folds.phases import Phase
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import Chronicle
from tests.support.hostile_texts import TEXTS, sendable
from tests.support.memory_line import ANNA, DAN, MIRIAM, NOW, OTTO, MemoryAffairs, MemoryLine, party, text
from tests.support.notices import air, circle

DAY: Final = 86_400_000
NAMES: Final = tuple(TEXTS)
TURNS: Final = 4
"""How often each kind of thing stands in a world, each time with other texts."""
PEOPLE: Final = (("am", ANNA, True), ("om", OTTO, True), ("mm", MIRIAM, False), ("dm", DAN, False))
"""The field of the name, who it is, whether one of ours."""
FIELDS: Final = (
    "ch", "pd", "sr", "am", "om", "mm", "dm", "od", "kn", "kd", "kw", "ce", "se", "an", "ad", "pn", "rf", "tb",
    "to", "in", "ob", "ar", "tr", "ft", "wb", "wd", "nb", "nr", "kb", "uk", "ev", "fn", "fd", "fb", "fr", "hk",
    "hr", "er", "dr", "at", "aa", "bt", "ac", "mt", "mp", "mn", "nt", "nx", "na", "nm", "nc", "db", "lo", "ls",
)  # fmt: skip
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
        self.number = self._turn = 0
        self.notice = b""
        self.affairs = AnyAffairs(ANNA)
        self._four = self.members

    def put(self, field: str) -> str:
        """The text in a field, behind its mark."""
        at = (self.number + self._turn + 7 * FIELDS.index(field)) % len(NAMES)
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
        self.members = [
            replace(
                old,
                index=old.index + 10 * turn,
                person=self.person(who, field, delegation="od" if own else "pd"),
            )
            for turn in self._turns()
            for old, (field, who, own) in zip(self._four, PEOPLE, strict=True)
        ]
        self.knockers = [
            KnockView(
                "plenary",
                bytes([turn]) * 16,
                1,
                self.person(MIRIAM, "kn", delegation="kd"),
                NOW,
                self.put("kw"),
            )
            for turn in self._turns()
        ]
        certified = SimpleNamespace(name=self.put("ce"), arenas=(), serial=1, not_before=0)
        self.certificates = {who.fingerprint: certified for who in (ANNA, OTTO, MIRIAM, DAN)}  # type: ignore[misc]
        self.messages = [one for turn in self._turns() for one in self._messages(6 * turn)]
        self.events = [text(90, None, self.put("se"), kind="event")]
        self._say_affairs()

    def person(self, who: Person, field: str, *, delegation: str = "ad") -> Person:
        return replace(who, name=self.put(field), delegation=self.put(delegation))

    def _turns(self) -> Iterator[int]:
        """Each kind of thing several times, each time with other texts."""
        for turn in range(TURNS):
            self._turn = turn * len(NAMES) // TURNS
            yield turn
        self._turn = 0

    def _messages(self, at: int) -> list[MessageView]:
        """One of each kind, after entry `at`."""
        author, other = self.person(MIRIAM, "an"), self.person(MIRIAM, "pn")
        withdrawn = text(at + 1, author, self.put("wb"), withdrawn=self.put("wd"))
        refused = text(at + 2, author, self.put("nb"), refused=self.put("nr"))
        unknown = text(at + 3, author, self.put("kb"), kind=self.put("uk"))
        event = text(at + 4, None, self.put("ev"), kind="event")
        asked = text(
            at + 5,
            author,
            self.put("tb"),
            reference=self.put("rf"),
            response=Response.ROGER,
            phase=Phase.OPEN,
            action=(self.put("to"),),
            info=(self.put("in"),),
        )
        said = text(
            at + 6,
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
        return [withdrawn, refused, unknown, event, asked, said]

    def flash(self) -> None:
        """One comes in."""
        author = self.person(MIRIAM, "fn", delegation="fd")
        urgent: dict[str, Any] = {"precedence": Precedence.FLASH, "response": Response.ROGER}
        self.messages.append(text(50, author, self.put("fb"), reference=self.put("fr"), **urgent))

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
        for _ in self._turns():
            self._propose(them, us)
        book.say(them, Text(self.sent("db"), Precedence.ROUTINE, Response.ROGER))
        book.say(us, watch.WatchTake())
        book.say(them, watch.WatchTake())
        book.say(party(OTTO), watch.LineStatus(watch.Attendance.ATTENDED, self.sent("lo")))
        book.say(them, watch.LineStatus(watch.Attendance.UNATTENDED, self.sent("ls")))

    def _propose(self, them: Party, us: Party) -> None:
        """An item, one that is declined, a meeting, minutes and a notice."""
        book = self.affairs.book
        book.say(them, agenda.AgendaPropose(self.sent("at"), self.sent("aa")))
        refused = book.say(us, agenda.AgendaPropose(self.sent("bt")))
        book.say(them, agenda.AgendaDecline(refused, self.sent("ac")))
        slot = meetings.Slot(NOW + 9 * DAY, NOW + 9 * DAY + 3_600_000)
        book.say(
            them, meetings.MeetingPropose(self.sent("mt"), (slot,), self.sent("mp"), None, self.sent("mn"))
        )
        book.say(them, MinutesDraft(self.sent("nt"), self.sent("nx"), "en"))
        notice = air(
            circle(33.0, 34.5, 9260),
            start=NOW + 2 * DAY,
            end=NOW + 3 * DAY,
            air=Air(self.sent("na")),
            remarks=self.sent("nm"),
            call_sign=self.sent("nc"),
        )
        self.notice = book.say(us, notice).id
