"""A real relay process, real TLS and real identities: everything a client can meet, and everything it can try."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from hotline_protocol.relay.chain import decode_entry, extend, genesis
from hotline_protocol.relay.frames import (
    MAX_BODY,
    MAX_FRAME,
    MAX_FRAME_BEFORE_AUTH,
    Answers,
    Append,
    Appended,
    Conflict,
    Entries,
    Follow,
    Hello,
    Rejected,
    encode_frame,
)
from hotline_protocol.terms import Arena, Role
from tests.support.relay_link import (
    BareClient,
    EndedError,
    LinkFixture,
    bare_client,
    client_tls,
    commit,
    knock,
    message,
    ready_client,
)
from tests.support.relay_process import RelayProcess


def make_relay(directory: Path, limits: str = "", *options: str) -> tuple[RelayProcess, LinkFixture]:
    process = RelayProcess(directory / "relay", limits=limits, options=options)
    link = LinkFixture(process.relay)
    process.add_charter(link.signed)
    return process, link


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RelayProcess, LinkFixture]]:
    process, link = make_relay(
        tmp_path_factory.mktemp("shared"), "rate = 100000\nburst = 100000\nbytes_per_day = 1000000000000\n"
    )
    with process:
        yield process, link


@pytest.fixture
def link(shared: tuple[RelayProcess, LinkFixture]) -> LinkFixture:
    return shared[1]


async def refused(link: LinkFixture, hello: Hello | None = None) -> EndedError:
    """How the relay ends a connection that says `hello`."""
    async with bare_client(link.relay.url) as client:
        await client.challenge()
        if hello is not None:
            await client.send(hello)
        return await client.ended()


def test_two_sides_see_one_log(link: LinkFixture) -> None:
    async def main() -> None:
        async with (
            ready_client(link, link.device("a", role=Role.HEAD)) as north,
            ready_client(link, link.device("b")) as south,
        ):
            note, founding = knock(), commit(0)
            answers = await north.append("air", note, founding)
            assert [answer.seq for answer in answers.answers if isinstance(answer, Appended)] == [1, 2]
            raws = await south.follow("air", 0, 2)
            await north.append("air", message(b"live", after=2))
            raws += bytes_of(await south.receive())
            assert [decode_entry(raw).id for raw in raws][:2] == [note.id, founding.id]
            assert decode_entry(raws[2]).body == b"live"
            late = await north.append("air", commit(0))
            assert isinstance(late.answers[0], Conflict)
            assert late.answers[0].last_commit == 2
        async with bare_client(link.relay.url) as client:
            ready = await client.hello(link, link.device())
            state = next(channel for channel in ready.channels if channel.name == "air")
            head = genesis(link.link_id, "air")
            for seq, raw in enumerate(raws, 1):
                head = extend(head, seq, raw)
            assert (state.tail, state.last_commit, state.head) == (3, 2, head)

    asyncio.run(main())


def bytes_of(frame: object) -> list[bytes]:
    assert isinstance(frame, Entries)
    return [bytes(raw) for raw in frame.entries]


def test_who_admits_nobody_commits_nothing(link: LinkFixture) -> None:
    """Garbage of an officer's device cannot make everybody's words conflict."""

    async def main() -> None:
        async with ready_client(link, link.device("a")) as officer:
            answers = (await officer.append("air", commit(0), message(after=0))).answers
            assert [type(one) for one in answers] == [Rejected, Appended]
            assert [one.code for one in answers if isinstance(one, Rejected)] == ["not-entitled"]

    asyncio.run(main())


def test_many_senders_make_one_gapless_log(link: LinkFixture) -> None:
    async def send(side: str) -> list[int]:
        async with ready_client(link, link.device(side)) as client:  # type: ignore[arg-type]
            seqs: list[int] = []
            for _ in range(10):
                answers = await client.append("naval", *(message(os.urandom(300)) for _ in range(20)))
                seqs += [answer.seq for answer in answers.answers if isinstance(answer, Appended)]
            assert seqs == sorted(seqs)
            return seqs

    async def main() -> None:
        async with ready_client(link, link.device("b")) as follower:
            sent = asyncio.gather(*(send(side) for side in "abab"))
            raws = await follower.follow("naval", 0, 800)
            assert sorted(seq for seqs in await sent for seq in seqs) == list(range(1, 801))
            assert len({decode_entry(raw).id for raw in raws}) == 800
            again = await follower.follow("naval", 700, 800)
            assert again == raws[700:], "a second follow moves the cursor"

    asyncio.run(main())


def test_hello_of_strangers_is_refused(link: LinkFixture) -> None:
    stranger = LinkFixture(link.relay)

    async def main() -> None:
        async with bare_client(link.relay.url) as client:
            with pytest.raises(EndedError) as caught:
                await client.hello(link, stranger.device())
            assert caught.value.code == "unauthenticated"
            assert caught.value.close_code == 1008
        async with bare_client(link.relay.url) as client:
            with pytest.raises(EndedError) as caught:
                await client.hello(stranger, link.device())
            assert caught.value.code == "unknown-link"

    asyncio.run(main())


def test_a_hello_for_another_connection_or_relay_is_refused(link: LinkFixture) -> None:
    device = link.device()
    replayed = device.hello(os.urandom(32), link.link_id, link.tls_hash)
    assert asyncio.run(refused(link, replayed)).code == "unauthenticated"

    async def relayed_by_another() -> EndedError:
        async with bare_client(link.relay.url) as client:
            nonce = (await client.challenge()).nonce
            await client.send(device.hello(nonce, link.link_id, os.urandom(32)))
            return await client.ended()

    assert asyncio.run(relayed_by_another()).code == "unauthenticated"


def test_expired_certificates_are_refused(link: LinkFixture) -> None:
    async def main() -> None:
        async with bare_client(link.relay.url) as client:
            with pytest.raises(EndedError) as caught:
                await client.hello(link, link.device(not_after=-1))
            assert "expired" in str(caught.value.error)

    asyncio.run(main())


def test_a_channel_without_entitlement_stays_closed(link: LinkFixture) -> None:
    async def main() -> None:
        device = link.device("a", role=Role.WATCH, arenas=[Arena.AIR])
        async with ready_client(link, device) as client:
            for channel, code in (
                ("em", "not-entitled"),
                ("caucus.b", "not-entitled"),
                ("x", "unknown-channel"),
            ):
                (answer,) = (await client.append(channel, knock())).answers
                assert isinstance(answer, Rejected)
                assert answer.code == code
            await client.send(Follow("caucus.b", 0))
            assert (await client.ended()).code == "not-entitled"

    asyncio.run(main())


def test_a_frame_too_large_before_hello_ends_the_connection(link: LinkFixture) -> None:
    assert (
        asyncio.run(refused(link, Hello(link.link_id, bytes(MAX_FRAME_BEFORE_AUTH), b""))).close_code == 1009
    )


def test_sizes_after_hello(link: LinkFixture) -> None:
    async def main() -> None:
        async with ready_client(link, link.device()) as client:
            largest = (await client.append("em", knock(bytes(MAX_BODY)))).answers[0]
            assert isinstance(largest, Appended)
            assert len(decode_entry((await client.follow("em", 0, 1))[0]).body) == MAX_BODY
            (too_large,) = (await client.append("em", knock(bytes(MAX_BODY + 1)))).answers
            assert isinstance(too_large, Rejected)
            assert too_large.code == "too-large"
            await client.connection.send(bytes(MAX_FRAME + 1))
            assert (await client.ended()).close_code == 1009

    asyncio.run(main())


GARBAGE = [
    b"",
    b"\x00",
    b"\xc1" * 50,
    b"\x91\xa5hello",
    b"\x93\xa6append\x01\x02",
    os.urandom(500),
    encode_frame(Answers("x", ())),
]


@pytest.mark.parametrize("garbage", [*GARBAGE, "text", [b"frag", b"ments"]])
def test_garbage_ends_the_connection_before_and_after_hello(
    link: LinkFixture, garbage: bytes | str | list[bytes]
) -> None:
    async def main() -> None:
        async with bare_client(link.relay.url) as client:
            await client.challenge()
            await client.connection.send(garbage)
            assert (await client.ended()).code == "malformed"
        async with ready_client(link, link.device()) as client:
            await client.connection.send(garbage)
            assert (await client.ended()).code == "malformed"

    asyncio.run(main())


def test_noise_on_the_socket_does_not_hurt(link: LinkFixture) -> None:
    """Bytes that are no WebSocket, and WebSockets cut off anywhere."""

    async def main() -> None:
        chance = random.Random(7)  # noqa: S311 - repeatable noise
        port = int(link.relay.url.rpartition(":")[2])
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_tls())
            writer.write(chance.randbytes(chance.randrange(1, 400)) + b"\r\n\r\n")
            await writer.drain()
            await reader.read()
            writer.transport.abort()
        async with ready_client(link, link.device()) as client:
            assert (await client.append("plenary", knock())).answers

    asyncio.run(main())


def test_no_older_tls_and_no_plaintext(link: LinkFixture) -> None:
    port = int(link.relay.url.rpartition(":")[2])
    old = client_tls()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", port)) as plain:
        old.wrap_socket(plain)

    async def speak_plainly() -> None:
        async with connect(f"ws://127.0.0.1:{port}", proxy=None):
            pass

    with pytest.raises((InvalidHandshake, OSError, EOFError)):
        asyncio.run(speak_plainly())


def test_a_client_must_speak_our_subprotocol(link: LinkFixture) -> None:
    async def main() -> None:
        async with connect(link.relay.url, ssl=client_tls(), proxy=None):
            pass

    with pytest.raises(InvalidHandshake):
        asyncio.run(main())


async def get(port: int, path: str) -> tuple[str, str]:
    """Status line and body of a plain HTTPS request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_tls())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: relay\r\n\r\n".encode())
    response = (await reader.read()).decode()
    writer.transport.abort()
    head, _, body = response.partition("\r\n\r\n")
    return head.splitlines()[0], body


