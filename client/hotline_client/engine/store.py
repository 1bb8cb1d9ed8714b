"""The contract between engine and vault.

The engine never writes. A step ends in `Changes`; `Store.commit` writes all of them in one transaction, or none if the
channel's version is no longer the one that was loaded (another process was faster): then load anew and do it again.
The vault stores `Standing`, `OutboxItem` and the group's two blobs as they are, and rows of the other records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from hotline_client.engine.records import (
    DocumentRecord,
    EntryRecord,
    EventRecord,
    MarkRecord,
    OutboxItem,
    SlotRecord,
    Snapshot,
    StepRecord,
    UsedKey,
)
from hotline_client.engine.standing import Standing
from hotline_client.words.put_back import Why, put_back_text
from hotline_client.words.search import Term


class GroupBlobs(msgspec.Struct, frozen=True):
    """The group as stored. `epoch` changes with a commit, `ratchets` with every message. Secret."""

    epoch: bytes
    ratchets: bytes

    def __repr__(self) -> str:
        """Without contents."""
        return "GroupBlobs(...)"


class PutBack(msgspec.Struct, frozen=True):
    """Why nothing may be sealed with this vault: it may be older than words that were said with its keys (L36).

    `older`: it lacks steps that it made on this machine; `elsewhere`: it was last used on another machine, or under another
    user; `restored`: it was restored from a backup, made at `detail`; `own words`: `detail` names an entry that is signed by
    this device's key, and this vault never made it.
    """

    why: Why
    detail: str = ""

    def __str__(self) -> str:
        """For a person, in English."""
        return put_back_text(self.why, self.detail)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one step writes, in this order, in one transaction.

    `aside`: first move every entry with seq > this and its documents out of sight (kept for `Past.aside_*`, by entry id; what
    is there already under an id stays) and delete its marks and a snapshot from after it. `restored`: entry ids to delete from what was set aside.
    `settle_aside`: what is still set aside stands outside the log from now on: it is kept, and its commits are nobody's (`merged`
    false). `group`: None = unchanged; an empty `epoch` inside = only
    the ratchets changed; `drop_group`: delete both blobs. `contexts`: GroupContexts (RFC 9420, 8.1) by their SHA-256, which signatures
    are over; kept for the record. `certificates`: fingerprint → DER, and device → its newest, for all channels. `snapshot` takes the place of
    the one before. `put_back`: from now on nothing is sealed with this vault.
    """

    standing: Standing
    aside: int | None = None
    restored: tuple[bytes, ...] = ()
    settle_aside: bool = False
    group: GroupBlobs | None = None
    drop_group: bool = False
    entries: tuple[EntryRecord, ...] = ()
    documents: tuple[DocumentRecord, ...] = ()
    marks: tuple[MarkRecord, ...] = ()
    events: tuple[EventRecord, ...] = ()
    outbox: tuple[OutboxItem, ...] = ()
    outbox_done: tuple[bytes, ...] = ()
    used_keys: tuple[UsedKey, ...] = ()
    slots: tuple[SlotRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    certificates: dict[bytes, bytes] = field(default_factory=dict)
    contexts: dict[bytes, bytes] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    put_back: PutBack | None = None


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
        """All documents that are set aside, in seq order: they stand outside the log."""

    def certificate(self, fingerprint: bytes) -> bytes | None:
        """The DER of a certificate that was met."""

    def group_context(self, channel: str, digest: bytes) -> bytes | None:
        """The GroupContext of this SHA-256 that signatures are over."""

    def used_key(self, channel: str, key: str) -> UsedKey | None:
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

    def put_back(self) -> PutBack | None:
        """Why nothing may be sealed with this vault; None if all is well."""

    def recovered(self) -> None:
        """Every group was left: forget what is left of them, and let this vault seal again, as another one than its copies."""

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
