"""Nothing that was used is alive anywhere in the process, no library object holds it, and no repr tells it."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from hashlib import sha256

import pytest

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.forward_secrecy.scenery import Scenery, parametrize_suites
from tests.protocol.mls.parties import NOW, rng
from tests.support.loot import alive, loot, opaque_keys


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
