"""The file of a bot: schedules and expectations, handlers for what comes, and commands that people may give it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from hotline_client.bots.commands import Command
from hotline_client.line.line import Line
from hotline_client.schedules.definitions import EXPECT
from hotline_client.schedules.file import MAX_FILE, definition, hook, tables
from hotline_client.schedules.model import Argv, Expectation, Name, Schedule, Seconds
from hotline_client.vault import Vault
from hotline_client.words.texts import read_toml
from hotline_protocol.errors import FormatError, UsageError
from hotline_protocol.text import show

_OWN: Final = ("handler", "command")


class HandlerTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"argv": "exec"}):
    """A `[[handler]]`: a program for each event of these channels (all, if none is named), read from a place of this name."""

    name: Name
    argv: Argv
    channels: tuple[str, ...] = ()
    timeout: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    give_up: Seconds = Seconds(86_400)


@dataclass(frozen=True, slots=True)
class BotFile:
    """All that a bot does."""

    schedules: list[Schedule]
    expectations: list[Expectation]
    handlers: tuple[HandlerTable, ...]
    commands: tuple[Command, ...]


def read(path: Path) -> BotFile:
    """FormatError names the table and the key."""
    given = read_toml(path, "the bot's file", limit=MAX_FILE)
    own = {name: given.pop(name, []) for name in _OWN}
    schedules, expectations = tables(given, path)
    handlers = _all(own["handler"], HandlerTable, f"{show(path.name)}, handler")
    commands = _all(own["command"], Command, f"{show(path.name)}, command")
    for kind, names in (
        ("handler", [one.name for one in handlers]),
        ("command", [one.name for one in commands]),
    ):
        if len(set(names)) != len(names):
            raise FormatError(f"{show(path.name)}: two [[{kind}]] tables have one name")
    return BotFile(schedules, expectations, handlers, commands)


def _all(listed: Any, kind: type[Any], place: str) -> tuple[Any, ...]:
    if not isinstance(listed, list):
        raise FormatError(f"{place}: write it with two brackets")
    found = []
    for number, one in enumerate(listed, 1):
        try:
            found.append(msgspec.convert(one, kind, strict=True, dec_hook=hook))
        except msgspec.ValidationError as error:
            raise FormatError(f"{place} {number}: {show(str(error))}") from None
    return tuple(found)


def install(vault: Vault, line: Line, file: BotFile) -> None:
    """Keep what a file says. UsageError if this device has no channel of a name."""
    known = {view.name for view in line.channels()}
    everything: list[Schedule | Expectation] = [*file.schedules, *file.expectations]
    for one in everything:
        if one.channel not in known:
            here = ", ".join(sorted(known))
            raise UsageError(f"{one.name}: this device has no channel {show(one.channel)}; it has {here}")
    named = [(one.name, definition(one)) for one in file.schedules]
    named += [(EXPECT + one.name, definition(one)) for one in file.expectations]
    vault.schedules.put(named, int(time.time()))
