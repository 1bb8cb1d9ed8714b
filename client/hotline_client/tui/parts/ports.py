"""What the screen needs from the line: a small protocol, so that the front runs over the real `Line` or one in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from hotline_client.connection.changes import Changed
from hotline_client.line.views import (
    ChannelView,
    Found,
    KnockView,
    MemberView,
    MessageView,
    OutboxView,
    Person,
    StatusView,
)
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.wording import office
from hotline_protocol.documents import Addressee, Body
from hotline_protocol.documents.body import Target
from hotline_protocol.terms import Precedence, Response

if TYPE_CHECKING:
    # the screen is painted before the folds and the certificates are read in
    from hotline_protocol.folds.journal import Journal
    from hotline_protocol.identity.certificate import Certificate
    from hotline_protocol.identity.charter import Charter

T = TypeVar("T")


class LinePort(Protocol):
    """The part of `hotline_client.line.line.Line` that the screen uses; contracts are stated there."""

    @property
    def me(self) -> Person:
        """The holder of this device's certificate."""

    @property
    def charter(self) -> Charter:
        """What both authorities signed."""

    def say(self, channel: str, body: Body, *, key: str | None = None) -> bytes:
        """Queue a document; its id. UsageError or NotAppliedError says why it would change nothing."""

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        """What `look` makes of the channel's journal, which it must neither change nor keep."""

    def head_at(self, channel: str, seq: int) -> bytes | None:
        """The head of this device's own chain after entry `seq`; None if it has no such entry."""

    def target(self, channel: str, document: bytes) -> Target:
        """What names a document in another."""

    def record(self, channel: str) -> Iterator[bytes]:
        """The channel's log as a file to be verified offline, in pieces."""

    def message(self, channel: str, id_or_seq: bytes | int) -> MessageView | None:
        """One message, by document id or by seq."""

    def search(self, query: str) -> list[Found]:
        """The newest messages that hold every word of the query, newest first. UsageError if it holds no word."""

    def place(self, channel: str, typed: str) -> int | None:
        """The seq that a person names by `#120`, a reference, a DTG or a date; None if nothing is there."""

    def security_events(self, channel: str | None = None) -> list[MessageView]:
        """What deviated from what is promised, oldest first."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def status(self) -> StatusView:
        """The line in one glance."""

    def channels(self) -> tuple[ChannelView, ...]:
        """The channels this certificate may use."""

    def timeline(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> list[MessageView]:
        """A page in log order, oldest first; what is still in the outbox comes last when `before` is None."""

    def unacknowledged(self, channel: str | None = None) -> list[MessageView]:
        """Messages that wait for an act of ours."""

    def send_text(
        self,
        channel: str,
        text: str,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        response: Response = Response.NONE,
        reply_to: bytes | None = None,
        action: Sequence[Addressee] = (),
        info: Sequence[Addressee] = (),
    ) -> bytes:
        """Queue a text; returns its document id."""

    def acknowledge(self, channel: str, id: bytes, *, note: str = "") -> bytes:  # noqa: A002 - the facade's name
        """Queue a person's acknowledgment of one document."""

    def mark_seen(self, channel: str, seq: int) -> None:
        """Everything up to `seq` was really shown to a person."""

    def roster(self, channel: str) -> list[MemberView]:
        """The leaves of a channel's group."""

    def knocks(self, channel: str) -> list[KnockView]:
        """Devices at the door."""

    def admit(self, channel: str, knock_ids: Sequence[bytes]) -> bytes:
        """Queue a commit that adds them."""

    def remove(self, channel: str, indexes: Sequence[int]) -> bytes:
        """Queue a commit that removes these leaves."""

    def certificate(self, fingerprint: bytes) -> Certificate | None:
        """A certificate that was met, proven against its root."""

    def verified(self, fingerprint: bytes) -> bool:
        """Whether a person here compared the digits of this certificate."""

    def set_verified(self, fingerprint: bytes, *, verified: bool = True) -> None:
        """Remember it, or forget it."""

    def draft(self, channel: str, slot: str = "") -> str:
        """What was being written in a channel."""

    def set_draft(self, channel: str, text: str, slot: str = "") -> None:
        """Keep it; empty forgets it."""

    def resume(self, channel: str) -> None:
        """A person's decision after a HALT: take the log again from the last vouched-for place."""

    def outbox(self) -> list[OutboxView]:
        """What of ours is not yet in the log."""

    def changes(self) -> AsyncIterator[Changed]:
        """Coalesced news of what to read again."""


def who(port: LinePort, channel: str, fingerprint: bytes) -> str:
    """The holder of a certificate, harmless: from the roster, from the certificate, or its first digits if it was never met."""
    member = next((one for one in port.roster(channel) if one.person.fingerprint == fingerprint), None)
    if member is not None:
        return f"{office(member.person)} {line(member.person.name, 24)}"
    found = port.certificate(fingerprint)
    if found is None:
        return fingerprint.hex()[:8]
    return line(f"{found.delegation}/{found.role} {found.name}", 48)


def number(port: LinePort, channel: str, document: bytes) -> str:
    """The number of a document as a person types it: its reference, `#SEQ` if it has none, the beginning of its id before that."""
    found = port.message(channel, document)
    if found is None or found.seq is None:
        return document.hex()[:8]
    return line(found.reference or f"#{found.seq}", 20)
