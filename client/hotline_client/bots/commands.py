"""Commands that people may give a bot: an allow-list with typed arguments; the program gets them as JSON, never through a shell.

B1  a command is a text that begins with `!` and the name of a command of the bot's file, in a channel that the file names for it
B2  only persons give commands, of the sides that the file names; a program's text is never one
B3  every argument has a type: a whole number with bounds, one of several words, or a word of letters, digits, dots and dashes
B4  what does not fit is answered with what was expected, and nothing is started
B5  the answer is a text that refers to the command; what the program printed is shown harmless and cut
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import msgspec

from hotline_client.line.views import MessageView
from hotline_client.schedules.handlers import KILLED
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import PERSON_ROLES
from hotline_protocol.text import show

MARK: Final = "!"
MAX_ANSWER: Final = 2000
"""Characters of what a program printed that the answer shows."""
_LARGEST: Final = 2**53
Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9-]{0,31}\Z")]


class _Argument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """One typed argument (B3)."""

    name: Name


class IntArgument(_Argument, frozen=True, tag="int"):
    """A whole number with bounds, both included."""

    min: int = -_LARGEST
    max: int = _LARGEST

    @property
    def expected(self) -> str:
        """In words."""
        return f"a whole number from {self.min} to {self.max}"

    def read(self, typed: str) -> int | None:
        """The value; None if it is not what is expected."""
        fits = re.fullmatch(r"-?[0-9]{1,16}", typed) and self.min <= int(typed) <= self.max
        return int(typed) if fits else None


class ChoiceArgument(_Argument, frozen=True, tag="choice"):
    """One of several words."""

    choices: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

    @property
    def expected(self) -> str:
        """In words."""
        return f"one of {', '.join(self.choices)}"

    def read(self, typed: str) -> str | None:
        """The value; None if it is not what is expected."""
        return typed if typed in self.choices else None


class WordArgument(_Argument, frozen=True, tag="word"):
    """A name of something."""

    @property
    def expected(self) -> str:
        """In words."""
        return "letters, digits, dots and dashes"

    def read(self, typed: str) -> str | None:
        """The value; None if it is not what is expected."""
        return typed if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", typed) else None


class Command(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"argv": "exec", "arguments": "args"}
):
    """What may be asked of a bot, as its file says it. `timeout` in s."""

    name: Name
    argv: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    arguments: tuple[IntArgument | ChoiceArgument | WordArgument, ...] = ()
    channels: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("plenary",)
    sides: Literal["own", "both"] = "own"
    timeout: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 30

    @property
    def usage(self) -> str:
        """How it is given."""
        return " ".join([f"{MARK}{self.name}", *(f"<{one.name}>" for one in self.arguments)])

    def values(self, given: Sequence[str]) -> dict[str, int | str]:
        """The arguments by name. UsageError says what was expected (B4)."""
        if len(given) != len(self.arguments):
            raise UsageError(f"expected {self.usage}")
        found: dict[str, int | str] = {}
        for one, typed in zip(self.arguments, given, strict=True):
            value = one.read(typed)
            if value is None:
                raise UsageError(f"{one.name}: expected {one.expected}; got {show(typed[:40])}")
            found[one.name] = value
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that somebody may give, with its arguments."""

    command: Command
    values: Mapping[str, int | str] = field(default_factory=dict)


def asked(commands: Sequence[Command], message: MessageView) -> Asked | None:
    """What a message asks for; None if it is no command (B1, B2). UsageError if it is one that does not fit (B3)."""
    author = message.author
    if (
        message.kind != "text"
        or message.refused is not None
        or not message.text.startswith(MARK)
        or author is None
        or author.me
        or author.role not in PERSON_ROLES
    ):
        return None
    name, *given = message.text[len(MARK) :].split()[:64] or [""]
    command = next((one for one in commands if one.name == name), None)
    if command is None or message.channel not in command.channels:
        return None
    if command.sides == "own" and not author.own:
        return None
    return Asked(command, command.values(given))


async def run(one: Asked, message: MessageView) -> str:
    """Start the program, and what is answered (B5)."""
    author = message.author
    given = {
        "command": one.command.name,
        "arguments": dict(one.values),
        "channel": message.channel,
        "id": message.id.hex(),
        "by": {} if author is None else {"name": author.name, "role": str(author.role), "side": author.side},
    }
    process = await asyncio.create_subprocess_exec(
        *one.command.argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin"},
    )
    try:
        async with asyncio.timeout(one.command.timeout):
            printed, _ = await process.communicate(json.dumps(given).encode() + b"\n")
            code = process.returncode
    except TimeoutError:
        process.kill()
        await process.wait()
        printed, code = b"", KILLED
    words = show(printed[: 4 * MAX_ANSWER].decode("utf-8", "replace"), lines=True).strip()[:MAX_ANSWER]
    state = "done" if code == 0 else "took too long" if code == KILLED else f"ended with {code}"
    return f"{one.command.name}: {state}" + (f"\n{words}" if words else "")
