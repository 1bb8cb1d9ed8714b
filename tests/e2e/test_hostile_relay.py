"""A lying relay against real lines over real vaults and TLS (rules L, H, T): nothing forged is shown, nothing is shown twice,
every deviation is refused or halts by its name, and when the relay is honest again work goes on under one head.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection

from hotline_client.engine import desk as desk_module
from hotline_client.line.line import Line
from hotline_client.vault import Vault
from hotline_protocol.relay import frames
from hotline_protocol.relay.chain import decode_entry
from hotline_protocol.relay.frames import (
    Answers,
    Appended,
    Challenge,
    ChannelState,
    Entries,
    Ready,
    RelayFrame,
)
from tests.e2e.sender import impatient
from tests.e2e.stage import CHANNEL, Stage, agree, devices, said, texts, until
from tests.support import hostile_relay as doctors
from tests.support.copies import of_its_own
from tests.support.hostile_relay import Doctor
from tests.support.hostile_server import HostileServer, Lie, send
from tests.support.relay_process import RelayProcess, free_port

DANA, VIKTOR = "Alpha 1", "Bravo 1"
SAID = ["one", "two", "three", "four"]
PATIENCE = 20.0
OTHER_ID = b"another id here!"


class Scene:
    """Viktor has said four things that Dana has not fetched; the first stands at `first`. Dana meets a liar."""

    def __init__(
        self, stage: Stage, server: HostileServer, dana: Vault, viktor: Line, foreign: bytes
    ) -> None:
        self.stage = stage
        self.server = server
        self.vault = dana
        self.viktor = viktor
        self.foreign = foreign
        """An entry of another channel."""
        self.first = 0
        self.before = self.group()

    def group(self) -> bytes:
        stored = self.vault.load(CHANNEL)
        assert stored is not None
        assert stored.group is not None
        return stored.group.epoch

    async def say(self) -> None:
        for text in SAID:
            view = await self.viktor.wait_relayed(self.viktor.send_text(CHANNEL, text), PATIENCE)
            self.first = self.first or view.seq or 0

    def raw(self, seq: int) -> bytes:
        return self.raws[seq - 1]

    @property
    def raws(self) -> list[bytes]:
        desk = self.viktor._desk
        return [one.raw for one in desk.store.entries(CHANNEL, 1, 10**6)]

    @asynccontextmanager
    async def lied_to(self, lie: Lie | None) -> AsyncIterator[Line]:
        self.server.lie = lie
        async with impatient(self.vault) as line:
            yield line
            self.shown(line)
        self.server.lie = None

    def shown(self, line: Line) -> list[str]:
        """What Dana is shown; none of it forged or twice, and the group as it was."""
        found = [one.text for one in texts(line)]
        assert len(set(found)) == len(found), "shown twice"
        assert set(found) <= {*SAID, "lost?"}, "something forged was shown"
        assert self.group() == self.before
        return found

    async def honest_again(self, *also: str) -> None:
        """The honest relay is back; a person resumes what is halted."""
        async with self.lied_to(None) as dana:
            for line in (dana, self.viktor):
                await go_on(line)
            await until(
                dana, lambda: len(texts(dana)) >= len(SAID) + len(also), "everything is there", PATIENCE
            )
            assert sorted(self.shown(dana)) == sorted([*SAID, *also])
        async with impatient(self.vault) as dana:
            await dana.wait_relayed(dana.send_text(CHANNEL, "and on"), PATIENCE)
            await self.viktor.wait_relayed(self.viktor.send_text(CHANNEL, "we go"), PATIENCE)
            await agree([dana, self.viktor])
            assert said(dana) == said(self.viktor)
            assert sorted(one.text for one in texts(dana)) == sorted([*SAID, *also, "and on", "we go"])
        assert self.group() == self.before


async def go_on(line: Line) -> None:
    for _ in range(3):
        await line.wait_caught_up(PATIENCE)
        if halted(line) is None:
            return
        line.resume(CHANNEL, shorter=True)
    await line.wait_caught_up(PATIENCE)
    assert halted(line) is None


def halted(line: Line) -> str | None:
    found = line.channel(CHANNEL).halted
    return None if found is None else found.kind


def events(line: Line) -> list[str]:
    return [one.text for one in line.security_events()]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    with Stage(tmp_path_factory.mktemp("template"), devices(1, 1)) as stage:
        stage.found()
    return stage


@pytest.fixture
def relay(template: Stage, tmp_path: Path) -> Iterator[RelayProcess]:
    """The honest relay with a copy of the template's logs, elsewhere than the charter says."""
    directory = tmp_path / "relay"
    shutil.copytree(template.relay.state.directory, directory)
    settings = directory / "relay.toml"
    settings.write_text(settings.read_text().replace(str(template.relay.port), str(free_port())))
    with RelayProcess(directory) as process:
        yield process


