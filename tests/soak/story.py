"""Two delegations, eight bots, a relay: everything is killed at random while virtual days pass; then every slot is accounted for.

What must hold in the end, whatever was killed when:
- the trail of every schedule covers every slot from its beginning to the end of time, each once, with what became of it
- what the trail says was sent stands in the log of both sides, once, and counts; nothing else of the bots does but reminders
- every reminder in the log is a step that its bot's trail names, once; nobody was reminded after the watch was closed
- of a schedule that two hosts share every slot counts once
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline_client.ceremony.rehearse import Device, Enrolled
from hotline_client.engine.records import CLOSED, SlotRecord
from hotline_client.line.line import Line
from hotline_client.schedules.file import definition, schedule_of
from hotline_client.schedules.model import Schedule
from hotline_client.vault import Vault
from hotline_protocol.slots import slot_id, step_id
from hotline_protocol.terms import Role
from tests.e2e.stage import CHANNEL, Stage, devices
from tests.soak.bot import virtual
from tests.support.relay_process import ROOT

FACTOR = 1200.0
"""Virtual seconds in a real one: a day takes 72 s."""
BOTS = 4
"""Of each side."""
FAST = ("--rate", "1000/1m")
"""Virtual days pass in minutes, and the limits go by the relay's clock."""


def tables(number: int) -> list[dict[str, Any]]:
    """What a bot says by the clock."""
    return [
        {
            "name": f"late-{number}",
            "every": "20m",
            "start": "2026-01-01T00:00Z",
            "text": "late {slot}",
            "grace": "10m",
        },
        {
            "name": f"strict-{number}",
            "cron": "*/30 * * * *",
            "zone": "Asia/Jerusalem",
            "text": "strict {slot}",
            "missed": "skip",
            "grace": "15m",
        },
        {
            "name": f"asks-{number}",
            "rrule": "FREQ=HOURLY",
            "start": "2026-01-01 00:10",
            "zone": "Europe/Zurich",
            "text": "asks {slot}",
            "response": "R",
            "ack_within": "20m",
            "grace": "30m",
            "escalate": [
                {"after": "30m", "do": "repeat"},
                {"after": "60m", "do": "raise", "precedence": "IMMEDIATE"},
            ],
        },
    ]


def shared(standby: str) -> dict[str, Any]:
    """What the first two bots of each side have in common."""
    start = "2026-01-01T00:05Z"
    return {
        "name": "shared",
        "every": "30m",
        "start": start,
        "text": "shared {slot}",
        "standby": standby,
        "grace": "20m",
    }


