"""The scenario without a screen: played from both sides over the real relay, told as text, and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack

from hotline_client.ceremony.rehearse import Enrolled
from hotline_client.demo.business import play_business
from hotline_client.demo.play import ScenarioError, found, play_opening, problems, settle
from hotline_client.demo.scenario import CHANNEL, OUR_DELEGATION, THEIR_DELEGATION
from hotline_client.demo.setting import Setting
from hotline_client.demo.stage import running
from hotline_client.line.line import Line
from hotline_client.line.views import MessageView
from hotline_client.vault import Vault


def open_lines(setting: Setting, stack: ExitStack) -> tuple[Line, Line]:
    """Our line and theirs, offline; the vaults close with `stack`."""

    def opened(device: Enrolled) -> Line:
        # what is thrown away with the demonstration leaves nothing in the user's state directory
        state = device.home.parent / "state"
        return Line.open(stack.enter_context(Vault.open(device.home, device.passphrase, state=state)))

    return opened(setting.ours), opened(setting.theirs)


async def _play(ours: Line, theirs: Line, *, ours_acknowledge: bool) -> None:
    async with AsyncExitStack() as online:
        await online.enter_async_context(ours)
        await online.enter_async_context(theirs)
        await found(ours, theirs)
        await play_opening(ours, theirs, ours_acknowledge=ours_acknowledge)
        await play_business(ours, theirs)
        if ours_acknowledge:
            await settle(ours, theirs)


def play_before(setting: Setting) -> None:
    """The days before the user sits down; what asks for our answer waits for the user."""
    with ExitStack() as stack:
        ours, theirs = open_lines(setting, stack)
        asyncio.run(_play(ours, theirs, ours_acknowledge=False))


def run(setting: Setting, show: Callable[[str, MessageView], None]) -> None:
    """Play everything, show what each side sees, and raise `ScenarioError` if anything is missing."""
    with running(setting.relay), ExitStack() as stack:
        ours, theirs = open_lines(setting, stack)
        asyncio.run(_play(ours, theirs, ours_acknowledge=True))
        for name, line in ((OUR_DELEGATION, ours), (THEIR_DELEGATION, theirs)):
            for message in line.timeline(CHANNEL):
                show(name, message)
        wrong = problems(ours, theirs)
    if wrong:
        raise ScenarioError("; ".join(wrong))
