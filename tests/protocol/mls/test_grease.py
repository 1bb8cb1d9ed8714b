from __future__ import annotations

import os

import pytest

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.grease import GREASE, add_grease


def test_the_values_are_the_reserved_ones() -> None:
    """RFC 9420 §13.5."""
    assert GREASE[0] == 0x0A0A
    assert GREASE[-1] == 0xEAEA
    assert len(set(GREASE)) == 15
    assert all(value >> 8 == value & 0xFF and value & 0xF == 0xA for value in GREASE)


def test_each_list_that_may_gains_one_value_and_keeps_its_own() -> None:
    plain = Capabilities(cipher_suites=(1,), extensions=(9,), proposals=(8,))
    greased, extension = add_grease(plain, os.urandom)
    assert greased.versions == plain.versions
    for before, after in [
        (plain.cipher_suites, greased.cipher_suites),
        (plain.extensions, greased.extensions),
        (plain.proposals, greased.proposals),
        (plain.credentials, greased.credentials),
    ]:
        assert after[:-1] == before
        assert after[-1] in GREASE
    assert extension.extension_type == greased.extensions[-1]


@pytest.mark.parametrize("byte", [0, 14, 15, 32, 33, 255])
def test_any_randomness_will_do(byte: int) -> None:
    twice, extension = add_grease(
        add_grease(Capabilities(), lambda n: bytes([byte]) * n)[0], lambda n: bytes([byte]) * n
    )
    assert len(twice.extensions) == 1
    assert len(extension.extension_data) <= 32
