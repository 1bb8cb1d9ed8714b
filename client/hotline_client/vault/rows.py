"""Records of the engine as rows and back: columns are named and ordered as the record's fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from hotline_client.engine.records import (
    DocumentRecord,
    EntryRecord,
    EventRecord,
    MarkRecord,
    OutboxItem,
    SlotRecord,
    StepRecord,
    UsedKey,
)
from hotline_client.engine.standing import Standing
from hotline_client.vault.database import Row
from hotline_client.vault.errors import VaultDamaged

T = TypeVar("T", bound=msgspec.Struct)

ENTRY: Final = ", ".join(EntryRecord.__struct_fields__)
DOCUMENT: Final = ", ".join(DocumentRecord.__struct_fields__)
MARK: Final = ", ".join(MarkRecord.__struct_fields__)
EVENT: Final = ", ".join(EventRecord.__struct_fields__)
KEY: Final = ", ".join(UsedKey.__struct_fields__)
SLOT: Final = ", ".join(SlotRecord.__struct_fields__)
STEP: Final = ", ".join(StepRecord.__struct_fields__)

_encoder: Final = msgspec.msgpack.Encoder()
_standing: Final = msgspec.msgpack.Decoder(Standing)
_item: Final = msgspec.msgpack.Decoder(OutboxItem)


def insert(table: str, columns: str) -> str:
    """The statement that adds a row of a channel's number and a record."""
    places = ", ".join("?" for _ in columns.split(","))
    return f"INSERT INTO {table} (channel, {columns}) VALUES (?, {places})"  # noqa: S608 - names of our own


def values(channel: int, record: msgspec.Struct) -> Row:
    """The values for `insert`."""
    return (channel, *msgspec.structs.astuple(record))


def _record(kind: Callable[..., T], row: Row) -> T:
    return kind(*row)


def entry(row: Row) -> EntryRecord:
    """A row of `ENTRY`."""
    *rest, merged = row
    return _record(EntryRecord, (*rest, bool(merged)))


def document(row: Row) -> DocumentRecord:
    """A row of `DOCUMENT`."""
    *rest, own, refused, reference, context = row
    return _record(DocumentRecord, (*rest, bool(own), refused, reference, context))


def mark(row: Row) -> MarkRecord:
    """A row of `MARK`."""
    return _record(MarkRecord, row)


def event(row: Row) -> EventRecord:
    """A row of `EVENT`."""
    *rest, security, author = row
    return _record(EventRecord, (*rest, bool(security), author))


def used_key(row: Row) -> UsedKey:
    """A row of `KEY`."""
    return _record(UsedKey, row)


def slot(row: Row) -> SlotRecord:
    """A row of `SLOT`."""
    *rest, waits = row
    return _record(SlotRecord, (*rest, bool(waits)))


def step(row: Row) -> StepRecord:
    """A row of `STEP`."""
    return _record(StepRecord, row)


def plain(table: str, columns: str) -> str:
    """The statement that adds a row of a table that belongs to no channel."""
    places = ", ".join("?" for _ in columns.split(","))
    return f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own


def encode(value: Standing | OutboxItem) -> bytes:
    """What is stored as one value."""
    return _encoder.encode(value)


def standing(blob: bytes) -> Standing:
    """A stored standing."""
    return _decoded(_standing, blob)


def item(blob: bytes) -> OutboxItem:
    """A stored outbox item."""
    return _decoded(_item, blob)


def _decoded(decoder: msgspec.msgpack.Decoder[T], blob: bytes) -> T:
    try:
        return decoder.decode(blob)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # authenticated pages hold what we wrote: this is a vault of another version of the program
        raise VaultDamaged("the vault holds a value that this version of the program does not know") from None
