"""What happens in a world, as data: a seed, who is there, and a list of events that can be printed, kept and shortened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happens `at` ms after the beginning; `do` names the act (`world.acts`), `who` the machine."""

    at: int
    do: str
    who: str = ""
    args: dict[str, Any] = {}

    def __str__(self) -> str:
        minutes, rest = divmod(self.at / 1000, 60)
        more = " ".join(f"{key}={value}" for key, value in self.args.items())
        return f"{int(minutes):6d}:{rest:06.3f}  {self.do} {self.who} {more}".rstrip()


class Script(msgspec.Struct, frozen=True, omit_defaults=True):
    """A world before it runs. `faults`: names of the generators whose events are in it; `founded`: the channel exists at the start."""

    seed: int
    cast: str
    events: tuple[Event, ...] = ()
    faults: tuple[str, ...] = ()
    suite: int = 0x0001
    relays: int = 1
    founded: bool = True

    def without(self, events: tuple[Event, ...]) -> Script:
        """The same world with these events only."""
        return msgspec.structs.replace(self, events=events)


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A world that was kept. `violates`: the checkers that speak up today; `mended`: its own row is not found any more, and they speak of others."""

    name: str
    script: Script
    violates: tuple[str, ...] = ()
    says: str = ""
    mended: bool = False


def read_kept(path: Path) -> Kept:
    return msgspec.json.decode(path.read_bytes(), type=Kept)


def write_kept(path: Path, kept: Kept) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
