"""`hotline demo`: the whole product on one machine, with throw-away keys and a scripted counterpart."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path
from types import FrameType

import click

from hotline_client.ceremony.rehearse import TypedStep
from hotline_client.cli.base import output
from hotline_client.cli.base.options import json_option
from hotline_client.line.views import MessageView
from hotline_client.presenters.message import message_record, message_text


@click.command("demo")
@click.option("--headless", is_flag=True, help="Play it without a screen and check that nothing is missing.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep everything it makes in this new directory.",
)
@json_option
def command(*, headless: bool, keep: Path | None) -> None:
    """Start a relay on loopback, make two delegations, and open the client of one on the first days of the line."""
    if not headless:
        from hotline_client.tui.terminal.quirks import need_terminal  # noqa: PLC0415 - a run without a screen needs no Textual

        need_terminal()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    if keep is not None:
        _play(keep.absolute(), headless=headless)
        output.say(f"kept in {keep}")
        return
    with tempfile.TemporaryDirectory(prefix="hotline-demo-") as directory:
        _play(Path(directory) / "demo", headless=headless)


def _leave(_number: int, _frame: FrameType | None) -> None:
    """A closed window ends the demonstration like Ctrl+C: the relay and the counterpart go with it."""
    raise KeyboardInterrupt


def _step(step: TypedStep) -> None:
    output.say(f"{step.who}: {step.typed}")


def _show(side: str, message: MessageView) -> None:
    output.emit({"sees": side, **message_record(message)}, f"{side} sees  {message_text(message)}")


def _play(directory: Path, *, headless: bool) -> None:
    # imported here: what a screen needs is not loaded for a run without one
    from hotline_client.demo import setting  # noqa: PLC0415

    output.say("making a relay and two delegations with throw-away keys")
    made = setting.build(directory, click.get_current_context().find_root().command, _step)
    if headless:
        from hotline_client.demo import headless as without_screen  # noqa: PLC0415

        without_screen.run(made, _show)
        output.say("every message arrived once, in one order, and what asked for it was acknowledged")
    else:
        from hotline_client.demo import live  # noqa: PLC0415

        live.run(made, output.say)
