"""What is looked up in the vault: single rows by key and pages of a channel, each one query on an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hotline_client.engine.records import (
    DocumentRecord,
    EntryRecord,
    EventRecord,
    MarkRecord,
    Snapshot,
    StepRecord,
    UsedKey,
)
from hotline_client.engine.store import GroupBlobs, Stored
from hotline_client.vault import rows
from hotline_client.vault.database import Database, Row
from hotline_client.vault.errors import VaultDamaged
from hotline_client.vault.schema import word_row
from hotline_client.words.search import Term, match

_CHANNEL: Final = "channel = (SELECT number FROM channel WHERE name = ?1)"
_LAST: Final = 2**63 - 1

_AUTHORS: Final = """
WITH RECURSIVE
    here (number) AS (SELECT number FROM channel WHERE name = ?),
    one (author) AS (
        SELECT min(author) FROM mark WHERE channel = (SELECT number FROM here) AND what <> 'acknowledged'
        UNION ALL
        SELECT (
            SELECT min(author) FROM mark
            WHERE channel = (SELECT number FROM here) AND what <> 'acknowledged' AND author > one.author
        ) FROM one WHERE author IS NOT NULL
    )
SELECT author FROM one WHERE author IS NOT NULL
"""
"""Everybody with a watermark, in as many steps of the index as there are people; DISTINCT would read every mark."""

_WATERMARK: Final = f"FROM mark WHERE {_CHANNEL} AND author = ?2 AND what = ?3 AND what <> 'acknowledged'"
_REACHED: Final = f"""
SELECT {rows.MARK} {_WATERMARK} AND upto >= ?4
AND upto <= coalesce((SELECT min(upto) {_WATERMARK} AND upto >= ?5), {_LAST})
"""
"""A device's watermarks from ?4 up to the first that reaches ?5."""


