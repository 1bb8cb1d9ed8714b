"""The line and who watches it: checks that are echoed, whether anybody attends, and the watch handed over."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from hotline_protocol.documents.body import Body, Kind, Target, check_distinct, check_note
from hotline_protocol.documents.document import Count, Hash, Id
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES

NONCE_SIZE: Final = 16
MAX_OPEN: Final = 2_000
"""Open dialogues or active notices that one handover can name."""

Nonce = Annotated[bytes, msgspec.Meta(min_length=NONCE_SIZE, max_length=NONCE_SIZE)]
Seconds = Annotated[int, msgspec.Meta(ge=10, le=86_400)]
Ids = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_OPEN)]

_PEOPLE: Final = WRITING_ROLES & PERSON_ROLES


class Attendance(StrEnum):
    """Whether a side's people are at the line; what the machines do is told by line checks."""

    ATTENDED = "ATTENDED"
    UNATTENDED = "UNATTENDED"
    DECLINED = "DECLINED"


class LineCheck(Body, frozen=True):
    """A challenge to the other side: who gets it echoes the nonce, `within` so many seconds."""

    nonce: Nonce
    within: Seconds


class LineEcho(Body, frozen=True):
    """The answer to a line check."""

    target: Target
    nonce: Nonce


class LineMissed(Body, frozen=True):
    """A line check was not echoed in time: put on record by the side that missed it, or the side that missed the echo."""

    target: Target
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a note that could not be shown as it is."""
        check_note(self.note, "the note")


class LineStatus(Body, frozen=True):
    """Whether the author's side attends the line from now on."""

    attendance: Attendance
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a note that could not be shown as it is."""
        check_note(self.note, "the note")


class WatchTake(Body, frozen=True):
    """The author takes a watch that nobody of the own side has."""


class WatchHandover(Body, frozen=True):
    """Who has the watch hands it to the holder of the certificate `to`, with all that is open as the author has it after entry
    `seq` with this head.
    """

    to: Hash
    dialogues: Ids
    notices: Ids
    seq: Count
    head: Hash
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a list that names something twice, or a note that could not be shown."""
        check_distinct(self.dialogues, "the dialogues")
        check_distinct(self.notices, "the notices")
        check_note(self.note, "the note")


class WatchAccept(Body, frozen=True):
    """The author has the watch from now on, with exactly what the handover names."""

    target: Target


KINDS: Final = {
    "line.check": Kind(LineCheck, WRITING_ROLES),
    "line.echo": Kind(LineEcho, WRITING_ROLES),
    "line.missed": Kind(LineMissed, WRITING_ROLES),
    "line.status": Kind(LineStatus, _PEOPLE),
    "watch.take": Kind(WatchTake, _PEOPLE),
    "watch.handover": Kind(WatchHandover, _PEOPLE, formal=True),
    "watch.accept": Kind(WatchAccept, _PEOPLE),
}
