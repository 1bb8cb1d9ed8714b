"""`hotline schedule` as a person types it; `send --wait-ack --acks`: real processes, and each exit code by what really causes it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from hotline_client import Hotline
from hotline_client.ceremony.rehearse import Device
from hotline_protocol.terms import Role
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import PATIENCE, Stage, devices


def test_the_list_is_kept_shown_paused_and_emptied(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        one = stage.enrolled("Alpha 1")
        examples = ROOT / "examples" / "schedules"
        assert b"there is no schedule" in hotline(one, "schedule", "list").stderr
        added = records(hotline(one, "schedule", "add", str(examples / "line.toml"), "--json"))
        assert [line["name"] for line in added] == ["day", "drill", "expect/their-line-check", "line-check"]
        assert all(line["next"] and line["problem"] is None for line in added)
        assert hotline(one, "schedule", "add", str(examples / "line.toml")).returncode == 0
        text = hotline(one, "schedule", "list").stdout.decode()
        assert len(text.splitlines()) == 4
        assert all(len(line) <= 80 for line in text.splitlines())

        sick = hotline(one, "doctor")
        assert (sick.returncode, b"4 schedules are kept and no bot is running" in sick.stdout) == (5, True)

        shown = records(hotline(one, "schedule", "preview", "day", "--next", "3", "--json"))
        assert [line["slot"] % 86_400 for line in shown] == [6 * 3600] * 3
        assert shown[1]["text"].endswith("This is message 2 of the series day.")
        tanker = ("schedule", "preview", "tanker", "--file", str(examples / "tanker.toml"))
        said = hotline(one, *tanker).stdout
        assert b"NOTICE air NEW, " in said
        assert b": Air refuelling" in said
        assert hotline(one, "schedule", "preview", "none").returncode == 2
        assert (
            hotline(one, "schedule", "preview", "none", "--file", str(examples / "sea.toml")).returncode == 2
        )

        [paused] = records(hotline(one, "schedule", "pause", "day", "--json"))
        assert paused["paused"]
        assert "PAUSED" in hotline(one, "schedule", "list").stdout.decode()
        assert not records(hotline(one, "schedule", "resume", "day", "--json"))[0]["paused"]
        assert hotline(one, "schedule", "pause", "none").returncode == 2
        assert hotline(one, "schedule", "remove", "day").returncode == 0
        assert hotline(one, "schedule", "remove", "day").returncode == 2
        assert len(records(hotline(one, "schedule", "list", "--json"))) == 3
        assert hotline(one, "schedule", "trail").returncode == 0

        wrong = tmp_path / "wrong.toml"
        wrong.write_text("[[schedule]]\nname = 'x'\nevery = '1h'\ntext = 'x'\nchannel = 'nowhere'")
        done = hotline(one, "schedule", "add", str(wrong))
        assert (done.returncode, b"no channel nowhere" in done.stderr) == (2, True)
        wrong.write_text("")
        assert hotline(one, "schedule", "add", str(wrong)).returncode == 2


def test_so_many_acknowledgments_are_waited_for(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 2)) as stage:
        stage.found()
        ours = stage.enrolled("Alpha 1")
        ask = ("send", "--response", "R", "--precedence", "FLASH", "Read this.", "--json")
        assert hotline(ours, *ask, "--wait-ack", "1s", "--acks", "few").returncode == 2
        waiting: list[Any] = []
        thread = threading.Thread(
            target=lambda: waiting.append(
                hotline(ours, *ask, "--key", "k", "--wait-ack", "40s", "--acks", "2")
            )
        )
        thread.start()
        number = _asked(stage.enrolled("Bravo 1"))
        assert hotline(stage.enrolled("Bravo 1"), "ack", number).returncode == 0
        short = hotline(ours, *ask, "--key", "k", "--wait-ack", "1s", "--acks", "all")
        assert (short.returncode, b"only 1 acknowledged it" in short.stderr) == (6, True)
        assert hotline(stage.enrolled("Bravo 2"), "ack", number).returncode == 0
        thread.join()
        [message] = records(waiting[0])
        assert {one["by"]["name"] for one in message["acknowledged"]} == {"Bravo 1", "Bravo 2"}
        assert hotline(ours, *ask, "--key", "k", "--wait-ack", "5s", "--acks", "all").returncode == 0


def _asked(who: Any) -> str:
    for _ in range(30):
        found = records(hotline(who, "respond", "--json"))
        if found:
            return f"#{found[-1]['seq']}"
    raise AssertionError("it never came")


async def _sixty(who: Any) -> None:
    async with Hotline.open(who.home, who.passphrase) as line:
        for number in range(60):
            sent = await line.send("plenary", f"number {number}")
        await sent.relayed(PATIENCE)


def test_a_program_is_told_what_its_certificate_does_not_allow(tmp_path: Path) -> None:
    with Stage(tmp_path, [*devices(1, 1), Device("a", "Alpha Bot", Role.BOT)]) as stage:
        stage.found()
        bot, theirs = stage.enrolled("Alpha Bot"), stage.enrolled("Bravo 1")
        asked = records(hotline(theirs, "send", "--response", "R", "please", "--json"))[0]
        assert hotline(bot, "outbox", "--drain").returncode == 0
        done = hotline(bot, "ack", f"#{asked['seq']}")
        assert (done.returncode, b"cannot acknowledge for a person" in done.stderr) == (2, True)
        limited = hotline(bot, "send", "x", "--channel", "caucus")
        assert limited.returncode == 2
        asyncio.run(_sixty(bot))
        fast = hotline(bot, "send", "one too many")
        assert (fast.returncode, b"allows 60 documents in 3600 s" in fast.stderr) == (5, True)