@pytest.fixture
def play(
    template: Stage, relay: RelayProcess, tmp_path: Path
) -> Callable[[Callable[[Scene], asyncio.Future[None]]], None]:
    def copied(stack: ExitStack, name: str) -> Vault:
        one = template.enrolled(name)
        home = tmp_path / one.home.name
        of_its_own(shutil.copytree(one.home, home), one.passphrase)
        return stack.enter_context(Vault.open(home, one.passphrase))

    async def run(story: Callable[[Scene], asyncio.Future[None]]) -> None:
        with ExitStack() as stack:
            dana, viktor = copied(stack, DANA), copied(stack, VIKTOR)
            server = HostileServer(
                relay.state, template.relay.port, relay.port, channel=CHANNEL, victim=dana.device.certificate
            )
            foreign = dana.entries("air", 1, 1)[0].raw
            async with server, impatient(viktor) as line:
                scene = Scene(template, server, dana, line, foreign)
                await line.wait_caught_up(PATIENCE)
                await scene.say()
                await story(scene)

    return lambda story: asyncio.run(run(story))


Play = Callable[[Callable[[Scene], object]], None]

LOGS: dict[str, tuple[Callable[[Scene], Doctor], set[str], list[str]]] = {
    "drop": (lambda scene: doctors.drop(scene.first + 1), {"fork"}, ["one"]),
    "reorder": (lambda scene: doctors.swap(scene.first), {"fork"}, []),
    "duplicate": (lambda scene: doctors.repeat(scene.first), {"fork"}, ["one", "two"]),
    "replay": (
        lambda scene: doctors.insert(
            scene.first + 1, doctors.relabel(scene.raw(scene.first), id=OTHER_ID, at=at(scene, 1))
        ),
        {"fork"},
        ["one", "two"],
    ),
    "another-id": (
        lambda scene: doctors.replace(scene.first, doctors.relabel(scene.raw(scene.first), id=OTHER_ID)),
        {"fork"},
        ["two"],
    ),
    "forged-sender": (
        lambda scene: doctors.insert(scene.first, forged(scene)),
        {"fork"},
        [],
    ),
    "another-channel": (
        lambda scene: doctors.insert(scene.first, doctors.relabel(scene.foreign, at=at(scene, 0))),
        {"fork"},
        [],
    ),
    "time": (
        lambda scene: doctors.replace(scene.first + 1, doctors.relabel(scene.raw(scene.first + 1), at=1)),
        {"fork"},
        ["one", "two"],
    ),
    "rollback": (lambda scene: doctors.cut(scene.first - 2), {"rollback"}, []),
    "log-of-another-channel": (lambda scene: lambda _raws: [scene.foreign], {"rollback"}, []),
}


def at(scene: Scene, place: int) -> int:
    return decode_entry(scene.raw(scene.first + place)).at


def forged(scene: Scene) -> bytes:
    """In Viktor's envelope, what Viktor never said: all that a relay can make without a member's keys."""
    raw = scene.raw(scene.first)
    body = decode_entry(raw).body
    return doctors.relabel(raw, id=OTHER_ID, body=body[:-64] + bytes(64))


@pytest.mark.parametrize("name", LOGS)
def test_a_doctored_log_halts_by_its_name(play: Play, name: str) -> None:
    make, kinds, shown = LOGS[name]

    async def story(scene: Scene) -> None:
        async with scene.lied_to(Lie(log=make(scene))) as dana:
            await until(dana, lambda: halted(dana) is not None, "the channel halts", PATIENCE)
            assert halted(dana) in kinds
            if name != "reorder":
                found = scene.shown(dana)
                assert found == shown or name in ("forged-sender", "another-channel", "another-id"), found
        await scene.honest_again()

    play(story)


