"""A `Paper` from a line: what the log says about some minutes, with names from certificates that were proven."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from hotline_client.exports.paper.paper import Act, Authority, Paper, Reported
from hotline_client.line.views import MessageView
from hotline_protocol.documents.meetings import Part
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.agenda import Item
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.folds.minutes import Mark, Record, Remark
from hotline_protocol.folds.translations import Rendering
from hotline_protocol.identity.charter import Charter
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import SIDES

T = TypeVar("T")


class Source(Protocol):
    """What papers are made from; a `Line` is one."""

    @property
    def charter(self) -> Charter:
        """What both authorities signed, with the names of the delegations."""

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        """What `look` makes of the channel's journal."""

    def message(self, channel: str, id_or_seq: bytes | int) -> MessageView | None:
        """A document of the log, by its id or its place."""


def gather(line: Source, channel: str, document: bytes) -> Paper:
    """The minutes of this id. UsageError if there are none."""
    return line.read(channel, lambda book: _Gatherer(line, channel, book).paper(document))


def meeting_facts(number: str, meeting: Meeting) -> tuple[tuple[str, str], ...]:
    """Title, and what is agreed of time, place and level."""
    rows = [("Meeting", f"{number}  {meeting.title}")]
    slot = meeting.slot
    rows += [("Time", f"{dtg(slot.start)} to {dtg(slot.end)}")] if slot is not None else []
    rows += [("Place", meeting.place)] if meeting.agreed(Part.PLACE) else []
    rows += [("Level", str(meeting.level))] if meeting.agreed(Part.LEVEL) else []
    return tuple(rows)


class _Gatherer:
    def __init__(self, line: Source, channel: str, book: Journal) -> None:
        self._line, self._channel, self._book = line, channel, book

    def paper(self, document: bytes) -> Paper:
        found = self._book.minutes.all.get(document)
        if found is None:
            raise UsageError("no such minutes in the log")
        initials = {side: self._mark("initialled", one) for side, one in sorted(found.initials.items())}
        signatures = {side: self._mark("signed", one) for side, one in sorted(found.signatures.items())}
        drafted = self._act("drafted", found.id)
        written = drafted if found.source == found.id else self._act("revised", found.source)
        return Paper(
            channel=self._channel,
            link_id=self._line.charter.link_id,
            reference=self._reference(found.id),
            id=found.id,
            content=found.content,
            title=found.title,
            text=found.text,
            language=found.language,
            state=str(found.state),
            version=found.version,
            authorities=self._authorities(),
            drafted=drafted,
            written=written,
            meeting=self._meeting(found),
            items=tuple(self._reported(self._book.agenda.items[one]) for one in found.items),
            initials=initials,
            signatures=signatures,
            reservations=tuple(self._remark(one) for one in found.reservations),
            translations=tuple(map(self._rendering, self._book.translations.of(found.content))),
        )

    def _authorities(self) -> tuple[Authority, ...]:
        cards = [(side, self._line.charter.delegation(side)) for side in SIDES]
        return tuple(
            Authority(side, card.delegation, card.fingerprint, digits(card.fingerprint))
            for side, card in cards
        )

    def _act(self, what: str, document: bytes, text: str = "", language: str = "") -> Act:
        message = self._line.message(self._channel, document)
        if message is None or message.author is None or message.seq is None or message.content_hash is None:
            raise UsageError("a document about these minutes is not in the log that this device holds")
        return Act(
            what=what,
            name=message.author.name,
            role=str(message.author.role),
            delegation=message.author.delegation,
            at=message.at or 0,
            seq=message.seq,
            document=document,
            hash=message.content_hash,
            text=text,
            language=language,
        )

    def _mark(self, what: str, mark: Mark) -> Act:
        return self._act(what, mark.document)

    def _remark(self, remark: Remark) -> Act:
        return self._act("reserved", remark.document, remark.text)

    def _rendering(self, one: Rendering) -> Act:
        return self._act(f"translated ({one.language})", one.document, one.text, one.language)

    def _reference(self, document: bytes) -> str:
        message = self._line.message(self._channel, document)
        return (message.reference if message else None) or document.hex()

    def _reported(self, item: Item) -> Reported:
        outcome = f"{item.state}: {item.text}" if item.text else str(item.state)
        return Reported(self._reference(item.id), item.title, outcome)

    def _meeting(self, found: Record) -> tuple[tuple[str, str], ...]:
        meeting = None if found.meeting is None else self._book.meetings.all.get(found.meeting)
        return () if meeting is None else meeting_facts(self._reference(meeting.id), meeting)
