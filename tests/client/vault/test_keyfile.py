"""Sealed keys: the right passphrase and purpose open them, everything else is told apart and costs bounded memory."""

from __future__ import annotations

import hashlib
import os

import pytest

from hotline_client.vault import keyfile
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST, Cost, PassphraseError
from hotline_protocol import codec
from hotline_protocol.errors import StorageError

SECRET = b"the secret of this test"
GOOD = "a good passphrase"


def _sealed(purpose: bytes = b"test") -> bytes:
    return keyfile.seal(SECRET, GOOD, purpose, os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST)


def test_it_opens_with_the_passphrase_and_is_never_the_same_twice() -> None:
    one, two = _sealed(), _sealed()
    assert keyfile.open(one, GOOD, b"test") == keyfile.open(two, GOOD, b"test") == SECRET
    assert one != two
    assert SECRET not in one


def test_without_the_testing_parameter_the_cost_is_the_designs() -> None:
    assert Cost(64 * 1024, 3, 4) == keyfile.COST
    data = keyfile.seal(SECRET, GOOD, b"test", os.urandom)
    assert codec.encode([65536, 3, 4]) in data
    assert keyfile.open(data, GOOD, b"test") == SECRET


def test_a_wrong_passphrase_is_told_from_damage() -> None:
    data = _sealed()
    with pytest.raises(PassphraseError):
        keyfile.open(data, "another passphrase", b"test")
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 1
        with pytest.raises(StorageError) as caught:
            keyfile.open(bytes(broken), GOOD, b"test")
        assert not isinstance(caught.value, PassphraseError), position
    for length in range(len(data)):
        with pytest.raises(StorageError, match="damaged"):
            keyfile.open(data[:length], GOOD, b"test")


def test_another_purpose_is_refused_even_if_the_header_is_rewritten() -> None:
    with pytest.raises(StorageError, match="is for 'test', expected one for 'other'"):
        keyfile.open(_sealed(), GOOD, b"other")
    header, sealed, _ = codec.decode_raw(_sealed())
    forged = header.replace(b"test", b"evil")
    with pytest.raises(PassphraseError):
        keyfile.open(_packed(forged, sealed), GOOD, b"evil")


def _packed(header: bytes, sealed: bytes) -> bytes:
    return codec.encode([header, sealed, hashlib.sha256(codec.encode([header, sealed])).digest()])


@pytest.mark.parametrize(
    "cost",
    [
        [64 * 1024 * 1024, 3, 4],
        [65536, 2**40, 4],
        [65536, 3, 2**20],
        [7, 1, 1],
        [64, 0, 1],
        [64, 1, 0],
        [64, -1, 1],
    ],
)
def test_a_hostile_file_cannot_ask_for_the_machine(cost: list[int]) -> None:
    header = codec.encode([1, b"test", cost, b"s" * 16, b"n" * 12])
    with pytest.raises(StorageError, match="outside the bounds"):
        keyfile.open(_packed(header, b"x" * 40), GOOD, b"test")


def test_a_later_version_is_named() -> None:
    header = codec.encode([2, b"test", [64, 1, 1], b"s" * 16, b"n" * 12])
    with pytest.raises(StorageError, match="version 2, this program reads version 1"):
        keyfile.open(_packed(header, b"x" * 40), GOOD, b"test")
