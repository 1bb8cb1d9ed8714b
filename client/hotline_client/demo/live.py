"""The scenario with a screen: the terminal client is the user's, the counterpart is a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.demo.headless import play_before
from hotline_client.demo.setting import Setting
from hotline_client.demo.stage import running
from hotline_client.line.line import Line
from hotline_client.tui.app.run import run as run_screen
from hotline_client.vault import Vault


@contextmanager
def attending(device: Enrolled) -> Iterator[None]:
    """The counterpart's process, from before the screen opens until after it closes."""
    process = subprocess.Popen(  # noqa: S603 - our own program and path
        [sys.executable, "-m", "hotline_client.demo.counterpart", str(device.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if process.stdin is not None:
            process.stdin.write(f"{device.passphrase}\n")
            process.stdin.flush()
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(setting: Setting, say: Callable[[str], None]) -> None:
    """Play the days before, then open the client; returns when the user leaves it."""
    with running(setting.relay):
        say("the two delegations meet on the line")
        play_before(setting)
        with attending(setting.theirs), Vault.open(setting.ours.home, setting.ours.passphrase) as vault:
            run_screen(Line.open(vault))
