"""The vault as the engine's store: a step is whole or absent, rows come back as they went in, pages are pages."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hotline_client.engine.records import DocumentRecord, EntryRecord, MarkRecord, UsedKey
from hotline_client.engine.standing import Awaiting, Halt, Knock, OwnKnock, Standing, Watermark
from hotline_client.engine.store import Changes, GroupBlobs, StaleError, Store
from hotline_client.vault import Vault
from hotline_protocol.errors import StorageError
from tests.client.vault.samples import (
    ME,
    PEER,
    acknowledged,
    batch,
    create,
    document,
    entry,
    event,
    item,
    reopen,
    seen,
)
from tests.support.memory_vault import MemoryVault

FULL = Standing(
    head=b"h" * 32,
    cursor=9,
    knocks={b"k": Knock(b"k", 1, 2, b"package", b"certificate")},
    own_knock=OwnKnock(b"o", b"package", 99, 3, private=b"private"),
    watermarks={PEER: Watermark(5, 4, 3)},
    awaiting={b"a": Awaiting(7, b"a", 8)},
    crls={b"crl": 1},
    halt=Halt("fork", "because", 5, 6, b"entry"),
    pardoned=[b"digest"],
    unseen=[7, 8],
    foundings={0: 1},
)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with create(tmp_path / "home") as made:
        yield made


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Both stores keep one contract: what the engine's tests prove in memory holds on disk."""
    if request.param == "memory":
        yield MemoryVault()
        return
    with create(tmp_path / "home") as made:
        yield made


def test_nothing_was_ever_written(store: Store) -> None:
    assert store.load("plenary") is None
    assert store.version("plenary") == 0


def test_a_channel_comes_back_as_it_was_written(vault: Vault, tmp_path: Path) -> None:
    items = (item("second", 2), item("first", 1))
    assert (
        vault.commit("plenary", 0, Changes(FULL, group=GroupBlobs(b"tree", b"ratchets"), outbox=items)) == 1
    )
    vault.close()
    with reopen(tmp_path / "home") as again:
        stored = again.load("plenary")
        assert stored is not None
        assert (stored.version, stored.standing) == (1, FULL)
        assert stored.group == GroupBlobs(b"tree", b"ratchets")
        assert stored.outbox == (items[1], items[0])
        assert again.load("air") is None


def test_only_the_present_version_can_be_built_on(store: Store) -> None:
    assert store.commit("plenary", 0, batch(1, 2)) == 1
    assert store.commit("plenary", 1, batch(3, 4)) == 2
    for stale in (0, 1, 3):
        with pytest.raises(StaleError):
            store.commit("plenary", stale, batch(5, 6))
    with pytest.raises(StaleError):
        store.commit("air", 1, batch(1, 1))
    assert store.version("plenary") == 2
    assert store.entry("plenary", 5) is None
    assert store.load("air") is None


def test_a_step_that_fails_in_its_last_row_leaves_nothing(vault: Vault) -> None:
    vault.commit("plenary", 0, batch(1, 2))
    twice = UsedKey("key", b"content", b"id")
    bad = Changes(
        FULL, entries=(entry(3),), documents=(document(3),), outbox=(item("x", 1),), used_keys=(twice, twice)
    )
    with pytest.raises(StorageError):
        vault.commit("plenary", 1, bad)
    stored = vault.load("plenary")
    assert stored is not None
    assert (stored.version, stored.standing.cursor, stored.outbox) == (1, 2, ())
    assert vault.entry("plenary", 3) is None
    assert vault.documents("plenary", after=2) == []
    vault.commit("plenary", 1, batch(3, 3))


