"""The programs' interface over a real relay: every example as it stands in `examples/sdk`, and what a killed program leaves."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import hotline_client
from hotline_client import Hotline
from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.errors import AckTimeout, KeyReused
from hotline_client.line.wait import read_acks
from hotline_protocol.errors import UsageError
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import PATIENCE, Stage, devices

EXAMPLES = ROOT / "examples" / "sdk"


@contextmanager
def running(who: Enrolled, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """An example as a process, its passphrase on descriptor 3."""
    reading, writing = os.pipe()
    os.write(writing, f"{who.passphrase}\n".encode())
    os.close(writing)
    # a shell's `3<`: the descriptor has this number in the child, whatever it has here
    process = subprocess.Popen(
        [sys.executable, "-c", _DESCRIPTOR, str(reading), str(EXAMPLES / name), str(who.home), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[reading],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
    )
    os.close(reading)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


_DESCRIPTOR = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
)


def said(process: subprocess.Popen[bytes]) -> str:
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error.decode()
    return out.decode().strip()


def test_every_example_does_what_it_says(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 2)) as stage:
        for channel in ("plenary", "air"):
            stage.found(channel)
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        done = set()
        with running(theirs, "listen.py") as listener:
            with running(ours, "send.py") as process:
                assert said(process) in ("DELIVERED", "SEEN")
            with running(ours, "send.py") as again:
                assert said(again) in ("DELIVERED", "SEEN")
            with running(ours, "ask.py") as process:
                assert said(process) == "AFFIRM by Bravo 1"
            assert listener.stdout is not None
            assert listener.stdout.readline() == b"Corridor clear?\n"
            done |= {"listen.py", "send.py", "ask.py"}
        lines = records(hotline(ours, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        assert [one["text"] for one in lines].count("Line check at 0600Z.") == 1

        with running(ours, "acknowledged.py") as process:
            for name in ("Bravo 1", "Bravo 2"):
                _acknowledge(stage.enrolled(name), "CEASE BUZZER")
            assert set(said(process).split(", ")) == {"Bravo 1", "Bravo 2"}
        with running(ours, "blocking.py") as process:
            assert said(process).startswith("P-")
        with running(ours, "notice.py", str(ROOT / "examples" / "notices" / "air.toml")) as process:
            assert said(process).startswith("A-")
        done |= {"acknowledged.py", "blocking.py", "notice.py"}
        assert done == {one.name for one in EXAMPLES.glob("*.py")}


def _acknowledge(who: Enrolled, text: str) -> None:
    for _ in range(20):
        lines = records(hotline(who, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        found = [one for one in lines if one["text"] == text]
        if found:
            assert hotline(who, "ack", found[0]["id"]).returncode == 0
            return
    raise AssertionError("it never came")


async def _texts(who: Enrolled, *, commit: int) -> list[str]:
    """Two texts of the other side, of which so many are committed."""
    found: list[str] = []
    async with Hotline.open(who.home, who.passphrase) as line, asyncio.timeout(PATIENCE):
        async for event in line.events("reader", channels=["plenary"]):
            if event.message.kind == "text":
                found.append(event.message.text)
            if len(found) <= commit:
                event.commit()
            if len(found) == 2:
                return found
    raise AssertionError("without end")


async def _own_texts(line: Hotline, count: int) -> list[str]:
    found: list[str] = []
    async for event in line.events("own", channels=["plenary"], own=True):
        if event.message.kind == "text":
            found.append(event.message.text)
        if len(found) == count:
            return found
    raise AssertionError("without end")


def test_what_was_not_committed_comes_again_and_what_was_does_not(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        alpha, bravo = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        async with Hotline.open(alpha.home, alpha.passphrase) as ours:
            for text in ("one", "two", "three"):
                await (await ours.send("plenary", text)).relayed(PATIENCE)
            with pytest.raises(AckTimeout, match="nobody acknowledged"):
                await (await ours.send("plenary", "four")).acknowledged(0.2)
            await ours.send("plenary", "five", key="k")
            with pytest.raises(KeyReused):
                await ours.send("plenary", "not five", key="k")
            assert await _texts(bravo, commit=1) == ["one", "two"]
            assert await _texts(bravo, commit=2) == ["two", "three"]
            assert await _texts(bravo, commit=2) == ["four", "five"]
            assert await _own_texts(ours, 5) == ["one", "two", "three", "four", "five"]

    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        asyncio.run(story(stage))


def test_the_blocking_line_works_from_any_thread_and_stops(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        one = stage.enrolled("Alpha 1")
        with Hotline.blocking(one.home, one.passphrase) as line:
            threads = [
                threading.Thread(target=lambda n=n: line.send("plenary", f"from {n}").relayed(PATIENCE))
                for n in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert not [thread for thread in threading.enumerate() if thread.name == "hotline"]
        lines = records(hotline(one, "watch", "--once", "--all", "--json", "--channel", "plenary"))
        assert sorted(line["text"] for line in lines if line["kind"] == "text") == [
            f"from {n}" for n in range(4)
        ]


def test_whose_acknowledgment_is_enough_is_said_in_one_word() -> None:
    assert [read_acks(one) for one in ("any", "all", "3")] == ["any", "all", 3]
    for wrong in ("", "0", "-1", "some", "1.5", "٣", "1001"):
        with pytest.raises(UsageError, match="expected any, all"):
            read_acks(wrong)


def test_nothing_else_is_a_name_of_the_package() -> None:
    assert hotline_client.Event.__name__ == "Event"
    with pytest.raises(AttributeError):
        hotline_client.Other  # noqa: B018
