"""The whole ceremony with throw-away keys, by the very commands two real delegations type, each shown with its outcome.

A rehearsal plays every person: it reads digits out and types them, and gives each command its passphrase over a pipe
where a person would be asked. The keys it makes are worth nothing to a real line, whatever guards them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

from hotline_client import files
from hotline_client.vault import keyfile
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import Arena, Role, Side


@dataclass(frozen=True, slots=True)
class Device:
    """A device to enrol in a rehearsal. `grant`: more words of `authority approve`, such as a bot's limits."""

    side: Side
    name: str
    role: Role
    arenas: tuple[Arena, ...] = ()
    grant: tuple[str, ...] = ()


DEVICES: Final = (
    Device("a", "Alpha Head", Role.HEAD, tuple(Arena)),
    Device("b", "Bravo Head", Role.HEAD, tuple(Arena)),
)


@dataclass(frozen=True, slots=True)
class Throwaway:
    """The click `obj` of a rehearsal: keys made under it are worth nothing. No command line can bring it about."""

    unsafe_testing_cost: keyfile.Cost | None


@dataclass(frozen=True, slots=True)
class TypedStep:
    """One thing that was done: who did it, the command as typed, what was typed when asked, what it printed."""

    who: str
    typed: str
    answers: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device ready for the line: its home directory and the passphrase of its vault."""

    device: Device
    home: Path
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Everything a rehearsal made."""

    directory: Path
    authorities: tuple[Path, Path]
    authority_passphrases: tuple[str, str] = field(repr=False)
    charter: Path
    relay_charter: Path
    relay_card: Path
    devices: tuple[Enrolled, ...]

    def home(self, name: str) -> Path:
        """The home directory of the device of that name."""
        return next(enrolled.home for enrolled in self.devices if enrolled.device.name == name)


def run(
    directory: Path,
    *,
    commands: click.Command,
    relay_card: Path,
    devices: Sequence[Device] = DEVICES,
    delegations: tuple[str, str] = ("ALPHA", "BRAVO"),
    progress: Callable[[TypedStep], None] = lambda _step: None,
    unsafe_testing_cost: keyfile.Cost | None = None,
) -> Rehearsed:
    """Play the ceremony in a new `directory` by typing `commands`, the program `hotline`.

    `progress` is told of each step when it is done. `unsafe_testing_cost` makes it fast for tests and the demo.
    """
    if delegations[0] == delegations[1] or len({device.name for device in devices}) != len(devices):
        raise UsageError("a rehearsal needs two delegations and devices of different names")
    card = relay_card.absolute()
    directory = directory.absolute()
    files.must_be_absent(directory)
    files.private_directory(directory)
    return _Rehearsal(
        directory,
        commands=commands,
        relay_card=card,
        delegations=delegations,
        progress=progress,
        cost=unsafe_testing_cost,
    ).play(devices)


