from __future__ import annotations

from hotline_protocol.documents import Checkpoint
from tests.support.chronicle import BOT_B, OBSERVER_A, WATCH_A, Chronicle


def test_the_last_signature_of_each_device_counts() -> None:
    log = Chronicle()
    log.say(WATCH_A, Checkpoint(3, b"\1" * 32))
    log.say(BOT_B, Checkpoint(2, b"\2" * 32))
    log.say(WATCH_A, Checkpoint(7, b"\3" * 32))
    assert "up to entry 7 already" in log.refused(WATCH_A, Checkpoint(7, b"\3" * 32))
    log.refused(OBSERVER_A, Checkpoint(8, b"\4" * 32))
    last = log.journal.checkpoints.last
    assert {one: (signed.side, signed.seq) for one, signed in last.items()} == {
        WATCH_A.device: ("a", 7),
        BOT_B.device: ("b", 2),
    }
    assert log.refold(snapshot_after=2) == log.journal
