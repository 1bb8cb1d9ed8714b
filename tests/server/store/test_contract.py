"""What every store must do; a new implementation joins by one line in `STORES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline_protocol.relay.chain import decode_entry, extend
from hotline_protocol.relay.frames import Appended, Conflict, Rejected
from hotline_server.ordering import LogKey, empty
from hotline_server.store.base import Batch, Store
from hotline_server.store.sqlite import SqliteStore
from hotline_server.store.sqlite_log import UNINDEXED
from tests.support.memory_store import MemoryStore
from tests.support.relay_link import commit, knock, message

AIR = LogKey(b"L" * 32, "air")
NAVAL = LogKey(b"L" * 32, "naval")
OTHER_AIR = LogKey(b"M" * 32, "air")
STORES: dict[str, Callable[[Path], Store]] = {
    "sqlite": lambda directory: SqliteStore(directory / "log.db"),
    "memory": lambda _: MemoryStore(),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


def test_an_unknown_log_is_empty(store: Store) -> None:
    assert store.position(AIR) == empty(AIR)
    assert store.read(AIR, 0, 10, 1000) == []


def test_entries_are_numbered_chained_and_read_back(store: Store) -> None:
    submissions = [message(bytes([n])) for n in range(5)]
    (decision,) = store.append([Batch(AIR, submissions)], 1000)
    assert decision.answers == [Appended(one.id, n, 1000) for n, one in enumerate(submissions, 1)]
    raws = store.read(AIR, 0, 10, 10_000)
    assert [decode_entry(raw).id for raw in raws] == [one.id for one in submissions]
    head = empty(AIR).head
    for seq, raw in enumerate(raws, 1):
        head = extend(head, seq, raw)
    assert store.position(AIR) == decision.position
    assert (store.position(AIR).head, store.position(AIR).tail) == (head, 5)
    store.check()


def test_reading_is_bounded_by_number_and_by_bytes(store: Store) -> None:
    store.append([Batch(AIR, [message(bytes(100)) for _ in range(10)])], 1)
    size = len(store.read(AIR, 0, 1, 1)[0])
    assert len(store.read(AIR, 2, 3, 10_000)) == 3
    assert len(store.read(AIR, 2, 10, size + 1)) == 2
    assert len(store.read(AIR, 0, 10, 1)) == 1, "one entry always comes"
    assert store.read(AIR, 10, 10, 1000) == []
    assert store.read(AIR, 99, 10, 1000) == []


def test_logs_do_not_touch_each_other(store: Store) -> None:
    one = message()
    decisions = store.append([Batch(AIR, [one, message()]), Batch(NAVAL, [one]), Batch(OTHER_AIR, [one])], 1)
    assert [decision.position.tail for decision in decisions] == [2, 1, 1]
    assert all(isinstance(decision.answers[0], Appended) for decision in decisions)
    assert len(store.read(NAVAL, 0, 10, 1000)) == 1
    assert store.position(AIR).head != store.position(OTHER_AIR).head


def test_the_same_submission_gets_the_same_answer_for_ever(store: Store) -> None:
    founding, note = commit(0), knock()
    (first,) = store.append([Batch(AIR, [note, founding])], 5)
    later = commit(2)
    store.append([Batch(AIR, [later])], 6)
    (again,) = store.append([Batch(AIR, [founding, note])], 7)
    assert again.answers == first.answers[::-1]
    assert store.position(AIR).tail == 3


def test_an_id_with_other_content_is_refused(store: Store) -> None:
    one = message(b"one")
    store.append([Batch(AIR, [one])], 1)
    (decision,) = store.append([Batch(AIR, [message(b"two", id=one.id)])], 2)
    (answer,) = decision.answers
    assert isinstance(answer, Rejected)
    assert answer.code == "id-conflict"
    assert store.position(AIR).tail == 1


def test_ids_are_known_however_long_the_log_is(store: Store) -> None:
    early = [message(bytes([n])) for n in range(3)]
    (first,) = store.append([Batch(AIR, early)], 1)
    for _ in range(2):
        store.append([Batch(AIR, [message(b"") for _ in range(UNINDEXED)])], 2)
    (again,) = store.append([Batch(AIR, [*early, *(message() for _ in range(70))])], 3)
    assert again.answers[:3] == first.answers
    assert store.position(AIR).tail == 3 + 2 * UNINDEXED + 70


def test_what_does_not_stand_behind_the_last_commit_conflicts(store: Store) -> None:
    store.append([Batch(AIR, [commit(0)])], 1)
    (decision,) = store.append(
        [Batch(AIR, [commit(0), message(after=2), knock(), message(after=1), message(after=0)])], 2
    )
    assert [type(answer) for answer in decision.answers] == [Conflict, Conflict, Appended, Appended, Appended]


def test_a_batch_that_stores_nothing_changes_nothing(store: Store) -> None:
    (decision,) = store.append([Batch(AIR, [message(after=7)])], 1)
    assert decision.position == empty(AIR) == store.position(AIR)
    store.append([Batch(AIR, [message()])], 2)
    assert store.position(AIR).tail == 1


def test_a_healthy_store_says_so(store: Store) -> None:
    store.probe()
    store.check()


def test_every_log_of_a_restored_store_recovers_until_it_is_adopted(store: Store) -> None:
    store.append([Batch(AIR, [commit(0), message(after=1), knock()])], 5)
    assert not store.recovering(AIR)
    store.recover_all()
    assert store.recovering(AIR)
    assert store.recovering(NAVAL)
    before = store.position(AIR)
    store.adopt(AIR, before.tail, before)
    assert not store.recovering(AIR)
    assert store.recovering(NAVAL)
    assert store.position(AIR) == before
    store.recover(AIR)
    assert store.recovering(AIR)
    store.check()


@pytest.mark.parametrize("base", [0, 1, 4])
def test_what_was_staged_takes_the_place_of_what_comes_after_its_base(store: Store, base: int) -> None:
    submissions = [commit(0), *(message(bytes([n]), after=1) for n in range(6))]
    store.append([Batch(OTHER_AIR, submissions)], 5)
    raws = store.read(OTHER_AIR, 0, 10, 10_000)
    old = [commit(0) if base == 0 else submissions[0], *(message(b"old", after=1) for _ in range(3))]
    kept = submissions[:base]
    store.append([Batch(AIR, [*kept, *old[len(kept) :]])], 5)
    position = empty(AIR)
    for seq, raw in enumerate(raws, 1):
        position = position.after(seq, raw)
    store.recover(AIR)
    store.stage(AIR, base + 1, raws[base : base + 2])
    assert store.position(AIR).tail == 4, "nobody sees what is staged"
    store.stage(AIR, base + 1, raws[base:])
    store.adopt(AIR, base, position)
    assert (store.position(AIR), store.read(AIR, 0, 10, 10_000)) == (position, raws)
    assert not store.recovering(AIR)
    store.check()
    (again,) = store.append([Batch(AIR, [*submissions, message(b"more", after=1)])], 9)
    assert [one.seq for one in again.answers if isinstance(one, Appended)] == [*range(1, 8), 8]


def test_ids_of_a_long_log_that_was_filled_up_are_known(store: Store) -> None:
    """More than are kept in memory: R6 holds for each of them."""
    count = UNINDEXED + 100
    submissions = [knock(b"%d" % n) for n in range(count)]
    store.append([Batch(OTHER_AIR, submissions)], 5)
    raws = store.read(OTHER_AIR, 0, count, 1 << 30)
    store.append([Batch(AIR, submissions[:50])], 5)
    position = empty(AIR)
    for seq, raw in enumerate(raws, 1):
        position = position.after(seq, raw)
    for first in range(51, count + 1, 1000):
        store.stage(AIR, first, raws[first - 1 : first + 999])
    store.adopt(AIR, 50, position)
    (again,) = store.append([Batch(AIR, submissions[::97])], 9)
    assert [one.seq for one in again.answers if isinstance(one, Appended)] == [*range(1, count + 1, 97)]
    assert store.position(AIR).tail == count
    store.check()
