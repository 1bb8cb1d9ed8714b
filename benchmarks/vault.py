"""The vault against what it must pay: a bare fsync a transaction, and bare reads. `python benchmarks/vault.py`.

Prints one JSON object a line; ratios compare with a plain append and fsync on the same disk, measured in the same run.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from hotline_client.engine.state import (
    Changes,
    DocumentRecord,
    EntryRecord,
    GroupBlobs,
    MarkRecord,
    Standing,
)
from hotline_client.keyfile import UNSAFE_TESTING_COST
from hotline_client.vault import Vault

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


def fsyncs(directory: Path) -> float:
    """In a file that has its size already, as SQLite's log has: the size is not part of what is synced."""
    with (directory / "bare").open("wb", buffering=0) as file:
        file.write(bytes(4 * 1024 * 1024))
        os.fsync(file.fileno())

        def once(number: int) -> None:
            os.pwrite(file.fileno(), os.urandom(24_576), number % 100 * 24_576)
            os.fsync(file.fileno())

        return timed(200, once)


def say(what: str, **numbers: float) -> None:
    print(json.dumps({"what": what, **{key: round(value, 2) for key, value in numbers.items()}}), flush=True)


def fill(vault: Vault) -> int:
    version, spent = 0, 0.0
    for first in range(1, DOCUMENTS, BATCH):
        step = changes(first, min(first + BATCH - 1, DOCUMENTS))
        start = time.perf_counter()
        version = vault.commit("plenary", version, step)
        spent += (time.perf_counter() - start) * 1e6 / DOCUMENTS
    say("batches of 64", microseconds_an_entry=spent)
    return version


def pages(vault: Vault) -> None:
    def page(place: int) -> None:
        documents = vault.documents("plenary", before=place + 201)
        vault.marks("plenary", since=documents[0].seq, until=documents[-1].seq)

    say("page of 200 at the end", milliseconds=timed(20, lambda _: page(DOCUMENTS)) / 1000)
    say("page of 200 at the start", milliseconds=timed(20, lambda _: page(0)) / 1000)
    say("document by id", microseconds=timed(500, lambda n: vault.document("plenary", name(-1 - n * 190))))
    say("load of the channel", microseconds=timed(200, lambda _: vault.load("plenary")))


def main() -> None:
    parent = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=parent) as made:
        home = Path(made) / "home"
        bare = fsyncs(Path(made))
        with Vault.create(home, "p", rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST) as vault:
            version = fill(vault)
            single = timed(
                200,
                lambda n: vault.commit("plenary", version + n, changes(DOCUMENTS + 1 + n, DOCUMENTS + 1 + n)),
            )
            say("one entry a transaction", microseconds=single, bare_fsync=bare, ratio=single / bare)
            pages(vault)
        say("size", bytes_a_document=(home / "vault.db").stat().st_size / DOCUMENTS)
        start = time.perf_counter()
        with Vault.open(home, "p") as vault:
            vault.documents("plenary")
            say("open and first page", milliseconds=(time.perf_counter() - start) * 1000)


if __name__ == "__main__":
    main()
