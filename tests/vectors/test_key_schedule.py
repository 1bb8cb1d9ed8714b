"""Official vectors: the key schedule (test-vectors.md, Key Schedule)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.suites import cipher_suite
from tests.vectors.loading import frozen, unhex, vectors

_NAMES = (
    "joiner_secret",
    "welcome_secret",
    "init_secret",
    "sender_data_secret",
    "encryption_secret",
    "exporter_secret",
    "epoch_authenticator",
    "external_secret",
    "confirmation_key",
    "membership_key",
    "resumption_psk",
)


@pytest.mark.parametrize("case", [*vectors("key-schedule"), *frozen("key-schedule")])
def test_epochs(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    group_id, init_secret = unhex(case, "group_id", "initial_init_secret")
    for number, epoch in enumerate(case["epochs"]):
        tree_hash, confirmed, commit_secret, psk_secret = unhex(
            epoch, "tree_hash", "confirmed_transcript_hash", "commit_secret", "psk_secret"
        )
        context = GroupContext(suite.id, group_id, number, tree_hash, confirmed).encode()
        assert context.hex() == epoch["group_context"]
        secrets = EpochSecrets.next(suite, init_secret, commit_secret, psk_secret, context)
        assert {name: getattr(secrets, name).hex() for name in _NAMES} == {n: epoch[n] for n in _NAMES}
        assert EpochSecrets.from_joiner(suite, secrets.joiner_secret, psk_secret, context) == secrets
        assert secrets.external_key_pair()[1].hex() == epoch["external_pub"]
        v = epoch["exporter"]
        exported = secrets.export(v["label"], bytes.fromhex(v["context"]), v["length"])
        assert exported.hex() == v["secret"]
        assert (
            codec.decode(EpochSecrets.read, secrets.encode()).export(
                v["label"], bytes.fromhex(v["context"]), v["length"]
            )
            == exported
        )
        init_secret = secrets.init_secret
