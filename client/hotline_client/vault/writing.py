"""One step of the engine, written in one transaction: every table a channel's `Changes` touch, in the order it names."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import astuple

from hotline_client.engine.records import CLOSED
from hotline_client.engine.store import Changes, GroupBlobs, StaleError
from hotline_client.vault import rows, schema
from hotline_client.vault.database import Transaction
from hotline_client.words.search import document_words


def write(tx: Transaction, channel: str, version: int, changes: Changes) -> int:
    """Write `changes` on top of `version` (0: nothing stored yet); the new version. StaleError if it is not current."""
    number = _advance(tx, channel, version, rows.encode(changes.standing))
    _set_aside(tx, number, changes)
    _write_group(tx, number, changes)
    tx.run_all(rows.insert("entry", rows.ENTRY), [rows.values(number, one) for one in changes.entries])
    tx.run_all(
        rows.insert("document", rows.DOCUMENT), [rows.values(number, one) for one in changes.documents]
    )
    tx.run_all(schema.PUT_WORDS, list(_words(number, changes)))
    if changes.snapshot is not None:
        tx.run(
            "INSERT OR REPLACE INTO snapshot (channel, seq, state) VALUES (?, ?, ?)",
            (number, changes.snapshot.seq, changes.snapshot.state),
        )
    tx.run_all(rows.insert("mark", rows.MARK), [rows.values(number, one) for one in changes.marks])
    tx.run_all(rows.insert("event", rows.EVENT), [rows.values(number, one) for one in changes.events])
    tx.run_all(
        "INSERT INTO outbox (channel, id, item) VALUES (?, ?, ?) "
        "ON CONFLICT (channel, id) DO UPDATE SET item = excluded.item",
        [(number, one.id, rows.encode(one)) for one in changes.outbox],
    )
    tx.run_all(
        "DELETE FROM outbox WHERE channel = ? AND id = ?", [(number, one) for one in changes.outbox_done]
    )
    tx.run_all(rows.insert("sent_key", rows.KEY), [rows.values(number, one) for one in changes.used_keys])
    tx.run_all(rows.plain("slot", rows.SLOT), [astuple(one) for one in changes.slots])
    tx.run_all(rows.plain("step", rows.STEP), [astuple(one) for one in changes.steps])
    closed = [(one.document,) for one in changes.steps if one.number == CLOSED]
    tx.run_all("UPDATE slot SET open = 0 WHERE document = ? AND open", closed)
    tx.run_all(
        "INSERT OR REPLACE INTO certificate (fingerprint, der) VALUES (?, ?)",
        list(changes.certificates.items()),
    )
    return version + 1


def forget_groups(tx: Transaction) -> None:
    """Of channels too that this certificate may not use any more."""
    for table in ("group_epoch", "group_ratchets"):
        tx.run(f"DELETE FROM {table}")  # noqa: S608 - names of our own


def _words(number: int, changes: Changes) -> Iterator[tuple[int, str, str, str]]:
    """What search will find, of documents that count."""
    for one in changes.documents:
        words = None if one.refused is not None else document_words(one.content, one.reference)
        if words is not None:
            yield schema.word_row(number, one.seq), *words


def _advance(tx: Transaction, channel: str, version: int, standing: bytes) -> int:
    """Move the channel to the next version; its number in other tables."""
    row = tx.row("SELECT number, version FROM channel WHERE name = ?", (channel,))
    if (0 if row is None else row[1]) != version:
        raise StaleError
    if row is None:
        tx.run("INSERT INTO channel (name, version, standing) VALUES (?, 1, ?)", (channel, standing))
        row = tx.row("SELECT number FROM channel WHERE name = ?", (channel,))
        return int(row[0]) if row is not None else 0
    number = int(row[0])
    tx.run("UPDATE channel SET version = version + 1, standing = ? WHERE number = ?", (standing, number))
    return number


def _set_aside(tx: Transaction, number: int, changes: Changes) -> None:
    if changes.aside is not None:
        for table, columns in (("entry", rows.ENTRY), ("document", rows.DOCUMENT)):
            tx.run(
                f"INSERT OR IGNORE INTO aside_{table} (channel, {columns}) "  # noqa: S608 - names of our own
                f"SELECT channel, {columns} FROM {table} WHERE channel = ? AND seq > ? ORDER BY seq",
                (number, changes.aside),
            )
        tx.run(
            "DELETE FROM words WHERE rowid > ? AND rowid < ?",
            (schema.word_row(number, changes.aside), schema.word_row(number + 1, 0)),
        )
        for table in ("entry", "document", "mark", "snapshot"):
            tx.run(
                f"DELETE FROM {table} WHERE channel = ? AND seq > ?",  # noqa: S608 - names of our own
                (number, changes.aside),
            )
    restored = [(number, one) for one in changes.restored]
    tx.run_all("DELETE FROM aside_entry WHERE channel = ? AND id = ?", restored)
    tx.run_all("DELETE FROM aside_document WHERE channel = ? AND entry_id = ?", restored)
    if changes.settle_aside:
        tx.run("UPDATE aside_entry SET merged = 0 WHERE channel = ?", (number,))


def _write_group(tx: Transaction, number: int, changes: Changes) -> None:
    if changes.drop_group:
        tx.run("DELETE FROM group_epoch WHERE channel = ?", (number,))
        tx.run("DELETE FROM group_ratchets WHERE channel = ?", (number,))
    tx.run_all(
        "INSERT OR REPLACE INTO group_context (channel, digest, context) VALUES (?, ?, ?)",
        [(number, digest, context) for digest, context in changes.contexts.items()],
    )
    group: GroupBlobs | None = changes.group
    if group is None:
        return
    if group.epoch:
        _put_blob(tx, "group_epoch", number, group.epoch)
    _put_blob(tx, "group_ratchets", number, group.ratchets)


def _put_blob(tx: Transaction, table: str, number: int, blob: bytes) -> None:
    tx.run(
        f"INSERT INTO {table} (channel, blob) VALUES (?, ?) "  # noqa: S608 - names of our own
        "ON CONFLICT (channel) DO UPDATE SET blob = excluded.blob",
        (number, blob),
    )
