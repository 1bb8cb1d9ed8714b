"""`python -m benchmarks relay`: what the relay does on this machine, as numbers and as ratios to what it must pay.

A relay process (TLS, SQLite, fsync before every acceptance) and one load process, on loopback. Beside it, in the same
run: the bare `websockets` asyncio server echoing the same payloads over the same TLS, and a loop of write and fsync.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from benchmarks.relay_load import RawClient, Sender, Waiter, connect_raw, connect_ready
from benchmarks.results import Result
from hotline_protocol.relay.frames import (
    SUBPROTOCOL,
    Answers,
    Append,
    Entries,
    Follow,
    Submission,
    encode_frame,
)
from hotline_server.settings import StateDirectory
from hotline_server.tls import server_context
from tests.support.relay_link import LinkFixture, client_tls
from tests.support.relay_process import RelayProcess

BODY = os.urandom(512)
SENDERS = 4
IN_FLIGHT = 64
NO_LIMITS = "rate = 1000000000\nburst = 1000000000\nbytes_per_day = 1000000000000000\nconnections_per_device = 10000\nconnections_per_address = 10000\n"


async def throughput(link: LinkFixture, port: int, total: int, batch: int) -> dict[str, float]:
    """Accepted and delivered messages a second; every sender also follows, so the fan-out is SENDERS."""
    devices = [link.device("a" if index % 2 else "b") for index in range(SENDERS)]
    clients = [await connect_ready(link, device, port) for device in devices]
    share = total // SENDERS
    after = await _tail(link, port)
    senders = [
        Sender(client, BODY, total=share, fan_in=share * SENDERS, in_flight=IN_FLIGHT, batch=batch)
        for client in clients
    ]
    start = time.perf_counter()
    for sender in senders:
        sender.start(after)
    accepted = max(await asyncio.gather(*(sender.done for sender in senders)))
    delivered = max(await asyncio.gather(*(sender.caught_up for sender in senders)))
    for client in clients:
        client.close()
    return {
        "accepted_per_s": total / (accepted - start),
        "delivered_per_s": total * SENDERS / (delivered - start),
    }


async def _tail(link: LinkFixture, port: int) -> int:
    """Seq of the last entry, learned by appending one."""
    client = await connect_ready(link, link.device(), port)
    answers = Waiter(client, Answers)
    client.send(encode_frame(Append("plenary", (Submission("message", os.urandom(16), 0, BODY),))))
    answer = (await answers.next()).answers[0]
    client.close()
    return int(getattr(answer, "seq"))  # noqa: B009 - a refusal has none, and fails here


async def latency(link: LinkFixture, port: int, rounds: int) -> dict[str, float]:
    """One message at a time: until its sender has the acceptance, until another device has the entry. Milliseconds."""
    sender = await connect_ready(link, link.device("a"), port)
    reader = await connect_ready(link, link.device("b"), port)
    answers, entries = Waiter(sender, Answers), Waiter(reader, Entries)
    reader.send(encode_frame(Follow("plenary", await _tail(link, port))))
    accepted, received = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        sender.send(encode_frame(Append("plenary", (Submission("message", os.urandom(16), 0, BODY),))))
        await answers.next()
        accepted.append(time.perf_counter() - start)
        await entries.next()
        received.append(time.perf_counter() - start)
    sender.close()
    reader.close()
    return {**_quantiles("accept", accepted), **_quantiles("receive", received)}


def _quantiles(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{name}_p50_ms": cuts[49] * 1000, f"{name}_p99_ms": cuts[98] * 1000}


async def backlog(link: LinkFixture, port: int, count: int) -> dict[str, float]:
    """One device fetches the first `count` entries, which are the oldest: the relay has them in its file, not in memory."""
    client = await connect_ready(link, link.device(), port)
    entries = Waiter(client, Entries)
    start = time.perf_counter()
    client.send(encode_frame(Follow("plenary", 0)))
    got = 0
    while got < count:
        got += len((await entries.next()).entries)
    elapsed = time.perf_counter() - start
    client.close()
    return {"backlog_seconds": elapsed, "backlog_per_s": count / elapsed}


async def memory(link: LinkFixture, port: int, pid: int, idle: int) -> dict[str, float]:
    """What an idle, authenticated connection adds to the relay's resident memory."""
    device = link.device()
    clients = [await connect_ready(link, device, port) for _ in range(20)]
    before = _resident(pid)
    clients += [await connect_ready(link, device, port) for _ in range(idle)]
    after = _resident(pid)
    for client in clients:
        client.close()
    return {"idle_connection_kib": (after - before) / idle / 1024, "relay_mib": before / 1024 / 1024}


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def fsyncs(directory: Path, seconds: float = 1.0) -> float:
    """Appends of one body, each followed by fdatasync, a second."""
    count, end = 0, time.perf_counter() + seconds
    with (directory / "fsync").open("wb", buffering=0) as file:
        while time.perf_counter() < end:
            file.write(BODY)
            os.fdatasync(file.fileno())
            count += 1
    return count / seconds


