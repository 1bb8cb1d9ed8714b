from __future__ import annotations

from hotline_protocol.documents import Party, Text
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import WatchAccept, WatchHandover, WatchTake
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import BOT_A, OFFICER_A, OFFICER_B, WATCH_A, WATCH_B, Chronicle


def handover(to: Party, *dialogues: Target) -> WatchHandover:
    return WatchHandover(
        to.fingerprint.ljust(32, b"\0"), tuple(one.id for one in dialogues), (), 1, bytes(32)
    )


def person(party: Party) -> Party:
    """The same with a fingerprint of the size that certificates have."""
    return Party(party.fingerprint.ljust(32, b"\0"), party.side, party.role, party.arenas)


ONE, TWO, THEIRS = person(WATCH_A), person(OFFICER_A), person(WATCH_B)


def test_a_watch_is_taken_handed_over_and_accepted() -> None:
    log = Chronicle()
    open_ = log.say(THEIRS, Text("cease buzzer", Precedence.FLASH, Response.WILCO_UNABLE))
    assert "only who has the watch" in log.refused(ONE, handover(TWO))
    log.say(ONE, WatchTake())
    log.refused(BOT_A, WatchTake())
    assert "is handed over, not taken" in log.refused(TWO, WatchTake())
    log.say(THEIRS, WatchTake())
    assert "to themself" in log.refused(ONE, handover(ONE))
    assert "only who has the watch" in log.refused(TWO, handover(TWO))
    first = log.say(ONE, handover(TWO))
    assert log.journal.watches.waiting["a"].complete is False
    second = log.say(ONE, handover(TWO, open_))
    assert log.journal.watches.waiting["a"].complete is True
    assert "no handover that waits" in log.refused(TWO, WatchAccept(first))
    assert "somebody else" in log.refused(ONE, WatchAccept(second))
    assert "no handover that waits" in log.refused(person(OFFICER_B), WatchAccept(second))
    log.wait(1)
    log.say(TWO, WatchAccept(second))
    watch = log.journal.watches.now["a"]
    assert (watch.holder, watch.since) == (TWO.fingerprint, log.now)
    assert not log.journal.watches.waiting
    assert log.refold(snapshot_after=5) == log.journal
