"""What presenters read facts from, and how documents and people are named to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from hotline_client.line.views import ChannelView, MemberView, MessageView, Person
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show

if TYPE_CHECKING:
    # the screen is painted before the folds and the certificates are read in
    from hotline_protocol.folds.journal import Journal
    from hotline_protocol.identity.certificate import Certificate
    from hotline_protocol.identity.charter import Charter

T = TypeVar("T")


class Source(Protocol):
    """The part of `hotline_client.line.line.Line` that presenters read; contracts are stated there."""

    @property
    def me(self) -> Person:
        """The holder of this device's certificate."""

    @property
    def charter(self) -> Charter:
        """What both authorities signed."""

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        """What `look` makes of the channel's journal."""

    def message(self, channel: str, id_or_seq: bytes | int) -> MessageView | None:
        """One message, by document id or by seq."""

    def roster(self, channel: str) -> list[MemberView]:
        """The leaves of a channel's group."""

    def channels(self) -> Sequence[ChannelView]:
        """The channels this certificate may use."""

    def certificate(self, fingerprint: bytes) -> Certificate | None:
        """A certificate that was met, proven against its root."""

    def head_at(self, channel: str, seq: int) -> bytes | None:
        """The head of this device's own chain after entry `seq`; None if it has no such entry."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A document as two people speak of it; `owner`: its author's delegation, empty if the document is not known here."""

    number: str
    owner: str = ""
    seq: int | None = None

    def __str__(self) -> str:
        """`BRAVO N-0003/26 (#12)`, since both delegations count from 1."""
        return self.number if self.seq is None else f"{self.owner} {self.number} (#{self.seq})"


def reference(line: Source, channel: str, document: bytes) -> str:
    """The number of a document, `#SEQ` if it has none, the beginning of its id if it is not in the log yet."""
    return numbered(line.message(channel, document), document)


def named(line: Source, channel: str, document: bytes) -> Reference:
    """The number of a document with its delegation and its place in the log."""
    found = line.message(channel, document)
    number = numbered(found, document)
    if found is None or found.author is None or found.seq is None:
        return Reference(number)
    return Reference(number, found.author.delegation, found.seq)


def numbered(message: MessageView | None, document: bytes) -> str:
    """See `reference`; of a message that was looked up already."""
    if message is None or message.seq is None:
        return document.hex()[:8]
    return message.reference or f"#{message.seq}"


def delegation(line: Source, side: Side) -> str:
    """What a side calls itself, as both authorities signed it."""
    return line.charter.delegation(side).delegation


def delegations(line: Source) -> dict[Side, str]:
    """What both sides call themselves."""
    return {side: delegation(line, side) for side in SIDES}


def holder(line: Source, fingerprint: bytes) -> str:
    """Whose a certificate is, harmless; its first digits if it was never met."""
    known = line.certificate(fingerprint)
    return fingerprint.hex()[:8] if known is None else show(known.name)
