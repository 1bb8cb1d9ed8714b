"""Official vectors: opening a Welcome without a tree (test-vectors.md, Welcome)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.psk import psk_secret
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.welcome import Welcome
from tests.vectors.loading import unhex, vectors


@pytest.mark.parametrize("case", vectors("welcome"))
def test_welcome(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    init_private, signer, encoded, welcome = unhex(case, "init_priv", "signer_pub", "key_package", "welcome")
    key_package = decode_body(KeyPackage, encoded)
    message = decode_body(Welcome, welcome)
    group_secrets = message.decrypt_secrets(suite, key_package, init_private)
    no_psks = psk_secret(suite, [])
    without_context = EpochSecrets.from_joiner(suite, group_secrets.joiner_secret, no_psks, b"")
    info = message.decrypt_group_info(suite, without_context.welcome_secret)
    info.verify(suite, signer)
    context = info.group_context
    secrets = EpochSecrets.from_joiner(suite, group_secrets.joiner_secret, no_psks, context.encode())
    assert secrets.confirmation_tag(context.confirmed_transcript_hash) == info.confirmation_tag
