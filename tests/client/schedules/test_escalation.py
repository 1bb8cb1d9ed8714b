"""Escalation and dead-man over a real relay: two delegations, a clock in a test's hands, and what both sides see."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hotline_client.engine.records import CLOSED, SlotRecord
from hotline_client.line.line import Line
from hotline_client.schedules.slots import Slots
from hotline_protocol.documents.dialogue import Answer, Reply
from hotline_protocol.documents.talk import Text
from hotline_protocol.documents.watch import NONCE_SIZE, LineCheck
from hotline_protocol.terms import Precedence, Response
from tests.client.schedules.kit import Desk, Hands, desk
from tests.e2e.stage import PATIENCE, Stage, devices


@dataclass
class Pair:
    """Alpha 1 and its runner; the lines of Bravo 1 and Bravo 2."""

    ours: Desk
    theirs: Line
    second: Line

    async def pass_(self, seconds: float) -> None:
        """Time goes on, and everything that is due happens."""
        self.ours.hands.now += seconds
        await self.ours.runner.fire()
        await self.ours.runner.look()

    async def arrived(self, count: int) -> list[str]:
        """The texts that Bravo has, once there are so many."""
        for line in (self.theirs, self.second, self.ours.line):
            assert await line.until(lambda line=line: len(texts(line)) >= count, PATIENCE)  # type: ignore[misc]
        return texts(self.theirs)

    def steps(self, name: str) -> list[str]:
        [record] = [one for one in self.ours.vault.schedules.trail(name) if one.document]
        return [one.what for one in self.ours.vault.schedules.steps(record.document)]


def texts(line: Line) -> list[str]:
    found = line.timeline("plenary", limit=1000)
    return [one.text for one in found if one.kind == "text" and one.seq is not None and one.refused is None]


def played(tmp_path: Path, story: Callable[[Pair], Awaitable[None]]) -> None:
    async def main(stage: Stage) -> None:
        one = stage.enrolled("Alpha 1")
        hands = Hands()
        async with AsyncExitStack() as stack:
            theirs, second = await stack.enter_async_context(stage.online("Bravo 1", "Bravo 2"))
            ours = stack.enter_context(desk(one.home, one.passphrase, hands))
            await stack.enter_async_context(ours.line)
            await ours.line.wait_caught_up(PATIENCE)
            await story(Pair(ours, theirs, second))

    with Stage(tmp_path, devices(1, 2)) as stage:
        stage.found()
        asyncio.run(main(stage))


def hourly(**more: Any) -> dict[str, Any]:
    return {"name": "alarm", "every": "1h", "start": "2026-01-01T00:00Z", "text": "Is anybody there?", **more}


def test_s32_s33_being_seen_stops_nothing_and_a_person_does(tmp_path: Path) -> None:
    async def story(pair: Pair) -> None:
        steps = [
            {"after": "5m", "do": "repeat"},
            {"after": "10m", "do": "raise", "precedence": "IMMEDIATE"},
            {"after": "15m", "do": "notify", "to": "BRAVO/head"},
        ]
        pair.ours.add(**hourly(ack_within="4m", escalate=steps, response="R", count=1))
        await pair.pass_(3600)
        await pair.arrived(1)
        [message] = [one for one in pair.theirs.timeline("plenary", limit=9) if one.kind == "text"]
        pair.theirs.mark_seen("plenary", message.seq or 0)
        await pair.pass_(240)
        assert pair.steps("alarm") == ["overdue"]
        await pair.pass_(60)
        assert (await pair.arrived(2))[1].startswith("REMINDER 1: P-")
        await pair.pass_(300)
        await pair.arrived(3)
        raised = [one for one in pair.theirs.timeline("plenary", limit=9) if one.kind == "text"][2]
        assert (str(raised.precedence), raised.reply_to, str(raised.response)) == (
            "IMMEDIATE",
            message.id,
            "R",
        )
        await pair.pass_(300)
        await pair.arrived(4)
        named = [one for one in pair.second.timeline("plenary", limit=9) if one.kind == "text"][3]
        assert named.action == ("BRAVO/head",)
        await pair.pass_(3000)
        assert pair.steps("alarm") == ["overdue", "repeat", "raise", "notify"]
        # to acknowledge a reminder is to acknowledge what it reminds of
        pair.second.acknowledge("plenary", named.id)
        assert await pair.ours.line.until(lambda: _acked(pair.ours.line, named.id), PATIENCE)
        await pair.pass_(1)
        assert pair.steps("alarm")[-1] == "closed"
        [event] = [one for one in pair.ours.line.security_events() if "nobody acknowledged" in one.text]
        assert "schedule alarm" in event.text

    played(tmp_path, story)


def _acked(line: Line, document: bytes) -> bool:
    message = line.message("plenary", document)
    return message is not None and bool(message.acknowledged)


def test_s33_an_answer_or_a_withdrawal_ends_the_watch(tmp_path: Path) -> None:
    async def story(pair: Pair) -> None:
        pair.ours.add(**hourly(ack_within="4m", response="A/N", count=1))
        await pair.pass_(3600)
        await pair.arrived(1)
        [message] = [one for one in pair.theirs.timeline("plenary", limit=9) if one.kind == "text"]
        target = pair.theirs.target("plenary", message.id)
        pair.theirs.say("plenary", Reply(target, Answer.AFFIRM))
        line = pair.ours.line
        assert await line.until(
            lambda: bool((line.message("plenary", message.id) or message).answers), PATIENCE
        )
        await pair.pass_(3600)
        assert pair.steps("alarm") == ["closed"]
        closed = pair.ours.vault.step(message.id, CLOSED)
        assert closed is not None
        assert closed.detail == "answered AFFIRM by Bravo 1"

    played(tmp_path, story)


def test_a_flash_is_repeated_until_enough_persons_acknowledged_it(tmp_path: Path) -> None:
    async def story(pair: Pair) -> None:
        pair.ours.add(**hourly(precedence="FLASH", response="W/U", acks="all", count=1))
        await pair.pass_(3600)
        await pair.arrived(1)
        for round_ in range(1, 4):
            await pair.pass_(600)
            assert (await pair.arrived(1 + round_))[-1].startswith(f"REMINDER {round_}: ")
        [first] = [one for one in pair.theirs.timeline("plenary", limit=9) if one.text == "Is anybody there?"]
        pair.theirs.acknowledge("plenary", first.id)
        assert await pair.ours.line.until(lambda: _acked(pair.ours.line, first.id), PATIENCE)
        await pair.pass_(600)
        await pair.arrived(5)
        pair.second.acknowledge("plenary", first.id)
        line = pair.ours.line
        assert await line.until(
            lambda: len((line.message("plenary", first.id) or first).acknowledged) == 2, PATIENCE
        )
        await pair.pass_(600)
        assert pair.steps("alarm")[-1] == "closed"
        await pair.pass_(6000)
        assert len(texts(pair.theirs)) == 5

    played(tmp_path, story)


def test_a_local_command_learns_what_is_wrong_and_its_end_is_on_record(tmp_path: Path) -> None:
    handler = tmp_path / "alarm.py"
    handler.write_text(
        f"#!{sys.executable}\nimport json, sys\nfrom pathlib import Path\n"
        f"Path({str(tmp_path / 'told')!r}).write_text(json.dumps(json.load(sys.stdin)))\nsys.exit(7)\n"
    )
    handler.chmod(handler.stat().st_mode | stat.S_IXUSR)

    async def story(pair: Pair) -> None:
        steps = [{"after": "5m", "do": "run", "run": [str(handler)]}]
        pair.ours.add(**hourly(escalate=steps, count=1))
        await pair.pass_(3600)
        await pair.arrived(1)
        await pair.pass_(300)
        told = json.loads((tmp_path / "told").read_text())
        assert (told["type"], told["schedule"], told["slot"]) == (
            "escalation",
            "alarm",
            int(pair.ours.hands.now) - 300,
        )
        assert told["receipt"] in ("RELAYED", "DELIVERED")
        [record] = pair.ours.vault.schedules.open()
        [step] = pair.ours.vault.schedules.steps(record.document)
        assert step.detail.endswith("ended with 7")
        await pair.pass_(300)
        assert len(pair.ours.vault.schedules.steps(record.document)) == 1

    played(tmp_path / "stage", story)


@pytest.mark.parametrize("of", ["line-check", "anything", "theirs"])
def test_s34_what_does_not_come_raises_an_alarm_and_what_comes_does_not(tmp_path: Path, of: str) -> None:
    async def story(pair: Pair) -> None:
        ours = pair.ours
        begin = int(ours.hands.now)
        # line checks are told by the relay's clock, which is the real one
        ours.hands.now = float(begin - 7200)
        ours.expect(name="beat", of=of, every="1h", start="2026-01-01T00:00Z", grace="2h")
        if of == "line-check":
            pair.theirs.say("plenary", LineCheck(bytes(NONCE_SIZE), 60))
        elif of == "anything":
            # heard when it came, by our clock, if the relay's is later
            ours.hands.now += 60
            pair.theirs.send_text("plenary", "alive")
        else:
            _say_slot(pair.theirs, begin - 3600)
        assert await ours.line.until(lambda: (ours.line.heard("plenary") or 0) > 0, PATIENCE)
        assert await ours.line.until(lambda: ours.line.channel("plenary").cursor >= 3, PATIENCE)
        await asyncio.sleep(0.5)
        await pair.pass_(3 * 3600)
        assert [one for one, _ in ours.trail("expect/beat")] == ["came"]
        assert not [one for one in ours.line.security_events() if "did not come" in one.text]
        await pair.pass_(9 * 3600)
        outcomes = [one for one, _ in ours.trail("expect/beat")]
        assert outcomes[-5:] == ["missed"] * 5
        [alarm] = [one for one in ours.line.security_events() if "did not come" in one.text]
        assert "expected beat" in alarm.text
        ours.vault.schedules.pause("expect/beat", paused=True)
        ours.runner.load()
        await pair.pass_(3600)
        assert [one for one, _ in ours.trail("expect/beat")][-1] == "came"

    played(tmp_path, story)


def _say_slot(theirs: Line, slot: int) -> None:
    """What a schedule `theirs` of the other side says for a slot."""
    document = Slots(theirs).document("plenary", "theirs", slot)
    record = SlotRecord("theirs", slot, slot, 1, "sent", "", "plenary", document, slot * 1000)
    Slots(theirs).account(record, Text("beat", Precedence.ROUTINE, Response.NONE))
