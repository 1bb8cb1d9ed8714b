from __future__ import annotations

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.suites import SUITES, CipherSuite


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_every_input_matters(suite: CipherSuite) -> None:
    size = suite.hash_length
    inputs = (b"i" * size, b"c" * size, b"p" * size, b"context")
    secrets = EpochSecrets.next(suite, *inputs)
    for position in range(4):
        changed = list(inputs)
        changed[position] = b"x" * len(changed[position])
        other = EpochSecrets.next(suite, *changed)
        assert other.epoch_authenticator != secrets.epoch_authenticator


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_what_leads_back_to_message_keys_is_not_stored(suite: CipherSuite) -> None:
    secrets = EpochSecrets.next(suite, b"i", b"c", b"p", b"context")
    stored = secrets.encode()
    assert secrets.joiner_secret not in stored
    assert secrets.welcome_secret not in stored
    restored = codec.decode(EpochSecrets.read, stored)
    assert restored.init_secret == secrets.init_secret
    assert secrets.encryption_secret not in secrets.forget_roots().encode()
    assert codec.decode(EpochSecrets.read, secrets.forget_roots().encode()) == secrets.forget_roots()


def test_exports_differ_by_label_context_and_epoch() -> None:
    suite = SUITES[1]
    one, other = (EpochSecrets.from_epoch_secret(suite, secret * 32) for secret in (b"1", b"2"))
    exports = [
        one.export("a", b"", 32),
        one.export("b", b"", 32),
        one.export("a", b"x", 32),
        other.export("a", b"", 32),
    ]
    assert len(set(exports)) == len(exports)
    assert len(one.export("a", b"", 100)) == 100


def test_secrets_are_not_shown() -> None:
    text = repr(EpochSecrets.from_epoch_secret(SUITES[1], b"1" * 32))
    assert text.startswith("EpochSecrets(suite=")
    assert "secret" not in text
