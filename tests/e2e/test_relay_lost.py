"""A relay that is put back by a copy, or to nothing: both sides' words are there again on both sides, and nobody stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from hotline_client.line.line import Line
from hotline_server.backup import back_up, restore
from tests.e2e.stage import CHANNEL, Stage, agree, devices, said, until

PEOPLE = ["Alpha 1", "Alpha 2", "Bravo 1", "Bravo 2"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "stage", devices(2, 2))
    with made.relay.state.settings.open("a", encoding="utf-8") as file:
        file.write("settle_seconds = 2.0\n")
    with made:
        made.found()
        yield made


def silent(done: int, total: int) -> None:
    assert done <= total


async def talk(lines: Sequence[Line], prefix: str) -> None:
    for line in lines:
        document = line.send_text(CHANNEL, f"{prefix} of {line.me.name}")
        for one in lines:
            await until(one, partial(_is_there, one, document), "it is heard")


def _is_there(line: Line, document: bytes) -> bool:
    message = line.message(CHANNEL, document)
    return message is not None and message.seq is not None


async def standing_again(lines: Sequence[Line]) -> None:
    for line in lines:
        await until(
            line,
            lambda line=line: line.channel(CHANNEL).halted is None and line.channel(CHANNEL).tail is not None,  # type: ignore[misc]
            "it goes on",
        )
    await agree(lines)


def lose(stage: Stage) -> None:
    stage.relay.kill()
    for path in stage.relay.state.directory.glob("log.db*"):
        path.unlink()


def check(lines: Sequence[Line], before: list[tuple[int | None, bytes, str]], *, alarms: set[str]) -> None:
    held = [said(line) for line in lines]
    assert all(one == held[0] for one in held)
    assert held[0][: len(before)] == before, "at their places, as they were"
    assert len(held[0]) == len(before) + len(lines)
    for line in lines:
        assert {one.text.split(":")[0] for one in line.security_events()} <= alarms
        assert line.outside(CHANNEL) == []


@pytest.mark.slow
@pytest.mark.parametrize("copied", [True, False], ids=["copy", "nothing"])
def test_the_operator_restores(stage: Stage, tmp_path: Path, *, copied: bool) -> None:
    file = tmp_path / "copy.db" if copied else None

    async def work() -> None:
        async with stage.online(*PEOPLE) as lines:
            await talk(lines, "first")
            if file is not None:
                back_up(stage.relay.state, file, silent)
            await talk(lines, "after the copy")
            await agree(lines)
            before = said(lines[0])
            lose(stage)
            restore(stage.relay.state, file, silent)
            stage.relay.start()
            for line in lines:
                await until(line, lambda line=line: line.channel(CHANNEL).recovering, "it is told so")  # type: ignore[misc]
            await standing_again(lines)
            await talk(lines, "again")
            await agree(lines)
            check(lines, before, alarms=set())

    asyncio.run(work())
    log = stage.relay.log_path.read_text()
    for event in ("offer", "refilling", "opened"):
        assert f'"event": "{event}"' in log


@pytest.mark.slow
@pytest.mark.parametrize("copied", [True, False], ids=["copy", "nothing"])
def test_nobody_told_the_relay(stage: Stage, tmp_path: Path, *, copied: bool) -> None:
    """Every device stops; once a person of each side has decided to go on, all is as it was."""

    async def work() -> None:
        async with stage.online(*PEOPLE) as lines:
            await talk(lines, "first")
            back_up(stage.relay.state, tmp_path / "copy.db", silent)
            await talk(lines, "after the copy")
            await agree(lines)
            before = said(lines[0])
            lose(stage)
            if copied:
                (tmp_path / "copy.db").rename(stage.relay.state.database)
            stage.relay.start()
            for line in lines:
                await until(line, lambda line=line: line.channel(CHANNEL).halted is not None, "it stops")  # type: ignore[misc]
            ours, *others = lines
            ours.resume(CHANNEL)
            await asyncio.sleep(3)
            halted = ours.channel(CHANNEL).halted
            assert halted is not None, "one side alone changes nothing"
            assert halted.kind == "rollback"
            for line in others:
                line.resume(CHANNEL)
            await standing_again(lines)
            await talk(lines, "again")
            await agree(lines)
            check(lines, before, alarms={"halt"})

    asyncio.run(work())