def test_two_views_are_found_out_by_both(play: Play) -> None:
    """Dana is shown another last message than Viktor; as soon as she speaks, he knows, and so does she on an honest relay."""

    async def story(scene: Scene) -> None:
        last = scene.first + len(SAID) - 1
        async with scene.lied_to(Lie(log=doctors.flip(last, -1))) as dana:
            await dana.wait_caught_up(PATIENCE)
            assert halted(dana) is None
            await until(
                scene.viktor, lambda: halted(scene.viktor) == "fork", "her receipt betrays the fork", PATIENCE
            )
        async with scene.lied_to(None) as dana:
            await until(dana, lambda: halted(dana) is not None, "she is told too", PATIENCE)
            assert halted(dana) == "rollback"
        await scene.honest_again()

    play(story)


def test_any_flipped_bit_is_refused_or_halts(play: Play) -> None:
    chance = random.Random(4)  # noqa: S311  no secret, and the same every time

    async def story(scene: Scene) -> None:
        for _ in range(8):
            place, offset, bit = (
                scene.first + chance.randrange(4),
                chance.randrange(2000),
                chance.randrange(8),
            )
            async with scene.lied_to(Lie(log=doctors.flip(place, offset, bit))) as dana:
                await until(
                    dana,
                    lambda: halted(dana) is not None or bool(events(dana)),
                    f"bit {bit} of byte {offset} of entry {place} is noticed",
                    PATIENCE,
                )
                found = scene.shown(dana)
                assert SAID[place - scene.first] not in found or halted(dana), (place, offset, bit)
        await scene.honest_again()

    play(story)


ANNOUNCEMENTS: dict[str, Callable[[ChannelState], ChannelState]] = {
    "lower-tail": lambda one: ChannelState(one.name, 1, one.last_commit, one.head),
    "other-head": lambda one: ChannelState(one.name, one.tail, one.last_commit, bytes(32)),
    "other-commit": lambda one: ChannelState(one.name, one.tail, one.last_commit + 1, one.head),
}


@pytest.mark.parametrize("name", ANNOUNCEMENTS)
def test_a_false_announcement_is_a_rollback(play: Play, name: str) -> None:
    async def story(scene: Scene) -> None:
        async with scene.lied_to(None) as dana:
            await until(dana, lambda: len(texts(dana)) == len(SAID), "all is there", PATIENCE)
            await until(dana, lambda: not dana.outbox(), "the receipt is out", PATIENCE)
        async with scene.lied_to(Lie(announce=ANNOUNCEMENTS[name])) as dana:
            await until(dana, lambda: halted(dana) is not None, "the channel halts", PATIENCE)
            assert halted(dana) == "rollback"
        await scene.honest_again()

    play(story)


def test_a_tail_that_never_comes_keeps_a_line_waiting_and_nothing_else(play: Play) -> None:
    async def story(scene: Scene) -> None:
        def announce(one: ChannelState) -> ChannelState:
            return ChannelState(one.name, one.tail + 100, one.last_commit, one.head)

        async with scene.lied_to(Lie(announce=announce)) as dana:
            await until(dana, lambda: len(texts(dana)) == len(SAID), "what is there is shown", PATIENCE)
            with pytest.raises(TimeoutError):
                await dana.wait_caught_up(0.2)
        await scene.honest_again()

    play(story)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_forged_appended_is_named_and_the_message_sent_again(
    play: Play, monkeypatch: pytest.MonkeyPatch, *, elsewhere: bool
) -> None:
    monkeypatch.setattr(desk_module, "PROMISE_KEPT_WITHIN", 300)

    async def story(scene: Scene) -> None:
        async with scene.lied_to(Lie(swallow=True, promise=scene.first if elsewhere else None)) as dana:
            await dana.wait_caught_up(PATIENCE)
            document = dana.send_text(CHANNEL, "lost?")
            await until(
                dana,
                lambda: any("is ours" in one for one in events(dana)),
                "the broken promise is named",
                PATIENCE,
            )
            found = dana.message(CHANNEL, document)
            assert found is not None
            assert found.seq is None
        await scene.honest_again("lost?")

    play(story)


def instead_of(kind: type[RelayFrame], *messages: bytes | str) -> Lie:
    """These WebSocket messages where a frame of this kind belongs."""

    async def wire(connection: ServerConnection, frame: RelayFrame) -> None:
        if not isinstance(frame, kind):
            await send(connection, frame)
            return
        for one in messages:
            await connection.send(one)

    return Lie(wire=wire)


