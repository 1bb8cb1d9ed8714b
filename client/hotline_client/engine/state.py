"""What a channel's engine keeps, and the records one step writes: the contract between engine and vault.

The engine never writes. A step ends in `Changes`; `Store.commit` writes all of them in one transaction, or none if the
channel's version is no longer the one that was loaded (another process was faster): then load anew and do it again.
The vault stores `Standing`, `OutboxItem` and the group's two blobs as they are, and rows of the other records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

import msgspec

from hotline_client.words.search import Term
from hotline_protocol.relay.chain import Kind

ItemKind = Literal["knock", "admit", "remove", "update", "document"]
CommitIntent = Literal["admit", "remove", "update"]


class Knock(msgspec.Struct, frozen=True):
    """A device at the door: its entry in the log and the KeyPackage (MLSMessage bytes) it brought."""

    id: bytes
    seq: int
    at: int
    package: bytes
    certificate: bytes


class OwnKnock(msgspec.Struct, frozen=True):
    """Our knock and what is needed to open a Welcome for it. Expires in unix seconds; `seq` None until it is in the log."""

    id: bytes
    package: bytes
    expires: int
    seq: int | None = None

    private: bytes = b""

    def __repr__(self) -> str:
        """Without the private part."""
        return f"OwnKnock(id={self.id.hex()}, expires={self.expires}, seq={self.seq})"


class Watermark(msgspec.Struct, frozen=True):
    """How far a device (by certificate fingerprint) got: log seqs, and when it last said so (unix ms, signed)."""

    delivered: int = 0
    seen: int = 0
    time: int = 0


class Halt(msgspec.Struct, frozen=True):
    """Why the channel stopped: a ChainError kind, a sentence, when (unix ms), and the entry that showed it, if one did."""

    kind: str
    reason: str
    at: int
    seq: int | None = None
    entry: bytes | None = None


class Awaiting(msgspec.Struct, frozen=True):
    """A document of the other side that no person of ours has acknowledged yet."""

    seq: int
    id: bytes
    time: int


class Standing(msgspec.Struct):
    """The small facts of a channel, stored as one msgpack value and rewritten by every step.

    `agreed`: the highest seq that a document of somebody else has vouched for. `lost`: our group followed a branch that is
    not in the log any more. `crls`: revocation lists in the order they took effect, and the seq at which. `resuming`: entries set aside are being compared with a refetched log. `pardoned`: digests of
    entries a person decided to pass after a HALT. `seen`: what the screen showed. Times unix ms; `last_update` is our own
    last fresh leaf key. `used_knock`: the knock that let us in, until somebody else in the group was heard.
    """

    head: bytes
    cursor: int = 0
    last_at: int = 0
    last_commit: int = 0
    founded: bool = False
    removed: bool = False
    agreed: int = 0
    knocks: dict[bytes, Knock] = msgspec.field(default_factory=dict)
    own_knock: OwnKnock | None = None
    used_knock: OwnKnock | None = None
    watermarks: dict[bytes, Watermark] = msgspec.field(default_factory=dict)
    awaiting: dict[bytes, Awaiting] = msgspec.field(default_factory=dict)
    crls: dict[bytes, int] = msgspec.field(default_factory=dict)
    halt: Halt | None = None
    resuming: bool = False
    pardoned: list[bytes] = msgspec.field(default_factory=list)
    seen: int = 0
    unseen: list[int] = msgspec.field(default_factory=list)
    receipt_due: int = 0
    receipted: int = 0
    receipted_seen: int = 0
    receipt_time: int = 0
    aside_commits: int = 0
    last_update: int = 0
    peer_heard: int = 0
    joined: int = 0


class Sealed(msgspec.Struct, frozen=True):
    """One form in which an item was encrypted: the exact entry it may become.

    For a document: its exact bytes and the AuthenticatedContent. For a commit: the staged commit, and for a founding the
    epoch-0 group it is built on (both secret).
    """

    entry_id: bytes
    kind: Kind
    after: int
    epoch: int
    body: bytes
    content: bytes = b""
    authenticated: bytes = b""
    staged: bytes = b""
    group: bytes = b""

    def __repr__(self) -> str:
        """Without contents."""
        return f"Sealed(entry_id={self.entry_id.hex()}, kind={self.kind}, after={self.after}, epoch={self.epoch})"


class OutboxItem(msgspec.Struct, frozen=True):
    """Something we want in the log. `id`: the document id, or a random id of the intent.

    `body`: the document's body map in msgpack; for `admit` the knock ids, for `remove` the certificate fingerprints, as a
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


class Snapshot(msgspec.Struct, frozen=True):
    """The journal as it stood after entry `seq`."""

    seq: int
    state: bytes

    def __repr__(self) -> str:
        """Without contents."""
        return f"Snapshot(seq={self.seq})"


class MarkRecord(msgspec.Struct, frozen=True):
    """That `author` (fingerprint) delivered or saw everything up to `upto`, or acknowledged `target`; said at `seq`."""

    author: bytes
    what: Literal["delivered", "seen", "acknowledged"]
    time: int
    seq: int
    upto: int = 0
    target: bytes = b""


class EventRecord(msgspec.Struct, frozen=True):
    """What the engine itself has to say, placed after entry `seq`. `security`: something deviated from what is promised."""

    id: bytes
    seq: int
    kind: str
    text: str
    time: int
    security: bool = False
    author: bytes | None = None


class KeyRecord(msgspec.Struct, frozen=True):
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


