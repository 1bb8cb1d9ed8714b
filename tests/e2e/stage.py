"""A whole line for end-to-end tests: a relay process, the ceremony with throw-away keys, and channels founded over the wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

from hotline_client.ceremony import rehearse
from hotline_client.ceremony.rehearse import Device, Enrolled
from hotline_client.cli import hotline
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_client.vault import Vault, keyfile
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.relay.chain import extend, genesis
from hotline_protocol.terms import Arena, Role, Side
from tests.support.relay_process import RelayProcess

CHANNEL = "plenary"
PATIENCE = 120.0
"""Seconds after which a test hangs rather than waits."""
NO_LIMITS = "rate = 1000000\nburst = 1000000\nconnections_per_device = 1000\nbytes_per_day = 1000000000000\n"


def devices(count_a: int, count_b: int) -> list[Device]:
    """So many devices a side, `Alpha 1` and so on; the first of each is the head."""
    counts: tuple[tuple[Side, str, int], ...] = (("a", "Alpha", count_a), ("b", "Bravo", count_b))
    return [
        Device(side, f"{name} {number}", Role.HEAD if number == 1 else Role.OFFICER, tuple(Arena))
        for side, name, count in counts
        for number in range(1, count + 1)
    ]


class Stage:
    """Entering starts the relay, leaving kills it; `online` puts devices on the line in this process. `limits`: the relay's, none by default."""

    def __init__(self, directory: Path, people: Sequence[Device], **ceremony: Any) -> None:
        options = ceremony.pop("relay_options", ())
        limits = ceremony.pop("limits", NO_LIMITS)
        self.relay = RelayProcess(directory / "relay", limits=limits, options=options)
        self.made = rehearse.run(
            directory / "ceremony",
            commands=hotline,
            relay_card=self.relay.state.card,
            devices=people,
            unsafe_testing_cost=keyfile.UNSAFE_TESTING_COST,
            **ceremony,
        )
        self.relay.add_charter(self.made.relay_charter.read_bytes())

    def __enter__(self) -> Self:
        self.relay.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.relay.__exit__(None, None, None)

    def enrolled(self, name: str) -> Enrolled:
        return next(one for one in self.made.devices if one.device.name == name)

    def vault(self, name: str) -> Vault:
        one = self.enrolled(name)
        return Vault.open(one.home, one.passphrase)

    @asynccontextmanager
    async def online(self, *people: str) -> AsyncIterator[list[Line]]:
        """Lines of these devices, caught up."""
        async with AsyncExitStack() as stack:
            lines = []
            for name in people:
                vault = stack.enter_context(self.vault(name))
                lines.append(await stack.enter_async_context(Line.open(vault)))
            await asyncio.gather(*(line.wait_caught_up(PATIENCE) for line in lines))
            yield lines

    def found(self, channel: str = CHANNEL) -> None:
        """Let everybody into a channel."""

        async def work() -> None:
            async with self.online(*(one.device.name for one in self.made.devices)) as lines:
                await found(lines, channel)

        asyncio.run(work())


async def until(line: Line, true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for something to become true of a line."""
    try:
        async with asyncio.timeout(patience):
            news = line.changes()
            while not true():
                await anext(news)
    except TimeoutError:
        raise AssertionError(f"waited {patience:g} s in vain: {what}") from None


async def found(lines: Sequence[Line], channel: str = CHANNEL) -> None:
    """The first line founds the channel with its own side and the other head in it, who then lets in theirs."""
    able = [line for line in lines if channel in {one.name for one in line.channels()}]
    heads = [line for line in able if line.me.role is Role.HEAD]
    for head in heads:
        if head is not heads[0]:
            await until(head, lambda head=head: head.channel(channel).phase == "member", "the head is in")  # type: ignore[misc]
        guests = {
            line.me.fingerprint
            for line in able
            if line.me.side == head.me.side or (head is heads[0] and line in heads)
        } - {head.me.fingerprint}
        await admit(head, guests, channel)
    for line in able:
        await until(line, lambda line=line: line.channel(channel).phase == "member", "everybody is in")  # type: ignore[misc]


async def admit(head: Line, guests: set[bytes], channel: str = CHANNEL) -> None:
    """Let in the holders of these certificates, once all of them knock."""

    def knocks() -> dict[bytes, bytes]:
        return {one.person.fingerprint: one.id for one in head.knocks(channel)}

    await until(head, lambda: guests <= knocks().keys(), "all of them knock")
    present = {one.person.fingerprint for one in head.roster(channel)}
    if present and not guests:
        return
    head.admit(channel, [id_ for fingerprint, id_ in knocks().items() if fingerprint in guests])
    await until(
        head,
        lambda: guests <= {one.person.fingerprint for one in head.roster(channel)},
        "the commit is in the log",
    )


def texts(line: Line, channel: str = CHANNEL) -> list[MessageView]:
    """Every text of the log that counts, in order."""
    return [
        one
        for one in line.timeline(channel, after=0, limit=1_000_000)
        if one.kind == "text" and one.refused is None and one.seq is not None
    ]


def said(line: Line, channel: str = CHANNEL) -> list[tuple[int | None, bytes, str]]:
    """What a line holds, comparable with what another holds."""
    return [(one.seq, one.id, one.text) for one in texts(line, channel)]


async def agree(lines: Sequence[Line], channel: str = CHANNEL) -> bytes:
    """Wait until all stand at the same place of the log; the head there, which must be everybody's."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        views = [line.channel(channel) for line in lines]
        assert not [view.halted for view in views if view.halted]
        tail = max(view.tail or 0 for view in views)
        if {view.cursor for view in views} == {tail}:
            assert len({view.head for view in views}) == 1, "same place, different heads"
            return views[0].head
        await asyncio.sleep(0.05)
    raise AssertionError(f"the lines never stood at the same place: {[view.cursor for view in views]}")


def recomputed_head(vault: Vault, channel: str, cursor: int) -> bytes:
    """The head over the raw entries that a vault keeps, computed anew."""
    charter = vault.device.charter
    assert charter is not None
    head = genesis(SignedCharter.decode(charter).content().link_id, channel)
    kept = vault.entries(channel, 1, cursor)
    assert [one.seq for one in kept] == list(range(1, cursor + 1))
    for one in kept:
        head = extend(head, one.seq, one.raw)
    return head
