from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hotline_protocol.mls.errors import RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.kem import DHKEM_P256, DHKEM_P384, DHKEM_P521, DHKEM_X448
from hotline_protocol.mls.signature import ECDSA_P256, ECDSA_P384, ECDSA_P521, ED448, ED25519, ML_DSA_44
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
    for key in (b"", bytes(31), b"\xff" * 32, b"\xff" * len(public)):
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
    bad = [b"", public[1:], public + b"\x00", bytes(len(public)), *_no_points(suite, public)]
    for key in bad:
        with pytest.raises(RefusedError, match=r"^public-key"):
            suite.check_public_key(key)
        with pytest.raises(RefusedError, match=r"^public-key"):
            suite.encrypt_with_label(key, "label", b"", b"")
        with pytest.raises(RefusedError, match=r"^public-key"):
            suite.external_init(key)


def _no_points(suite: CipherSuite, public: bytes) -> list[bytes]:
    """Keys of the right length that are of small order, or off their curve, or not written uncompressed."""
    kem = suite.hpke.kem
    if kem in {DHKEM_P256, DHKEM_P384, DHKEM_P521}:
        bent = public[:-1] + bytes([public[-1] ^ 1])
        hybrid = bytes([6 | public[-1] & 1]) + public[1:]
        compressed = bytes([2 | public[-1] & 1]) + public[1 : len(public) // 2 + 1]
        return [
            bent,
            hybrid,
            compressed,
            b"\x04" + bytes(len(public) - 1),
            b"\x04" + b"\xff" * (len(public) - 1),
        ]
    point = 56 if kem is DHKEM_X448 else 32
    return [public[:-point] + number.to_bytes(point, "little") for number in (0, 1)]


def test_a_lattice_key_out_of_range_is_refused() -> None:
    suite = cipher_suite(0x004E)
    _, public = suite.derive_key_pair(os.urandom(32))
    with pytest.raises(RefusedError, match=r"^public-key"):
        suite.check_public_key(b"\xff" * _ML_KEM_PUBLIC + public[_ML_KEM_PUBLIC:])


@every_suite
def test_key_pairs_are_derived_and_recomputed(suite: CipherSuite) -> None:
    private, public = suite.derive_key_pair(b"i" * 32)
    assert suite.derive_key_pair(b"i" * 32) == (private, public)
    assert suite.derive_key_pair(b"j" * 32) != (private, public)
    assert suite.hpke_public_key(private) == public
    with pytest.raises(UsageError, match=str(len(private) - 1)):
        suite.hpke_public_key(private[1:])


@every_suite
def test_an_external_commit_brings_an_init_secret(suite: CipherSuite) -> None:
    private, public = suite.derive_key_pair(os.urandom(32))
    other, _ = suite.derive_key_pair(os.urandom(32))
    kem_output, init_secret = suite.external_init(public)
    assert len(init_secret) == suite.hash_length
    assert suite.open_external_init(private, kem_output) == init_secret
    assert suite.open_external_init(other, kem_output) != init_secret
    assert suite.external_init(public) != (kem_output, init_secret)
    for bad in (b"", kem_output[1:], kem_output + b"\x00", bytes(len(kem_output))):
        with pytest.raises(RefusedError, match=r"^decrypt"):
            suite.open_external_init(private, bad)


def test_the_rows_are_those_of_the_registries() -> None:
    """RFC 9420 §17.1 and draft-ietf-mls-pq-ciphersuites-06, table 2: KEM id, key and hash length, signature."""
    rows = {
        suite.id: (suite.hpke.kem.id, suite.key_length, suite.hash_name, suite.signature)
        for suite in SUITES.values()
    }
    assert rows == {
        0x0001: (0x0020, 16, "sha256", ED25519),
        0x0002: (0x0010, 16, "sha256", ECDSA_P256),
        0x0003: (0x0020, 32, "sha256", ED25519),
        0x0004: (0x0021, 32, "sha512", ED448),
        0x0005: (0x0012, 32, "sha512", ECDSA_P521),
        0x0006: (0x0021, 32, "sha512", ED448),
        0x0007: (0x0011, 32, "sha384", ECDSA_P384),
        0x004E: (0x647A, 32, "sha384", ED25519),
        0x004F: (0x647A, 16, "sha256", ED25519),
        0x0052: (0x647A, 32, "sha384", ML_DSA_44),
    }


@every_suite
def test_the_hash_and_the_aead_are_those_of_the_name(suite: CipherSuite) -> None:
    assert f"_{suite.hash_name.upper()}_" in suite.name
    chacha = isinstance(suite.aead(bytes(suite.key_length)), ChaCha20Poly1305)
    assert chacha == ("_CHACHA20POLY1305_" in suite.name)
    assert chacha or f"_AES{8 * suite.key_length}GCM_" in suite.name


@every_suite
def test_long_expansions_continue_short_ones(suite: CipherSuite) -> None:
    long = suite.expand(b"s" * suite.hash_length, b"info", 3 * suite.hash_length + 1)
    assert len(long) == 3 * suite.hash_length + 1
    assert long.startswith(suite.expand(b"s" * suite.hash_length, b"info", suite.hash_length))
    with pytest.raises(UsageError):
        suite.expand(b"s", b"", 256 * suite.hash_length)
