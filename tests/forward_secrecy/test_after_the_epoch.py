"""The state of an epoch opens nothing of those before: no message, no commit, no Welcome."""

from __future__ import annotations

from hotline_protocol.mls.state import KEPT_EPOCHS
from tests.forward_secrecy.scenery import Scenery, copy, parametrize_suites
from tests.protocol.mls.parties import snapshot
from tests.support.loot import loot
from tests.support.thief import Opened


@parametrize_suites
def test_the_next_epoch_opens_nothing_of_those_before(suite_id: int) -> None:
    scene = Scenery(suite_id)
    before = copy(scene["bob"])
    words = scene.say("alice", "a0", "a1") | scene.say("dave", "d0")
    scene.say("bob", "b0")
    scene.read("bob", words, "a1")
    others = ("alice", "bob", "dave", "erin")
    scene.commit("carol", "carol's update", merge=others)
    later = scene.say("alice", "late")

    control = scene.rob(before)
    assert control.shots == {*words, "b0", "carol's update", *later}
    assert control.paths == {"carol's update"}
    assert control.epochs == {2}

    after = scene.rob(scene["bob"], *snapshot(scene["bob"]))
    assert after.shots == set(later)
    assert after.senders == set(later)
    assert after.letters == set()
    assert after.epochs == set()

    # A leaf key outlives the epoch, and so opens the path secret it was sent; the keys that gives are in the state
    # already, and the init secret it would have to be joined with is gone. The own next update takes that too.
    assert after.paths == {"carol's update"}
    scene.commit("bob", "bob's update", merge=("alice", "carol", "dave", "erin"))
    scene.read("bob", scene.say("erin", "last"), "last")
    healed = scene.rob(scene["bob"], *snapshot(scene["bob"]))
    assert healed == Opened(senders={"last"})


@parametrize_suites
def test_a_state_does_not_open_the_welcome_it_came_from(suite_id: int) -> None:
    scene = Scenery(suite_id)
    words = scene.say("alice", "a0", "a1")
    scene.read("bob", words, "a0", "a1")
    bob = scene["bob"]

    with_init_key = scene.rob(bob, scene.parties["bob"].private.init_key)
    assert with_init_key.letters == {"welcome"}
    assert with_init_key.epochs == {1}
    assert with_init_key.shots == {*words}

    assert scene.rob(bob, *snapshot(bob)) == Opened(senders={*words})
    stolen = loot(bob, *snapshot(bob))
    assert not any(scene.parties["bob"].private.init_key in one for one in stolen)


@parametrize_suites
def test_the_key_of_a_node_that_was_blanked_is_forgotten(suite_id: int) -> None:
    scene = Scenery(suite_id)
    # bob makes the key of the node above his half of the tree, by which that half is told of erin's update
    scene.commit("bob", "bob's update", merge=("alice", "carol", "dave", "erin"))
    scene.commit("erin", "erin's update", merge=("alice", "bob", "carol", "dave"))
    assert scene.rob(scene["bob"]).paths == {"erin's update"}
    scene.commit("erin", "removal", merge=("alice", "bob", "carol"), removes=[scene["dave"].own_index])
    assert scene.rob(scene["bob"], *snapshot(scene["bob"])).paths == {"removal"}


@parametrize_suites
def test_the_founder_does_not_open_what_it_founded(suite_id: int) -> None:
    scene = Scenery(suite_id)
    alice = scene["alice"]
    assert scene.rob(alice, *snapshot(alice)) == Opened()
    scene.say("alice", "a0")
    assert scene.rob(scene.founding).shots == {"a0"}
    assert scene.rob(alice, *snapshot(alice)) == Opened(senders={"a0"})


def test_resumption_keys_are_kept_for_a_few_epochs_only() -> None:
    scene = Scenery(1)
    keys: list[bytes] = []
    for _ in range(KEPT_EPOCHS + 2):
        keys.append(scene["bob"].state.secrets.resumption_psk)
        scene.commit("alice", f"update {len(keys)}", merge=("bob",))
    stored = b"".join(snapshot(scene["bob"]))
    found = loot(scene["bob"])
    assert [key in stored for key in keys] == [False] * 2 + [True] * KEPT_EPOCHS
    assert [key in found for key in keys] == [False] * 2 + [True] * KEPT_EPOCHS