def test_health_and_nothing_else_over_http(link: LinkFixture) -> None:
    port = int(link.relay.url.rpartition(":")[2])
    assert asyncio.run(get(port, "/healthz")) == ("HTTP/1.1 200 OK", "ok\n")
    assert asyncio.run(get(port, "/etc/passwd"))[0] == "HTTP/1.1 404 Not Found"


def test_slow_readers_hold_nobody_up_and_cost_nothing(shared: tuple[RelayProcess, LinkFixture]) -> None:
    process, link = shared

    async def main() -> None:
        async with AsyncExitStack() as stack:
            sender = await stack.enter_async_context(ready_client(link, link.device("a")))
            before = resident(process.pid)
            slow = [await stack.enter_async_context(ready_client(link, link.device("a"))) for _ in range(10)]
            for one in slow:
                one.connection.transport.pause_reading()
                await one.send(Follow("caucus.a", 0))
            for _ in range(40):
                await sender.append("caucus.a", knock(bytes(MAX_BODY)))
            grown = resident(process.pid) - before
            assert grown < 60 * 1024 * 1024, (
                "200 MiB are due to the slow ones, and none of it waits in memory"
            )
            other = await stack.enter_async_context(ready_client(link, link.device("a")))
            assert len(await other.follow("caucus.a", 38, 40)) == 2
            slow[0].connection.transport.resume_reading()
            raws: list[bytes] = []
            while len(raws) < 40:
                raws += bytes_of(await slow[0].receive())
            assert len({decode_entry(raw).id for raw in raws}) == 40
            for one in slow:
                one.connection.transport.abort()

    asyncio.run(main())


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_client_that_never_reads_its_answers_is_not_read_for_ever(tmp_path: Path) -> None:
    process, link = make_relay(tmp_path, "rate = 1000000\nburst = 1000000\nbytes_per_day = 1000000000000\n")

    async def main() -> None:
        async with bare_client(link.relay.url) as deaf:
            await deaf.hello(link, link.device("b"))
            deaf.connection.transport.pause_reading()
            append = encode_frame(Append("nowhere", tuple(knock(b"") for _ in range(64))))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(send_for_ever(deaf, append), 3)
            assert resident(process.pid) < 300 * 1024 * 1024
            async with ready_client(link, link.device("a")) as other:
                assert (await other.append("plenary", knock())).answers
            deaf.connection.transport.abort()

    with process:
        asyncio.run(main())


