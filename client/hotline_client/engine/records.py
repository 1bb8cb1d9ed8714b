"""Rows of a channel as one step writes them: the outbox, entries, documents, marks, events, and what is said by the clock."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from hotline_protocol.relay.chain import Kind

CommitIntent = Literal["admit", "remove", "update", "found"]
ItemKind = Literal["knock", "admit", "remove", "update", "found", "document"]


class Sealed(msgspec.Struct, frozen=True):
    """One form in which an item was encrypted: the exact entry it may become.

    For a document: its exact bytes, the AuthenticatedContent, and SHA-256 of the GroupContext that is signed with it. For a commit: the staged commit, and for a founding the
    epoch-0 group it is built on (both secret).
    """

    entry_id: bytes
    kind: Kind
    after: int
    epoch: int
    body: bytes
    content: bytes = b""
    authenticated: bytes = b""
    context: bytes = b""
    staged: bytes = b""
    group: bytes = b""

    def __repr__(self) -> str:
        """Without contents."""
        return f"Sealed(entry_id={self.entry_id.hex()}, kind={self.kind}, after={self.after}, epoch={self.epoch})"


class OutboxItem(msgspec.Struct, frozen=True):
    """Something we want in the log. `id`: the document id, or a random id of the intent.

    `body`: the document's body map in msgpack; for `admit` and `found` the knock ids, for `remove` the certificate fingerprints, as a
    msgpack array. `sealed`: the forms made so far, newest last; only the newest is sent. `refused`: why it never will be
    in the log; such an item stays to be shown. `not_before`: unix ms. `stale`: its forms speak of a log that was left.
    """

    id: bytes
    position: int
    kind: ItemKind
    document_kind: str
    body: bytes
    time: int
    sealed: tuple[Sealed, ...] = ()
    attempts: int = 0
    not_before: int = 0
    stale: bool = False
    refused: str | None = None

    def __repr__(self) -> str:
        """Without contents."""
        return f"OutboxItem(id={self.id.hex()}, kind={self.kind}, sealed={len(self.sealed)})"


class EntryRecord(msgspec.Struct, frozen=True):
    """An entry as the relay delivered it, and the head after it. `id` is the sender's, as in `raw`; `merged`: a commit that
    changed our group.
    """

    seq: int
    id: bytes
    raw: bytes
    head: bytes
    merged: bool = False


class DocumentRecord(msgspec.Struct, frozen=True):
    """A document in the log. `content`: its exact signed bytes; `author`: certificate fingerprint; `refused`: why it does
    not count. At most one record per (author, id) has `refused` None. `reference`: its number, as in `N-0042/26`.
    `context`: SHA-256 of the GroupContext that its signature is over, see `Changes.contexts`.
    """

    seq: int
    entry_id: bytes
    id: bytes
    kind: str
    author: bytes
    at: int
    time: int
    epoch: int
    content: bytes
    content_hash: bytes
    authenticated: bytes
    own: bool
    refused: str | None = None
    reference: str | None = None
    context: bytes = b""


class Snapshot(msgspec.Struct, frozen=True):
    """The journal as it stood after entry `seq`."""

    seq: int
    state: bytes

    def __repr__(self) -> str:
        """Without contents."""
        return f"Snapshot(seq={self.seq})"


class MarkRecord(msgspec.Struct, frozen=True):
    """That `author` (fingerprint) delivered or saw everything from `since` up to `upto`, or acknowledged `target`; said at `seq`.

    `since`: the entry that let the device in; it can have read nothing before.
    """

    author: bytes
    what: Literal["delivered", "seen", "acknowledged"]
    time: int
    seq: int
    upto: int = 0
    target: bytes = b""
    since: int = 0


class EventRecord(msgspec.Struct, frozen=True):
    """What the engine itself has to say, placed after entry `seq`. `security`: something deviated from what is promised."""

    id: bytes
    seq: int
    kind: str
    text: str
    time: int
    security: bool = False
    author: bytes | None = None


class UsedKey(msgspec.Struct, frozen=True):
    """An idempotency key, the hash of what was sent under it, and the document id it got."""

    key: str
    content: bytes
    id: bytes


Outcome = Literal["sent", "late", "elsewhere", "skipped", "came", "missed"]
"""What became of a slot. `elsewhere`: another device of the side sent it. `came` and `missed` are of what is expected of others."""


class SlotRecord(msgspec.Struct, frozen=True):
    """That a schedule's slots from `slot` to `through` (unix s), `count` of them, are accounted for, once and for ever.

    `schedule`: its name, of an expectation `expect/` and its name. `document`: what was said, empty if nothing. `at`: unix ms.
    `open`: somebody is still to acknowledge the document.
    """

    schedule: str
    slot: int
    through: int
    count: int
    outcome: Outcome
    reason: str
    channel: str
    document: bytes
    at: int
    open: bool = False


CLOSED: Final = -1
"""The number of the step that ends the watch over a document."""


class StepRecord(msgspec.Struct, frozen=True):
    """That step `number` about a document was taken, once: what it was, what came of it, and when (unix ms). See `CLOSED`."""

    document: bytes
    number: int
    what: str
    detail: str
    at: int
