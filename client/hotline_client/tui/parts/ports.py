"""What the screen needs from the line: a small protocol, so that the front runs over the real `Line` or one in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from hotline_client.connection.changes import Changed
from hotline_client.line.views import (
    Found,
    KnockView,
    MessageView,
    OutboxView,
    StatusView,
)
from hotline_client.presenters.references import Source, reference
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.wording import office
from hotline_protocol.documents import Addressee, Body
from hotline_protocol.documents.body import Target
from hotline_protocol.terms import Precedence, Response


class LinePort(Source, Protocol):
    """The part of `hotline_client.line.line.Line` that the screen uses beside what presenters read; contracts are stated there."""

    def say(self, channel: str, body: Body, *, key: str | None = None) -> bytes:
        """Queue a document; its id. UsageError or NotAppliedError says why it would change nothing."""

    def target(self, channel: str, document: bytes) -> Target:
        """What names a document in another."""

    def record(self, channel: str) -> Iterator[bytes]:
        """The channel's log as a file to be verified offline, in pieces."""

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

    def knocks(self, channel: str) -> list[KnockView]:
        """Devices at the door."""

    def admit(self, channel: str, knock_ids: Sequence[bytes]) -> bytes:
        """Queue a commit that adds them."""

    def remove(self, channel: str, indexes: Sequence[int]) -> bytes:
        """Queue a commit that removes these leaves."""

    def verified(self, fingerprint: bytes) -> bool:
        """Whether a person here compared the digits of this certificate."""

    def set_verified(self, fingerprint: bytes, *, verified: bool = True) -> None:
        """Remember it, or forget it."""

    def draft(self, channel: str, slot: str = "") -> str:
        """What was being written in a channel."""

    def set_draft(self, channel: str, text: str, slot: str = "") -> None:
        """Keep it; empty forgets it."""

    def resume(self, channel: str, *, shorter: bool = False) -> None:
        """A person's decision after a HALT: take the log again from the last vouched-for place, see `Line.resume`."""

    def consent(self, channel: str) -> int:
        """A head's or deputy's consent to found the channel again: the generation."""

    def recover(self) -> object:
        """A person's decision about a vault that was put back: leave every group and knock anew."""

    def outbox(self) -> list[OutboxView]:
        """What of ours is not yet in the log."""

    def changes(self) -> AsyncIterator[Changed]:
        """Coalesced news of what to read again."""


def who(port: LinePort, channel: str, fingerprint: bytes) -> str:
    """The holder of a certificate, harmless: from the roster, from the certificate, or its first digits if it was never met."""
    member = next(
        (one for one in port.roster(channel) if fingerprint in (one.person.device, one.person.fingerprint)),
        None,
    )
    if member is not None:
        return f"{office(member.person)} {line(member.person.name, 24)}"
    found = port.certificate(fingerprint)
    if found is None:
        return fingerprint.hex()[:8]
    return line(f"{found.delegation}/{found.role} {found.name}", 48)


def number(port: LinePort, channel: str, document: bytes) -> str:
    """The number of a document as a person types it: its reference, `#SEQ` if it has none, the beginning of its id before that."""
    return line(reference(port, channel, document), 20)
