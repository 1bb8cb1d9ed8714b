"""A bot at work: its schedules, expectations, handlers and commands over one line, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from hotline_client.bots import commands, metrics
from hotline_client.bots.file import BotFile
from hotline_client.bots.notify import Notifier
from hotline_client.bots.readers import Reader, Written
from hotline_client.bots.signs import SIGN, leave_sign
from hotline_client.connection.health import LineState
from hotline_client.line.follow import Follower
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_client.schedules.definitions import EXPECT
from hotline_client.schedules.handlers import Handler
from hotline_client.schedules.runner import Runner
from hotline_client.vault import Vault
from hotline_client.vault.schedules import Parked
from hotline_protocol.errors import HotlineError, UsageError

COMMANDS: Final = "bot.commands"
"""The place from which commands are read."""

Tell = Callable[[str, dict[str, Any]], None]
"""Told what happened: an event's name and its facts, never contents."""


class Bot:
    """Over an entered line. `written`: how handlers get a message."""

    def __init__(self, vault: Vault, line: Line, file: BotFile, written: Written, tell: Tell) -> None:
        self._vault = vault
        self._line = line
        self._file = file
        self._tell = tell
        self.runner: Final = Runner(line, vault.schedules, clock=time.time)
        self._readers = [
            Reader(
                one.name,
                self._follower(one.channels, f"handler.{one.name}"),
                Handler(one.argv, one.timeout, one.give_up),
                vault.schedules,
                written,
            )
            for one in file.handlers
        ]
        self._commands = self._follower(
            sorted({name for one in file.commands for name in one.channels}), COMMANDS
        )
        self._started = time.time()

    def _follower(self, channels: Sequence[str], name: str) -> Follower:
        names = tuple(channels) or tuple(view.name for view in self._line.channels())
        return Follower(self._line, names, self._vault, name)

    async def run(self, *, address: tuple[str, int] | None = None, notifier: Notifier | None = None) -> None:
        """Until SIGTERM or SIGINT. What was begun is finished or was never begun."""
        notifier = notifier or Notifier()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        serving: AbstractContextManager[None] = (
            nullcontext() if address is None else metrics.serving(address, self.numbers)
        )
        with serving:
            jobs = [
                self.runner.run(),
                self._sign(),
                notifier.watchdog(self._status),
                *map(self._read, self._readers),
            ]
            if self._file.commands:
                jobs.append(self._obey())
            tasks = [asyncio.create_task(job) for job in jobs]
            notifier.say(READY="1", STATUS=self._status() or "")
            self._tell("started", {"schedules": len(self._vault.schedules.all())})
            stopping = asyncio.create_task(stop.wait())
            try:
                done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            finally:
                notifier.say(STOPPING="1")
                for task in (stopping, *tasks):
                    task.cancel()
                await asyncio.gather(stopping, *tasks, return_exceptions=True)
                self._tell("stopped", {})
            for task in done - {stopping}:
                task.result()

    # --- supervision

    def _status(self) -> str | None:
        """In a line, for the service manager."""
        now = self.numbers()
        return (
            f"line {'up' if now['up'] else 'DOWN'}, {now['schedules']} schedules, {now['problems']} problems, "
            f"{now['unacknowledged']} unacknowledged, outbox {now['outbox']}"
            + (f"; WAITS: {self.runner.waits()}" if self.runner.waits() is not None else "")
        )

    def numbers(self) -> dict[str, metrics.Number]:
        """What metrics and `bot status` show."""
        counters = self.runner.counters
        stored = self._vault.schedules.all()
        return {
            "up": int(self._line.status().state is not LineState.DOWN),
            "outbox": len(self._line.outbox()),
            "unacknowledged": len(self._vault.schedules.open()),
            "schedules": sum(not one.name.startswith(EXPECT) for one in stored),
            "problems": len(self.runner.problems),
            "paused": sum(one.paused for one in stored),
            "parked": len(self._vault.schedules.parked()),
            "clock_in_doubt": int(self._line.put_back() is None and self.runner.waits() is not None),
            "put_back": int(self._line.put_back() is not None),
            "drift_seconds": counters.drift,
            "slots_sent": counters.sent,
            "slots_late": counters.late,
            "slots_skipped": counters.skipped,
            "slots_elsewhere": counters.elsewhere,
            "steps": counters.steps,
            "alarms": counters.alarms,
        }

    async def _sign(self) -> None:
        while True:
            facts: dict[str, Any] = {
                "pid": os.getpid(),
                "since": self._started,
                "at": time.time(),
                **self.numbers(),
            }
            facts["waits"] = self.runner.waits()
            await asyncio.to_thread(leave_sign, self._vault, facts)
            await asyncio.sleep(SIGN)

    # --- what comes

    async def _read(self, reader: Reader) -> None:
        news = self._line.changes()
        while True:
            for parked in await reader.take_new():
                self._report(parked)
            await anext(news)

    def _report(self, parked: Parked) -> None:
        facts = {"handler": parked.reader, "channel": parked.channel, "seq": parked.seq, "code": parked.code}
        self._tell("parked", facts)

    async def _obey(self) -> None:
        news = self._line.changes()
        while True:
            for lines in self._commands.new():
                for message in lines:
                    await self._answer(message)
                self._commands.commit(lines[-1].channel, lines[-1].seq or 0)
            await anext(news)

    async def _answer(self, message: MessageView) -> None:
        """An answer has its command's id as key: after a crash in between it is not said twice."""
        try:
            asked = commands.asked(self._file.commands, message)
            if asked is None:
                return
            text = await commands.run(asked, message)
            self._tell(
                "command", {"name": asked.command.name, "seq": message.seq, "channel": message.channel}
            )
        except UsageError as error:
            text = str(error)
        except OSError as error:
            text = f"it could not be started: {error.strerror}"
        key = f"answer.{message.id.hex()}"
        try:
            await asyncio.to_thread(
                lambda: self._line.send_text(message.channel, text, reply_to=message.id, key=key)
            )
        except HotlineError as error:
            self._tell("unanswered", {"seq": message.seq, "channel": message.channel, "why": str(error)})
