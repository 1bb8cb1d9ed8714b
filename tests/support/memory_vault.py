"""A vault in memory: the contract of `Store`, one transaction a commit, everything copied as if it had been on disk."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

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
from hotline_client.engine.store import Changes, GroupBlobs, PutBack, StaleError, Stored
from hotline_client.words.search import Term, document_words
from tests.support.searching import holds

R = TypeVar("R", DocumentRecord, EventRecord)


@dataclass
class _Channel:
    version: int = 0
    standing: bytes = b""
    group: GroupBlobs | None = None
    outbox: dict[bytes, bytes] = field(default_factory=dict)
    entries: dict[int, EntryRecord] = field(default_factory=dict)
    documents: list[DocumentRecord] = field(default_factory=list)
    by_id: dict[bytes, list[DocumentRecord]] = field(default_factory=dict)
    marks: list[MarkRecord] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    keys: dict[str, UsedKey] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    contexts: dict[bytes, bytes] = field(default_factory=dict)
    aside_entries: dict[bytes, EntryRecord] = field(default_factory=dict)
    aside_documents: dict[bytes, DocumentRecord] = field(default_factory=dict)


class MemoryVault:
    """Several desks may share one, as processes share a vault."""

    def __init__(self) -> None:
        self.channels: dict[str, _Channel] = {}
        self.certificates: dict[bytes, bytes] = {}
        self.commits = 0
        self.slots: list[SlotRecord] = []
        self.steps: list[StepRecord] = []
        self.stopped: PutBack | None = None

    def _of(self, channel: str) -> _Channel:
        return self.channels.setdefault(channel, _Channel())

    # --- writing

    def load(self, channel: str) -> Stored | None:
        one = self._of(channel)
        if not one.version:
            return None
        outbox = tuple(msgspec.msgpack.decode(raw, type=OutboxItem) for raw in one.outbox.values())
        return Stored(one.version, msgspec.msgpack.decode(one.standing, type=Standing), one.group, outbox)

    def version(self, channel: str) -> int:
        return self._of(channel).version

    def data_version(self) -> int:
        return self.commits

    def commit(self, channel: str, version: int, changes: Changes) -> int:
        one = self._of(channel)
        if one.version != version:
            raise StaleError
        one.version += 1
        self.commits += 1
        one.standing = msgspec.msgpack.encode(changes.standing)
        if changes.aside is not None:
            self._set_aside(one, changes.aside)
        for entry_id in changes.restored:
            one.aside_entries.pop(entry_id, None)
            one.aside_documents.pop(entry_id, None)
        if changes.settle_aside:
            one.aside_entries = {
                key: msgspec.structs.replace(kept, merged=False) for key, kept in one.aside_entries.items()
            }
        self._group(one, changes)
        one.entries.update((entry.seq, entry) for entry in changes.entries)
        one.documents += changes.documents
        for document in changes.documents:
            if document.refused is None:
                one.by_id.setdefault(document.id, []).append(document)
        one.marks += changes.marks
        one.events += changes.events
        one.events.sort(key=lambda event: event.seq)
        one.outbox.update((item.id, msgspec.msgpack.encode(item)) for item in changes.outbox)
        for item_id in changes.outbox_done:
            one.outbox.pop(item_id, None)
        one.keys.update((key.key, key) for key in changes.used_keys)
        self.certificates.update(changes.certificates)
        one.contexts.update(changes.contexts)
        self.slots += changes.slots
        self.steps += changes.steps
        one.snapshot = changes.snapshot or one.snapshot
        self.stopped = self.stopped or changes.put_back
        return one.version

    def put_back(self) -> PutBack | None:
        return self.stopped

    def recovered(self) -> None:
        self.stopped = None
        for one in self.channels.values():
            one.group = None

    @staticmethod
    def _group(one: _Channel, changes: Changes) -> None:
        if changes.drop_group:
            one.group = None
        if changes.group is not None:
            epoch = changes.group.epoch or (one.group.epoch if one.group else b"")
            one.group = GroupBlobs(epoch, changes.group.ratchets)

    @staticmethod
    def _set_aside(one: _Channel, after: int) -> None:
        for seq in [seq for seq in one.entries if seq > after]:
            entry = one.entries.pop(seq)
            one.aside_entries.setdefault(entry.id, entry)
        for document in one.documents:
            if document.seq > after:
                one.aside_documents.setdefault(document.entry_id, document)
        one.documents = [document for document in one.documents if document.seq <= after]
        one.by_id = {}
        for document in one.documents:
            if document.refused is None:
                one.by_id.setdefault(document.id, []).append(document)
        one.marks = [mark for mark in one.marks if mark.seq <= after]
        if one.snapshot is not None and one.snapshot.seq > after:
            one.snapshot = None

    # --- looking up

    def head(self, channel: str, seq: int) -> bytes | None:
        entry = self._of(channel).entries.get(seq)
        return None if entry is None else entry.head

    def entry(self, channel: str, seq: int) -> EntryRecord | None:
        return self._of(channel).entries.get(seq)

    def entries(self, channel: str, first: int, last: int) -> Sequence[EntryRecord]:
        entries = self._of(channel).entries
        return [entries[seq] for seq in range(first, last + 1) if seq in entries]

    def document(
        self, channel: str, document_id: bytes, author: bytes | None = None
    ) -> DocumentRecord | None:
        found = self._of(channel).by_id.get(document_id, ())
        return next((one for one in found if author in (None, one.author)), None)

    def numbered(self, channel: str, reference: str) -> Sequence[DocumentRecord]:
        return [one for one in self._of(channel).documents if one.reference == reference]

    def search(self, channel: str, asked: tuple[Term, ...], limit: int) -> Sequence[DocumentRecord]:
        found = (
            one
            for one in reversed(self._of(channel).documents)
            if one.refused is None and holds(document_words(one.content, one.reference), asked)
        )
        return list(islice(found, limit))

    def snapshot(self, channel: str) -> Snapshot | None:
        return self._of(channel).snapshot

    def aside_entry(self, channel: str, entry_id: bytes) -> EntryRecord | None:
        return self._of(channel).aside_entries.get(entry_id)

    def aside_document(self, channel: str, entry_id: bytes) -> DocumentRecord | None:
        return self._of(channel).aside_documents.get(entry_id)

    def aside_documents(self, channel: str) -> Sequence[DocumentRecord]:
        return sorted(self._of(channel).aside_documents.values(), key=lambda one: one.seq)

    def certificate(self, fingerprint: bytes) -> bytes | None:
        return self.certificates.get(fingerprint)

    def group_context(self, channel: str, digest: bytes) -> bytes | None:
        return self._of(channel).contexts.get(digest)

    def said(self, channel: str, author: bytes, since: int) -> Sequence[str]:
        documents = self._of(channel).documents
        return [
            one.kind for one in documents if one.author == author and one.at > since and one.refused is None
        ]

    def through(self, schedule: str) -> int | None:
        return max((one.through for one in self.slots if one.schedule == schedule), default=None)

    def step(self, document: bytes, number: int) -> StepRecord | None:
        found = (one for one in self.steps if (one.document, one.number) == (document, number))
        return next(found, None)

    def used_key(self, channel: str, key: str) -> UsedKey | None:
        return self._of(channel).keys.get(key)

    # --- reading

    def documents(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> Sequence[DocumentRecord]:
        return _page(self._of(channel).documents, before, after, limit)

    def events(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> Sequence[EventRecord]:
        return _page(self._of(channel).events, before, after, limit)

    def security_events(self, channel: str | None, limit: int = 1000) -> Sequence[tuple[str, EventRecord]]:
        names = self.channels if channel is None else [channel]
        found = [(name, one) for name in names for one in self._of(name).events if one.security]
        return sorted(found, key=lambda pair: pair[1].time)[-limit:]

    def marks(self, channel: str, *, since: int, until: int | None = None) -> Sequence[MarkRecord]:
        del until
        return [one for one in self._of(channel).marks if one.what == "acknowledged" or one.upto >= since]


def _page(rows: list[R], before: int | None, after: int | None, limit: int) -> list[R]:
    low = 0 if after is None else bisect.bisect_right(rows, after, key=lambda row: row.seq)
    high = len(rows) if before is None else bisect.bisect_left(rows, before, key=lambda row: row.seq)
    page = rows[low:high]
    return page[:limit] if after is not None else page[-limit:] if limit else []
