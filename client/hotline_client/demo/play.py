"""The scenario played over two real lines: founding, the opening, acknowledgments, and what must be true afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from hotline_client.demo.scenario import ANSWERS, CHANNEL, OPENING, Said, must_acknowledge
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView, Receipt
from hotline_protocol.errors import HotlineError
from hotline_protocol.terms import Response

PATIENCE: Final = 20.0
"""Seconds that any one step of the scenario may take over loopback."""


class ScenarioError(HotlineError):
    """The demonstration did not go as it must."""


async def until(line: Line, true: Callable[[], bool], what: str) -> None:
    """Wait for something to become true of `line`; `ScenarioError` with `what` otherwise."""
    try:
        async with asyncio.timeout(PATIENCE):
            if true():
                return
            async for _ in line.changes():
                if true():
                    return
    except TimeoutError:
        if not true():
            raise ScenarioError(f"waited {PATIENCE:g} s in vain: {what}") from None


async def found(ours: Line, theirs: Line) -> None:
    """Both knock; our side founds the channel with the other side's head in it."""
    await asyncio.gather(ours.wait_caught_up(PATIENCE), theirs.wait_caught_up(PATIENCE))
    await until(ours, lambda: bool(_admissible(ours)), "the other delegation's head knocks")
    ours.admit(CHANNEL, _admissible(ours))
    for line in (ours, theirs):
        await until(line, lambda line=line: line.channel(CHANNEL).phase == "member", "both are members")  # type: ignore[misc]


def _admissible(line: Line) -> list[bytes]:
    return [knock.id for knock in line.knocks(CHANNEL) if knock.admissible is None]


async def say(speaker: Line, listener: Line, said: Said) -> MessageView:
    """One message, until the other side's client holds it; that side has then seen it."""
    document = speaker.send_text(CHANNEL, said.text, precedence=said.precedence, response=said.response)
    await speaker.wait_relayed(document, PATIENCE)
    await until(listener, lambda: listener.message(CHANNEL, document) is not None, "the message arrives")
    message = listener.message(CHANNEL, document)
    if message is None or message.seq is None:
        raise ScenarioError("a message arrived and is not in the log")
    listener.mark_seen(CHANNEL, message.seq)
    return message


async def acknowledge(reader: Line, author: Line, document: bytes) -> None:
    """A person of the reading side acknowledges; the author's client shows it."""
    reader.acknowledge(CHANNEL, document)
    await until(
        author, lambda: _receipt(author, document) is Receipt.ACKNOWLEDGED, "the acknowledgment arrives"
    )


def _receipt(line: Line, document: bytes) -> Receipt | None:
    message = line.message(CHANNEL, document)
    return message.receipt if message is not None else None


async def play_opening(ours: Line, theirs: Line, *, ours_acknowledge: bool) -> None:
    """The opening; the counterpart acknowledges what asks for it, we only when `ours_acknowledge` (else it is the user's)."""
    for said in OPENING:
        speaker, listener = (ours, theirs) if said.speaker == "us" else (theirs, ours)
        message = await say(speaker, listener, said)
        if must_acknowledge(said) and (listener is theirs or ours_acknowledge):
            await acknowledge(listener, speaker, message.id)


async def attend(line: Line, *, pause: float) -> None:
    """Be the other delegation's delegate for ever: see, acknowledge what asks for it, and answer, after `pause` seconds."""
    answered = line.channel(CHANNEL).cursor
    turn = 0
    async for _ in line.changes():
        for message in _texts_after(line, answered):
            answered = message.seq or answered
            await asyncio.sleep(pause)
            line.mark_seen(CHANNEL, answered)
            if message.response is not Response.NONE:
                line.acknowledge(CHANNEL, message.id)
            line.send_text(CHANNEL, ANSWERS[turn % len(ANSWERS)], reply_to=message.id)
            turn += 1


def _texts_after(line: Line, seq: int) -> Iterable[MessageView]:
    return [
        message
        for message in line.timeline(CHANNEL, after=seq)
        if message.kind == "text"
        and message.seq is not None
        and message.author is not None
        and not message.author.own
    ]


async def settle(ours: Line, theirs: Line) -> None:
    """Until each side knows that the other has seen what it wrote, and both hold the same log."""
    for line in (ours, theirs):
        await until(line, lambda line=line: not _unseen(line), "every message is seen")  # type: ignore[misc]
    await until(
        ours,
        lambda: ours.channel(CHANNEL).head == theirs.channel(CHANNEL).head,
        "both sides hold the same head",
    )


def _unseen(line: Line) -> list[MessageView]:
    return [
        message
        for message in line.timeline(CHANNEL)
        if message.kind == "text"
        and message.author is not None
        and message.author.own
        and message.receipt not in (Receipt.SEEN, Receipt.ACKNOWLEDGED, Receipt.ANSWERED, Receipt.DECLINED)
    ]


def problems(ours: Line, theirs: Line) -> list[str]:
    """Everything that is not as the scenario says, in words; empty when all is well."""
    found_problems: list[str] = []
    texts = {
        name: [
            message.text
            for message in line.timeline(CHANNEL)
            if message.kind == "text" and message.refused is None
        ]
        for name, line in (("ours", ours), ("theirs", theirs))
    }
    expected = [said.text for said in OPENING]
    for name, seen in texts.items():
        if seen[: len(expected)] != expected:
            found_problems.append(
                f"{name}: expected the opening's {len(expected)} messages in order, saw {len(seen)}"
            )
        if len(set(seen)) != len(seen):
            found_problems.append(f"{name}: a message is shown twice")
    for line, who in ((ours, "ours"), (theirs, "theirs")):
        for message in line.timeline(CHANNEL):
            asked = message.kind == "text" and message.response is not Response.NONE
            if asked and message.receipt is not Receipt.ACKNOWLEDGED and not message.acknowledged:
                found_problems.append(f"{who}: #{message.seq} was not acknowledged")
        if line.channel(CHANNEL).halted is not None:
            found_problems.append(f"{who}: the channel is halted")
    return found_problems