def truncated() -> Lie:
    """Every frame of entries misses its last bytes."""

    async def wire(connection: ServerConnection, frame: RelayFrame) -> None:
        data = frames.encode_frame(frame)
        await connection.send(data[:-3] if isinstance(frame, Entries) else data)

    return Lie(wire=wire)


def cut_off() -> Lie:
    """The connection breaks in the middle of a WebSocket frame of entries."""

    async def wire(connection: ServerConnection, frame: RelayFrame) -> None:
        if isinstance(frame, Entries):
            connection.transport.write(b"\x82\x7e\x01\x00" + frames.encode_frame(frame)[:40])
            connection.transport.close()
        else:
            await send(connection, frame)

    return Lie(wire=wire)


def endless() -> Lie:
    """Garbage for as long as somebody listens."""

    async def wire(connection: ServerConnection, frame: RelayFrame) -> None:
        while isinstance(frame, Entries):
            await connection.send(os.urandom(1000))
        await send(connection, frame)

    return Lie(wire=wire)


WIRES: dict[str, tuple[Callable[[], Lie], str]] = {
    "garbage": (lambda: instead_of(Ready, b"\xc1\xff\x00"), "not a relay frame"),
    "endless-garbage": (endless, "not a relay frame"),
    "oversized": (lambda: instead_of(Entries, bytes(frames.MAX_FRAME + 1)), "1009"),
    "truncated-frame": (truncated, "not a relay frame"),
    "cut-off": (cut_off, "Closed"),
    "text": (lambda: instead_of(Entries, "hello"), "text message"),
    "wrong-nonce": (
        lambda: instead_of(Challenge, msgspec.msgpack.encode(["challenge", bytes(16)])),
        "not a relay frame",
    ),
    "challenge-again": (
        lambda: instead_of(Entries, frames.encode_frame(Challenge(bytes(32)))),
        "in the middle of a session",
    ),
    "unasked-answer": (
        lambda: instead_of(Entries, frames.encode_frame(Answers(CHANNEL, (Appended(OTHER_ID, 1, 1),)))),
        "what was not asked",
    ),
    "unknown-channel": (
        lambda: instead_of(Entries, frames.encode_frame(Entries("caucus.b", 1, (msgspec.Raw(b"\x90"),)))),
        "not followed",
    ),
}


@pytest.mark.parametrize("name", WIRES)
def test_what_breaks_the_protocol_ends_the_session(play: Play, name: str) -> None:
    make, reason = WIRES[name]

    async def story(scene: Scene) -> None:
        async with scene.lied_to(make()) as dana:
            await until(dana, lambda: reason in (dana.status().reason or ""), f"{name} is refused", PATIENCE)
            assert halted(dana) is None
            assert scene.shown(dana) == []
        await scene.honest_again()

    play(story)


@pytest.mark.parametrize(("seq", "name"), [(1, "rewrite"), (1_000_000, "gap")])
def test_entries_at_the_wrong_place_halt(play: Play, seq: int, name: str) -> None:
    async def story(scene: Scene) -> None:
        misplaced = Entries(CHANNEL, seq, (msgspec.Raw(scene.raw(scene.first)),))
        async with scene.lied_to(instead_of(Entries, frames.encode_frame(misplaced))) as dana:
            await until(dana, lambda: halted(dana) is not None, "the channel halts", PATIENCE)
            assert halted(dana) == name
            assert scene.shown(dana) == []
        await scene.honest_again()

    play(story)


def test_a_slow_drip_is_taken_when_it_is_whole_and_not_before(play: Play) -> None:
    async def story(scene: Scene) -> None:
        go_ahead = asyncio.Event()

        async def wire(connection: ServerConnection, frame: RelayFrame) -> None:
            if not isinstance(frame, Entries) or frame.channel != CHANNEL:
                await send(connection, frame)
                return
            data = frames.encode_frame(frame)

            async def drops() -> AsyncIterator[bytes]:
                yield data[:100]
                await go_ahead.wait()
                for start in range(100, len(data), 50):
                    yield data[start : start + 50]

            await connection.send(drops())

        async with scene.lied_to(Lie(wire=wire)) as dana:
            await until(
                dana, lambda: dana.channel(CHANNEL).tail == scene.first + 3, "it is announced", PATIENCE
            )
            assert scene.shown(dana) == []
            go_ahead.set()
            await until(dana, lambda: len(texts(dana)) == len(SAID), "it is whole", PATIENCE)
        await scene.honest_again()

    play(story)
