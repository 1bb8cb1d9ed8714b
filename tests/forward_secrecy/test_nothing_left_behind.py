"""What was refused, dropped or not merged yet leaves nothing in the group; what waits holds what it must."""

from __future__ import annotations

import pytest

from hotline_protocol.mls.errors import MLSError, RefusedError
from hotline_protocol.mls.staged import StagedCommit
from tests.forward_secrecy.scenery import Scenery, copy, parametrize_suites
from tests.protocol.mls.parties import NOW, rng, snapshot
from tests.support.loot import loot
from tests.support.thief import Opened


@parametrize_suites
def test_what_is_refused_or_dropped_leaves_nothing_behind(suite_id: int) -> None:
    scene = Scenery(suite_id)
    bob = scene["bob"]
    words = scene.say("alice", "a0", "a1")
    pending = scene["carol"].commit(rng=rng, now=NOW)
    before, strings = snapshot(bob), loot(bob)

    bob.stage(pending.message, now=NOW)
    for message in (pending.message, words["a0"], words["a1"]):
        for place in (len(message) // 2, len(message) - 1):
            broken = message[:place] + bytes([message[place] ^ 1]) + message[place + 1 :]
            with pytest.raises(MLSError):
                bob.unprotect(broken)
            with pytest.raises(MLSError):
                bob.stage(broken, now=NOW)
    with pytest.raises(RefusedError):
        bob.unprotect(pending.message)
    assert snapshot(bob) == before
    assert loot(bob) == strings


@parametrize_suites
def test_a_pending_commit_holds_the_next_epoch_and_the_group_does_not(suite_id: int) -> None:
    scene = Scenery(suite_id)
    alone = copy(scene["bob"])
    made = alone.commit(rng=rng, now=NOW)
    scene.camera.film("bob's update", made.message)
    after = copy(scene["bob"]).merge(StagedCommit.decode(made.staged.encode()))
    scene.camera.enter(copy(after))
    scene.camera.film("b1", after.protect(b"b1", rng=rng).message)

    assert scene.rob(made).shots == {"b1"}
    assert scene.rob(made.staged.encode()).shots == {"b1"}
    assert scene.rob(alone, *snapshot(alone)) == Opened(senders={"bob's update"})
    assert scene.rob(after, *snapshot(after)) == Opened(senders={"b1"})
