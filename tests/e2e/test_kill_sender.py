"""Sending clients are killed wherever they are: what was reported as sent is everywhere once, and nothing is there twice."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import sampling
from tests.e2e.proof import check
from tests.e2e.sending import Sender
from tests.e2e.stage import Stage, devices

KILLS = sampling.count(50, 15)


@pytest.mark.slow
def test_killed_again_and_again_senders_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311  no secret, and the same every time
    with Stage(tmp_path / "stage", devices(2, 1)) as stage, ExitStack() as stack:
        stage.found()
        senders = [
            stack.enter_context(Sender(stage.enrolled(name), name, tmp_path / f"{name}.err"))
            for name in ("Alpha 2", "Bravo 1")
        ]
        for kill in range(KILLS):
            sender = senders[kill % 2]
            # now while it starts, now in the middle of its work
            if chance.random() < 0.7:
                sender.wait_reports(chance.randrange(1, 30))
                time.sleep(chance.random() * 0.02)
            else:
                time.sleep(chance.random() * 0.8)
            sender.kill()
            sender.start()
        for sender in senders:
            sender.wait_reports(1)
            sender.stop()
        total = check(stage, senders)
    assert total >= sum(len(set(sender.reported)) for sender in senders) > KILLS
