"""Folding 100,000 documents, the snapshot of what they amount to, and its memory: `python -m benchmarks folds`.

The baseline is decoding the same bodies, which whoever reads a log must pay in any case.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from hashlib import sha256

from benchmarks.results import Result, microseconds
from hotline_protocol import codec
from hotline_protocol.documents import KINDS, Body, Party, Text, encode_body, kind_of
from hotline_protocol.documents.agenda import AgendaPropose
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.documents.notices import Action, Air, Area, Notice, Shape
from hotline_protocol.folds.apart import apart
from hotline_protocol.folds.event import Event, Original
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.charter import DEFAULT_CHANNELS
from hotline_protocol.terms import Arena, Precedence, Response, Role

DOCUMENTS = 100_000
START = 1_795_392_000_000
MINUTE = 60_000
AUTHORS = (
    Party(b"a" * 32, "a", Role.OFFICER, frozenset(Arena)),
    Party(b"b" * 32, "b", Role.OFFICER, frozenset(Arena)),
)


def body(number: int, at: int, before: Target) -> Body:
    """Of ten documents: five texts, two of them questions with their answers, two notices and one agenda item."""
    match number % 10:
        case 1 | 5:
            return Text("what is your intention in the sector", Precedence.ROUTINE, Response.ANY)
        case 2 | 6:
            return Reply(before, Answer.ROGER)
        case 3 | 8:
            ring = tuple(
                (50.0 + number % 97 / 10 + north, 10.0 + number % 89 / 5 + east)
                for north, east in ((0.0, 0.0), (0.0, 0.5), (0.3, 0.5), (0.3, 0.0))
            )
            area = Area(Shape.POLYGON, ring)
            end = at + 26 * 60 * MINUTE
            return Notice(
                Action.NEW, Arena.AIR, at + 25 * 60 * MINUTE, end, areas=(area,), air=Air("refuelling")
            )
        case 9:
            return AgendaPropose(f"item {number}", "as discussed", Arena.AIR)
        case _:
            return Text("the night was quiet in all three arenas", Precedence.ROUTINE, Response.NONE)


def log(count: int) -> list[Event]:
    """A channel's documents, one a minute."""
    events: list[Event] = []
    originals: dict[bytes, Original] = {}
    for number in range(count):
        at, author = START + number * MINUTE, AUTHORS[number % 2]
        before = Target(events[-1].id, events[-1].hash) if events else Target(bytes(16), bytes(32))
        said = body(number, at, before)
        identity = sha256(number.to_bytes(8, "big")).digest()
        named = getattr(said, "target", None)
        events.append(
            Event(
                seq=number + 1,
                at=at,
                time=at,
                id=identity[:16],
                hash=identity,
                author=author,
                channel=DEFAULT_CHANNELS[0],
                body=said,
                formal=KINDS[kind_of(said)].formal,
                original=originals.get(named.id) if isinstance(named, Target) else None,
            )
        )
        originals = {identity[:16]: Original(number + 1, at, author, identity, said)}
    return events


def run(*, smoke: bool) -> Iterator[Result]:
    """The same log folded, snapshot and opened again."""
    count = 1_000 if smoke else DOCUMENTS
    events = log(count)
    encoded = [(encode_body(one.body), type(one.body)) for one in events]
    bare = microseconds(lambda: [codec.decode(raw, kind) for raw, kind in encoded], 1) / count
    spent = microseconds(lambda: fold(events), 1) / count
    yield Result("fold a document", spent, "us", bare, "decode its body")
    yield Result("documents folded a second", 1e6 / spent, "")
    tracemalloc.start()
    journal = fold(events)
    yield Result(f"state of {count:,} documents", tracemalloc.get_traced_memory()[0] / 1e6, "MB")
    tracemalloc.stop()
    snapshot = journal.encode()
    yield Result("its snapshot", len(snapshot) / 1e6, "MB")
    yield Result("write the snapshot", microseconds(journal.encode, 1) / 1000, "ms")
    opened = microseconds(lambda: Journal.decode(snapshot), 1) / 1000
    yield Result("open the snapshot", opened, "ms", spent * count / 1000, "fold the log")
    last = log(count + 1)[-1]
    tried = microseconds(lambda: apart(journal).apply(last), 10) / 1000
    yield Result("rehearse one more document", tried, "ms", opened, "open the snapshot")


def fold(events: list[Event]) -> Journal:
    """All of them anew."""
    journal = Journal()
    for event in events:
        journal.apply(event)
    return journal