def _echo_server(state: StateDirectory, pipe: Connection) -> None:
    async def echo(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for data in connection:
                await connection.send(data)

    async def main() -> None:
        tls = server_context(state.certificate, state.key)
        names = [Subprotocol(SUBPROTOCOL)]
        server = await serve(echo, "127.0.0.1", 0, ssl=tls, compression=None, subprotocols=names)
        pipe.send(next(iter(server.sockets)).getsockname()[1])
        await server.serve_forever()

    uvloop.run(main())


@contextmanager
def echo_server(state: StateDirectory) -> Iterator[int]:
    """The library's own server in a process of its own; its port."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_echo_server, args=(state, there), daemon=True
    )
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


async def echoes(port: int, total: int) -> float:
    """Payloads echoed a second, with as many connections and as many in flight."""
    clients = [await connect_raw(port, client_tls()) for _ in range(SENDERS)]
    finished = [_echo(client, total // SENDERS) for client in clients]
    start = time.perf_counter()
    for client in clients:
        for _ in range(IN_FLIGHT):
            client.hold(BODY)
        client.data_received(b"")
    await asyncio.gather(*finished)
    elapsed = time.perf_counter() - start
    for client in clients:
        client.close()
    return total / elapsed


def _echo(client: RawClient, total: int) -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    count = 0

    def message(_: bytes) -> None:
        nonlocal count
        count += 1
        if count <= total - IN_FLIGHT:
            client.hold(BODY)
        elif count == total:
            done.set_result(None)

    client.on_message = message
    return done


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything: messages for a throughput figure, entries, connections, rounds, seconds of fsync."""

    total: int = 60_000
    backlog: int = 10_000
    idle: int = 400
    rounds: int = 500
    seconds: float = 1.0


SMOKE = Sizes(total=2_048, backlog=500, idle=10, rounds=20, seconds=0.1)


def measure(directory: Path, sizes: Sizes) -> dict[str, float]:
    """Everything, in one run."""
    results: dict[str, float] = {"fsync_per_s": fsyncs(directory, sizes.seconds)}
    process = RelayProcess(directory / "relay", limits=NO_LIMITS)
    link = LinkFixture(process.relay)
    process.add_charter(link.signed)
    with echo_server(process.state) as port:
        results["echo_per_s"] = uvloop.run(echoes(port, sizes.total))
    with process:
        for name, batch in (("single", 1), ("batch32", 32)):
            for key, value in uvloop.run(throughput(link, process.port, sizes.total, batch)).items():
                results[f"{name}_{key}"] = value
        results.update(uvloop.run(latency(link, process.port, sizes.rounds)))
        results.update(uvloop.run(backlog(link, process.port, sizes.backlog)))
        results.update(uvloop.run(memory(link, process.port, process.pid, sizes.idle)))
        process.terminate()
    return results


def run(*, smoke: bool) -> Iterator[Result]:
    """The relay under load, one message at a time, with a backlog, and idle."""
    sizes = SMOKE if smoke else Sizes()
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), sizes)
    echo, fsync = found["echo_per_s"], 1000 / found["fsync_per_s"]
    bare = "bare websockets echo, same TLS"
    load = f"{SENDERS} senders x {IN_FLIGHT} in flight"
    yield Result(f"accepted, {load}", found["single_accepted_per_s"], "/s", echo, bare)
    yield Result(
        "accepted, the same", found["single_accepted_per_s"], "/s", found["fsync_per_s"], "bare fsyncs"
    )
    yield Result(f"delivered, fan-out {SENDERS}", found["single_delivered_per_s"], "/s", echo, bare)
    yield Result("accepted, 32 in a frame", found["batch32_accepted_per_s"], "/s", echo, bare)
    yield Result("delivered, 32 in a frame", found["batch32_delivered_per_s"], "/s", echo, bare)
    for what in ("accept", "receive"):
        for percent in (50, 99):
            value = found[f"{what}_p{percent}_ms"]
            yield Result(f"{what} one at a time, {percent} of 100", value, "ms", fsync, "one fsync")
    yield Result(f"backlog of {sizes.backlog:,}", found["backlog_seconds"], "s")
    yield Result("memory of an idle connection", found["idle_connection_kib"], "KiB")
    yield Result("memory of the relay", found["relay_mib"], "MiB")
