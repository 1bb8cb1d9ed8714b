"""The relay is killed under load again and again: what was reported as sent is everywhere once, in one order."""

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
def test_killed_again_and_again_under_load_the_relay_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(2)  # noqa: S311  no secret, and the same every time
    with Stage(tmp_path / "stage", devices(2, 2)) as stage, ExitStack() as stack:
        stage.found()
        senders = [
            stack.enter_context(Sender(stage.enrolled(name), name, tmp_path / f"{name}.err"))
            for name in ("Alpha 1", "Bravo 2")
        ]
        for kill in range(KILLS):
            senders[kill % 2].wait_reports(chance.randrange(1, 30))
            time.sleep(chance.random() * 0.03)
            stage.relay.kill()
            stage.relay.start()
        for sender in senders:
            sender.stop()
        total = check(stage, senders)
    assert total >= sum(len(sender.reported) for sender in senders) > KILLS
