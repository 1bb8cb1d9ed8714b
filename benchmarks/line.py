"""The whole line on this machine: two clients over TLS and a relay, vaults on disk, against what nobody can save."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.results import Result, microseconds, percentile
from hotline_client.line.line import Line
from tests.e2e.stage import CHANNEL, Stage, agree, devices, until

TEXT = "a message of the night, about as long as what people write to each other on such a line " * 2
PATIENCE = 600
DOCUMENT = 400
"""Bytes that are signed with such a text: document, sender, group context."""


def run(*, smoke: bool) -> Iterator[Result]:
    """A relay process and both delegations' clients; all numbers of one machine."""
    with tempfile.TemporaryDirectory() as name, Stage(Path(name) / "stage", devices(1, 2)) as stage:
        stage.found()
        fsync = fsync_milliseconds(Path(name), 20 if smoke else 300)
        one_by_one, bulk, backlog = asyncio.run(
            measure(stage, rounds=10 if smoke else 300, bulk=50 if smoke else 3_000)
        )
        missing = (100 if smoke else 10_000) - backlog
        asyncio.run(talk(stage, max(missing, 0)))
        entries, seconds = asyncio.run(catch_up(stage))
    against = "3 fsyncs: both vaults, the relay"
    yield Result("send to receive, median", percentile(one_by_one, 50), "ms", 3 * fsync, against)
    yield Result("send to receive, 99 of 100", percentile(one_by_one, 99), "ms", 3 * fsync, against)
    sign, verify = signatures()
    yield Result("sent and seen in the log", bulk, "/s", 1e6 / (sign + verify), "one signature and one check")
    yield Result("backlog caught up", entries / seconds, "/s", 1e6 / verify, "signature checks alone")
    yield Result(f"backlog of {entries} entries", seconds, "s", entries * verify / 1e6, "the same")


async def measure(stage: Stage, *, rounds: int, bulk: int) -> tuple[list[float], float, int]:
    """Milliseconds of each message sent alone; messages a second sent as fast as it goes; entries in the log."""
    async with stage.online("Alpha 1", "Bravo 1") as [ours, theirs]:
        alone = [await one(ours, theirs) for _ in range(rounds)]
        begun = time.perf_counter()
        await send(ours, bulk)
        rate = bulk / (time.perf_counter() - begun)
        await agree([ours, theirs])
        return alone, rate, ours.channel(CHANNEL).cursor


async def one(sender: Line, reader: Line) -> float:
    """Milliseconds from the call that sends to the reader's view of it."""
    begun = time.perf_counter()
    document = await asyncio.to_thread(sender.send_text, CHANNEL, TEXT)
    await until(reader, lambda: reader.message(CHANNEL, document) is not None, "it arrives")
    return (time.perf_counter() - begun) * 1000


async def send(line: Line, count: int) -> None:
    """Queue so many and wait for the last."""

    def queue() -> bytes:
        return [line.send_text(CHANNEL, f"{number} {TEXT}") for number in range(count)][-1]

    if count:
        await line.wait_relayed(await asyncio.to_thread(queue), PATIENCE)


async def talk(stage: Stage, count: int) -> None:
    """Fill the log while the third device is away."""
    async with stage.online("Alpha 1") as [line]:
        await send(line, count)


async def catch_up(stage: Stage) -> tuple[int, float]:
    """The third device comes back: entries taken, and seconds until it stands at the tail."""
    with stage.vault("Bravo 2") as vault:
        async with Line.open(vault) as line:
            before, begun = line.channel(CHANNEL).cursor, time.perf_counter()
            await line.wait_caught_up(PATIENCE)
            return line.channel(CHANNEL).cursor - before, time.perf_counter() - begun


def fsync_milliseconds(directory: Path, times: int) -> float:
    """A page written and synced on the disk that the vaults are on."""
    with (directory / "bare").open("wb", buffering=0) as file:

        def once() -> None:
            file.write(bytes(4096))
            os.fsync(file.fileno())

        return microseconds(once, times) / 1000


def signatures() -> tuple[float, float]:
    """Microseconds to sign and to verify a document."""
    key, data = Ed25519PrivateKey.generate(), os.urandom(DOCUMENT)
    public, signature = key.public_key(), key.sign(data)
    return (
        microseconds(lambda: key.sign(data), 1000),
        microseconds(lambda: public.verify(signature, data), 1000),
    )
