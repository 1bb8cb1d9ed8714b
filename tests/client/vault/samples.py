"""Vaults with cheap locks, and records of any number, for the tests of the vault."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from hotline_client.engine.records import (
    DocumentRecord,
    EntryRecord,
    EventRecord,
    MarkRecord,
    OutboxItem,
    Sealed,
)
from hotline_client.engine.standing import Standing
from hotline_client.engine.store import Changes
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST

PASSPHRASE = "correct horse battery"
ME, PEER = b"m" * 32, b"p" * 32


def create(directory: Path) -> Vault:
    return Vault.create(directory, PASSPHRASE, rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST)


def reopen(directory: Path) -> Vault:
    return Vault.open(directory, PASSPHRASE)


def ident(text: str) -> bytes:
    return sha256(text.encode()).digest()[:16]


def entry(seq: int, *, tag: str = "") -> EntryRecord:
    return EntryRecord(seq, ident(f"entry {tag}{seq}"), b"raw %d " % seq * 80, sha256(b"%d" % seq).digest())


def document(seq: int, *, tag: str = "", author: bytes = PEER, refused: str | None = None) -> DocumentRecord:
    content = b"content %d " % seq * 40
    return DocumentRecord(
        seq=seq,
        entry_id=ident(f"entry {tag}{seq}"),
        id=ident(f"document {tag}{seq}"),
        kind="text",
        author=author,
        at=1000 + seq,
        time=900 + seq,
        epoch=1,
        content=content,
        content_hash=sha256(content).digest(),
        authenticated=content + b"signature",
        own=author == ME,
        refused=refused,
    )


def seen(seq: int, upto: int, *, author: bytes = ME) -> MarkRecord:
    return MarkRecord(author, "seen", 5000 + seq, seq, upto)


def acknowledged(seq: int, target: DocumentRecord, *, author: bytes = ME) -> MarkRecord:
    return MarkRecord(author, "acknowledged", 5000 + seq, seq, target=target.id)


def event(seq: int, text: str, *, security: bool = False) -> EventRecord:
    return EventRecord(ident(f"event {seq} {text}"), seq, "test", text, 7000 + seq, security)


def item(name: str, position: int) -> OutboxItem:
    form = Sealed(ident(f"form {name}"), "message", 0, 1, b"ciphertext", b"content", b"authenticated")
    return OutboxItem(ident(name), position, "document", "text", b"\x80", 1, (form,))


def batch(first: int, last: int) -> Changes:
    """Entries and documents `first` to `last`, the standing after them."""
    numbers = range(first, last + 1)
    return Changes(
        Standing(head=entry(last).head, cursor=last),
        entries=tuple(entry(seq) for seq in numbers),
        documents=tuple(document(seq) for seq in numbers),
    )