class GroupBlobs(msgspec.Struct, frozen=True):
    """The group as stored. `epoch` changes with a commit, `ratchets` with every message. Secret."""

    epoch: bytes
    ratchets: bytes

    def __repr__(self) -> str:
        """Without contents."""
        return "GroupBlobs(...)"


@dataclass(frozen=True, slots=True)
class Changes:
    """What one step writes, in this order, in one transaction.

    `aside`: first move every entry with seq > this and its documents out of sight (kept for `Past.aside_*`, by entry id; what
    is there already under an id stays) and delete its marks and a snapshot from after it. `restored`: entry ids to delete from what was set aside.
    `forget_aside`: delete all that was set aside. `group`: None = unchanged; an empty `epoch` inside = only
    the ratchets changed; `drop_group`: delete both blobs. `contexts`: epoch → GroupContext (RFC 9420, 8.1), which signatures of
    that epoch are over; kept for the record. `certificates`: fingerprint → DER, for all channels. `snapshot` takes the place of
    the one before.
    """

    standing: Standing
    aside: int | None = None
    restored: tuple[bytes, ...] = ()
    forget_aside: bool = False
    group: GroupBlobs | None = None
    drop_group: bool = False
    entries: tuple[EntryRecord, ...] = ()
    documents: tuple[DocumentRecord, ...] = ()
    marks: tuple[MarkRecord, ...] = ()
    events: tuple[EventRecord, ...] = ()
    outbox: tuple[OutboxItem, ...] = ()
    outbox_done: tuple[bytes, ...] = ()
    keys: tuple[KeyRecord, ...] = ()
    slots: tuple[SlotRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    certificates: dict[bytes, bytes] = field(default_factory=dict)
    contexts: dict[int, bytes] = field(default_factory=dict)
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A channel as loaded. `version` grows by one with every commit."""

    version: int
    standing: Standing
    group: GroupBlobs | None
    outbox: tuple[OutboxItem, ...]


class StaleError(Exception):
    """Somebody else changed the channel since it was loaded. Nothing was written."""


class Past(Protocol):
    """What the engine may look up while it works: immutable rows of earlier steps, by channel name."""

    def head(self, channel: str, seq: int) -> bytes | None:
        """The head after entry `seq`."""

    def entry(self, channel: str, seq: int) -> EntryRecord | None:
        """The stored entry."""

    def document(
        self, channel: str, document_id: bytes, author: bytes | None = None
    ) -> DocumentRecord | None:
        """The counting (not refused) document of this id; of this author, or by any: then the lowest seq."""

    def documents(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> Sequence[DocumentRecord]:
        """Documents with after < seq < before in seq order: the last `limit` of them, or the first if `after` is given."""

    def snapshot(self, channel: str) -> Snapshot | None:
        """The last snapshot of the channel's journal."""

    def entries(self, channel: str, first: int, last: int) -> Sequence[EntryRecord]:
        """The stored entries with first <= seq <= last, in order."""

    def aside_entry(self, channel: str, entry_id: bytes) -> EntryRecord | None:
        """An entry that was set aside."""

    def aside_document(self, channel: str, entry_id: bytes) -> DocumentRecord | None:
        """The document that was set aside with the entry of this id."""

    def aside_documents(self, channel: str) -> Sequence[DocumentRecord]:
        """All documents that are still set aside, in seq order."""

    def certificate(self, fingerprint: bytes) -> bytes | None:
        """The DER of a certificate that was met."""

    def group_context(self, channel: str, epoch: int) -> bytes | None:
        """The GroupContext that signatures of an epoch are over."""

    def key(self, channel: str, key: str) -> KeyRecord | None:
        """An idempotency key that was used."""

    def said(self, channel: str, author: bytes, since: int) -> Sequence[str]:
        """The kinds of the counting documents of an author in entries later than `since`, unix ms."""

    def through(self, schedule: str) -> int | None:
        """The last slot of a schedule that is accounted for, unix s."""

    def step(self, document: bytes, number: int) -> StepRecord | None:
        """A step about a document that was taken."""


class Store(Past, Protocol):
    """The vault, as the line uses it. Safe to call from one worker thread at a time."""

    def load(self, channel: str) -> Stored | None:
        """The channel as of now, None if nothing was ever written."""

    def version(self, channel: str) -> int:
        """The stored version, 0 if nothing was ever written; cheap."""

    def data_version(self) -> int:
        """A number that changes when another process commits (PRAGMA data_version)."""

    def commit(self, channel: str, version: int, changes: Changes) -> int:
        """Write `changes` on top of `version` (0: nothing stored yet); the new version. StaleError if it is not current."""

    def numbered(self, channel: str, reference: str) -> Sequence[DocumentRecord]:
        """The documents that count and have this number: one of each side at most."""

    def search(self, channel: str, asked: tuple[Term, ...], limit: int) -> Sequence[DocumentRecord]:
        """The newest documents that count and hold all of these words, newest first."""

    def events(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> Sequence[EventRecord]:
        """Events, as `documents`."""

    def security_events(self, channel: str | None, limit: int = 1000) -> Sequence[tuple[str, EventRecord]]:
        """The newest security events with their channel, oldest first."""

    def marks(self, channel: str, *, since: int, until: int | None = None) -> Sequence[MarkRecord]:
        """Every acknowledgement, and the watermarks with `upto` >= `since`, in seq order.

        With `until`, what says nothing about the entries since <= seq <= until may be left out: acknowledgements of other
        documents, and of a device's watermarks those after the first that reaches `until`.
        """
