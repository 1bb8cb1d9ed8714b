"""The runner over a real vault: every slot once, whatever the clock, other runners and kills do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hotline_client.ceremony.rehearse import Device, Rehearsed
from hotline_client.engine.records import SlotRecord
from hotline_client.line.line import Line
from hotline_client.schedules.runner import LONGEST_SLEEP, Runner
from hotline_protocol.slots import slot_id, step_id
from hotline_protocol.terms import Role
from tests.client.ceremony.kit import rehearsed
from tests.client.cli.talk.test_line_commands import ROOT
from tests.client.schedules.kit import HOUR, Desk, Hands, copied, desk
from tests.e2e.stage import PATIENCE, Stage, devices


@pytest.fixture(scope="module")
def ceremony(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    return rehearsed(tmp_path_factory.mktemp("ceremony"))


@pytest.fixture
def ours(ceremony: Rehearsed, tmp_path: Path) -> Iterator[Desk]:
    one = ceremony.devices[0]
    with desk(copied(one, tmp_path / "home"), one.passphrase, Hands()) as made:
        yield made


def fire(one: Desk) -> None:
    asyncio.run(one.runner.fire())


def test_s20_what_a_slot_says_has_the_slots_own_id(ours: Desk) -> None:
    start = int(ours.hands.now)
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z")
    ours.hands.now += HOUR
    fire(ours)
    [sent] = ours.line.timeline("plenary", limit=10)
    link = ours.line.charter.link_id
    assert sent.id == slot_id(link, "plenary", ours.line.me.side, "hourly", start + HOUR)
    assert slot_id(b"l" * 32, "air", "b", "tanker", 1_800_000_000).hex() == "d15894b69f0d48a716cac7124740a624"
    assert step_id(b"d" * 16, 3).hex() == "d3707d09bad5f7806048945d791fe9c3"


def test_s21_a_slot_is_said_once_though_the_clock_goes_back_and_forth(ours: Desk) -> None:
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z")
    for step in (HOUR, -2 * HOUR, 2 * HOUR, 30, -HOUR, 0, HOUR + 5):
        ours.hands.now += step
        fire(ours)
    assert [text.split()[:2] for text in ours.texts()] == [["hourly", "1"], ["hourly", "2"]][
        : len(ours.texts())
    ]
    slots = [one.slot for one in ours.vault.schedules.trail("hourly")]
    assert slots == sorted(set(slots))
    assert {one.outcome for one in ours.vault.schedules.trail("hourly")} == {"sent"}


def test_s22_two_workers_on_one_vault_say_it_once(ceremony: Rehearsed, ours: Desk, tmp_path: Path) -> None:
    ours.add(name="minute", every="1m", start="2026-01-01T00:00Z")
    with desk(tmp_path / "home", ceremony.devices[0].passphrase, ours.hands) as second:
        for _ in range(10):
            ours.hands.now += 60
            threads = [threading.Thread(target=fire, args=(one,)) for one in (ours, second)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert ours.trail("minute") == [("sent", 1)] * 10
        assert len(ours.texts()) == 10
        assert ours.runner.counters.sent + second.runner.counters.sent == 10


def test_s11_after_a_night_only_the_newest_is_said_and_marked(ours: Desk) -> None:
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z")
    ours.hands.now += 9 * HOUR + 600
    fire(ours)
    assert ours.trail("hourly") == [("skipped", 8), ("late", 1)]
    [text] = ours.texts()
    assert text.startswith("LATE: for ")
    assert "superseded by" in ours.vault.schedules.trail("hourly")[0].reason


def test_s11_what_is_too_late_even_for_that_is_skipped(ours: Desk) -> None:
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z", give_up="5m")
    ours.hands.now += 3 * HOUR + 600
    fire(ours)
    assert (ours.trail("hourly"), ours.texts()) == ([("skipped", 3)], [])


def test_s12_skipping_and_pausing_leave_a_trail(ours: Desk) -> None:
    ours.add(name="strict", every="1h", start="2026-01-01T00:00Z", missed="skip")
    ours.add(name="paused", every="1h", start="2026-01-01T00:00Z")
    ours.vault.schedules.pause("paused", paused=True)
    ours.runner.load()
    ours.hands.now += 2 * HOUR + 600
    fire(ours)
    assert ours.trail("strict") == [("skipped", 2)]
    assert [one.reason for one in ours.vault.schedules.trail("paused")] == ["paused"]
    ours.vault.schedules.pause("paused", paused=False)
    ours.runner.load()
    ours.hands.now += HOUR - 600
    fire(ours)
    assert ours.trail("paused") == [("skipped", 2), ("sent", 1)]
    assert ours.trail("strict") == [("skipped", 2), ("sent", 1)]


def test_s14_a_schedule_ends_after_so_many_and_behind_its_end(ours: Desk) -> None:
    ours.add(name="twice", every="1h", start="2026-01-01T00:00Z", count=2)
    ours.add(name="once", at="2027-01-01T00:00Z", until="2026-12-31T00:00Z")
    for _ in range(5):
        ours.hands.now += HOUR
        fire(ours)
    assert ours.trail("twice") == [("sent", 1)] * 2
    assert ours.trail("once") == []


def test_s15_a_second_host_waits_and_says_it_only_if_it_was_not_said(ours: Desk) -> None:
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z", standby="30s")
    ours.hands.now += HOUR
    fire(ours)
    assert ours.texts() == []
    ours.hands.now += 30
    fire(ours)
    assert (len(ours.texts()), ours.trail("hourly")) == (1, [("sent", 1)])


def test_s31_what_cannot_be_said_is_skipped_with_its_reason_and_raises_an_alarm(
    ours: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "words.txt"
    ours.add(name="evening", every="1h", start="2026-01-01T00:00Z", text=None, text_file=str(file))
    ours.hands.now += HOUR
    fire(ours)
    file.write_text("Written in time for {slot}.")
    ours.hands.now += HOUR
    fire(ours)
    assert ours.trail("evening") == [("skipped", 1), ("sent", 1)]
    assert "does not exist" in ours.vault.schedules.trail("evening")[0].reason
    [alarm] = [one for one in ours.line.security_events() if "schedule evening" in one.text]
    assert "does not exist" in alarm.text
    assert ours.texts()[0].startswith("Written in time for ")
    file.write_bytes(b"\xff")
    ours.hands.now += HOUR
    fire(ours)
    file.write_text("bidi \u202e is refused")
    ours.hands.now += HOUR
    fire(ours)
    assert ours.trail("evening")[2:] == [("skipped", 1)] * 2


def test_a_schedule_that_cannot_be_read_stops_no_other(ours: Desk) -> None:
    ours.vault.schedules.put([("broken", json.dumps({"name": "broken", "cron": "x"}))], 0)
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z")
    ours.hands.now += HOUR
    fire(ours)
    assert set(ours.runner.problems) == {"broken"}
    assert len(ours.texts()) == 1


KILLED = """
import asyncio, os, sys, threading, time
from pathlib import Path
from hotline_client.line.line import Line
from hotline_client.vault import Vault
from hotline_client.schedules.runner import Runner
vault = Vault.open(Path(sys.argv[1]), os.fdopen(int(sys.argv[2])).readline().rstrip("\\n"))
begin, real = float(sys.argv[3]), time.monotonic()
# a virtual minute every 20 ms
clock = lambda: begin + (time.monotonic() - real) * 3000
runner = Runner(Line.open(vault, clock=lambda: int(clock() * 1000)), vault.schedules, clock=clock)
runner.load()
async def main():
    while True:
        await runner.fire()
        print(clock(), flush=True)
        await asyncio.sleep(0)