class Reader:
    """The reading half of `engine.state.Store`, over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- a channel as it stands

    def load(self, channel: str) -> Stored | None:
        """The channel as of now, None if nothing was ever written."""
        # one statement is one snapshot: standing, group and outbox belong together
        found = self._database.rows(
            "SELECT version, standing, group_epoch.blob, group_ratchets.blob, item FROM channel "
            "LEFT JOIN group_epoch ON group_epoch.channel = number "
            "LEFT JOIN group_ratchets ON group_ratchets.channel = number "
            "LEFT JOIN outbox ON outbox.channel = number WHERE name = ?",
            (channel,),
        )
        if not found:
            return None
        version, standing, epoch, ratchets, _ = found[0]
        items = [rows.item(row[4]) for row in found if row[4] is not None]
        return Stored(
            version=version,
            standing=rows.standing(standing),
            group=_group(epoch, ratchets),
            outbox=tuple(sorted(items, key=lambda one: one.position)),
        )

    def version(self, channel: str) -> int:
        """The stored version, 0 if nothing was ever written."""
        row = self._database.row("SELECT version FROM channel WHERE name = ?", (channel,))
        return 0 if row is None else int(row[0])

    def data_version(self) -> int:
        """A number that changes when another process commits."""
        return self._database.data_version()

    # --- rows of the past

    def head(self, channel: str, seq: int) -> bytes | None:
        """The head after entry `seq`."""
        row = self._database.row(f"SELECT head FROM entry WHERE {_CHANNEL} AND seq = ?", (channel, seq))  # noqa: S608
        return None if row is None else row[0]

    def entry(self, channel: str, seq: int) -> EntryRecord | None:
        """The stored entry."""
        return next(iter(self.entries(channel, seq, seq)), None)

    def entries(self, channel: str, first: int, last: int) -> Sequence[EntryRecord]:
        """The stored entries with first <= seq <= last, in order."""
        sql = f"SELECT {rows.ENTRY} FROM entry WHERE {_CHANNEL} AND seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608
        return [rows.entry(row) for row in self._database.rows(sql, (channel, first, last))]

    def document(
        self, channel: str, document_id: bytes, author: bytes | None = None
    ) -> DocumentRecord | None:
        """The counting (not refused) document of this id; of this author, or by any: then the lowest seq."""
        # named, because for LIMIT 1 in seq order SQLite would rather walk the whole log
        sql = (
            f"SELECT {rows.DOCUMENT} FROM document INDEXED BY document_counts "  # noqa: S608 - names of our own
            f"WHERE {_CHANNEL} AND id = ? AND refused IS NULL"
        )
        values: Row = (channel, document_id)
        if author is not None:
            sql, values = f"{sql} AND author = ?", (*values, author)
        row = self._database.row(f"{sql} ORDER BY seq LIMIT 1", values)
        return None if row is None else rows.document(row)

    def numbered(self, channel: str, reference: str) -> Sequence[DocumentRecord]:
        """The documents that count and have this number: one of each side at most."""
        sql = f"SELECT {rows.DOCUMENT} FROM document WHERE {_CHANNEL} AND reference = ? ORDER BY seq"  # noqa: S608
        return [rows.document(row) for row in self._database.rows(sql, (channel, reference))]

    def snapshot(self, channel: str) -> Snapshot | None:
        """The last snapshot of the channel's journal."""
        row = self._database.row(f"SELECT seq, state FROM snapshot WHERE {_CHANNEL}", (channel,))  # noqa: S608
        return None if row is None else Snapshot(*row)

    def aside_entry(self, channel: str, entry_id: bytes) -> EntryRecord | None:
        """An entry that was set aside."""
        sql = f"SELECT {rows.ENTRY} FROM aside_entry WHERE {_CHANNEL} AND id = ?"  # noqa: S608
        row = self._database.row(sql, (channel, entry_id))
        return None if row is None else rows.entry(row)

    def aside_document(self, channel: str, entry_id: bytes) -> DocumentRecord | None:
        """The document that was set aside with the entry of this id."""
        sql = f"SELECT {rows.DOCUMENT} FROM aside_document WHERE {_CHANNEL} AND entry_id = ?"  # noqa: S608
        row = self._database.row(sql, (channel, entry_id))
        return None if row is None else rows.document(row)

    def aside_documents(self, channel: str) -> Sequence[DocumentRecord]:
        """All documents that are set aside, in seq order: they stand outside the log."""
        sql = f"SELECT {rows.DOCUMENT} FROM aside_document WHERE {_CHANNEL} ORDER BY seq"  # noqa: S608
        return [rows.document(row) for row in self._database.rows(sql, (channel,))]

    def certificate(self, fingerprint: bytes) -> bytes | None:
        """The DER of a certificate that was met."""
        row = self._database.row("SELECT der FROM certificate WHERE fingerprint = ?", (fingerprint,))
        return None if row is None else row[0]

    def group_context(self, channel: str, digest: bytes) -> bytes | None:
        """The GroupContext (RFC 9420, 8.1) of this SHA-256 that signatures are over, if this device was in it."""
        sql = f"SELECT context FROM group_context WHERE {_CHANNEL} AND digest = ?"  # noqa: S608 - names of our own
        row = self._database.row(sql, (channel, digest))
        return None if row is None else row[0]

    def used_key(self, channel: str, key: str) -> UsedKey | None:
        """An idempotency key that was used."""
        sql = f"SELECT {rows.KEY} FROM sent_key WHERE {_CHANNEL} AND key = ?"  # noqa: S608
        row = self._database.row(sql, (channel, key))
        return None if row is None else rows.used_key(row)

    def said(self, channel: str, author: bytes, since: int) -> Sequence[str]:
        """The kinds of the counting documents of an author in entries later than `since`, unix ms."""
        where = f"{_CHANNEL} AND author = ?2 AND at > ?3 AND refused IS NULL"
        sql = f"SELECT kind FROM document INDEXED BY document_author WHERE {where}"  # noqa: S608 - names of our own
        return [row[0] for row in self._database.rows(sql, (channel, author, since))]

    def through(self, schedule: str) -> int | None:
        """The last slot of a schedule that is accounted for, unix s."""
        row = self._database.row(
            "SELECT through FROM slot WHERE schedule = ? ORDER BY slot DESC LIMIT 1", (schedule,)
        )
        return None if row is None else int(row[0])

    def step(self, document: bytes, number: int) -> StepRecord | None:
        """A step about a document that was taken."""
        sql = f"SELECT {rows.STEP} FROM step WHERE document = ? AND number = ?"  # noqa: S608 - names of our own
        row = self._database.row(sql, (document, number))
        return None if row is None else rows.step(row)

    def search(self, channel: str, asked: tuple[Term, ...], limit: int) -> Sequence[DocumentRecord]:
        """The newest documents that count and hold all of these words, newest first."""
        number = self._database.row("SELECT number FROM channel WHERE name = ?", (channel,))
        if number is None:
            return []
        found = self._database.rows(
            f"SELECT {rows.DOCUMENT} FROM (SELECT rowid AS place FROM words WHERE words MATCH ? "  # noqa: S608
            "AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?) "
            "JOIN document ON channel = ? AND seq = place - ? ORDER BY seq DESC",
            (
                match(asked),
                first := word_row(number[0], 0),
                word_row(number[0] + 1, 0) - 1,
                limit,
                number[0],
                first,
            ),
        )
        return [rows.document(row) for row in found]

    # --- pages

    def documents(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> Sequence[DocumentRecord]:
        """Documents with after < seq < before in seq order: the last `limit` of them, or the first if `after` is given."""
        page = self._page(
            f"{rows.DOCUMENT} FROM document", channel, "seq", before=before, after=after, limit=limit
        )
        return [rows.document(row) for row in page]

    def events(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> Sequence[EventRecord]:
        """Events, as `documents`; those after one entry in the order they came."""
        page = self._page(
            f"{rows.EVENT} FROM event", channel, "seq, number", before=before, after=after, limit=limit
        )
        return [rows.event(row) for row in page]

    def _page(
        self, what: str, channel: str, order: str, *, before: int | None, after: int | None, limit: int
    ) -> list[Row]:
        backwards = after is None
        direction = ", ".join(f"{name} DESC" for name in order.split(", ")) if backwards else order
        found = self._database.rows(
            f"SELECT {what} WHERE {_CHANNEL} AND seq > ? AND seq < ? ORDER BY {direction} LIMIT ?",
            (channel, -1 if after is None else after, _LAST if before is None else before, limit),
        )
        return found[::-1] if backwards else found

    def security_events(self, channel: str | None, limit: int = 1000) -> Sequence[tuple[str, EventRecord]]:
        """The newest security events with their channel, oldest first."""
        columns = ", ".join(f"event.{name}" for name in rows.EVENT.split(", "))
        found = self._database.rows(
            f"SELECT name, {columns} FROM event JOIN channel ON channel.number = event.channel "  # noqa: S608
            "WHERE security AND (?1 IS NULL OR name = ?1) ORDER BY event.number DESC LIMIT ?2",
            (channel, limit),
        )
        return [(row[0], rows.event(row[1:])) for row in found[::-1]]

    def marks(self, channel: str, *, since: int, until: int | None = None) -> Sequence[MarkRecord]:
        """Every acknowledgement, and the watermarks with `upto` >= `since`, in seq order.

        With `until`, only what says something about entries since <= seq <= until: acknowledgements of documents there,
        and of each device's watermarks those up to the first that reaches `until`.
        """
        if until is None:
            sql = f"SELECT {rows.MARK} FROM mark WHERE {_CHANNEL} AND (what = 'acknowledged' OR upto >= ?)"  # noqa: S608
            return [rows.mark(row) for row in self._database.rows(f"{sql} ORDER BY seq", (channel, since))]
        found = [*self._acks(channel, since, until), *self._watermarks(channel, since, until)]
        return sorted(found, key=lambda one: one.seq)

    def _acks(self, channel: str, since: int, until: int) -> list[MarkRecord]:
        found = self._database.rows(
            f"SELECT {rows.MARK} FROM mark WHERE {_CHANNEL} AND what = 'acknowledged' AND target IN "  # noqa: S608
            f"(SELECT id FROM document WHERE {_CHANNEL} AND seq BETWEEN ? AND ?)",
            (channel, since, until),
        )
        return [rows.mark(row) for row in found]

    def _watermarks(self, channel: str, since: int, until: int) -> list[MarkRecord]:
        found: list[MarkRecord] = []
        for (author,) in self._database.rows(_AUTHORS, (channel,)):
            for what in ("delivered", "seen"):
                page = self._database.rows(_REACHED, (channel, author, what, since, until))
                found += [rows.mark(row) for row in page]
        return found


def _group(epoch: bytes | None, ratchets: bytes | None) -> GroupBlobs | None:
    if epoch is None and ratchets is None:
        return None
    if epoch is None or ratchets is None:
        raise VaultDamaged("the vault holds one half of a group")
    return GroupBlobs(epoch, ratchets)