class _Rehearsal:
    """The players' memory while a rehearsal runs."""

    def __init__(
        self,
        directory: Path,
        *,
        commands: click.Command,
        relay_card: Path,
        delegations: tuple[str, str],
        progress: Callable[[TypedStep], None],
        cost: keyfile.Cost | None,
    ) -> None:
        self._commands = commands
        self._directory = directory
        self._relay_card = relay_card
        self._names: dict[Side, str] = {"a": delegations[0], "b": delegations[1]}
        self._dirs: dict[Side, Path] = {"a": directory / "authority-a", "b": directory / "authority-b"}
        self._passphrases: dict[Side, str] = {"a": _passphrase(), "b": _passphrase()}
        self._cards: dict[Side, dict[str, Any]] = {}
        self._charter = directory / "charter"
        self._relay_charter = directory / "relay-charter"
        self._progress = progress
        self._setup = Throwaway(cost)

    def play(self, devices: Sequence[Device]) -> Rehearsed:
        for side in self._names:
            self._init(side)
        self._pair("a", "b")
        self._pair("b", "a")
        self._draft()
        for side in self._names:
            self._sign(side)
        self._copy()
        enrolled = tuple(self._enrol(device, number) for number, device in enumerate(devices, 1))
        return Rehearsed(
            self._directory,
            (self._dirs["a"], self._dirs["b"]),
            (self._passphrases["a"], self._passphrases["b"]),
            self._charter,
            self._relay_charter,
            self._relay_card,
            enrolled,
        )

    def _init(self, side: Side) -> None:
        words = ["authority", "init", "--delegation", self._names[side], str(self._dirs[side])]
        self._cards[side] = self._do(self._custodian(side), words, passphrase=self._passphrases[side])

    def _pair(self, side: Side, peer: Side) -> None:
        words = ["authority", "pair", self._cards[peer]["card"], "--authority", str(self._dirs[side])]
        self._do(self._custodian(side), words, digits=self._cards[peer]["digits"])

    def _draft(self) -> None:
        words = ["charter", "draft", "--a", self._cards["a"]["card"], "--b", self._cards["b"]["card"]]
        words += ["--relay", str(self._relay_card), "--purpose", "Rehearsal with throw-away keys"]
        words += ["--authority", str(self._dirs["a"]), str(self._charter)]
        self._do(self._custodian("a"), words)

    def _sign(self, side: Side) -> None:
        words = ["charter", "sign", str(self._charter), "--authority", str(self._dirs[side])]
        self._do(self._custodian(side), words, passphrase=self._passphrases[side])

    def _copy(self) -> None:
        words = ["charter", "relay-copy", str(self._charter), str(self._relay_charter)]
        self._do(self._custodian("a"), words)

    def _enrol(self, device: Device, number: int) -> Enrolled:
        stem = f"device-{number}"
        home, asked = self._directory / stem, self._directory / f"{stem}.request"
        issued, passphrase = self._directory / f"{stem}.cert", _passphrase()
        at_home = ["--home", str(home)]
        shown = self._do(
            device.name,
            ["enrol", "request", "--name", device.name, str(asked), *at_home],
            passphrase=passphrase,
        )
        words = ["authority", "approve", str(asked), "--role", str(device.role)]
        words += [word for arena in device.arenas for word in ("--arena", str(arena))]
        words += [*device.grant, "--authority", str(self._dirs[device.side])]
        self._do(
            self._custodian(device.side),
            words,
            digits=shown["digits"],
            passphrase=self._passphrases[device.side],
        )
        words = ["enrol", "install", str(issued), "--charter", str(self._charter), *at_home]
        self._do(device.name, words, passphrase=passphrase)
        return Enrolled(device, home, passphrase)

    def _custodian(self, side: Side) -> str:
        return f"custodian of {self._names[side]}"

    def _do(
        self, who: str, words: list[str], *, digits: str | None = None, passphrase: str | None = None
    ) -> dict[str, Any]:
        """Run one command in this process and tell `progress`; the facts it printed as JSON."""
        answers = [f"the 30 digits read out: {digits}"] if digits else []
        answers += ["the passphrase"] if passphrase else []
        given = [*words, "--json", *(["--digits", digits] if digits else [])]
        with _pipe(passphrase) as source:
            printed = self._invoke(
                [*given, *(["--passphrase-fd", str(source)] if source is not None else [])]
            )
        facts: dict[str, Any] = json.loads(printed)
        typed = shlex.join(["hotline", *(_short(word, self._directory) for word in words)])
        self._progress(TypedStep(who, typed, tuple(answers), _outcome(facts)))
        return facts

    def _invoke(self, words: list[str]) -> str:
        printed = io.StringIO()
        context = self._commands.make_context("hotline", words, obj=self._setup)
        with contextlib.redirect_stdout(printed), context:
            self._commands.invoke(context)
        return printed.getvalue()


@contextlib.contextmanager
def _pipe(passphrase: str | None) -> Iterator[int | None]:
    """The read end of a pipe with `passphrase` in it."""
    if passphrase is None:
        yield None
        return
    read, write = os.pipe()
    try:
        os.write(write, passphrase.encode() + b"\n")
        os.close(write)
        yield read
    finally:
        os.close(read)


def _passphrase() -> str:
    return os.urandom(12).hex()


def _short(word: str, directory: Path) -> str:
    return word.replace(f"{directory}{os.sep}", "")


_TOLD: Final = (
    "delegation", "digits", "paired", "name", "role", "serial", "link_digits", "signed_by", "channels",
)  # fmt: skip


def _outcome(facts: dict[str, Any]) -> str:
    """The facts of a command's record that a person would look for, in a line."""
    told = ((key.replace("_", " "), facts[key]) for key in _TOLD if facts.get(key))
    return "; ".join(label if value is True else f"{label}: {_words(value)}" for label, value in told)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(item["name"] if isinstance(item, dict) else str(item) for item in value)
    return str(value)
