"""`hotline`: the command line. Each command's module is loaded when it is used, so that `--help` costs click alone.

Rules: a command is `hotline_client.cli.<name>:command`, listed in `COMMANDS`; it raises, it never exits; what it
prints goes through `output.emit`; `exits` alone knows codes and error messages.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NoReturn

import click

from hotline_client.cli import exits
from hotline_client.words.texts import arguments

COMMANDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "demo": ("hotline_client.cli.device.demo:command", "See the whole product on one machine."),
        "rehearse": (
            "hotline_client.cli.custody.rehearse:command",
            "Play the whole ceremony with throw-away keys.",
        ),
        "authority": (
            "hotline_client.cli.custody.authority:command",
            "Keep a delegation's offline authority.",
        ),
        "charter": (
            "hotline_client.cli.custody.charter:command",
            "Draft, read and sign the charter of a line.",
        ),
        "enrol": (
            "hotline_client.cli.custody.enrol:command",
            "Make this device's key and install its certificate.",
        ),
        "tui": ("hotline_client.cli.device.tui:command", "Open the terminal client."),
        "send": ("hotline_client.cli.talk.send:command", "Send a message."),
        "watch": ("hotline_client.cli.talk.watch:command", "Print messages as they come."),
        "search": ("hotline_client.cli.talk.search:command", "Find messages by their words."),
        "ack": ("hotline_client.cli.talk.ack:command", "Acknowledge a message, by name."),
        "respond": (
            "hotline_client.cli.talk.respond:command",
            "Answer what asks for an answer; see what is open.",
        ),
        "correct": ("hotline_client.cli.talk.correct:correct", "Put other words in the place of your own."),
        "withdraw": ("hotline_client.cli.talk.correct:withdraw", "Take back a message of your own."),
        "translate": (
            "hotline_client.cli.talk.correct:translate",
            "Put a courtesy translation beside a message.",
        ),
        "agenda": ("hotline_client.cli.group.agenda:command", "Items from proposal to outcome."),
        "meeting": (
            "hotline_client.cli.group.meeting:command",
            "Time, place and level of meetings; calendars.",
        ),
        "notice": (
            "hotline_client.cli.group.notice:command",
            "Announce who does what, where and when; maps.",
        ),
        "line": (
            "hotline_client.cli.device.line:command",
            "Check the other side's machines; say who attends.",
        ),
        "duty": ("hotline_client.cli.group.duty:command", "Who has the watch, and handing it over."),
        "minutes": (
            "hotline_client.cli.group.minutes:command",
            "One text, signed by both heads; and its paper.",
        ),
        "roster": (
            "hotline_client.cli.group.roster:command",
            "See who is in and who knocks; admit, remove, revoke.",
        ),
        "outbox": ("hotline_client.cli.talk.outbox:command", "See what is not sent yet."),
        "log": (
            "hotline_client.cli.device.log:command",
            "See where the logs stand; resume a halted channel.",
        ),
        "schedule": (
            "hotline_client.cli.device.schedule:command",
            "Say things by the clock; see what became of it.",
        ),
        "bot": (
            "hotline_client.cli.device.bot:command",
            "Run a program that says, hears and obeys; see how it is.",
        ),
        "record": (
            "hotline_client.cli.device.record:command",
            "Write a log to a file; verify such a file offline.",
        ),
        "backup": ("hotline_client.cli.device.backup:backup", "Copy this device's vault to a file, safely."),
        "restore": ("hotline_client.cli.device.backup:restore", "Make this device's vault from such a file."),
        "recover": (
            "hotline_client.cli.device.recover:command",
            "Go on after the vault was put back from a copy.",
        ),
        "doctor": (
            "hotline_client.cli.device.doctor:command",
            "Check everything that can be wrong with a set-up.",
        ),
    }
)
"""Name → where its click command is, and its one line in `hotline --help`."""


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported one by one."""

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the table's order: the order in which a newcomer needs them."""
        del ctx
        return list(self._at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in self._at:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._at[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError("the table of commands names something else")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help text, from the table alone: nothing is imported."""
        del ctx
        rows = [(name, summary) for name, (_, summary) in self._at.items()]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Click's, but a reader that goes away while help is printed stays ours to report."""
        with exits.noticing_readers():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Click's, with the same exception."""
        with exits.noticing_readers():
            return super().invoke(ctx)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run, and end the process with a code of `exits.Exit` whatever happened."""
        given = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in itertools.takewhile(lambda word: word != "--", given)
        extra["standalone_mode"] = False
        try:
            result = super().main(arguments(given), *rest, **extra)
            sys.stdout.flush()
        except BaseException as error:  # noqa: BLE001 - the last frame of the program: all that is left is to say it
            code = exits.report(error, as_json=as_json)
            if code is exits.Exit.BROKEN_PIPE:
                exits.silence_stdout()
            sys.exit(int(code))
        sys.exit(result if isinstance(result, int) else 0)


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline", message="hotline %(version)s")
def hotline() -> None:
    """One line that is always open between exactly two delegations.

    Words on it are encrypted end to end, signed by the person who wrote them and acknowledged by a person who read
    them. `hotline demo` shows it; `hotline rehearse DIR` shows how it is set up.
    """


def main() -> NoReturn:
    """The program `hotline`."""
    hotline.main(prog_name="hotline")