asyncio.run(main())
"""


def test_a_worker_that_is_killed_again_and_again_says_every_slot_once(
    ceremony: Rehearsed, tmp_path: Path
) -> None:
    one, hands = ceremony.devices[0], Hands()
    home = copied(one, tmp_path / "home")
    with desk(home, one.passphrase, hands) as made:
        made.add(name="minute", every="1m", start="2026-01-01T00:00Z", grace="1d")
    begin = now = hands.now
    for number in range(12):
        now = _until_killed(home, one.passphrase, now, 0.05 + 0.03 * number)
    with desk(home, one.passphrase, Hands(now)) as made:
        records: list[SlotRecord] = made.vault.schedules.trail("minute", 100_000)
        # by slot: a process begins at the last time that the one before could print, which may be earlier than its last act
        slots = sorted(record.slot for record in records)
        assert slots == list(range(int(begin) + 60, slots[-1] + 60, 60))
        assert len(slots) > 12
        said = [one.id for one in made.line.timeline("plenary", limit=100_000)]
        assert sorted(said) == sorted(record.document for record in records)


def _until_killed(home: Path, passphrase: str, now: float, seconds: float) -> float:
    """Virtual time when it was killed: so long after it had begun."""
    reading, writing = os.pipe()
    os.write(writing, f"{passphrase}\n".encode())
    os.close(writing)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(home), str(reading), str(now)],
        stdout=subprocess.PIPE,
        pass_fds=[reading],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
    )
    os.close(reading)
    assert process.stdout is not None
    process.stdout.readline()
    threading.Event().wait(seconds)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return max([now, *(float(line) for line in rest.split(b"\n")[:-1])])


def test_s30_a_worker_that_slept_or_whose_clock_jumped_notices_within_a_second(ours: Desk) -> None:
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z")

    async def main() -> None:
        task = asyncio.create_task(ours.runner.run())
        await asyncio.sleep(0.3)
        assert ours.trail("hourly") == []
        ours.hands.now += HOUR + 600
        await asyncio.sleep(1.5)
        assert ours.trail("hourly") == [("late", 1)]
        ours.hands.now -= HOUR
        await asyncio.sleep(1.5)
        assert ours.trail("hourly") == [("late", 1)]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_s22_of_two_hosts_that_say_a_slot_at_once_the_first_counts(tmp_path: Path) -> None:
    people = [*devices(1, 1), Device("a", "Bot 1", Role.BOT), Device("a", "Bot 2", Role.BOT)]
    with Stage(tmp_path, people) as stage:
        stage.found()
        hands = Hands()
        begin = hands.now

        async def main() -> None:
            async with AsyncExitStack() as stack:
                hosts = []
                for name in ("Bot 1", "Bot 2"):
                    one = stage.enrolled(name)
                    made = stack.enter_context(desk(one.home, one.passphrase, hands))
                    made.add(name="shared", every="1h", start="2026-01-01T00:00Z", text="{slot}")
                    hosts.append(made)
                hands.now = begin + HOUR
                for made in hosts:
                    await made.runner.fire()
                for made in hosts:
                    await stack.enter_async_context(made.line)
                for made in hosts:
                    assert await made.line.until(lambda line=made.line: _shared(line) == [1, 1], PATIENCE)  # type: ignore[misc]
                assert [made.trail("shared") for made in hosts] == [[("sent", 1)]] * 2

                hands.now += HOUR
                await hosts[0].runner.fire()
                assert await hosts[1].line.until(lambda: _shared(hosts[1].line) == [2, 1], PATIENCE)
                await hosts[1].runner.fire()
                assert hosts[1].trail("shared") == [("sent", 1), ("elsewhere", 1)]

        asyncio.run(main())


def _shared(line: Line) -> list[int]:
    """How many documents in the log count, and how many do not."""
    found = [one for one in line.timeline("plenary", limit=100) if one.kind == "text" and one.seq is not None]
    return [sum(one.refused is None for one in found), sum(one.refused is not None for one in found)]


def test_a_local_command_that_takes_its_time_makes_no_slot_late(ours: Desk) -> None:
    steps = [{"after": "1m", "do": "run", "run": ["/bin/sleep", "30"]}]
    ours.add(name="asks", every="1h", start="2026-01-01T00:00Z", escalate=steps, count=1)
    ours.add(name="minute", every="1m", start="2026-01-01T00:00Z")
    ours.hands.now += HOUR
    fire(ours)
    ours.hands.now += 59

    async def main() -> None:
        task = asyncio.create_task(ours.runner.run())
        await asyncio.sleep(0.3)
        ours.hands.now += 1
        await asyncio.sleep(4)
        ours.hands.now += 60
        await asyncio.sleep(1.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert ours.trail("minute")[-2:] == [("sent", 1), ("sent", 1)]
    [asked] = [one for one in ours.vault.schedules.trail("asks") if one.document]
    assert ours.vault.schedules.steps(asked.document) == []


def test_s35_while_the_clock_is_in_doubt_nothing_is_said_or_skipped_and_then_all_goes_on(ours: Desk) -> None:
    doubts: list[str | None] = ["the clocks disagree"]
    right = ours.hands.now
    ours.hands.now += 30 * 86_400
    ours.add(name="hourly", every="1h", start="2026-01-01T00:00Z")
    runner = Runner(ours.line, ours.vault.schedules, clock=ours.hands, doubt=lambda: doubts[0])

    async def story() -> None:
        task = asyncio.create_task(runner.run())
        ours.hands.now += 2 * HOUR
        await asyncio.sleep(3 * LONGEST_SLEEP)
        assert ours.trail("hourly") == []
        assert runner.waits() == "the clocks disagree"
        ours.hands.now, doubts[0] = right, None
        assert await ours.line.until(lambda: ours.vault.schedules.all()[0].since == int(right), 10)
        ours.hands.now = right + HOUR
        assert await ours.line.until(lambda: ours.trail("hourly") == [("sent", 1)], 10)
        task.cancel()

    asyncio.run(story())
