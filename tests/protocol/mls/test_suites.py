from __future__ import annotations

import os

import pytest

from hotline_protocol.mls.errors import RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.suites import SUITES, CipherSuite, HPKECiphertext, cipher_suite

every_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
_ML_KEM_PUBLIC = 1184


def test_an_unknown_suite_is_unsupported() -> None:
    with pytest.raises(UnsupportedError, match="0x1a1a"):
        cipher_suite(0x1A1A)


@every_suite
def test_lengths_are_those_of_the_primitives(suite: CipherSuite) -> None:
    assert len(suite.hash(b"")) == len(suite.extract(b"", b"")) == suite.hash_length
    key, nonce = bytes(suite.key_length), bytes(suite.nonce_length)
    assert suite.open(key, nonce, b"aad", suite.seal(key, nonce, b"aad", b"text")) == b"text"


@every_suite
@pytest.mark.parametrize("forged", [b"", b"\x00", bytes(63), bytes(64), bytes(65)])
def test_a_signature_of_any_wrong_form_is_refused(suite: CipherSuite, forged: bytes) -> None:
    _, public = suite.generate_signature_key(os.urandom)
    with pytest.raises(RefusedError, match=r"^signature"):
        suite.verify_with_label(public, "label", b"content", forged)


@every_suite
def test_a_signature_is_bound_to_key_label_and_content(suite: CipherSuite) -> None:
    private, public = suite.generate_signature_key(os.urandom)
    _, other = suite.generate_signature_key(os.urandom)
    signature = suite.sign_with_label(private, "label", b"content")
    suite.verify_with_label(public, "label", b"content", signature)
    for key, label, content in [
        (other, "label", b"content"),
        (public, "labe", b"content"),
        (public, "label", b""),
    ]:
        with pytest.raises(RefusedError, match=r"^signature"):
            suite.verify_with_label(key, label, content, signature)
    for key in (b"", bytes(31), b"\xff" * 32):
        with pytest.raises(RefusedError, match=r"^signature"):
            suite.verify_with_label(key, "label", b"content", signature)


@every_suite
def test_public_key_encryption_is_bound_to_key_label_and_context(suite: CipherSuite) -> None:
    private, public = suite.derive_key_pair(os.urandom(32))
    other, _ = suite.derive_key_pair(os.urandom(32))
    sealed = suite.encrypt_with_label(public, "label", b"context", b"text")
    assert suite.decrypt_with_label(private, "label", b"context", sealed) == b"text"
    bent = HPKECiphertext(sealed.kem_output, sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1]))
    shifted = HPKECiphertext(sealed.kem_output + sealed.ciphertext[:1], sealed.ciphertext[1:])
    attempts = [
        (other, "label", b"context", sealed),
        (private, "labe", b"context", sealed),
        (private, "label", b"", sealed),
        (private, "label", b"context", bent),
        (private, "label", b"context", shifted),
        (private, "label", b"context", HPKECiphertext(b"", b"")),
        (private, "label", b"context", HPKECiphertext(bytes(len(sealed.kem_output)), sealed.ciphertext)),
    ]
    for key, label, context, ciphertext in attempts:
        with pytest.raises(RefusedError, match=r"^decrypt"):
            suite.decrypt_with_label(key, label, context, ciphertext)


@every_suite
def test_unusable_public_keys_are_refused(suite: CipherSuite) -> None:
    _, public = suite.derive_key_pair(os.urandom(32))
    suite.check_public_key(public)
    small_order = public[:-32] + bytes(32)
    one = public[:-32] + b"\x01" + bytes(31)
    for bad in (b"", public[1:], public + b"\x00", small_order, one):
        with pytest.raises(RefusedError, match=r"^public-key"):
            suite.check_public_key(bad)
        with pytest.raises(RefusedError, match=r"^public-key"):
            suite.encrypt_with_label(bad, "label", b"", b"")


def test_a_lattice_key_out_of_range_is_refused() -> None:
    suite = cipher_suite(0x004E)
    _, public = suite.derive_key_pair(os.urandom(32))
    with pytest.raises(RefusedError, match=r"^public-key"):
        suite.check_public_key(b"\xff" * _ML_KEM_PUBLIC + public[_ML_KEM_PUBLIC:])


@every_suite
def test_key_pairs_are_derived_and_recomputed(suite: CipherSuite) -> None:
    private, public = suite.derive_key_pair(b"i" * 32)
    assert suite.derive_key_pair(b"i" * 32) == (private, public)
    assert suite.hpke_public_key(private) == public
    with pytest.raises(UsageError, match="31"):
        suite.hpke_public_key(private[1:])


@every_suite
def test_long_expansions_continue_short_ones(suite: CipherSuite) -> None:
    long = suite.expand(b"s" * suite.hash_length, b"info", 3 * suite.hash_length + 1)
    assert len(long) == 3 * suite.hash_length + 1
    assert long.startswith(suite.expand(b"s" * suite.hash_length, b"info", suite.hash_length))
    with pytest.raises(UsageError):
        suite.expand(b"s", b"", 256 * suite.hash_length)
