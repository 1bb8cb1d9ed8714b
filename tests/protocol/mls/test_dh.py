from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hotline_protocol.mls.dh import P256, P521, load_point, scalar_candidates


def test_candidates_are_masked_and_those_beyond_the_order_passed_over() -> None:
    """RFC 9180 §7.1.3: of the first byte of a P-521 scalar one bit counts."""
    drawn = iter([b"\x00" * 66, b"\xff" * 66, b"\xfe" + b"\x07" * 65])
    assert scalar_candidates(ec.SECP521R1(), lambda _: next(drawn)) == b"\x00" + b"\x07" * 65


def test_the_search_for_a_scalar_ends() -> None:
    asked: list[int] = []

    def zeros(counter: int) -> bytes:
        asked.append(counter)
        return bytes(32)

    with pytest.raises(ValueError, match="256"):
        scalar_candidates(ec.SECP256R1(), zeros)
    assert asked == list(range(256))


@pytest.mark.parametrize("lead", [0x02, 0x03, 0x06, 0x07, 0x00])
def test_a_point_is_written_uncompressed(lead: int) -> None:
    point = P256.write_public(P256.generate().public_key())
    assert load_point(ec.SECP256R1(), point)
    with pytest.raises(ValueError, match="uncompressed"):
        load_point(ec.SECP256R1(), bytes([lead]) + point[1:])


def test_a_shared_secret_has_the_length_of_the_field() -> None:
    one, two = P521.generate(), P521.generate()
    assert P521.exchange(one, two.public_key()) == P521.exchange(two, one.public_key())
    assert len(P521.exchange(one, two.public_key())) == 66