def test_the_ratchets_move_without_the_tree(store: Store) -> None:
    def group() -> GroupBlobs | None:
        stored = store.load("plenary")
        assert stored is not None
        return stored.group

    store.commit("plenary", 0, Changes(FULL, group=GroupBlobs(b"tree", b"one")))
    store.commit("plenary", 1, Changes(FULL, group=GroupBlobs(b"", b"two")))
    assert group() == GroupBlobs(b"tree", b"two")
    store.commit("plenary", 2, Changes(FULL))
    assert group() == GroupBlobs(b"tree", b"two")
    store.commit("plenary", 3, Changes(FULL, drop_group=True))
    assert group() is None


def test_the_context_of_every_epoch_is_kept_of_a_branch_that_was_left_too(vault: Vault) -> None:
    vault.commit("plenary", 0, Changes(FULL, contexts={b"1": b"one", b"2": b"left branch"}))
    vault.commit("plenary", 1, Changes(FULL, contexts={b"3": b"two"}, drop_group=True))
    assert vault.group_context("plenary", b"1") == b"one"
    assert vault.group_context("plenary", b"2") == b"left branch"
    assert vault.group_context("plenary", b"3") == b"two"
    assert vault.group_context("plenary", b"4") is None
    assert vault.group_context("air", b"1") is None


def test_the_outbox_keeps_the_newest_form_until_it_is_done(store: Store) -> None:
    old, new, other = item("a", 1), item("a", 5), item("b", 2)
    store.commit("plenary", 0, Changes(FULL, outbox=(old, other)))
    store.commit("plenary", 1, Changes(FULL, outbox=(new,)))
    stored = store.load("plenary")
    assert stored is not None
    assert sorted(stored.outbox, key=lambda one: one.position) == [other, new]
    store.commit("plenary", 2, Changes(FULL, outbox_done=(new.id,)))
    stored = store.load("plenary")
    assert stored is not None
    assert stored.outbox == (other,)


def test_channels_are_apart(store: Store) -> None:
    store.commit("plenary", 0, batch(1, 3))
    store.commit(
        "air", 0, Changes(FULL, documents=(document(1, tag="air"),), used_keys=(UsedKey("k", b"c", b"i"),))
    )
    assert store.documents("air") == [document(1, tag="air")]
    assert store.document("plenary", document(1, tag="air").id) is None
    assert store.used_key("plenary", "k") is None
    assert store.used_key("air", "k") == UsedKey("k", b"c", b"i")


def test_rows_of_the_past(store: Store) -> None:
    store.commit("plenary", 0, batch(1, 5))
    store.commit("plenary", 1, Changes(FULL, certificates={PEER: b"der"}))
    store.commit("plenary", 2, Changes(FULL, certificates={PEER: b"der", ME: b"mine"}))
    assert store.head("plenary", 3) == entry(3).head
    assert store.head("plenary", 6) is None
    assert store.entry("plenary", 5) == entry(5)
    assert store.entries("plenary", 2, 4) == [entry(2), entry(3), entry(4)]
    assert store.certificate(PEER) == b"der"
    assert store.certificate(b"nobody") is None


def test_the_counting_document_of_an_id(store: Store) -> None:
    first = document(1)
    others = document(2, author=ME)
    theirs = Changes(
        FULL,
        documents=(
            first,
            _same_id(others, first),
            _same_id(document(3, refused="duplicate"), first),
            document(4, refused="no right"),
        ),
    )
    store.commit("plenary", 0, theirs)
    assert store.document("plenary", first.id) == first
    assert store.document("plenary", first.id, ME) == _same_id(others, first)
    assert store.document("plenary", first.id, b"nobody") is None
    assert store.document("plenary", document(4).id) is None
    assert [one.refused for one in store.documents("plenary")] == [None, None, "duplicate", "no right"]


def test_two_counting_documents_of_one_author_and_id_cannot_be_stored(vault: Vault) -> None:
    vault.commit("plenary", 0, batch(1, 1))
    with pytest.raises(StorageError):
        vault.commit("plenary", 1, Changes(FULL, documents=(_same_id(document(2), document(1)),)))