@dataclass
class Bot:
    """One bot: its device, and its process while it runs."""

    who: Enrolled
    schedules: list[Schedule]
    process: subprocess.Popen[bytes] | None = None

    def start(self, origin: float, end: float) -> None:
        """A new process on the same vault."""
        reading, writing = os.pipe()
        os.write(writing, f"{self.who.passphrase}\n".encode())
        os.close(writing)
        words = [str(self.who.home), str(reading), str(origin), str(end), str(FACTOR)]
        paths = [str(ROOT), str(ROOT / "protocol"), str(ROOT / "client"), str(ROOT / "server")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.bot", *words],
            pass_fds=[reading],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        os.close(reading)

    def kill(self) -> None:
        """Without a word."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Soak:
    """One run. `kills` of bots and of the relay together; everything random follows from `seed`."""

    directory: Path
    kills: int
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    def run(self) -> Counter[str]:
        """AssertionError says what did not hold; what happened, counted."""
        people = devices(1, 1)
        for side, name in (("a", "Alpha"), ("b", "Bravo")):
            people += [Device(side, f"{name} Bot {number}", Role.BOT, grant=FAST) for number in range(BOTS)]  # type: ignore[arg-type]
        with Stage(self.directory, people) as stage:
            stage.found()
            self.origin = time.time()
            bots = [self._bot(stage.enrolled(one.name), number) for number, one in enumerate(people[2:])]
            try:
                asyncio.run(self._story(stage, bots))
            finally:
                for bot in bots:
                    bot.kill()
            asyncio.run(self._judge(stage, bots))
        return self.done

    def _bot(self, who: Enrolled, number: int) -> Bot:
        made = [schedule_of(one) for one in tables(number)]
        if number % BOTS < 2:
            made.append(schedule_of(shared("0s" if number % BOTS == 0 else "10m")))
        with Vault.open(who.home, who.passphrase) as vault:
            vault.schedules.put([(one.name, definition(one)) for one in made], int(self.origin))
        return Bot(who, made)

    # --- what happens

    async def _story(self, stage: Stage, bots: list[Bot]) -> None:
        chance = random.Random(self.seed)  # noqa: S311  reproducible on purpose
        far = self.origin + 10**9
        async with AsyncExitStack() as stack:
            lines = await stack.enter_async_context(stage.online("Alpha 1", "Bravo 1"))
            readers = [asyncio.create_task(self._read(line, chance)) for line in lines]
            for bot in bots:
                bot.start(self.origin, far)
            for _ in range(self.kills):
                await asyncio.sleep(chance.uniform(0.02, 0.35))
                await self._harm(stage, bots, chance, far)
            self.end = int(virtual(self.origin, FACTOR)) + 3600
            for bot in bots:
                bot.kill()
                bot.start(self.origin, self.end)
            for bot in bots:
                code = await asyncio.to_thread(bot.process.wait, 300)  # type: ignore[union-attr]
                assert code == 0, f"{bot.who.device.name} ended with {code}"
                bot.process = None
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _harm(self, stage: Stage, bots: list[Bot], chance: random.Random, far: float) -> None:
        dice = chance.random()
        if dice < 0.06:
            stage.relay.kill()
            await asyncio.sleep(chance.uniform(0, 0.5))
            await asyncio.to_thread(stage.relay.start)
            self.done["relay killed"] += 1
        elif dice < 0.12:
            stage.relay.signal(signal.SIGSTOP)
            await asyncio.sleep(chance.uniform(0.1, 1.0))
            stage.relay.signal(signal.SIGCONT)
            self.done["relay silent"] += 1
        else:
            bot = chance.choice(bots)
            bot.kill()
            if chance.random() < 0.2:
                await asyncio.sleep(chance.uniform(0, 2.0))
            bot.start(self.origin, far)
            self.done["bot killed"] += 1

    async def _read(self, line: Line, chance: random.Random) -> None:
        """A person who sees everything and acknowledges most of it, sooner or later."""
        answered: set[bytes] = set()
        while True:
            await asyncio.sleep(0.3)
            for message in await asyncio.to_thread(line.unacknowledged, CHANNEL):
                await asyncio.to_thread(line.mark_seen, CHANNEL, message.seq or 0)
                if message.id not in answered and chance.random() < 0.3:
                    answered.add(message.id)
                    await asyncio.to_thread(line.acknowledge, CHANNEL, message.id)

    # --- what must hold

    async def _judge(self, stage: Stage, bots: list[Bot]) -> None:
        async with stage.online("Alpha 1", "Bravo 1") as (ours, theirs):
            assert ours.channel(CHANNEL).halted is None
            counted = [_counted(line) for line in (ours, theirs)]
            refused = _refused(ours)
            assert counted[0] == counted[1], "the two sides have different logs"
            link = ours.charter.link_id
        said = counted[0]
        expected: Counter[bytes] = Counter()
        for bot in bots:
            with Vault.open(bot.who.home, bot.who.passphrase) as vault:
                for schedule in bot.schedules:
                    trail = vault.schedules.trail(schedule.name, 10**6)
                    self._covered(schedule, trail)
                    for one in trail:
                        self.done[one.outcome] += one.count
                        if one.outcome in ("sent", "late"):
                            side = bot.who.device.side
                            assert one.document == slot_id(link, CHANNEL, side, schedule.name, one.slot)
                            expected[one.document] += 1
                        expected.update(self._reminders(vault, one))
        for document in sorted(set(expected) ^ set(said)):
            why = "only in the log" if document in said else _unsaid(refused, document)
            raise AssertionError(f"{document.hex()} is {why}")
        assert all(count == 1 for count in said.values())
        twice = {document for document, count in expected.items() if count > 1}
        names = {
            slot_id(link, CHANNEL, side, "shared", slot)
            for side in ("a", "b")
            for slot in self._slots("shared")
        }
        assert twice <= names, "two trails claim one slot that they do not share"

    def _slots(self, name: str) -> list[int]:
        schedule = schedule_of(shared("0s") | {"name": name})
        found, place = [], int(self.origin)
        while (slot := schedule.recurrence.after(place)) is not None and slot <= self.end:
            found.append(slot)
            place = slot
        return found

    def _covered(self, schedule: Schedule, trail: list[SlotRecord]) -> None:
        """Every slot once, in order, up to the end."""
        place = int(self.origin)
        for one in sorted(trail, key=lambda record: record.slot):
            count = 0
            while place < one.through:
                slot = schedule.recurrence.after(place)
                assert slot is not None
                assert count or slot == one.slot, f"{schedule.name}: slot {slot} is missing"
                place, count = slot, count + 1
            assert (place, count) == (one.through, one.count), f"{schedule.name}: {one}"
        following = schedule.recurrence.after(place)
        assert following is not None
        assert following + schedule.given.standby > self.end, (
            f"{schedule.name}: slot {following} was never reached"
        )

    def _reminders(self, vault: Vault, record: SlotRecord) -> list[bytes]:
        if not record.document:
            return []
        steps = vault.schedules.steps(record.document)
        numbers = [step.number for step in steps]
        assert len(set(numbers)) == len(numbers)
        closed = next((step.at for step in steps if step.number == CLOSED), None)
        assert closed is None or all(step.at <= closed for step in steps), (
            "somebody was reminded after the end"
        )
        for step in steps:
            self.done[f"step {step.what}"] += 1
        said = [step for step in steps if step.what in ("repeat", "raise") and not step.detail]
        return [step_id(record.document, step.number) for step in said]


def _refused(line: Line) -> dict[bytes, str]:
    """Why documents in the log do not count."""
    found: dict[bytes, str] = {}
    after = 0
    while page := line.timeline(CHANNEL, after=after, limit=500):
        found |= {one.id: one.refused for one in page if one.refused is not None}
        after = max(one.seq or 0 for one in page)
    return found


def _unsaid(refused: dict[bytes, str], document: bytes) -> str:
    return (
        f"in a trail, and refused in the log: {refused[document]}"
        if document in refused
        else "only in a trail"
    )


def _counted(line: Line) -> Counter[bytes]:
    """What the bots said and what counts, by document id."""
    found: Counter[bytes] = Counter()
    after = 0
    while page := line.timeline(CHANNEL, after=after, limit=500):
        for one in page:
            if (
                one.kind == "text"
                and one.refused is None
                and one.author is not None
                and one.author.role is Role.BOT
            ):
                found[one.id] += 1
        after = max(one.seq or 0 for one in page)
        if len(page) < 500:
            break
    return found
