"""Opening a Welcome without a tree (test-vectors.md, Welcome)."""

from __future__ import annotations

from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.key_schedule import EpochSecrets, welcome_secret
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.psk import psk_secret
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.welcome import Welcome
from tests.vectors.checking import Case, Kind, equal, unhex, unhex_key


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    init_private = unhex_key(case, "init_priv", suite.hpke.kem.private_length)
    signer, encoded, welcome = unhex(case, "signer_pub", "key_package", "welcome")
    key_package = decode_body(KeyPackage, encoded)
    message = decode_body(Welcome, welcome)
    group_secrets = message.decrypt_secrets(suite, key_package, init_private)
    no_psks = psk_secret(suite, [])
    info = message.decrypt_group_info(suite, welcome_secret(suite, group_secrets.joiner_secret, no_psks))
    info.verify(suite, signer)
    context = info.group_context
    secrets = EpochSecrets.from_joiner(suite, group_secrets.joiner_secret, no_psks, context.encode())
    expected = secrets.confirmation_tag(context.confirmed_transcript_hash)
    equal("confirmation_tag", info.confirmation_tag, expected)


KIND = Kind("welcome", frozenset({"init_priv", "signer_pub", "key_package", "welcome"}), _check)
