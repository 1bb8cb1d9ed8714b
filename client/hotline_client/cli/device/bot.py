"""`hotline bot`: a program that runs for months and says, hears and answers what its file lists; and how it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import structlog

from hotline_client.bots import file as bot_file
from hotline_client.bots.file import BotFile, install
from hotline_client.bots.metrics import read_address
from hotline_client.bots.running import Bot
from hotline_client.bots.signs import last_sign
from hotline_client.cli.base.session import Invocation, line_command
from hotline_client.cli.talk.watch import written
from hotline_client.errors import Unreachable
from hotline_protocol.dtg import dtg
from hotline_protocol.text import show

FILE = click.Path(path_type=Path)


@click.group("bot")
def command() -> None:
    """Run a program that says things by the clock, hands what comes to handlers, and obeys a list of commands."""


def _harmless(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: show(value) if isinstance(value, str) else value for key, value in event.items()}


@line_command("run", group=command)
@click.argument("file", type=FILE, required=False)
@click.option("--metrics", metavar="HOST:PORT", help="Serve Prometheus metrics there; loopback only.")
async def run(session: Invocation, *, file: Path | None, metrics: str | None) -> None:
    """Run until SIGTERM: what FILE lists, and every schedule that is kept already.

    Logs are JSON on stderr, without contents. Under systemd it says when it is ready and that it is alive.
    """
    given = BotFile([], [], (), ()) if file is None else bot_file.read(file)
    address = None if metrics is None else read_address(metrics)
    install(session.vault, session.line, given)
    logger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _harmless,
            structlog.processors.JSONRenderer(),
        ],
    )

    def tell(event: str, facts: dict[str, Any]) -> None:
        logger.info(event, **facts)

    bot = Bot(session.vault, session.line, given, written, tell)
    async with session.line:
        await bot.run(address=address)


@line_command("status", group=command)
async def status(session: Invocation) -> None:
    """How the bot of this device is. Exit 3 if none is running."""
    record = {"type": "bot", "alive": False, **last_sign(session.vault)}
    session.emit(record, _text(record) if "at" in record else "no bot ever ran on this device")
    if not record["alive"]:
        raise Unreachable("no bot is running on this device; start one with `hotline bot run FILE`")


def _text(record: dict[str, Any]) -> str:
    state = "RUNNING" if record["alive"] else "NOT RUNNING"
    lines = [
        f"{state}, last sign of life {dtg(int(record['at'] * 1000))}, since {dtg(int(record['since'] * 1000))}"
    ]
    lines.append("line up" if record["up"] else "line DOWN")
    if record.get("waits"):
        lines.append(f"WAITS, nothing is said: {show(record['waits'])}")
    skip = {
        "type",
        "alive",
        "pid",
        "since",
        "at",
        "up",
        "drift_seconds",
        "waits",
        "clock_in_doubt",
        "put_back",
    }
    lines += [f"{name.replace('_', ' ')}: {value}" for name, value in record.items() if name not in skip]
    return "\n".join(lines)
