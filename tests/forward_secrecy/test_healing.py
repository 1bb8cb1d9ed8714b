"""A copied state opens nothing more once its owner renewed its keys, was removed, or came back from outside."""

from __future__ import annotations

from hotline_protocol.mls import external
from hotline_protocol.mls.external import Newcomer
from hotline_protocol.mls.proposal import Update
from hotline_protocol.mls.suites import cipher_suite
from tests.forward_secrecy.scenery import Scenery, copy, parametrize_suites
from tests.protocol.mls.parties import NOW, rng, snapshot
from tests.support.loot import loot
from tests.support.thief import Opened


@parametrize_suites
def test_one_update_shuts_a_copied_state_out(suite_id: int) -> None:
    scene = Scenery(suite_id)
    copied = [copy(scene["bob"]), *snapshot(scene["bob"])]
    words = scene.say("alice", "a0")
    scene.commit("bob", "bob's update", merge=("alice", "carol", "dave", "erin"))
    scene.say("alice", "a1")
    scene.say("bob", "b1")
    assert scene.rob(*copied) == Opened(shots={*words, "bob's update"}, senders={*words, "bob's update"})
    scene.commit("erin", "erin's update", merge=("alice", "bob", "carol", "dave"))
    scene.say("erin", "e2")
    assert scene.rob(*copied) == Opened(shots={*words, "bob's update"}, senders={*words, "bob's update"})

    # the control: a member that has not read it yet has its key
    assert scene.rob(scene["dave"]).shots == {"e2"}


@parametrize_suites
def test_without_an_update_of_its_own_a_copied_state_follows(suite_id: int) -> None:
    scene = Scenery(suite_id)
    copied = copy(scene["bob"])
    for name, others in (
        ("carol", ("alice", "bob", "dave", "erin")),
        ("alice", ("bob", "carol", "dave", "erin")),
    ):
        scene.commit(name, f"{name}'s update", merge=others)
    words = scene.say("erin", "e0")
    followed = scene.rob(copied)
    assert followed.epochs == {2, 3}
    assert followed.shots == {"carol's update", "alice's update", *words}


@parametrize_suites
def test_removal_shuts_a_copied_state_out(suite_id: int) -> None:
    scene = Scenery(suite_id)
    removed, stays = copy(scene["bob"]), copy(scene["carol"])
    words = scene.say("alice", "a0")
    scene.commit("dave", "removal", merge=("alice", "carol", "erin"), removes=[scene["bob"].own_index])
    later = scene.say("alice", "a1")
    scene.commit("alice", "alice's update", merge=("carol", "dave", "erin"))
    last = scene.say("carol", "c2")

    assert scene.rob(stays).shots == {*words, "removal", *later, "alice's update", *last}
    assert scene.rob(removed, *snapshot(removed)) == Opened(
        shots={*words, "removal"}, senders={*words, "removal"}
    )


@parametrize_suites
def test_a_pre_shared_key_shuts_a_copied_state_out_that_lacks_it(suite_id: int) -> None:
    scene = Scenery(suite_id)
    copied = copy(scene["bob"])
    psk = rng(cipher_suite(suite_id).hash_length)
    pending = scene["carol"].commit(psks={b"shared": psk}, rng=rng, now=NOW)
    scene.camera.film("with a key", pending.message)
    scene.groups["carol"] = scene["carol"].merge(pending.staged)
    scene.camera.enter(copy(scene["carol"]))
    words = scene.say("carol", "c1")
    assert scene.rob(copied, psk).shots == {"with a key", *words}
    without = scene.rob(copied)
    assert (without.shots, without.epochs) == ({"with a key"}, set())


@parametrize_suites
def test_an_update_that_others_commit_shuts_a_copied_state_out(suite_id: int) -> None:
    scene = Scenery(suite_id)
    copied = copy(scene["bob"])
    proposal = scene.propose_update("bob", "bob's proposal", to=("alice", "carol", "dave", "erin"))
    with_proposal = copy(scene["bob"])
    scene.commit("alice", "commit", merge=("bob", "carol", "dave", "erin"), refs=[proposal])
    scene.say("carol", "c1")
    assert scene.rob(with_proposal).shots == {"commit", "c1"}
    assert scene.rob(with_proposal).epochs == {2}
    known = {"bob's proposal", "commit"}
    assert scene.rob(copied, *snapshot(copied)) == Opened(shots=known, senders=known)


@parametrize_suites
def test_a_proposed_update_that_is_not_committed_is_forgotten(suite_id: int) -> None:
    scene = Scenery(suite_id)
    suite = cipher_suite(suite_id)
    before = loot(scene["bob"])
    reference = scene.propose_update("bob", "bob's proposal", to=())
    proposal = scene["bob"].proposals[reference].proposal
    assert isinstance(proposal, Update)
    new = [one for one in loot(scene["bob"]) - before if len(one) == 32]
    (private,) = [one for one in new if suite.hpke_public_key(one) == proposal.leaf_node.encryption_key]
    assert private in scene["bob"].encode_ratchets()

    dropped = copy(scene["bob"])
    dropped.drop_proposals()
    scene.commit("alice", "commit", merge=("bob",))
    for group in (dropped, scene["bob"]):
        assert private not in b"".join(snapshot(group))
        assert private not in loot(group)


@parametrize_suites
def test_a_stored_proposal_does_not_open_again(suite_id: int) -> None:
    scene = Scenery(suite_id)
    before = copy(scene["bob"])
    scene.propose_update("alice", "proposal", to=("bob",))
    assert scene.rob(before).shots == {"proposal"}
    assert scene.rob(scene["bob"], *snapshot(scene["bob"])).shots == set()


@parametrize_suites
def test_a_public_commit_leads_a_later_state_nowhere(suite_id: int) -> None:
    scene = Scenery(suite_id)
    before = copy(scene["bob"])
    words = scene.say("alice", "a0")
    scene.commit("carol", "public", merge=("alice", "bob", "dave", "erin"), public=True)
    later = scene.say("alice", "a1")
    assert scene.rob(before).shots == {*words, *later}
    after = scene.rob(scene["bob"], *snapshot(scene["bob"]))
    assert after == Opened(shots=set(later), senders=set(later), paths={"public"})


@parametrize_suites
def test_coming_back_from_outside_shuts_the_lost_state_out(suite_id: int) -> None:
    scene = Scenery(suite_id)
    lost, stays = copy(scene["bob"]), copy(scene["carol"])
    bob = scene.parties["bob"]
    newcomer = Newcomer(bob.private.signature_key, bob.key_package.leaf_node.credential)
    info = scene["alice"].group_info()
    joined = external.join(info, newcomer, removes=lost.own_index, rng=rng)
    scene.camera.film("return", joined.message)
    for name in ("alice", "carol", "dave", "erin"):
        scene.groups[name] = scene[name].merge(scene[name].stage(joined.message, now=NOW))
    scene.groups["bob"] = joined.group
    scene.camera.enter(copy(joined.group))
    words = scene.say("bob", "b1")

    assert scene.rob(stays).shots == {*words}
    # the lost state opens the newcomer's init secret, for which its external secret is enough, but not the path
    assert scene.rob(lost, *snapshot(lost)) == Opened()
    for name in ("bob", "carol"):
        after = scene.rob(scene[name], *snapshot(scene[name]))
        assert after.epochs == set()
        assert after.shots == (set() if name == "bob" else {*words})
