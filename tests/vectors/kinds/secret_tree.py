"""Keys of the secret tree and of sender data (test-vectors.md, Secret Tree)."""

from __future__ import annotations

from hotline_protocol.mls.private_message import sender_data_keys
from hotline_protocol.mls.secret_tree import MAX_FORWARD, RatchetKind, SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.vectors.checking import Case, Kind, equal, unhex, within

_NAMES = {RatchetKind.HANDSHAKE: "handshake", RatchetKind.APPLICATION: "application"}


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    v = case["sender_data"]
    secret, ciphertext, key, nonce = unhex(v, "sender_data_secret", "ciphertext", "key", "nonce")
    found_key, found_nonce = sender_data_keys(suite, secret, ciphertext)
    equal("sender data key", found_key, key)
    equal("sender data nonce", found_nonce, nonce)
    tree = SecretTree(suite, bytes.fromhex(case["encryption_secret"]), len(case["leaves"]))
    for number, generations in enumerate(case["leaves"]):
        with within(f"leaf {number}"):
            for kind in RatchetKind:
                _check_ratchet(tree, LeafIndex(number), kind, generations)


def _check_ratchet(tree: SecretTree, leaf: LeafIndex, kind: RatchetKind, generations: list[Case]) -> None:
    name = _NAMES[kind]
    reached = 0
    for v in sorted(generations, key=lambda one: int(one["generation"])):
        generation = v["generation"]
        while generation - reached > MAX_FORWARD:
            reached += MAX_FORWARD
            tree.take(leaf, kind, reached - 1)
        key, nonce = tree.take(leaf, kind, generation)
        reached = generation + 1
        expected_key, expected_nonce = unhex(v, f"{name}_key", f"{name}_nonce")
        equal(f"{name} key of generation {generation}", key, expected_key)
        equal(f"{name} nonce of generation {generation}", nonce, expected_nonce)


KIND = Kind("secret-tree", frozenset({"sender_data", "encryption_secret", "leaves"}), _check)