async def send_for_ever(client: BareClient, frame: bytes) -> None:
    while True:
        await client.connection.send(frame)


def test_slow_hello_is_ended(tmp_path: Path) -> None:
    process, link = make_relay(tmp_path, "hello_seconds = 0.2\n")
    with process:
        assert asyncio.run(refused(link)).code == "too-slow"


def test_too_many_of_everything(tmp_path: Path) -> None:
    limits = "rate = 10\nburst = 20\nconnections_per_device = 2\nunauthenticated_per_address = 3\n"
    process, link = make_relay(tmp_path, limits)
    device = link.device()

    async def flood() -> None:
        async with ready_client(link, device) as client:
            answers = await client.append("plenary", *(knock() for _ in range(21)))
            refusals = [answer for answer in answers.answers if isinstance(answer, Rejected)]
            assert {answer.code for answer in refusals} == {"rate-limited"}
            assert all(answer.retry_after for answer in refusals)
            with suppress(ConnectionClosed):
                for _ in range(500):
                    await client.send(Append("plenary", tuple(knock() for _ in range(20))))
            end = await client.ended()
            assert end.code == "rate-limited"

    async def crowd() -> None:
        async with (
            ready_client(link, device),
            ready_client(link, device),
            bare_client(link.relay.url) as third,
        ):
            with pytest.raises(EndedError) as caught:
                await third.hello(link, device)
            assert caught.value.code == "too-many-connections"
        async with bare_client(link.relay.url), bare_client(link.relay.url), bare_client(link.relay.url):
            with pytest.raises((OSError, EOFError, InvalidHandshake)):
                async with bare_client(link.relay.url):
                    pass
        async with ready_client(link, link.device()):
            pass

    with process:
        asyncio.run(flood())
        asyncio.run(crowd())


