"""Forward secrecy and healing, shown: what a thief of a member's whole state opens of everything that was recorded.

Each test first lets the same thief, with a state in which the secrets still are, open what it should.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import pytest

from hotline_protocol.mls import external
from hotline_protocol.mls.errors import MLSError, RefusedError
from hotline_protocol.mls.external import Newcomer
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import Update
from hotline_protocol.mls.secret_tree import MAX_FORWARD, MAX_KEPT
from hotline_protocol.mls.staged import PendingCommit, StagedCommit
from hotline_protocol.mls.state import KEPT_EPOCHS
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import NOW, Party, rng, snapshot
from tests.support.loot import alive, loot, opaque_keys
from tests.support.tape import Camera
from tests.support.thief import Opened, Thief

parametrize_suites = pytest.mark.parametrize("suite_id", [0x0001, 0x004E])


@dataclass
class Scenery:
    """A group that is filmed from its founding on: alice, bob, carol, dave and erin in one epoch."""

    suite_id: int
    parties: dict[str, Party] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.camera = Camera(cipher_suite(self.suite_id))
        names = ("alice", "bob", "carol", "dave", "erin")
        self.parties = {name: Party.make(self.suite_id, name, "basic") for name in names}
        self.groups["alice"] = self.parties["alice"].found(b"group")
        self.camera.enter(self.groups["alice"])
        others = [self.parties[name] for name in names[1:]]
        pending = self.groups["alice"].commit(adds=[one.key_package for one in others], rng=rng, now=NOW)
        self.founding = pending
        self.groups["alice"] = self.groups["alice"].merge(pending.staged)
        self.camera.film("founding", pending.message)
        assert pending.welcome is not None
        self.camera.film("welcome", pending.welcome)
        for name in names[1:]:
            party = self.parties[name]
            joined = Group.join(pending.welcome, party.key_package, party.private, now=NOW)
            self.groups[name] = joined.accept()
        self.camera.enter(copy(self.groups["alice"]))

    def __getitem__(self, name: str) -> Group:
        return self.groups[name]

    def say(self, name: str, *words: str) -> dict[str, bytes]:
        """One message a word, filmed under that word."""
        return {
            word: self.camera.film(word, self[name].protect(word.encode(), rng=rng).message) for word in words
        }

    def read(self, name: str, messages: dict[str, bytes], *words: str) -> None:
        for word in words:
            assert self[name].unprotect(messages[word]).data == word.encode()

    def commit(self, name: str, title: str, *, merge: Iterable[str], **what: object) -> PendingCommit:
        """A commit that those in `merge` and its committer follow; filmed under its title."""
        pending = self[name].commit(rng=rng, now=NOW, **what)  # type: ignore[arg-type]
        self.camera.film(title, pending.message)
        staged = {one: self[one].stage(pending.message, now=NOW) for one in merge}
        self.groups |= {one: self[one].merge(commit) for one, commit in staged.items()}
        self.groups[name] = self[name].merge(pending.staged)
        self.camera.enter(copy(self[name]))
        return pending

    def propose_update(self, name: str, title: str, *, to: Iterable[str]) -> bytes:
        """An update that its sender proposes, filmed, and kept by those it goes `to`; its reference."""
        message = self.camera.film(title, self[name].propose_update(rng=rng))
        for one in to:
            self[one].store_proposal(message)
        (reference,) = self[name].proposals
        return reference

    def rob(self, *stolen: object) -> Opened:
        """What a thief opens, who knows every public key of the key packages too."""
        init_keys = [party.key_package.init_key for party in self.parties.values()]
        return Thief(self.camera.tape(), *stolen).know_public_keys(*init_keys).work()


def copy(group: Group) -> Group:
    """The state as it is now, from its serialised form."""
    return Group.decode(*snapshot(group))


# --- (a) within an epoch


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


# --- (b) after the epoch


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


# --- (c) healing


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

    # the control: of somebody else's update the same state makes the next epoch, and the one after
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


# --- (d) what was refused, dropped, or not merged yet


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


# --- (e) nothing of it anywhere


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


@parametrize_suites
def test_no_consumed_secret_is_alive_in_the_process(suite_id: int) -> None:
    suite = cipher_suite(suite_id)
    lengths = frozenset({suite.hash_length, suite.key_length})
    bob, messages, used, planted = _read_later(suite_id)
    assert alive(planted, lengths) == planted
    for message in messages:
        bob.unprotect(message)
    bob.protect(b"own", rng=rng)
    gc.collect()
    assert alive(used, lengths) == set()


def _read_later(suite_id: int) -> tuple[Group, list[bytes], set[bytes], set[bytes]]:
    """A state, messages for it, and SHA-256 of every secret that opens them; with those that are alive as yet."""
    scene = Scenery(suite_id)
    messages = scene.say("alice", "a0", "a1") | scene.say("erin", "e0")
    used = {sha256(secret).digest() for name in messages for secret in scene.camera.used_by(name)}
    root = scene.camera.used_by("a0")[1]
    return scene["bob"], list(messages.values()), used, {sha256(root).digest()}


@parametrize_suites
def test_an_epoch_that_ended_is_not_alive_in_the_process(suite_id: int) -> None:
    lengths = frozenset({32, cipher_suite(suite_id).hash_length})
    scene = Scenery(suite_id)
    others = ("alice", "carol", "dave", "erin")
    scene.commit("bob", "bob's update", merge=others)  # the first leaf key is in the key package too
    scene.say("alice", "a0")
    del scene.camera
    state = scene["bob"].state
    privates = {key.private for key in state.keys.values()}
    secrets = {sha256(one).digest() for one in loot(state.secrets, scene["bob"]._ratchets) | privates}
    stays = sha256(state.secrets.resumption_psk).digest()
    del state, privates

    # those of the key schedule, the root of the secret tree, the keys of bob's leaf and of the nodes above
    assert len(alive(secrets, lengths)) == 8 + 1 + 4
    pending = scene["bob"].commit(rng=rng, now=NOW)
    scene.groups = {name: scene[name].merge(scene[name].stage(pending.message, now=NOW)) for name in others}
    del pending
    gc.collect()
    assert alive(secrets, lengths) == {stays}


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


def test_no_key_object_of_the_library_outlives_its_use() -> None:
    before = sorted(opaque_keys())
    bob, messages, _, _ = _read_later(1)
    for message in messages:
        bob.unprotect(message)
    gc.collect()
    assert sorted(opaque_keys()) == before
    assert bob.own_index == LeafIndex(1)


def test_no_secret_is_in_a_repr() -> None:
    scene = Scenery(1)
    bob = scene["bob"]
    pending = bob.commit(rng=rng, now=NOW)
    after = pending.staged.state
    assert after is not None
    shown = [
        bob,
        bob.state,
        pending,
        pending.staged,
        after,
        after.secrets,
        after.seat,
        scene.parties["bob"].private,
    ]
    text = " ".join(map(repr, shown))
    assert repr(bob.group_id) in text
    states = (bob.state, after)
    privates = {key.private for state in states for key in state.keys.values()} | {bob.state.signature_key}
    for secret in (
        loot(*(state.secrets for state in states), bob._ratchets, scene.parties["bob"].private) | privates
    ):
        if secret:
            assert repr(secret) not in text
            assert secret.hex() not in text


def test_the_walk_finds_what_is_nested_and_refuses_what_it_cannot_see() -> None:
    @dataclass(slots=True)
    class Deep:
        inside: object

    assert loot(Deep({"k": [(Deep(b"secret"),)]})) == {b"k", b"secret"}
    with pytest.raises(AssertionError, match="cannot be looked into"):
        loot(Deep(sha256(b"secret")))
