"""Hostile keys, signatures and ciphertexts of every suite: refused as what they are, whatever the library makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.suites import SUITES, CipherSuite
from tests.property.attacks import ROUNDS
from tests.property.mutation import changed, dice
from tests.protocol.mls.parties import rng

every_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)


def hostile(good: bytes, seed: str) -> Iterator[bytes]:
    """Nothing, a byte less and more, one value throughout, the bytes of others, and small changes."""
    yield from (b"", b"\x00", good[:-1], good[1:], good + b"\x00", b"\x00" + good, good + good)
    yield from (bytes([value]) * len(good) for value in (0x00, 0x01, 0x02, 0x04, 0x30, 0x7F, 0x80, 0xFF))
    yield bytes(len(good) - 1) + b"\x01"
    yield b"\x04" + bytes(len(good) - 1)
    throw = dice(seed)
    for _ in range(60 * ROUNDS):
        yield changed(good, throw)


def refused(take: Callable[[bytes], object], bad: bytes, *kinds: str) -> None:
    """Whether or not it is refused, nothing else happens."""
    try:
        take(bad)
    except RefusedError as error:
        assert error.kind in kinds, error  # noqa: PT017  # being taken is right as well


@every_suite
def test_public_keys(suite: CipherSuite) -> None:
    _, public = suite.derive_key_pair(rng(suite.hash_length))
    for bad in hostile(public, f"public {suite.name}"):
        refused(suite.check_public_key, bad, "public-key")
        refused(lambda key: suite.encrypt_with_label(key, "label", b"", b"words"), bad, "public-key")


@every_suite
def test_ciphertexts(suite: CipherSuite) -> None:
    private, public = suite.derive_key_pair(rng(suite.hash_length))
    good = suite.encrypt_with_label(public, "label", b"context", b"words")

    def open_(sealed: HPKECiphertext) -> None:
        assert suite.decrypt_with_label(private, "label", b"context", sealed) == b"words"

    open_(good)
    for bad in hostile(good.kem_output, f"encapsulated {suite.name}"):
        refused(lambda part: open_(replace(good, kem_output=part)), bad, "decrypt", "public-key")
    for bad in hostile(good.ciphertext, f"ciphertext {suite.name}"):
        refused(lambda part: open_(replace(good, ciphertext=part)), bad, "decrypt")


@every_suite
def test_signatures_and_their_keys(suite: CipherSuite) -> None:
    private, public = suite.generate_signature_key(rng)
    good = suite.sign_with_label(private, "label", b"words")
    suite.verify_with_label(public, "label", b"words", good)
    for bad in hostile(good, f"signature {suite.name}"):
        if bad != good:
            with pytest.raises(RefusedError) as caught:
                suite.verify_with_label(public, "label", b"words", bad)
            assert caught.value.kind == "signature"
    for bad in hostile(public, f"signature key {suite.name}"):
        if bad != public:
            with pytest.raises(RefusedError) as caught:
                suite.verify_with_label(bad, "label", b"words", good)
            assert caught.value.kind in {"signature", "public-key"}


@every_suite
def test_sealed_data(suite: CipherSuite) -> None:
    key, nonce = bytes(suite.key_length), bytes(suite.nonce_length)
    good = suite.seal(key, nonce, b"aad", b"words")
    for bad in hostile(good, f"sealed {suite.name}"):
        if bad != good:
            with pytest.raises(RefusedError) as caught:
                suite.open(key, nonce, b"aad", bad)
            assert caught.value.kind == "decrypt"
