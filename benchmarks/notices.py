"""One new notice held against all that are active: `python -m benchmarks notices`.

The waters are as crowded as they get: every notice lies in one theatre of some 1,300 by 1,100 km and ten days. The baseline is
the same check by holding the notice against each of the others in turn, every area drawn already.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.results import Result, percentile
from hotline_protocol.documents.notices import Action, Air, Altitude, Area, Naval, Notice, Reference, Shape
from hotline_protocol.notices.conflict import Subject, judge
from hotline_protocol.notices.index import Index
from hotline_protocol.terms import Arena

HOUR = 3_600_000
START = 1_795_392_000_000


def area(rng: random.Random) -> Area:
    """Four circles and four quadrilaterals of up to 40 km to two corridors of 10 NM, as notices have them."""
    latitude, longitude = rng.uniform(49, 59), rng.uniform(10, 30)
    shape = rng.choices(list(Shape), (4, 4, 2))[0]
    if shape is Shape.CIRCLE:
        return Area(Shape.CIRCLE, ((latitude, longitude),), rng.uniform(2_000, 40_000))
    if shape is Shape.POLYGON:
        wide, high = rng.uniform(0.05, 0.6), rng.uniform(0.05, 0.4)
        corners = (
            (latitude, longitude),
            (latitude, longitude + wide),
            (latitude + high, longitude + wide * 1.1),
            (latitude + high, longitude - 0.05),
        )
        return Area(Shape.POLYGON, corners)
    points = [(latitude + rng.uniform(-2, 2), longitude + rng.uniform(-3, 3)) for _ in range(3)]
    return Area(Shape.CORRIDOR, tuple(points), 18_520.0)


def subject(number: int, rng: random.Random) -> Subject:
    start, floor = START + rng.randrange(240) * HOUR, rng.randrange(0, 400, 10)
    notice = Notice(
        Action.NEW,
        Arena.AIR,
        start,
        start + rng.choice((2, 6, 24, 72)) * HOUR,
        daily=((360, 720),) if rng.random() < 0.3 else (),
        areas=(area(rng),),
        air=Air(
            "activity",
            Altitude(Reference.FL, floor),
            Altitude(Reference.FL, floor + rng.randrange(10, 100, 10)),
        ),
    )
    return Subject(number.to_bytes(16, "big"), number.to_bytes(32, "big"), notice)


def ship(number: int, rng: random.Random) -> Subject:
    """Three of ten are moving havens under way for up to three days, the others lie still, at some depth or at all."""
    start = START + rng.randrange(240) * HOUR
    depth = {"shallow": rng.choice((None, 50, 100)), "deep": rng.choice((None, 200, 300))}
    way = {"course": rng.uniform(0, 359), "speed": rng.uniform(3, 15)}
    notice = Notice(
        Action.NEW,
        Arena.NAVAL,
        start,
        start + rng.choice((6, 24, 72)) * HOUR,
        areas=(
            Area(Shape.CIRCLE, ((rng.uniform(49, 59), rng.uniform(10, 30)),), rng.uniform(2_000, 30_000)),
        ),
        naval=Naval("activity", **(way if rng.random() < 0.3 else depth)),
    )
    return Subject(number.to_bytes(16, "big"), number.to_bytes(32, "big"), notice)


def checked(index: Index, one: Subject, contents: list[bytes]) -> float:
    """Milliseconds for one new notice, the hash over all the others included."""
    begun = time.perf_counter()
    judge(one, index.near(one), contents)
    return (time.perf_counter() - begun) * 1000


def in_turn(subjects: list[Subject], one: Subject, contents: list[bytes]) -> float:
    """Milliseconds without the index."""
    begun = time.perf_counter()
    judge(one, subjects, contents)
    return (time.perf_counter() - begun) * 1000


def run(*, smoke: bool) -> Iterator[Result]:
    """At 10, 1,000 and 10,000 active notices."""
    for count, checks in ((10, 3), (100, 3)) if smoke else ((10, 200), (1_000, 200), (10_000, 300)):
        rng = random.Random(count)  # noqa: S311 - the same waters every time
        subjects = [subject(number, rng) for number in range(count)]
        contents = [one.content for one in subjects]
        index = Index()
        begun = time.perf_counter()
        for one in subjects:
            index.add(one)
        built = (time.perf_counter() - begun) / count * 1e6
        new = [subject(count + number, rng) for number in range(checks)]
        checked(index, new[0], contents)
        spent = [checked(index, one, contents) for one in new]
        plain = statistics.median(in_turn(subjects, one, contents) for one in new[:20])
        yield Result(f"{count:,} active: one check", statistics.median(spent), "ms", plain, "each in turn")
        yield Result(f"{count:,} active: 95 of 100 checks within", percentile(spent, 95), "ms")
        yield Result(f"{count:,} active: the slowest", max(spent), "ms")
        yield Result(f"{count:,} active: into the index", built, "us")
    yield from ships(100 if smoke else 10_000, 3 if smoke else 100)
    yield Result("memory of the whole run", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    yield from imports()


def ships(count: int, checks: int) -> Iterator[Result]:
    """The same waters, full of moving havens."""
    rng = random.Random(count)  # noqa: S311 - the same waters every time
    subjects = [ship(number, rng) for number in range(count)]
    contents = [one.content for one in subjects]
    index = Index()
    for one in subjects:
        index.add(one)
    spent = [checked(index, ship(count + number, rng), contents) for number in range(checks)]
    yield Result(f"{count:,} at sea, 3 of 10 moving: one check", statistics.median(spent), "ms")
    yield Result(f"{count:,} at sea: 95 of 100 checks within", percentile(spent, 95), "ms")


def imports() -> Iterator[Result]:
    """What the geometry's libraries cost the first time a process needs them, against starting Python."""
    codes = ("import hotline_protocol.folds.journal", "import hotline_protocol.notices.conflict")
    bare, full = (min(started(code) for _ in range(3)) for code in codes)
    yield Result(
        "start with the geometry's libraries", full, "ms", bare, "start with the folds, without them"
    )


def started(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - begun) * 1000
