from __future__ import annotations

import os

import pytest

from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.kem import DHKEM_P256, DHKEM_P521, KEMS, X_WING, Kem
from tests.vectors.loading import NOT_THERE, OFFICIAL, cases_of

every_kem = pytest.mark.parametrize("kem", KEMS.values(), ids=lambda kem: f"{kem.id:#06x}")


def pair(kem: Kem, ikm: bytes = b"i" * 66) -> tuple[bytes, bytes]:
    private = kem.derive_private(ikm)
    return private, kem.public_key(private)


@every_kem
def test_lengths_are_those_of_the_row(kem: Kem) -> None:
    private, public = pair(kem)
    secret, enc = kem.encapsulate(public)
    assert (len(private), len(public), len(enc)) == (kem.private_length, kem.public_length, kem.enc_length)
    assert kem.decapsulate(private, enc) == secret
    if kem.library is not None:
        assert kem.library.enc_length() == kem.enc_length


@every_kem
def test_every_encapsulation_is_fresh_and_for_one_key(kem: Kem) -> None:
    private, public = pair(kem)
    other, _ = pair(kem, b"o" * 66)
    (one, enc), (two, again) = kem.encapsulate(public), kem.encapsulate(public)
    assert one != two
    assert enc != again
    assert kem.decapsulate(other, enc) != one
    assert kem.decapsulate(private, again) == two


@every_kem
def test_a_key_of_another_length_is_refused(kem: Kem) -> None:
    private, public = pair(kem)
    with pytest.raises(RefusedError, match=r"^public-key: expected .* got 1$"):
        kem.encapsulate(b"\x04")
    with pytest.raises(UsageError, match=str(kem.private_length)):
        kem.decapsulate(private + b"\x00", b"")
    for enc in (b"", public + b"\x00" * kem.enc_length, bytes(kem.enc_length)):
        with pytest.raises(RefusedError, match=r"^decrypt"):
            kem.decapsulate(private, enc)


@pytest.mark.parametrize("kem", [DHKEM_P256, DHKEM_P521], ids=["P-256", "P-521"])
@pytest.mark.parametrize("fill", [b"\x00", b"\xff"])
def test_a_scalar_out_of_range_is_no_private_key(kem: Kem, fill: bytes) -> None:
    with pytest.raises(UsageError, match="private key"):
        kem.public_key(fill * kem.private_length)


def test_the_lattice_half_and_the_classic_half_both_count() -> None:
    private, public = pair(X_WING)
    secret, enc = X_WING.encapsulate(public)
    for place in (0, len(enc) - 2):
        bent = enc[:place] + bytes([enc[place] ^ 1]) + enc[place + 1 :]
        assert X_WING.decapsulate(private, bent) != secret


def test_a_lattice_key_is_reduced() -> None:
    """FIPS 203 §7.2: each coefficient of twelve bits is below 3329."""
    _, public = pair(X_WING)
    with pytest.raises(RefusedError, match=r"^public-key"):
        X_WING.public_object((3329).to_bytes(2, "little") + bytes(1) + public[3:])
    assert X_WING.public_object((3328).to_bytes(2, "little") + bytes(1) + public[3:])


def test_keys_are_random_enough_to_be_told_apart() -> None:
    for kem in KEMS.values():
        assert pair(kem, os.urandom(66)) != pair(kem, os.urandom(66))


_PUBLISHED = OFFICIAL / "hpke-pq.json"


@pytest.mark.skipif(not _PUBLISHED.is_file(), reason=NOT_THERE)
@pytest.mark.parametrize("kem_id", [0x0010, 0x0011, 0x0020, 0x0021, 0x647A], ids=hex)
def test_keys_and_secrets_are_the_published_ones(kem_id: int) -> None:
    """Whatever the KDF and AEAD of a case: those come after the shared secret. Some private keys are published clamped."""
    kem = KEMS[kem_id]
    cases = [case for case in cases_of(_PUBLISHED) if case["kem_id"] == kem_id]
    assert cases
    for case in cases:
        for private in (kem.derive_private(bytes.fromhex(case["ikmR"])), bytes.fromhex(case["skRm"])):
            assert kem.public_key(private).hex() == case["pkRm"]
            assert kem.decapsulate(private, bytes.fromhex(case["enc"])).hex() == case["shared_secret"]
