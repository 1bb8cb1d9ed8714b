"""docs/working-group.md, typed as it stands by four people on a real relay."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from hotline_client.ceremony.rehearse import Device, Enrolled
from hotline_protocol.terms import Arena, Role
from tests.client.cli.talk.test_line_commands import hotline
from tests.client.cli.talk.test_watch_commands import watching
from tests.e2e.stage import Stage

ROOT = Path(__file__).resolve().parents[4]
PEOPLE = [
    Device("a", "Dana Levi", Role.HEAD, tuple(Arena)),
    Device("a", "Noa Bar", Role.WATCH, tuple(Arena)),
    Device("b", "Viktor Orlov", Role.HEAD, tuple(Arena)),
    Device("b", "Irina Volkova", Role.WATCH, tuple(Arena)),
]


def typed() -> list[tuple[str, list[str]]]:
    """Who types what; the years of the page are made to lie ahead."""
    page = (ROOT / "docs" / "working-group.md").read_text()
    page = page.replace("2027-", f"{datetime.now(UTC).year + 1}-")
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [(line.partition("$ ")[0], shlex.split(line.partition("$ hotline ")[2])) for line in lines]


def test_the_week_runs_as_it_stands_in_the_docs(tmp_path: Path) -> None:
    commands = typed()
    assert len(commands) > 30
    with Stage(tmp_path, PEOPLE) as stage, ExitStack() as running:
        stage.found()
        people = {one.device.name.split()[0].lower(): one for one in stage.made.devices}
        assert hotline(people["dana"], "roster", "admit", "--all", "--channel", "caucus").returncode == 0
        said: dict[str, str] = {}
        for who, words in commands:
            if words[-1] == "&":
                running.enter_context(watching(people[who]))
                continue
            done = within(tmp_path, people[who], *words)
            assert done.returncode == 0, (who, words, done.stderr.decode())
            assert all(len(line) <= 80 for line in done.stdout.decode().splitlines()), (words, done.stdout)
            said[" ".join(words[:2])] = done.stdout.decode()
        assert "Irina Volkova: in the group, never announced" in said["roster composition"]
        assert "ECHOED" in said["line status"]
        assert "AGREED" in said["meeting attach"].splitlines()[1]
        assert "Dana Levi has the watch" in said["duty show"]
        assert (tmp_path / "meetings.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def within(directory: Path, who: Enrolled, *words: str) -> subprocess.CompletedProcess[bytes]:
    """A command typed in a directory of its own."""
    reading, writing = os.pipe()
    os.write(writing, f"{who.passphrase}\n".encode())
    os.close(writing)
    try:
        return subprocess.run(
            [
                *(sys.executable, "-m", "hotline_client", *words),
                *("--home", str(who.home.resolve()), "--passphrase-fd", str(reading)),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=[reading],
            check=False,
            timeout=90,
            cwd=directory,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
        )
    finally:
        os.close(reading)
