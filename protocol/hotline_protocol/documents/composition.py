"""Who sits in the working group, as each side tells the other: changes announced as such, beside what certificates prove."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hotline_protocol.documents.body import Body, Kind, check_note, check_title
from hotline_protocol.documents.document import Time
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import Role


class Change(StrEnum):
    """What becomes of a person in the group."""

    JOINS = "JOINS"
    LEAVES = "LEAVES"
    REPLACES = "REPLACES"


class Announcement(Body, frozen=True):
    """A change in the author's own delegation, in force from `since`, unix ms. `replaces`: whom, if it is a replacement."""

    change: Change
    name: str
    role: Role
    since: Time
    replaces: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse names that could not be shown, and a replacement of nobody."""
        check_title(self.name, "the name")
        if (self.change is Change.REPLACES) is not bool(self.replaces):
            raise FormatError("a replacement names who is replaced, and nothing else does")
        if self.replaces:
            check_title(self.replaces, "the name of who is replaced")
        check_note(self.note, "the note")


KINDS: Final = {
    "roster.announce": Kind(Announcement, frozenset({Role.HEAD, Role.DEPUTY}), formal=True),
}
