"""How commits, joins and stored state grow with the group: they should follow the tree, not the square."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from benchmarks.mls_groups import Epoch, full, key_package
from benchmarks.results import Result, microseconds
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.support.people import NOW

WORDS = os.urandom(200)
MESSAGES = 100
EPOCHS = 20


def run(suite: CipherSuite, sizes: Sequence[int]) -> Iterator[Result]:
    """A table: each figure at each size, and beside it the one at the size before."""
    before: dict[str, float] = {}
    for size in sizes:
        for name, value, unit in figures(suite, size):
            yield Result(
                f"{name}, {size:,} members",
                value,
                unit,
                before.get(name),
                "the size before" if name in before else "",
            )
            before[name] = value


def figures(suite: CipherSuite, size: int) -> Iterator[tuple[str, float, str]]:
    """Everything about one size: (name, value, unit)."""
    epochs = [Epoch.after(*full(suite, size))]
    for _ in range(EPOCHS):
        epochs.append(Epoch.after(epochs[-1].ours, epochs[-1].theirs))
    ours = epochs[-1].ours
    yield "update", min(one.making for one in epochs) * 1000, "ms"
    yield "stage", min(one.staging for one in epochs) * 1000, "ms"
    yield "update's size", len(epochs[-1].message), "bytes"
    package, private = key_package(suite, "new")
    pending = ours.commit(adds=[package], rng=os.urandom, now=NOW)
    welcome = pending.welcome or b""
    yield (
        "join",
        microseconds(lambda: Group.join(welcome, package, private, now=NOW).accept(), 1, 1) / 1000,
        "ms",
    )
    yield "Welcome's size", len(welcome), "bytes"
    yield "stored once an epoch", len(ours.encode_epoch()), "bytes"
    yield "stored a message, at first", _after(ours, 1), "bytes"
    yield f"stored a message, {MESSAGES} later", _after(ours, MESSAGES), "bytes"
    # As after a message from every member: each then has two ratchets of its own.
    ours._ratchets.plant(map(LeafIndex, range(size)))  # noqa: SLF001  others' messages without the others
    yield "stored a message, all spoke", _after(ours, 1), "bytes"


def _after(group: Group, messages: int) -> float:
    """What is stored beside the epoch after so many more messages of ours."""
    for _ in range(messages):
        group.protect(WORDS, rng=os.urandom)
    return float(len(group.encode_ratchets()))
