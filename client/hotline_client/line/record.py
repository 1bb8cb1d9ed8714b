"""A channel's log, or single documents of it, as the parts of a record file (docs/protocol.md, rules V1 to V10)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from hotline_client.engine.desk import Desk
from hotline_client.engine.incoming import halting
from hotline_client.engine.records import DocumentRecord, EntryRecord
from hotline_protocol.errors import StorageError, UsageError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.mls import codec as mls
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.record import frames
from hotline_protocol.record.verify import Proven, Verifier
from hotline_protocol.relay.chain import extend, genesis

PAGE: Final = 256
"""Entries read from the vault at once."""

Progress = Callable[[int, int], object]
"""Told how many entries of how many are done."""


def _silent(done: int, total: int) -> None:
    del done, total


@dataclass(frozen=True, slots=True)
class _Page:
    """Some entries in order, and the documents among them by seq."""

    entries: Sequence[EntryRecord]
    documents: dict[int, DocumentRecord]


class Recorder:
    """Writes what this device holds of a channel. The vault is locked for a page at a time; the line goes on meanwhile."""

    def __init__(self, desk: Desk, channel: str, progress: Progress = _silent) -> None:
        self._desk = desk
        self._channel = channel
        self._progress = progress
        self._suite = cipher_suite(desk.context.charter.suite)
        self._met: dict[bytes, Certificate] = {}
        self._contexts: dict[tuple[bytes, int], bytes] = {}

    def pieces(self, only: Sequence[bytes] = ()) -> Iterator[bytes]:
        """The file. `only`: the ids of the documents it holds; none: the whole log. UsageError if there is nothing to write."""
        with self._desk.lock:
            standing = self._desk.state(self._channel).standing
            tail, head, crls = standing.cursor, standing.head, dict(standing.crls)
        if not tail:
            raise UsageError(f"the log of {self._channel} is empty here")
        chosen = sorted(map(self._wanted, only), key=lambda one: one.seq)
        opening = frames.Record(self._channel, not only, tail, head, self._desk.clock())
        pages = self._pages(tail) if not only else [self._page_of(one) for one in chosen]
        parts = self._parts(opening, crls, pages)
        return frames.write(parts if only else chain(parts, self._outside()))

    def _wanted(self, document_id: bytes) -> DocumentRecord:
        with self._desk.lock:
            found = self._desk.store.document(self._channel, document_id)
        if found is None:
            raise UsageError("only a document that counts can be written alone")
        return found

    def _page_of(self, record: DocumentRecord) -> _Page:
        with self._desk.lock:
            entry = self._desk.store.entry(self._channel, record.seq)
        return _Page([] if entry is None else [entry], {record.seq: record})

    def _pages(self, tail: int) -> Iterator[_Page]:
        head = genesis(self._desk.context.charter.link_id, self._channel)
        for first in range(1, tail + 1, PAGE):
            last = min(first + PAGE - 1, tail)
            with self._desk.lock:
                entries = self._desk.store.entries(self._channel, first, last)
                documents = self._desk.store.documents(
                    self._channel, after=first - 1, before=last + 1, limit=PAGE
                )
            for seq, entry in enumerate(entries, first):
                head = extend(head, seq, entry.raw)
                if entry.seq != seq or not hmac.compare_digest(head, entry.head):
                    raise StorageError(f"entry {seq} of {self._channel} is not what this device took")
            if len(entries) != last - first + 1:
                raise StorageError(f"the log of {self._channel} was put back meanwhile; export it again")
            yield _Page(entries, {one.seq: one for one in documents})
            self._progress(last, tail)

    def _parts(
        self, opening: frames.Record, crls: dict[bytes, int], pages: Iterable[_Page]
    ) -> Iterator[frames.Part]:
        yield opening
        yield frames.Charter(self._desk.context.papers.encode())
        lists = sorted(crls.items(), key=lambda one: one[1])
        for page in pages:
            for entry in page.entries:
                while lists and lists[0][1] < entry.seq:
                    der, seq = lists.pop(0)
                    yield frames.Revocations(seq, der)
                record = page.documents.get(entry.seq)
                papers = [] if record is None else list(self._papers(record))
                yield from papers
                yield frames.EntryPart(entry.seq, entry.raw)
                if record is not None and self._is_signed(record):
                    yield frames.Document(
                        record.seq, record.author, record.authenticated, record.refused, record.reference
                    )

    def _outside(self) -> Iterator[frames.Part]:
        """What a relay lost, behind the log."""
        for record in self._desk.step(self._channel, halting.outside):
            with self._desk.lock:
                entry = self._desk.store.aside_entry(self._channel, record.entry_id)
            yield from self._papers(record)
            if entry is not None and self._is_signed(record):
                yield frames.Outside(record.seq, entry.raw, record.author, record.authenticated)

    def _papers(self, record: DocumentRecord) -> Iterator[frames.Part]:
        """What the document's signature needs and is not in the file yet."""
        with self._desk.lock:
            der = self._desk.store.certificate(record.author)
            context = self._desk.store.group_context(self._channel, record.context)
        if der is not None and record.author not in self._met:
            self._met[record.author] = self._desk.context.identify(der)
            yield frames.Certificate(der)
        if context is None:
            return
        group = mls.decode(GroupContext.read, context)
        place = group.group_id, group.epoch
        if self._contexts.get(place) != context:
            # after a branch was left, or a channel was founded again, an epoch's number can come again
            self._contexts[place] = context
            yield frames.Context(context)

    def _is_signed(self, record: DocumentRecord) -> bool:
        """Whether the file can show it. A document of a branch that was left may belong to an epoch that is gone (H3)."""
        author = self._met.get(record.author)
        signed = mls.decode(AuthenticatedContent.read, record.authenticated)
        context = self._contexts.get((signed.content.group_id, signed.content.epoch))
        if author is None or context is None:
            return False
        try:
            signed.verify(self._suite, author.public_key, context)
        except MLSError:
            return False
        return True


def verify(path: Path, verifier: Verifier) -> Iterator[Proven]:
    """Every document of a record file, once it is proven."""
    with path.open("rb") as file:
        yield from verifier.parts(frames.read(file.read))
