"""What bots cost: the SDK against the bare engine, and ten thousand schedules: memory, a CPU at rest, and how late they fire."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.line import TEXT, send
from benchmarks.results import Result, percentile
from hotline_client import Hotline
from hotline_client.line.line import Line
from hotline_client.schedules.file import definition, schedule_of
from hotline_client.schedules.runner import Runner
from hotline_client.vault import Vault
from tests.e2e.stage import CHANNEL, Stage, agree, devices

PATIENCE = 600


def run(*, smoke: bool) -> Iterator[Result]:
    """A relay, two delegations, a device full of schedules."""
    count = 60 if smoke else 2_000
    with tempfile.TemporaryDirectory() as name, Stage(Path(name) / "stage", devices(1, 1)) as stage:
        stage.found()
        bare_out, bare_in = asyncio.run(engine(stage, count))
        sdk_out, sdk_in = asyncio.run(sdk(stage, count))
        yield Result(
            "SDK: sent one after the other", sdk_out, "/s", bare_out, "Line.send_text, all queued at once"
        )
        yield Result(
            "SDK: events read and committed", sdk_in, "/s", bare_in, "the same lines read from the vault"
        )
        yield from schedules(stage, 100 if smoke else 10_000, smoke=smoke)


async def engine(stage: Stage, count: int) -> tuple[float, float]:
    """Messages a second out of the bare line, and lines a second read by the other side."""
    async with stage.online("Alpha 1", "Bravo 1") as [ours, theirs]:
        begun = time.perf_counter()
        await send(ours, count)
        out = count / (time.perf_counter() - begun)
        await agree([ours, theirs])
        begun, after, read = time.perf_counter(), 0, 0
        while page := theirs.timeline(CHANNEL, after=after, limit=200):
            read += len(page)
            after = max(one.seq or 0 for one in page)
        return out, read / (time.perf_counter() - begun)


async def sdk(stage: Stage, count: int) -> tuple[float, float]:
    """The same through `Hotline`: each send awaited until it is stored, each event committed."""
    ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
    async with Hotline.open(ours.home, ours.passphrase) as line:
        await line.caught_up(PATIENCE)
        begun = time.perf_counter()
        for number in range(count):
            sent = await line.send(CHANNEL, f"{number} {TEXT}")
        await sent.relayed(PATIENCE)
        out = count / (time.perf_counter() - begun)
    async with Hotline.open(theirs.home, theirs.passphrase) as line:
        await line.caught_up(PATIENCE)
        total = _all(line.line)
        begun, read = time.perf_counter(), 0
        async for event in line.events("bench", channels=[CHANNEL]):
            event.commit()
            read += 1
            if read == total:
                break
        return out, read / (time.perf_counter() - begun)


def _all(line: Line) -> int:
    """How many lines the log has."""
    count = after = 0
    while page := [one for one in line.timeline(CHANNEL, after=after, limit=200) if one.seq is not None]:
        count += len(page)
        after = max(one.seq or 0 for one in page)
    return count


RESTING = """
import asyncio, json, os, resource, sys, time
from pathlib import Path
from hotline_client.line.line import Line
from hotline_client.vault import Vault
from hotline_client.schedules.runner import Runner
vault = Vault.open(Path(sys.argv[1]), sys.stdin.readline().rstrip("\\n"))
runner = Runner(Line.open(vault), vault.schedules, clock=time.time, doubt=lambda: None)
begun = time.perf_counter()
runner.load()
loaded = time.perf_counter() - begun
async def main():
    task = asyncio.create_task(runner.run())
    await asyncio.sleep(1)
    before, real = time.process_time(), time.perf_counter()
    await asyncio.sleep(float(sys.argv[2]))
    task.cancel()
    return (time.process_time() - before) / (time.perf_counter() - real)
rest = asyncio.run(main())
print(json.dumps([loaded, rest * 100, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def schedules(stage: Stage, count: int, *, smoke: bool) -> Iterator[Result]:
    """`count` schedules in one vault, most of them far away; a few come while one looks."""
    one = stage.enrolled("Bravo 1")
    empty = resting(one.home, one.passphrase, 1.0 if smoke else 10.0)
    kinds = ("0 6 * * *", "*/30 * * * TUE", "15 3 1 * *", "45 23 * * MON-FRI")
    with Vault.open(one.home, one.passphrase) as vault:
        made = [
            schedule_of(
                {
                    "name": f"s{n}",
                    "cron": kinds[n % 4],
                    "zone": "Asia/Jerusalem",
                    "text": "x",
                    "missed": "skip",
                }
            )
            for n in range(count)
        ]
        # from tomorrow on, so that none of them is due while others are measured
        vault.schedules.put([(each.name, definition(each)) for each in made], int(time.time()) + 86_400)
    loaded, rest, memory = resting(one.home, one.passphrase, 1.0 if smoke else 10.0)
    yield Result(f"{count} schedules: memory", memory, "MB", empty[2], "a runner without any")
    yield Result(f"{count} schedules: CPU at rest", rest, "%", max(empty[1], 0.01), "a runner without any")
    yield Result(f"{count} schedules: loaded", loaded, "s", max(empty[0], 1e-4), "a runner without any")
    drifts = asyncio.run(drift(stage, 5 if smoke else 30))
    against = "the timer of the event loop"
    yield Result(
        f"fired late, median, among {count}", percentile(drifts, 50), "ms", asyncio.run(timer()), against
    )
    yield Result(
        f"fired late, 99 of 100, among {count}", percentile(drifts, 99), "ms", asyncio.run(timer()), against
    )


def resting(home: Path, passphrase: str, seconds: float) -> tuple[float, float, float]:
    """Seconds to load, per cent of a CPU, and MB of a process that only waits."""
    done = subprocess.run(
        [sys.executable, "-c", RESTING, str(home), str(seconds)],
        input=f"{passphrase}\n".encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    loaded, rest, memory = (float(one) for one in done.stdout.decode().strip("[]\n ").split(","))
    return loaded, rest, memory


async def drift(stage: Stage, slots: int) -> list[float]:
    """By how many ms each of so many slots, one a second, was fired after its time."""
    one = stage.enrolled("Bravo 1")
    late: list[float] = []
    with Vault.open(one.home, one.passphrase) as vault:
        begin = int(time.time()) + 2
        made = [
            schedule_of({"name": f"now{n}", "at": _iso(begin + n), "text": "now", "missed": "skip"})
            for n in range(slots)
        ]
        vault.schedules.put([(each.name, definition(each)) for each in made], begin - 2)
        runner = Runner(Line.open(vault), vault.schedules, clock=time.time, doubt=lambda: None)
        task = asyncio.create_task(runner.run())
        while runner.counters.sent < slots and time.time() < begin + slots + 10:
            before = runner.counters.sent
            await asyncio.sleep(0.01)
            if runner.counters.sent > before:
                late.append(runner.counters.drift * 1000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return late


def _iso(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


async def timer() -> float:
    """By how many ms a bare sleep of a second is late, on average."""
    found = []
    for _ in range(5):
        begun = time.perf_counter()
        await asyncio.sleep(0.2)
        found.append((time.perf_counter() - begun - 0.2) * 1000)
    return sum(found) / len(found)
