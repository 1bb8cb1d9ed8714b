"""One vault, several processes: a line held open like a screen's while scripts send from others."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotline_client.line.views import Receipt
from tests.e2e.proof import check
from tests.e2e.sending import ROOT, Sender
from tests.e2e.stage import CHANNEL, Stage, devices, said, until

EACH = 60


@pytest.mark.slow
def test_scripts_send_from_a_vault_that_a_screen_holds_open(tmp_path: Path) -> None:
    """Three processes and a thread send from one vault at once; nobody is refused, nothing is lost or there twice."""
    with Stage(tmp_path / "stage", devices(1, 2)) as stage, ExitStack() as stack:
        stage.found()
        home = stage.enrolled("Alpha 1")

        async def screen() -> list[str]:
            async with stage.online("Alpha 1") as [line]:
                scripts = [
                    stack.enter_context(Sender(home, f"script {number}", tmp_path / f"{number}.err"))
                    for number in range(2)
                ]
                own = []
                for number in range(EACH):
                    document = await asyncio.to_thread(line.send_text, CHANNEL, f"screen {number}")
                    own.append(document)
                    line.mark_seen(CHANNEL, line.channel(CHANNEL).cursor)
                for document in own:
                    found = await line.wait_relayed(document, 60)
                    assert found.receipt is not Receipt.QUEUED
                await asyncio.gather(*(asyncio.to_thread(one.wait_reports, EACH) for one in scripts))
                # the other delegation talks meanwhile, so that all processes take the same entries off the log
                other = stack.enter_context(
                    Sender(stage.enrolled("Bravo 1"), "other", tmp_path / "other.err")
                )
                senders.extend((*scripts, other))
                await asyncio.gather(*(asyncio.to_thread(one.wait_reports, EACH) for one in senders))
                await asyncio.gather(*(asyncio.to_thread(one.stop) for one in senders))
                await line.wait_caught_up(60)
                shown = {text for _, _, text in said(line)}
                for sender in senders:
                    assert {f"{sender.prefix} {number}" for number in sender.reported} <= shown
                return [text for _, _, text in said(line) if text.startswith("screen ")]

        senders: list[Sender] = []
        shown = asyncio.run(screen())
        assert shown == [f"screen {number}" for number in range(EACH)]
        total = check(stage, senders)
    assert total >= EACH * 4
    for errors in tmp_path.glob("*.err"):
        assert errors.read_text() == ""


@pytest.mark.slow
def test_an_offline_process_queues_and_the_one_on_the_line_sends(tmp_path: Path) -> None:
    with Stage(tmp_path / "stage", devices(1, 1)) as stage:
        stage.found()
        home = stage.enrolled("Alpha 1")
        program = (
            "import sys; from pathlib import Path; from hotline_client.line.line import Line;"
            "from hotline_client.vault import Vault\n"
            "with Vault.open(Path(sys.argv[1]), sys.stdin.readline()[:-1]) as vault:\n"
            "    print(Line.open(vault).send_text('plenary', 'from another process').hex())\n"
        )

        async def screen() -> None:
            async with stage.online("Alpha 1", "Bravo 1") as [line, other]:
                done = await asyncio.to_thread(
                    subprocess.run,
                    [sys.executable, "-c", program, str(home.home)],
                    input=home.passphrase + "\n",
                    capture_output=True,
                    text=True,
                    check=True,
                    cwd=ROOT,
                    env={**os.environ, "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}"},
                )
                document = bytes.fromhex(done.stdout.strip())
                await until(other, lambda: other.message(CHANNEL, document) is not None, "it arrives", 20)
                assert (await line.wait_relayed(document, 20)).text == "from another process"

        asyncio.run(screen())
