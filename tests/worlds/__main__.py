"""`python -m tests.worlds [--seeds A..B] [--faults NAME,…|all|none] [--jobs N] [--overnight] [--world SEED]`: worlds by the thousand.

Exit 1 if a property did not hold: then the seed stands there, and the events it takes. `--overnight` runs until it is stopped, keeps
its place in a small file, and goes on from there.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.worlds.faults import ROWS
from tests.worlds.script import Kept, Script, write_kept
from tests.worlds.shrink import shrink
from tests.worlds.speed import hastened
from tests.worlds.workload import plain
from tests.worlds.world import Report, Violation, run


def say(words: str = "", *, error: bool = False, end: str = "\n") -> None:
    """To whoever runs this."""
    (sys.stderr if error else sys.stdout).write(words + end)


CHUNK = 25
SHOWN = 10


@dataclass
class Outcome:
    """Of one world, as it travels between processes."""

    seed: int
    fault: str
    violations: list[str] = field(default_factory=list)
    found: bool = False


def script_of(seed: int, fault: str) -> Script:
    return plain(seed) if fault == "none" else ROWS[fault].script(seed)


def one_world(seed: int, fault: str) -> Outcome:
    try:
        report = run(script_of(seed, fault))
    except Exception:  # noqa: BLE001  an exception nobody expected is a violation with a seed
        return Outcome(seed, fault, [f"crash: {traceback.format_exc(limit=-4)}"])
    found = fault != "none" and ROWS[fault].found(report)
    return Outcome(seed, fault, [str(one) for one in report.violations], found)


def chunk(work: list[tuple[int, str]]) -> list[Outcome]:
    with hastened():
        return [one_world(seed, fault) for seed, fault in work]


def chunk_apart(work: list[tuple[int, str]]) -> list[Outcome]:
    """In a process of its own: what was made once for all worlds is no rubbish, the collector need not look at it again and again."""
    gc.freeze()
    return chunk(work)


def seeds_of(text: str) -> range:
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def faults_of(text: str) -> list[str]:
    if text in ("none", ""):
        return ["none"]
    names = sorted(ROWS, key=lambda name: ROWS[name].number) if text == "all" else text.split(",")
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        sys.exit(f"no such fault: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return names


def work_of(options: argparse.Namespace, begin: int) -> Iterator[tuple[int, str]]:
    seeds = seeds_of(options.seeds)
    numbers: Iterator[int] = itertools.count(begin or seeds.start) if options.overnight else iter(seeds)
    return ((seed, fault) for seed in numbers for fault in options.faults)


def outcomes(work: Iterator[tuple[int, str]], jobs: int) -> Iterator[Outcome]:
    """In order, a few chunks ahead."""
    chunks = iter(lambda: list(itertools.islice(work, CHUNK)), [])
    if jobs == 1:
        for one in chunks:
            yield from chunk(one)
        return
    # Ctrl+C is for this process: it stops asking, and they end
    with ProcessPoolExecutor(
        jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    ) as pool:
        flying = [pool.submit(chunk_apart, one) for one in itertools.islice(chunks, 2 * jobs)]
        while flying:
            yield from flying.pop(0).result()
            flying += [pool.submit(chunk_apart, one) for one in itertools.islice(chunks, 1)]


def explain(script: Script, report: Report, *, keep: Path | None = None) -> None:
    """Print a world that fails, shortened, and keep it if asked."""
    row = next((ROWS[name] for name in script.faults if ROWS[name].found(report)), None)
    checkers = {row.shows[0]} if row is not None else set(report.checkers)

    def same(shorter: Script) -> bool:
        again = run(shorter)
        return row.found(again) if row is not None else checkers <= set(again.checkers)

    # what is kept of a row is its fault, whole, without the noise; what is only printed is the shortest
    whole = row.draw(script.seed)[1] if keep is not None and row is not None else ()
    short = shrink(script, same, whole=whole)
    say(
        f"  cast {short.cast}, suite {short.suite:#06x}, {len(script.events)} events, {len(short.events)} are enough:"
    )
    for event in short.events:
        say(f"    {event}")
    _print_violations(report.violations)
    if keep is not None:
        name = "-".join(script.faults) or f"plain-{script.seed}"
        path = keep / f"{name}-{script.seed}.json"
        says = next(str(one) for one in run(short).violations if one.checker in checkers)
        write_kept(path, Kept(name, short, tuple(sorted(checkers)), says))
        say(f"  kept as {path}")


def _print_violations(violations: list[Violation]) -> None:
    for violation in violations[:SHOWN]:
        say(f"    {violation}")
    if len(violations) > SHOWN:
        say(f"    and {len(violations) - SHOWN} more")


def show_world(seed: int, fault: str, keep: Path | None) -> int:
    script = script_of(seed, fault)
    report = run(script)
    say(f"world {seed} ({fault}): {report.steps} steps, {report.rounds} rounds, trace {report.trace}")
    if not report.violations:
        for event in script.events:
            say(f"    {event}")
        say("  all properties hold")
        return 0
    explain(script, report, keep=keep)
    return 1


@dataclass
class Tally:
    """How a run goes."""

    begun: float = field(default_factory=time.monotonic)
    worlds: int = 0
    bad: list[Outcome] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)

    def add(self, one: Outcome) -> None:
        self.worlds += 1
        if one.violations:
            self.broken[one.fault] += 1
            if len(self.bad) < 1000:
                self.bad.append(one)
        self.shown[one.fault] += one.found

    @property
    def rate(self) -> float:
        return 60 * self.worlds / max(time.monotonic() - self.begun, 0.001)

    def line(self, last: Outcome) -> str:
        return f"seed {last.seed}  {self.worlds:,} worlds  {self.rate:,.0f} a minute  {sum(self.broken.values()):,} with a violation"


def run_all(options: argparse.Namespace) -> Tally:
    place = Path(options.state)
    before = json.loads(place.read_text()) if options.overnight and place.exists() else {}
    begin, earlier = before.get("next", 0), before.get("worlds", 0)
    tally, shown = Tally(), 0.0
    try:
        for one in outcomes(work_of(options, begin), options.jobs):
            tally.add(one)
            if time.monotonic() - shown > 1:
                shown = time.monotonic()
                say(f"\r{tally.line(one)}", end="", error=True)
            if options.overnight and tally.worlds % CHUNK == 0:
                place.write_text(json.dumps({"next": one.seed, "worlds": earlier + tally.worlds}))
            if options.overnight and one.violations:
                break
    except KeyboardInterrupt:
        say("\nstopped", error=True)
    say(error=True)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.worlds", description=__doc__)
    parser.add_argument("--seeds", default="1..200", help="A..B")
    parser.add_argument("--faults", default="none", help="names, `all`, or `none`")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--overnight", action="store_true", help="until stopped, or a violation; resumes")
    parser.add_argument("--state", default=".worlds-state.json", help="where --overnight keeps its place")
    parser.add_argument(
        "--world", type=int, help="one world: what happens in it, and what does not hold, shortened"
    )
    parser.add_argument("--keep", type=Path, help="with --world: a directory for the shortened world")
    options = parser.parse_args()
    options.faults = faults_of(options.faults)
    if options.world is not None:
        return max(show_world(options.world, fault, options.keep) for fault in options.faults)
    tally = run_all(options)
    say(f"{tally.worlds:,} worlds, {tally.rate:,.0f} a minute with {options.jobs} jobs")
    for fault in options.faults:
        if fault != "none":
            say(
                f"  row {ROWS[fault].number:2} {fault:16} shown by {tally.shown[fault]}, violated in {tally.broken[fault]}"
            )
    first: dict[str, Outcome] = {}
    for one in tally.bad:
        first.setdefault(one.fault, one)
    for one in first.values():
        say(f"violated: --world {one.seed} --faults {one.fault}")
        if one.violations[0].startswith("crash: "):
            say(one.violations[0])
            continue
        script = script_of(one.seed, one.fault)
        explain(script, run(script))
    return 1 if tally.bad else 0


if __name__ == "__main__":
    sys.exit(main())
