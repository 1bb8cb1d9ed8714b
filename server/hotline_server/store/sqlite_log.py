"""One log in SQLite, being written: its position, and which ids it already has.

Ids are random, so an index that is kept up to date writes a page for every entry: several times the entry itself. So the
newest ids stay in memory, and enter the table `ids` thousands at a time, in order. After a crash the newest are read
from the entries themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from hotline_protocol.relay.chain import decode_entry
from hotline_server.ordering import Decision, Known, LogKey, Position, decide, empty
from hotline_server.store.base import Batch

SPAN: Final = 1 << 40
"""Sequence numbers a log may use; `place` = log · SPAN + seq keeps each log in one clustered run of the table."""
UNINDEXED: Final = 8192
"""Most ids kept out of the table: about 1 MiB of memory for a busy log, and some 10 ms to read again."""
_AT_ONCE: Final = 64
_FIND: Final = f"SELECT id, seq FROM ids WHERE log=? AND id IN ({','.join('?' * _AT_ONCE)})"  # noqa: S608 - only marks


class WritableLog:
    """`append` writes inside the caller's transaction; `keep` takes over what was written, once that is committed."""

    def __init__(self, connection: sqlite3.Connection, key: LogKey) -> None:
        self._connection = connection
        self._key = key
        self._log = 0
        self._position: Position = empty(key)
        self._indexed = 0
        self._recent: dict[bytes, int] = {}
        self._next: tuple[Decision, bool] | None = None
        row = connection.execute(
            "SELECT log, indexed, tail, last_commit, head, at FROM logs WHERE link=? AND channel=?", key
        ).fetchone()
        if row is not None:
            self._log, self._indexed = row[0], row[1]
            self._position = Position(*row[2:])
            self._recent = {entry_id: seq for seq, entry_id in self._unindexed()}

    def _unindexed(self) -> list[tuple[int, bytes]]:
        base = self._log * SPAN
        rows = self._connection.execute(
            "SELECT place, raw FROM entries WHERE place > ? AND place <= ?",
            (base + self._indexed, base + self._position.tail),
        )
        return [(place - base, decode_entry(raw).id) for place, raw in rows]

    def append(self, batch: Batch, now: int) -> Decision:
        """Decide a batch and write its entries; not committed yet."""
        known = self._known([submission.id for submission in batch.submissions])
        decision = decide(self._position, known, batch.submissions, now)
        if decision.raws:
            self._write(decision)
        return decision

    def _write(self, decision: Decision) -> None:
        after = decision.position
        if not self._log:
            self._create()
        first = self._log * SPAN + decision.first
        self._connection.executemany(
            "INSERT INTO entries (place, raw) VALUES (?, ?)",
            list(enumerate(decision.raws, first)),
        )
        indexing = after.tail - self._indexed > UNINDEXED
        if indexing:
            self._index(decision)
        self._connection.execute(
            "UPDATE logs SET tail=?, last_commit=?, head=?, at=?, indexed=? WHERE log=?",
            (
                after.tail,
                after.last_commit,
                after.head,
                after.at,
                after.tail if indexing else self._indexed,
                self._log,
            ),
        )
        self._next = (decision, indexing)

    def keep(self) -> None:
        """The transaction is on disk."""
        if self._next is None:
            return
        decision, indexed = self._next
        self._next = None
        self._position = decision.position
        if indexed:
            self._indexed = decision.position.tail
            self._recent.clear()
        else:
            self._recent.update((entry_id, decision.first + n) for n, entry_id in enumerate(decision.ids))

    def _create(self) -> None:
        cursor = self._connection.execute(
            "INSERT INTO logs (link, channel, tail, last_commit, head, at, indexed) VALUES (?, ?, 0, 0, ?, 0, 0)",
            (*self._key, self._position.head),
        )
        self._log = int(cursor.lastrowid or 0)

    def _index(self, decision: Decision) -> None:
        """Move every id of memory, and those of `decision`, into the table, in the order of its pages."""
        ids = [*self._recent.items(), *((one, decision.first + n) for n, one in enumerate(decision.ids))]
        self._connection.executemany(
            "INSERT INTO ids (log, id, seq) VALUES (?, ?, ?)",
            [(self._log, entry_id, seq) for entry_id, seq in sorted(ids)],
        )

    def _known(self, ids: Sequence[bytes]) -> dict[bytes, Known]:
        """Those of `ids` that the log has."""
        recent = self._recent
        found = {entry_id: recent[entry_id] for entry_id in ids if entry_id in recent}
        if self._indexed:
            found.update(self._in_table(ids))
        return {entry_id: Known(seq, self._raw(seq)) for entry_id, seq in found.items()}

    def _in_table(self, ids: Sequence[bytes]) -> dict[bytes, int]:
        found: dict[bytes, int] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            # One statement text for every size keeps it prepared: the rest repeats the first id.
            padded = (*some, *([some[0]] * (_AT_ONCE - len(some))))
            found.update(self._connection.execute(_FIND, (self._log, *padded)))
        return found

    def _raw(self, seq: int) -> bytes:
        row = self._connection.execute(
            "SELECT raw FROM entries WHERE place=?", (self._log * SPAN + seq,)
        ).fetchone()
        raw: bytes = row[0]
        return raw
