"""What a person does with the working group's documents beyond words: say one that counts, and read what they all amount to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from hotline_client.engine import journal
from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import Draft
from hotline_client.engine.state import DocumentRecord
from hotline_protocol.codec import decode_raw
from hotline_protocol.documents import Body, encode_body, kind_of, why_not
from hotline_protocol.documents.body import Target
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.numbering import parse_reference
from hotline_protocol.relay.frames import ID_SIZE
from hotline_protocol.terms import Side

T = TypeVar("T")


class Queue(Protocol):
    """Puts a document of a kind into the outbox, under an idempotency key if there is one; its id, `id` if that is given."""

    def __call__(
        self,
        draft: Draft,
        kind: str,
        body: dict[str, Any],
        key: str | None,
        id: bytes | None = None,  # noqa: A002
    ) -> bytes:
        """See the class."""


class Affairs:
    """See the methods. Calls are short transactions on the vault, as those of `Line`."""

    def __init__(
        self, desk: Desk, queue: Queue, act: Callable[[str, Callable[[Draft], bytes]], bytes]
    ) -> None:
        self._desk = desk
        self._queue = queue
        self._act = act

    def say(self, channel: str, body: Body, *, key: str | None = None) -> bytes:
        """Queue a document; its id.

        UsageError if our certificate may not send such a document; NotAppliedError if it would change nothing, were it the
        next in the log as far as this device has it. Then nothing is queued.
        """
        return self._act(channel, lambda draft: say(draft, self._queue, body, key=key))

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        """What `look` makes of the channel's journal, which it must neither change nor keep."""
        return self._desk.step(channel, lambda draft: look(journal.journal(draft)))

    def head_at(self, channel: str, seq: int) -> bytes | None:
        """The head of this device's own chain after entry `seq`; None if it has no such entry."""
        return self._desk.step(channel, lambda draft: draft.head_at(seq))

    def target(self, channel: str, document: bytes) -> Target:
        """What names a document in another: the present content, if its author corrected it. UsageError if it is not there."""
        corrected = self.read(channel, lambda book: book.dialogues.all.get(document))
        if corrected is not None:
            return Target(document, corrected.content)
        with self._desk.lock:
            found = self._desk.store.document(channel, document)
        if found is None:
            raise UsageError("no such document in the log")
        return Target(document, found.content_hash)

    def numbered(self, channel: str, typed: str, side: Side | None = None) -> list[DocumentRecord]:
        """The documents that a typed reference names, such as `N-0042/26` or `n42`; of one side, or one of each."""
        year = datetime.fromtimestamp(self._desk.clock() / 1000, UTC).year
        reference = parse_reference(typed, year)
        if reference is None:
            return []
        with self._desk.lock:
            found = self._desk.store.numbered(channel, reference)
            people = [journal.party(self._desk.context.identify(self._der(one))) for one in found]
        return [one for one, author in zip(found, people, strict=True) if side in (None, author.side)]

    def _der(self, record: DocumentRecord) -> bytes:
        der = self._desk.store.certificate(record.author)
        if der is None:
            raise UsageError("the author's certificate is not in the vault")
        return der


def say(
    draft: Draft,
    queue: Queue,
    body: Body,
    *,
    key: str | None = None,
    id: bytes | None = None,  # noqa: A002
) -> bytes:
    """`Affairs.say` as part of a larger step."""
    kind = kind_of(body)
    reason = why_not(draft.me.acting, kind)
    if reason is not None:
        raise UsageError(reason)
    _rehearse(draft, body)
    return queue(draft, kind, decode_raw(encode_body(body)), key, id)


def _rehearse(draft: Draft, body: Body) -> None:
    content = encode_body(body)
    journal.rehearse(
        draft,
        DocumentRecord(
            seq=draft.standing.cursor + 1,
            entry_id=bytes(ID_SIZE),
            id=draft.rng(ID_SIZE),
            kind=kind_of(body),
            author=draft.me.fingerprint,
            at=max(draft.now, draft.standing.last_at),
            time=draft.now,
            epoch=0,
            content=content,
            content_hash=sha256(content).digest(),
            authenticated=b"",
            own=True,
        ),
        body,
    )
