"""Official vectors: message keys and sender data keys (test-vectors.md, Secret Tree)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls.private_message import sender_data_keys
from hotline_protocol.mls.secret_tree import RatchetKind, SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.vectors.loading import unhex, vectors


@pytest.mark.parametrize("case", vectors("secret-tree"))
def test_sender_data(case: dict[str, Any]) -> None:
    v = case["sender_data"]
    secret, ciphertext, key, nonce = unhex(v, "sender_data_secret", "ciphertext", "key", "nonce")
    assert sender_data_keys(cipher_suite(case["cipher_suite"]), secret, ciphertext) == (key, nonce)


@pytest.mark.parametrize("case", vectors("secret-tree"))
def test_ratchets(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    tree = SecretTree(suite, bytes.fromhex(case["encryption_secret"]), len(case["leaves"]))
    for number, generations in enumerate(case["leaves"]):
        for v in generations:
            handshake = tree.take(LeafIndex(number), RatchetKind.HANDSHAKE, v["generation"])
            application = tree.take(LeafIndex(number), RatchetKind.APPLICATION, v["generation"])
            assert handshake == unhex(v, "handshake_key", "handshake_nonce")
            assert application == unhex(v, "application_key", "application_nonce")
