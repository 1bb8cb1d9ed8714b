from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from hotline_protocol.mls.dh import load_scalar
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.signature import (
    ECDSA_P256,
    ECDSA_P384,
    ECDSA_P521,
    ED448,
    ED25519,
    ML_DSA_44,
    SignatureScheme,
)

ECDSA = {ECDSA_P256: ec.SECP256R1(), ECDSA_P384: ec.SECP384R1(), ECDSA_P521: ec.SECP521R1()}
SCHEMES = (ED25519, ED448, ML_DSA_44, *ECDSA)

every_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
every_ecdsa = pytest.mark.parametrize("scheme", ECDSA, ids=lambda scheme: scheme.name)


def refused(scheme: SignatureScheme, public: bytes, signature: bytes, content: bytes = b"content") -> None:
    with pytest.raises(RefusedError) as caught:
        scheme.verify(public, content, signature)
    assert caught.value.kind == "signature"


@every_scheme
def test_a_signature_is_for_one_key_and_one_content(scheme: SignatureScheme) -> None:
    private, public = scheme.generate(os.urandom)
    _, other = scheme.generate(os.urandom)
    assert (len(private), len(public)) == (scheme.private_length, scheme.public_length)
    signature = scheme.sign(private, b"content")
    scheme.verify(public, b"content", signature)
    refused(scheme, other, signature)
    refused(scheme, public, signature, b"")


@every_scheme
def test_forms_of_the_wrong_length_never_reach_the_library(scheme: SignatureScheme) -> None:
    private, public = scheme.generate(os.urandom)
    signature = scheme.sign(private, b"content")
    longest = scheme.signature_lengths[-1]
    for bad in (b"", b"\x00", signature + bytes(longest), signature[:5], bytes(len(signature))):
        refused(scheme, public, bad)
    for key in (b"", public[1:], public + b"\x00"):
        refused(scheme, key, signature)


@every_scheme
def test_a_private_key_of_the_wrong_length_is_the_callers_mistake(scheme: SignatureScheme) -> None:
    private, _ = scheme.generate(os.urandom)
    for bad in (b"", private[1:], private + b"\x00"):
        with pytest.raises(UsageError, match=str(scheme.private_length)):
            scheme.sign(bad, b"content")
        with pytest.raises(UsageError, match=str(scheme.private_length)):
            scheme.public_key(bad)


@every_ecdsa
def test_only_the_one_encoding_of_a_signature_is_taken(scheme: SignatureScheme) -> None:
    private, public = scheme.generate(os.urandom)
    curve = ECDSA[scheme]
    r, s = decode_dss_signature(scheme.sign(private, b"content"))
    scheme.verify(public, b"content", encode_dss_signature(r, s))
    for bad in (
        _sequence(_integer(r, pad=1), _integer(s)),
        _sequence(_integer(r), _integer(s), long=True),
        _sequence(_integer(r), _integer(s)) + b"\x00",
        _sequence(_integer(r), _integer(s), b"\x05\x00"),
        _sequence(_integer(r)),
        b"\x31" + encode_dss_signature(r, s)[1:],
        r.to_bytes(scheme.private_length, "big") + s.to_bytes(scheme.private_length, "big"),
        encode_dss_signature(0, 0),
        encode_dss_signature(r, 0),
        encode_dss_signature(0, s),
        encode_dss_signature(r + curve.group_order, s),
        encode_dss_signature(r, s + curve.group_order),
        encode_dss_signature(1, 1),
    ):
        refused(scheme, public, bad)


def _integer(value: int, pad: int = 0) -> bytes:
    content = bytes(pad) + value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(content)]) + content


def _sequence(*parts: bytes, long: bool = False) -> bytes:
    content = b"".join(parts)
    size = bytes([len(content)])
    if long:
        size = b"\x82" + len(content).to_bytes(2, "big")
    elif len(content) > 127:
        size = b"\x81" + size
    return b"\x30" + size + content


@every_ecdsa
def test_a_point_off_the_curve_or_compressed_is_no_key(scheme: SignatureScheme) -> None:
    private, public = scheme.generate(os.urandom)
    signature = scheme.sign(private, b"content")
    half = (len(public) - 1) // 2
    for bad in (
        public[:-1] + bytes([public[-1] ^ 1]),
        bytes(len(public)),
        bytes([2 + (public[-1] & 1)]) + public[1 : 1 + half],
        bytes([6 + (public[-1] & 1)]) + public[1:],
        public[:1] + b"\xff" * (2 * half),
    ):
        refused(scheme, bad, signature)


@every_ecdsa
def test_a_scalar_out_of_range_is_the_callers_mistake(scheme: SignatureScheme) -> None:
    for bad in (bytes(scheme.private_length), b"\xff" * scheme.private_length):
        with pytest.raises(UsageError, match=scheme.name):
            scheme.sign(bad, b"content")
        with pytest.raises(UsageError, match=scheme.name):
            scheme.public_key(bad)


@every_ecdsa
def test_randomness_that_gives_no_scalar_is_the_callers_mistake(scheme: SignatureScheme) -> None:
    with pytest.raises(UsageError, match="randomness"):
        scheme.generate(bytes)


@every_ecdsa
def test_a_key_is_the_scalar_and_the_uncompressed_point(scheme: SignatureScheme) -> None:
    private, public = scheme.generate(os.urandom)
    numbers = load_scalar(ECDSA[scheme], private).public_key().public_numbers()
    assert public == b"\x04" + b"".join(
        one.to_bytes(scheme.private_length, "big") for one in (numbers.x, numbers.y)
    )


def test_a_key_of_another_scheme_is_not_written() -> None:
    key = Ed25519PrivateKey.generate().public_key()
    assert ED25519.write_public(key) == key.public_bytes_raw()
    curve_key = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert len(ECDSA_P256.write_public(curve_key) or b"") == 65
    for scheme, wrong in [
        *((scheme, key) for scheme in SCHEMES if scheme is not ED25519),
        *((scheme, curve_key) for scheme in SCHEMES if scheme is not ECDSA_P256),
    ]:
        assert scheme.write_public(wrong) is None