def add_crl(process: RelayProcess, file: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "hotline_server",
        "charter",
        "crl",
        "--state",
        str(process.state.directory),
    ]
    added = subprocess.run(
        [*command, str(file)], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert added.returncode == 0, added.stderr
    assert "North" in added.stdout


def test_a_new_revocation_list_ends_live_connections(tmp_path: Path) -> None:
    process, link = make_relay(tmp_path)
    lost, kept = link.device("a"), link.device("a")
    (tmp_path / "north.crl").write_bytes(link.crl("a", [lost]))

    async def main() -> None:
        async with ready_client(link, lost) as gone, ready_client(link, kept) as stays:
            add_crl(process, tmp_path / "north.crl")
            process.signal(signal.SIGHUP)
            assert (await gone.ended()).code == "unauthenticated"
            assert (await stays.append("plenary", knock())).answers
        async with bare_client(link.relay.url) as client:
            with pytest.raises(EndedError) as caught:
                await client.hello(link, lost)
            assert "revoked" in str(caught.value.error)

    with process:
        asyncio.run(main())
        process.restart()
        assert asyncio.run(hello_code(link, lost)) == "unauthenticated", "revocation outlives the process"


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


async def hello_code(link: LinkFixture, device: object) -> str:
    async with bare_client(link.relay.url) as client:
        try:
            await client.hello(link, device)  # type: ignore[arg-type]
        except EndedError as end:
            return end.code
    return ""


def test_a_charter_is_taken_up_and_withdrawn_while_running(tmp_path: Path) -> None:
    process, _ = make_relay(tmp_path)
    second = LinkFixture(process.relay)

    async def main() -> None:
        assert await hello_code(second, second.device()) == "unknown-link"
        process.add_charter(second.signed)
        process.signal(signal.SIGHUP)
        async with ready_client(second, second.device()) as client:
            (process.state.charters / f"{second.link_id.hex()}.charter").unlink()
            process.signal(signal.SIGHUP)
            assert (await client.ended()).code == "unknown-link"

    with process:
        asyncio.run(main())


@pytest.mark.parametrize("writer", ["loop", "thread"])
def test_kill_and_restart_keep_the_log_and_its_answers(tmp_path: Path, writer: str) -> None:
    process, link = make_relay(
        tmp_path, "rate = 100000\nburst = 100000\nbytes_per_day = 1000000000000\n", "--writer", writer
    )
    device = link.device()
    submissions = [message(os.urandom(100)) for _ in range(3000)]

    async def load(client: BareClient, accepted: dict[bytes, Appended]) -> None:
        answered: set[bytes] = set()
        for start in range(0, 400, 20):
            await client.send(Append("plenary", tuple(submissions[start : start + 20])))
        sent = 400
        while len(answered) < len(submissions):
            frame = await client.receive()
            assert isinstance(frame, Answers)
            for answer in frame.answers:
                assert isinstance(answer, Appended), answer
                accepted[answer.id] = answer
                answered.add(answer.id)
            if 200 < len(accepted) < 3000 and process_alive:
                process_alive.clear()
                process.kill()
            while sent < min(len(answered) + 400, len(submissions)):
                await client.send(Append("plenary", tuple(submissions[sent : sent + 20])))
                sent += 20

    process_alive = [True]
    accepted: dict[bytes, Appended] = {}

    async def interrupted() -> None:
        async with ready_client(link, device) as client:
            await load(client, accepted)

    with process:
        with pytest.raises((EndedError, ConnectionClosed)):
            asyncio.run(interrupted())
        early = dict(accepted)
        assert 200 < len(early) < 3000
        process.start()
        asyncio.run(interrupted())
        assert {one: accepted[one] for one in early} == early, "the same id and bytes get the same answer"
        assert sorted(answer.seq for answer in accepted.values()) == list(range(1, 3001))

        async def read() -> list[bytes]:
            async with ready_client(link, device) as client:
                return await client.follow("plenary", 0, 3000)

        assert [decode_entry(raw).id for raw in asyncio.run(read())] == [one.id for one in submissions]
        assert process.terminate() == 0


def test_sigterm_stores_what_is_pending_and_says_goodbye(tmp_path: Path) -> None:
    process, link = make_relay(tmp_path)

    async def main() -> None:
        async with ready_client(link, link.device()) as client:
            await client.append("plenary", knock())
            process.signal(signal.SIGTERM)
            end = await client.ended()
            assert end.code == "shutting-down"
            assert end.close_code == 1001

    with process:
        asyncio.run(main())
        assert process.wait() == 0
        process.start()


def test_the_relay_writes_no_content_and_no_names(tmp_path: Path) -> None:
    process, link = make_relay(tmp_path, "", "--log-level", "debug")
    canary = b"CANARY-7f3a"

    async def main() -> None:
        async with ready_client(link, link.device()) as client:
            await client.append("plenary", knock(canary))
        async with bare_client(link.relay.url) as client:
            await client.challenge()
            await client.connection.send(canary)
            await client.ended()
        assert await hello_code(link, link.device(not_after=-1)) == "unauthenticated"

    with process:
        asyncio.run(main())
        process.terminate()
    log = process.log_path.read_bytes()
    assert b"unauthenticated" in log
    for secret in (canary, b"Officer", b"North", b"South"):
        assert secret not in log


def test_every_file_is_private(shared: tuple[RelayProcess, LinkFixture]) -> None:
    directory = shared[0].state.directory
    for path in (directory, *directory.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_one_relay_for_one_state_directory(shared: tuple[RelayProcess, LinkFixture]) -> None:
    directory = str(shared[0].state.directory)
    command = [sys.executable, "-m", "hotline_server", "run", "--port", "0", "--state", directory]
    second = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert second.returncode == 2
    assert "another relay runs" in second.stderr
