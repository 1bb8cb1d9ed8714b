"""What was read or sent in an epoch does not open again, late and skipped messages included."""

from __future__ import annotations

from hotline_protocol.mls.secret_tree import MAX_FORWARD, MAX_KEPT
from tests.forward_secrecy.scenery import Scenery, copy, parametrize_suites
from tests.protocol.mls.parties import rng, snapshot
from tests.support.loot import loot


@parametrize_suites
def test_what_was_read_or_sent_does_not_open_again(suite_id: int) -> None:
    scene = Scenery(suite_id)
    before = copy(scene["bob"])
    alice = scene.say("alice", "a0", "a1", "a2", "a3", "a4")
    carol = scene.say("carol", "c0", "c1", "c2")
    erin = scene.say("erin", "e0")
    scene.say("bob", "b0", "b1")
    recorded = {*alice, *carol, *erin, "b0", "b1"}
    assert scene.rob(before).shots == recorded
    assert scene.rob(*snapshot(before)).shots == recorded

    scene.read("bob", alice, "a3", "a0")
    scene.read("bob", carol, "c1", "c0", "c2")
    scene.read("bob", erin, "e0")
    unread = {"a1", "a2", "a4"}  # two keys are kept for late messages, one is yet to come
    assert scene.rob(scene["bob"]).shots == unread
    assert scene.rob(*snapshot(scene["bob"])).shots == unread
    assert scene.rob(copy(scene["bob"])).shots == unread

    scene.read("bob", alice, "a2", "a4", "a1")
    assert scene.rob(scene["bob"], *snapshot(scene["bob"]), copy(scene["bob"])).shots == set()


def test_keys_dropped_as_too_old_are_gone_too() -> None:
    scene = Scenery(1)
    scene.say("alice", "dropped")
    _skip_and_read(scene, MAX_FORWARD - 1)
    (kept, *_) = scene.camera.used_by("dropped")
    assert kept in b"".join(snapshot(scene["bob"]))
    _skip_and_read(scene, MAX_KEPT)
    assert kept not in b"".join(snapshot(scene["bob"]))
    assert kept not in loot(scene["bob"])


def _skip_and_read(scene: Scenery, count: int) -> None:
    for _ in range(count):
        scene["alice"].protect(b"", rng=rng)
    assert scene["bob"].unprotect(scene["alice"].protect(b"next", rng=rng).message).data == b"next"


@parametrize_suites
def test_no_consumed_secret_is_in_the_stored_bytes(suite_id: int) -> None:
    scene = Scenery(suite_id)
    fresh = b"".join(snapshot(scene["bob"]))
    words = scene.say("alice", "a0", "a1", "a2") | scene.say("dave", "d0")
    scene.say("bob", "b0")
    root = scene.camera.used_by("a0")[1]
    assert root in fresh
    scene.read("bob", words, "a2", "d0")
    stored = b"".join(snapshot(scene["bob"]))
    assert scene.camera.used_by("a1")[0] in stored, "the key of a skipped message is kept"
    for name in ("a2", "d0", "b0"):
        for secret in scene.camera.used_by(name):
            assert secret not in stored
    scene.read("bob", words, "a1", "a0")
    assert scene.camera.used_by("a1")[0] not in b"".join(snapshot(scene["bob"]))
