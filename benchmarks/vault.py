"""The vault against what it must pay: a bare fsync a transaction, and bare reads: `python -m benchmarks vault`."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from benchmarks.results import Result
from hotline_client.engine.records import DocumentRecord, EntryRecord, MarkRecord
from hotline_client.engine.standing import Standing
from hotline_client.engine.store import Changes, GroupBlobs
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST

DOCUMENTS = 100_000
BATCH = 64
RATCHETS = 4096


def changes(first: int, last: int) -> Changes:
    """Entries of about the size that a text of 200 characters has, with a receipt for each tenth."""
    numbers = range(first, last + 1)
    return Changes(
        Standing(head=bytes(32), cursor=last),
        group=GroupBlobs(b"", os.urandom(RATCHETS)) if first > 1 else GroupBlobs(os.urandom(40_000), b"r"),
        entries=tuple(EntryRecord(n, name(n), os.urandom(700), bytes(32)) for n in numbers),
        documents=tuple(document(n) for n in numbers),
        marks=tuple(MarkRecord(b"p" * 32, "delivered", n, n, n - 1) for n in numbers if n % 10 == 0),
    )


def name(number: int) -> bytes:
    return sha256(b"%d" % number).digest()[:16]


def document(number: int) -> DocumentRecord:
    text = os.urandom(400)
    return DocumentRecord(
        number, name(number), name(-number), "text", b"p" * 32, number, number, 1, text, bytes(32), os.urandom(600), False
    )  # fmt: skip


def timed(count: int, work: Callable[[int], object]) -> float:
    """Microseconds a call."""
    start = time.perf_counter()
    for number in range(count):
        work(number)
    return (time.perf_counter() - start) / count * 1e6


def fsyncs(directory: Path, times: int) -> float:
    """In a file that has its size already, as SQLite's log has: the size is not part of what is synced."""
    with (directory / "bare").open("wb", buffering=0) as file:
        file.write(bytes(4 * 1024 * 1024))
        os.fsync(file.fileno())

        def once(number: int) -> None:
            os.pwrite(file.fileno(), os.urandom(24_576), number % 100 * 24_576)
            os.fsync(file.fileno())

        return timed(times, once)


def run(*, smoke: bool) -> Iterator[Result]:
    """A vault of so many documents, one after another and in batches, then read as a screen reads it."""
    documents, times = (2_000, 5) if smoke else (DOCUMENTS, 200)
    with tempfile.TemporaryDirectory() as made:
        home = Path(made) / "home"
        bare = fsyncs(Path(made), times)
        with Vault.create(home, "p", rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST) as vault:
            version, spent = fill(vault, documents)
            yield Result(f"entry in a batch of {BATCH}", spent, "us", bare / BATCH, "its share of one fsync")
            single = timed(
                times,
                lambda n: vault.commit("plenary", version + n, changes(documents + 1 + n, documents + 1 + n)),
            )
            yield Result("entry in a transaction of its own", single, "us", bare, "one fsync")
            yield from pages(vault, documents, times)
        yield Result("size of a document", (home / "vault.db").stat().st_size / documents, "bytes")
        start = time.perf_counter()
        with Vault.open(home, "p") as vault:
            vault.documents("plenary")
            yield Result("open and first page", (time.perf_counter() - start) * 1000, "ms")


def fill(vault: Vault, documents: int) -> tuple[int, float]:
    """The channel's version, and microseconds an entry."""
    version, spent = 0, 0.0
    for first in range(1, documents, BATCH):
        step = changes(first, min(first + BATCH - 1, documents))
        start = time.perf_counter()
        version = vault.commit("plenary", version, step)
        spent += time.perf_counter() - start
    return version, spent * 1e6 / documents


def pages(vault: Vault, documents: int, times: int) -> Iterator[Result]:
    def page(place: int) -> None:
        found = vault.documents("plenary", before=place + 201)
        vault.marks("plenary", since=found[0].seq, until=found[-1].seq)

    few = max(1, times // 10)
    yield Result("page of 200 at the end", timed(few, lambda _: page(documents)) / 1000, "ms")
    yield Result("page of 200 at the start", timed(few, lambda _: page(0)) / 1000, "ms")
    found = timed(times, lambda n: vault.document("plenary", name(-1 - n * (documents // times) % documents)))
    yield Result("document by id", found, "us")
    yield Result("load of the channel", timed(times, lambda _: vault.load("plenary")), "us")
