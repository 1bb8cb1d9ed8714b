from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.suites import cipher_suite
from tests.vectors.loading import frozen, vectors

OFFICIAL = ("passive-client-welcome", "passive-client-handling-commit", "passive-client-random")
FROZEN = ("passive-client-welcome", "passive-client-handling-commit")
SCENARIOS = [
    *(one for name in OFFICIAL for one in vectors(name)),
    *(one for name in FROZEN for one in frozen(name)),
]


@pytest.mark.parametrize("vector", SCENARIOS)
def test_a_passive_client_follows(vector: dict[str, Any]) -> None:
    suite = cipher_suite(vector["cipher_suite"])
    key_package = decode_body(KeyPackage, bytes.fromhex(vector["key_package"]))
    private = KeyPackagePrivate(
        *(bytes.fromhex(vector[name]) for name in ("init_priv", "encryption_priv", "signature_priv"))
    )
    assert suite.hpke_public_key(private.init_key) == key_package.init_key
    assert suite.hpke_public_key(private.encryption_key) == key_package.leaf_node.encryption_key
    assert suite.signature_public_key(private.signature_key) == key_package.leaf_node.signature_key

    lifetime = key_package.leaf_node.lifetime
    assert lifetime is not None
    now = lifetime.not_before + 1
    psks = {bytes.fromhex(psk["psk_id"]): bytes.fromhex(psk["psk"]) for psk in vector["external_psks"]}
    tree = None if vector["ratchet_tree"] is None else bytes.fromhex(vector["ratchet_tree"])
    welcome = bytes.fromhex(vector["welcome"])
    group = Group.join(welcome, key_package, private, ratchet_tree=tree, psks=psks, now=now).accept()
    assert group.epoch_authenticator.hex() == vector["initial_epoch_authenticator"]

    for epoch in vector["epochs"]:
        for proposal in epoch["proposals"]:
            group.store_proposal(bytes.fromhex(proposal))
        group = group.merge(group.stage(bytes.fromhex(epoch["commit"]), now=now, psks=psks))
        assert group.epoch_authenticator.hex() == epoch["epoch_authenticator"]
        group = Group.decode(group.encode_epoch(), group.encode_ratchets())
