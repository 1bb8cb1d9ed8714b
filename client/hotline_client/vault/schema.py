"""The vault's tables, all in one place.

`PRAGMA user_version` is `VERSION`; a vault of another is refused with a sentence. Rows of entries and documents are often above 1,000 bytes, where
a table without rowid would give each an overflow page of its own: so they have a rowid and an index on (channel, seq).
"""

from __future__ import annotations

from typing import Final

import apsw

from hotline_client.vault.errors import VaultDamaged
from hotline_protocol.errors import StorageError

APPLICATION_ID: Final = 0x484C5631
"""`HLV1`: what tells our database from any other that the key might open."""

_DOCUMENT: Final = """
    channel INTEGER NOT NULL REFERENCES channel (number),
    seq INTEGER NOT NULL,
    entry_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    author BLOB NOT NULL,
    at INTEGER NOT NULL,
    time INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    content BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    authenticated BLOB NOT NULL,
    own INTEGER NOT NULL,
    refused TEXT,
    reference TEXT,
    context BLOB NOT NULL
"""

_TABLES: Final = f"""
CREATE TABLE device (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    private_key BLOB NOT NULL,
    certificate BLOB,
    charter BLOB,
    CHECK ((certificate IS NULL) = (charter IS NULL))
) STRICT;

CREATE TABLE channel (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    standing BLOB NOT NULL
) STRICT;

-- two tables, so that a message, which moves only the ratchets, never writes the tree again
CREATE TABLE group_epoch (
    channel INTEGER PRIMARY KEY REFERENCES channel (number),
    blob BLOB NOT NULL
) STRICT;
CREATE TABLE group_ratchets (
    channel INTEGER PRIMARY KEY REFERENCES channel (number),
    blob BLOB NOT NULL
) STRICT;

CREATE TABLE group_context (
    channel INTEGER NOT NULL REFERENCES channel (number),
    digest BLOB NOT NULL,
    context BLOB NOT NULL,
    PRIMARY KEY (channel, digest)
) STRICT;

CREATE TABLE entry (
    channel INTEGER NOT NULL REFERENCES channel (number),
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    raw BLOB NOT NULL,
    head BLOB NOT NULL,
    merged INTEGER NOT NULL,
    UNIQUE (channel, seq)
) STRICT;
CREATE TABLE aside_entry (
    channel INTEGER NOT NULL REFERENCES channel (number),
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    raw BLOB NOT NULL,
    head BLOB NOT NULL,
    merged INTEGER NOT NULL,
    UNIQUE (channel, id)
) STRICT;

CREATE TABLE document ({_DOCUMENT}, UNIQUE (channel, seq)) STRICT;
CREATE UNIQUE INDEX document_counts ON document (channel, id, author) WHERE refused IS NULL;
CREATE INDEX document_reference ON document (channel, reference) WHERE reference IS NOT NULL;
CREATE INDEX document_author ON document (channel, author, at) WHERE refused IS NULL;
CREATE TABLE aside_document ({_DOCUMENT}, UNIQUE (channel, entry_id)) STRICT;

CREATE TABLE mark (
    channel INTEGER NOT NULL REFERENCES channel (number),
    seq INTEGER NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('delivered', 'seen', 'acknowledged')),
    author BLOB NOT NULL,
    upto INTEGER NOT NULL,
    target BLOB NOT NULL,
    time INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (channel, seq, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_upto ON mark (channel, author, what, upto) WHERE what <> 'acknowledged';
CREATE INDEX mark_target ON mark (channel, target) WHERE what = 'acknowledged';

CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES channel (number),
    id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    time INTEGER NOT NULL,
    security INTEGER NOT NULL,
    author BLOB
) STRICT;
CREATE INDEX event_place ON event (channel, seq);
CREATE INDEX event_security ON event (channel) WHERE security;

CREATE TABLE outbox (
    channel INTEGER NOT NULL REFERENCES channel (number),
    id BLOB NOT NULL,
    item BLOB NOT NULL,
    PRIMARY KEY (channel, id)
) STRICT;

CREATE TABLE sent_key (
    channel INTEGER NOT NULL REFERENCES channel (number),
    key TEXT NOT NULL,
    content BLOB NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (fingerprint BLOB PRIMARY KEY, der BLOB NOT NULL) STRICT;

CREATE TABLE cursor (
    name TEXT NOT NULL,
    channel TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (name, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    channel INTEGER PRIMARY KEY REFERENCES channel (number),
    seq INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;

-- the words alone, their parts and their other forms: where they stand says the rowid, `word_row`
CREATE VIRTUAL TABLE words USING fts5 (
    text, parts, forms, content = '', contentless_delete = 1, detail = full, tokenize = 'unicode61'
);

CREATE TABLE schedule (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    since INTEGER NOT NULL,
    paused INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- what became of every slot: the next one is computed from the last of these, so one row both sends and advances
CREATE TABLE slot (
    schedule TEXT NOT NULL,
    slot INTEGER NOT NULL,
    through INTEGER NOT NULL,
    count INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    channel TEXT NOT NULL,
    document BLOB NOT NULL,
    at INTEGER NOT NULL,
    open INTEGER NOT NULL,
    PRIMARY KEY (schedule, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX slot_open ON slot (document) WHERE open;
CREATE TABLE step (
    document BLOB NOT NULL,
    number INTEGER NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;
-- events that a reader's handler gave up on
CREATE TABLE parked (
    reader TEXT NOT NULL,
    channel TEXT NOT NULL,
    seq INTEGER NOT NULL,
    code INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (reader, channel, seq)
) STRICT, WITHOUT ROWID;

-- whether this vault is the one that was last used: `run_mark`
CREATE TABLE run (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    vault BLOB NOT NULL,
    mark BLOB NOT NULL,
    previous BLOB NOT NULL,
    steps INTEGER NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    detail TEXT NOT NULL
) STRICT;
INSERT INTO run (one, vault, mark, previous, steps, state, detail) VALUES (1, randomblob(16), zeroblob(16), x'', 0, '', '');
"""  # noqa: S608 - names of our own

VERSION: Final = 9
"""Of tables and protocol together: what an earlier program kept speaks of groups that nobody is in any more."""

PUT_WORDS: Final = "INSERT OR REPLACE INTO words (rowid, text, parts, forms) VALUES (?, ?, ?, ?)"


def word_row(channel: int, seq: int) -> int:
    """The row of `words` for entry `seq` of a channel's number: those of one channel stand together, in log order."""
    return channel << 40 | seq


def check_version(connection: apsw.Connection, *, new: bool) -> None:
    """StorageError if the vault is of another version; VaultDamaged if it is none."""
    if new:
        return
    found = int(connection.pragma("user_version"))
    if found == 0 or connection.pragma("application_id") != APPLICATION_ID:
        raise VaultDamaged("the vault's database is damaged: it is empty, or no vault")
    if found > VERSION:
        raise StorageError(
            f"the vault has version {found}, this program reads version {VERSION}: it is of a later program"
        )
    if found < VERSION:
        error = StorageError(
            f"the vault has version {found}, this program reads version {VERSION}: it is of an earlier program, whose protocol is no "
            "longer spoken"
        )
        error.add_note(
            "keep it, with the program that made it, for what it holds; enrol a new device: hotline enrol request"
        )
        raise error


def create(connection: apsw.Connection) -> None:
    """Make the tables of a new vault, inside the caller's transaction."""
    connection.execute(_TABLES)
    connection.pragma("user_version", VERSION)
    connection.pragma("application_id", APPLICATION_ID)
