"""Waiting for what becomes of a message: acknowledged by enough persons, answered. What has happened already counts."""

from __future__ import annotations

from typing import Final, Literal

from hotline_client.errors import AckTimeout, Declined
from hotline_client.line.line import Line
from hotline_client.line.silence import silence_text
from hotline_client.line.views import MessageView
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.phases import Phase
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES

Acks = Literal["any", "all"] | int
"""Whose acknowledgment is enough: one person of the other side, everybody of it who may write in the channel, or so many."""

_CLOSED: Final = frozenset({Phase.ANSWERED, Phase.DECLINED})


def read_acks(typed: str) -> Acks:
    """`any`, `all` or a number from 1. UsageError."""
    if typed == "any":
        return "any"
    if typed == "all":
        return "all"
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= 1000:
        return int(typed)
    raise UsageError(f"expected any, all or a number from 1, not {typed[:20]!r}")


def is_acknowledged(line: Line, message: MessageView, acks: Acks = "any") -> bool:
    """Whether enough persons of the other side acknowledged its present words."""
    people = {
        mark.person.fingerprint
        for mark in message.acknowledged
        if not mark.person.own and mark.person.role in PERSON_ROLES
    }
    if acks == "all":
        return bool(people) and people >= _everybody(line, message.channel)
    return len(people) >= (1 if acks == "any" else acks)


def _everybody(line: Line, channel: str) -> set[bytes]:
    return {
        one.person.fingerprint
        for one in line.roster(channel)
        if one.current and not one.person.own and one.person.role in PERSON_ROLES & WRITING_ROLES
    }


async def acknowledged(
    line: Line, channel: str, document: bytes, seconds: float | None, acks: Acks = "any"
) -> MessageView:
    """The message once enough persons of the other side acknowledged it; AckTimeout otherwise."""

    def enough() -> bool:
        now = line.message(channel, document)
        return now is not None and is_acknowledged(line, now, acks)

    await line.until(enough, seconds)
    message = line.message(channel, document)
    if message is None or not is_acknowledged(line, message, acks):
        state = message.receipt if message else "QUEUED"
        count = 0 if message is None else len(message.acknowledged)
        who = "nobody" if not count else f"only {count}"
        raise AckTimeout(f"sent, but {who} acknowledged it within {seconds or 0:g} s; it is {state}")
    return message


async def answered(line: Line, channel: str, document: bytes, seconds: float | None) -> MessageView:
    """The message once the other side answered it; Declined if that is a no, AckTimeout if there is none in time."""

    def closed() -> bool:
        now = line.message(channel, document)
        return now is not None and now.phase in _CLOSED

    await line.until(closed, seconds)
    message = line.message(channel, document)
    if message is None or message.phase not in _CLOSED:
        words = silence_text(message) if message else "undelivered"
        raise AckTimeout(f"sent, but nobody answered it within {seconds or 0:g} s: {words}")
    if message.phase is Phase.DECLINED:
        raise Declined(f"the other side answered: {silence_text(message)}")
    return message
