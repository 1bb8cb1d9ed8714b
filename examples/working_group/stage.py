"""A whole line to play on: a relay process on loopback, two delegations by the real ceremony, and everybody online."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from hotline_client.ceremony import rehearse
from hotline_client.ceremony.rehearse import Device
from hotline_client.cli import hotline
from hotline_client.demo.stage import add_charter, init_relay, running
from hotline_client.line.line import Line
from hotline_client.vault import Vault
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.folds.journal import Journal

PATIENCE = 60.0
"""Seconds that one step may take."""


class Room:
    """Everybody who is on the line, by name."""

    def __init__(self, lines: dict[str, Line]) -> None:
        self.lines = lines

    async def say(self, name: str, body: Body, channel: str = "plenary") -> Target:
        """Somebody says something, and everybody has it; what names it later."""
        line = self.lines[name]
        document = line.say(channel, body)
        said = await line.wait_relayed(document, PATIENCE)
        await self.all_have(said.seq or 0, channel)
        return line.target(channel, document)

    async def all_have(self, seq: int, channel: str = "plenary") -> None:
        """Everybody in the channel has taken the log up to this entry."""
        for line in self.members(channel):
            await until(line, lambda line=line: line.channel(channel).cursor >= seq)  # type: ignore[misc]

    def members(self, channel: str) -> list[Line]:
        """Those who are in a channel."""
        names = {name: {one.name for one in line.channels()} for name, line in self.lines.items()}
        lines = [line for name, line in self.lines.items() if channel in names[name]]
        return [line for line in lines if line.channel(channel).phase == "member"]

    async def journal(self, channel: str = "plenary") -> Journal:
        """What all documents amount to, after making sure that everybody computed the same to the byte.

        Devices say things by themselves (receipts, findings), so wait until all stand at the same entry.
        """
        members = self.members(channel)
        while True:
            before = [line.channel(channel).cursor for line in members]
            await self.all_have(max(before), channel)
            first, *others = (line.read(channel, Journal.encode) for line in members)
            after = [line.channel(channel).cursor for line in members]
            if set(before) == set(after) and len(set(after)) == 1:
                break
        if any(one != first for one in others):
            raise SystemExit(f"two clients disagree about {channel}")
        book = Journal.decode(first)
        if book is None:
            raise SystemExit("a journal cannot be read back")
        return book


@asynccontextmanager
async def room(directory: Path, people: Sequence[Device], channels: Sequence[str]) -> AsyncIterator[Room]:
    """Set everything up below `directory`, found the channels, and let everybody in."""
    relay = init_relay(directory / "relay")
    made = rehearse.run(directory / "ceremony", commands=hotline, relay_card=relay.card, devices=people)
    add_charter(relay, made.relay_charter)
    async with AsyncExitStack() as stack:
        stack.enter_context(running(relay))
        lines: dict[str, Line] = {}
        for one in made.devices:
            vault = stack.enter_context(Vault.open(one.home, one.passphrase))
            lines[one.device.name] = await stack.enter_async_context(Line.open(vault))
        found = Room(lines)
        for channel in channels:
            await _found(found, channel)
        yield found


async def _found(room: Room, channel: str) -> None:
    """A head of side a founds the channel with its own people and the other head, who lets in theirs."""
    able = [line for line in room.lines.values() if channel in {one.name for one in line.channels()}]
    heads = sorted((line for line in able if line.me.role == "head"), key=lambda line: line.me.side)
    for head in heads:
        guests = [line for line in able if line.me.side == head.me.side and line is not head]
        if head is heads[0]:
            guests += heads[1:]
        else:
            await until(head, lambda head=head: head.channel(channel).phase == "member")  # type: ignore[misc]
        wanted = {line.me.fingerprint for line in guests}
        await until(head, lambda head=head, wanted=wanted: wanted <= _at_the_door(head, channel).keys())  # type: ignore[misc]
        if wanted:
            door = _at_the_door(head, channel)
            head.admit(channel, [door[one] for one in wanted])
        for line in guests:
            await until(line, lambda line=line: line.channel(channel).phase == "member")  # type: ignore[misc]


def _at_the_door(head: Line, channel: str) -> dict[bytes, bytes]:
    return {knock.person.fingerprint: knock.id for knock in head.knocks(channel)}


async def until(line: Line, true: Callable[[], bool]) -> None:
    """Wait for something to become true of a line."""
    async with asyncio.timeout(PATIENCE):
        news = line.changes()
        while not true():
            await anext(news)
