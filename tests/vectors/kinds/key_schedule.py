"""The key schedule over several epochs (test-vectors.md, Key Schedule)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from tests.vectors.checking import Case, Kind, equal, unhex, within

SECRETS = (
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
"""What an epoch of the format lists of `EpochSecrets`, by the same names."""


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    group_id, init_secret = unhex(case, "group_id", "initial_init_secret")
    for number, epoch in enumerate(case["epochs"]):
        with within(f"epoch {number}"):
            init_secret = _check_epoch(suite, group_id, number, init_secret, epoch)


def _check_epoch(suite: CipherSuite, group_id: bytes, number: int, init_secret: bytes, epoch: Case) -> bytes:
    """The init secret for the next epoch."""
    tree_hash, confirmed, commit_secret, expected = unhex(
        epoch, "tree_hash", "confirmed_transcript_hash", "commit_secret", "group_context"
    )
    # `psk_secret` may be left out of an epoch that no key went into.
    psk_secret = bytes.fromhex(epoch["psk_secret"]) if epoch.get("psk_secret") else bytes(suite.hash_length)
    context = GroupContext(suite.id, group_id, number, tree_hash, confirmed).encode()
    equal("group_context", context, expected)
    secrets = EpochSecrets.next(suite, init_secret, commit_secret, psk_secret, context)
    for name in SECRETS:
        equal(name, getattr(secrets, name), *unhex(epoch, name))
    joined = EpochSecrets.from_joiner(suite, secrets.joiner_secret, psk_secret, context)
    equal("the epoch from its joiner secret", joined, secrets)
    equal("external_pub", secrets.external_key_pair()[1], *unhex(epoch, "external_pub"))
    v = epoch["exporter"]
    exporter_context, exported = unhex(v, "context", "secret")
    stored = codec.decode(EpochSecrets.read, secrets.encode())
    for one in (secrets, stored):
        equal("exporter", one.export(v["label"], exporter_context, v["length"]), exported)
    return secrets.init_secret


KIND = Kind("key-schedule", frozenset({"group_id", "initial_init_secret", "epochs"}), _check)
