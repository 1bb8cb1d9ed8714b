"""The soak, short: `python -m tests.soak` is the long one."""

from __future__ import annotations

from pathlib import Path

from tests.soak.story import Soak


def test_every_slot_is_accounted_for_once_whatever_is_killed(tmp_path: Path) -> None:
    done = Soak(tmp_path, kills=40, seed=20261123).run()
    assert done["bot killed"] > 20
    assert done["sent"] > 50