def test_pages_of_documents_and_events(store: Store) -> None:
    events = (event(0, "start"), event(3, "one"), event(3, "two"), event(9, "end", security=True))
    store.commit("plenary", 0, batch(1, 10))
    store.commit("plenary", 1, Changes(FULL, events=events))

    def numbers(**bounds: int) -> list[int]:
        return [one.seq for one in store.documents("plenary", **bounds)]

    assert numbers(limit=3) == [8, 9, 10]
    assert numbers(before=5, limit=3) == [2, 3, 4]
    assert numbers(after=5, limit=3) == [6, 7, 8]
    assert numbers(before=7, after=4) == [5, 6]
    assert numbers(after=10) == []
    assert numbers(before=1) == []
    assert numbers(limit=0) == []
    assert store.events("plenary") == list(events)
    assert store.events("plenary", limit=2) == [events[2], events[3]]
    assert store.events("plenary", after=0, before=9) == [events[1], events[2]]


def test_security_events_of_one_or_all_channels(store: Store) -> None:
    first, second, third = (event(number, "alarm", security=True) for number in (1, 2, 3))
    store.commit("plenary", 0, Changes(FULL, events=(first, event(1, "calm"))))
    store.commit("air", 0, Changes(FULL, events=(second,)))
    store.commit("plenary", 1, Changes(FULL, events=(third,)))
    assert store.security_events(None) == [("plenary", first), ("air", second), ("plenary", third)]
    assert store.security_events("plenary") == [("plenary", first), ("plenary", third)]
    assert store.security_events(None, limit=2) == [("air", second), ("plenary", third)]


def test_what_is_set_aside_and_comes_back(store: Store) -> None:
    marks = (seen(3, 2), seen(5, 4), acknowledged(6, document(1)))
    store.commit("plenary", 0, batch(1, 6))
    store.commit("plenary", 1, Changes(FULL, marks=marks))
    store.commit("plenary", 2, Changes(FULL, aside=3, entries=(entry(4, tag="new "),)))
    assert store.entry("plenary", 3) == entry(3)
    assert store.entry("plenary", 4) == entry(4, tag="new ")
    assert store.entry("plenary", 5) is None
    assert [one.seq for one in store.documents("plenary")] == [1, 2, 3]
    assert store.marks("plenary", since=0) == [marks[0]]
    assert store.aside_entry("plenary", entry(4).id) == entry(4)
    assert store.aside_document("plenary", entry(5).id) == document(5)
    assert store.aside_documents("plenary") == [document(4), document(5), document(6)]

    store.commit("plenary", 3, Changes(FULL, restored=(entry(5).id,), documents=(document(5),)))
    assert store.aside_entry("plenary", entry(5).id) is None
    assert store.aside_documents("plenary") == [document(4), document(6)]

    # what is there already under an id stays
    store.commit("plenary", 4, Changes(FULL, entries=(_numbered(6, 7),)))
    store.commit("plenary", 5, Changes(FULL, aside=6))
    assert store.aside_entry("plenary", entry(6).id) == entry(6)

    # what did not come back is kept; its commits are nobody's any more
    merged = msgspec.structs.replace(entry(9), merged=True)
    store.commit("plenary", 6, Changes(FULL, entries=(merged,)))
    store.commit("plenary", 7, Changes(FULL, aside=6))
    store.commit("plenary", 8, Changes(FULL, settle_aside=True))
    assert store.aside_documents("plenary") == [document(4), document(6)]
    assert store.aside_entry("plenary", entry(4).id) == entry(4)
    assert store.aside_entry("plenary", merged.id) == entry(9)


def test_marks_of_a_page_say_the_same_as_all_marks(store: Store) -> None:
    chance = random.Random(4)  # noqa: S311 - a fixed sequence
    people = [bytes([number]) * 32 for number in range(4)]
    upto = {(person, what): 0 for person in people for what in ("delivered", "seen")}
    marks: list[MarkRecord] = []
    for seq in range(41, 141):
        person = chance.choice(people)
        upto[person, "seen"] += chance.randrange(1, 4)
        marks.append(MarkRecord(person, "seen", seq, seq, upto[person, "seen"]))
        upto[person, "delivered"] += chance.randrange(1, 4)
        marks.append(MarkRecord(person, "delivered", seq, seq, upto[person, "delivered"]))
        marks.append(acknowledged(seq, document(chance.randrange(1, 41)), author=person))
    store.commit("plenary", 0, batch(1, 40))
    store.commit("plenary", 1, Changes(FULL, marks=tuple(marks)))
    everything = store.marks("plenary", since=0)
    assert sorted(map(repr, everything)) == sorted(map(repr, marks))
    for since in range(1, 41, 3):
        for until in range(since, 41, 5):
            page = store.marks("plenary", since=since, until=until)
            assert [one.seq for one in page] == sorted(one.seq for one in page)
            for seq in range(since, until + 1):
                assert _said_of(seq, page) == _said_of(seq, everything)
            if isinstance(store, Vault):
                assert len([one for one in page if one.what != "acknowledged"]) <= 8 * (until - since + 2)


def _said_of(seq: int, marks: Sequence[MarkRecord]) -> set[tuple[bytes, str, int]]:
    """For each person: when they first said they were this far, and that they acknowledged it."""
    said = {
        (one.author, "acknowledged", one.time)
        for one in marks
        if one.what == "acknowledged" and one.target == document(seq).id
    }
    for author, what in {(one.author, one.what) for one in marks if one.what != "acknowledged"}:
        rising = [one for one in marks if (one.author, one.what) == (author, what)]
        place = bisect_left([one.upto for one in rising], seq)
        if place < len(rising):
            said.add((author, what, rising[place].time))
    return said


def test_another_connections_commit_is_noticed(vault: Vault, tmp_path: Path) -> None:
    with reopen(tmp_path / "home") as other:
        before = vault.data_version()
        vault.commit("plenary", 0, batch(1, 1))
        assert vault.data_version() == before
        other.commit("plenary", 1, batch(2, 2))
        assert vault.data_version() != before
        assert vault.version("plenary") == 2


def test_pages_and_lookups_walk_indexes(vault: Vault) -> None:
    vault.commit("plenary", 0, batch(1, 50))
    asked: dict[str, Any] = {}

    def note(_cursor: object, sql: str, values: object) -> bool:
        asked[sql] = values
        return True

    connection = vault._database._connection
    connection.exec_trace = note
    vault.load("plenary")
    vault.version("plenary")
    vault.head("plenary", 1)
    vault.entries("plenary", 1, 9)
    vault.document("plenary", document(1).id)
    vault.document("plenary", document(1).id, PEER)
    vault.documents("plenary", before=9)
    vault.documents("plenary", after=9)
    vault.events("plenary", before=9)
    vault.events("plenary", after=9)
    vault.aside_entry("plenary", b"x")
    vault.aside_document("plenary", b"x")
    vault.certificate(b"x")
    vault.used_key("plenary", "x")
    vault.marks("plenary", since=1, until=9)
    vault.cursor("a", "plenary")
    connection.exec_trace = None
    assert len(asked) >= 16
    for sql, values in asked.items():
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        scans = [
            step for step in plan if step.startswith("SCAN") and step not in ("SCAN one", "SCAN CONSTANT ROW")
        ]
        assert not scans, sql
        # a search that is bound by the channel alone is a walk through its whole log
        walks = [step for step in plan if step.endswith("(channel=?)")]
        assert not [
            step for step in walks if "aside" not in step and "outbox" not in step and "mark" not in step
        ], sql


def _same_id(record: DocumentRecord, like: DocumentRecord) -> DocumentRecord:
    return msgspec.structs.replace(record, id=like.id)


def _numbered(like: int, seq: int) -> EntryRecord:
    return msgspec.structs.replace(entry(like), seq=seq)
