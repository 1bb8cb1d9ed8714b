from __future__ import annotations

import os
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from hotline_protocol.mls import codec
from hotline_protocol.mls.credential import (
    BasicCredential,
    Credential,
    X509Credential,
    check_credential,
    read_credential,
)
from hotline_protocol.mls.errors import MalformedError, RefusedError, UnsupportedError
from hotline_protocol.mls.signature import ECDSA_P256
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from tests.protocol.mls.parties import certify

every_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
SUITE = cipher_suite(1)


def refused(suite: CipherSuite, credential: Credential, key: bytes, why: str) -> None:
    with pytest.raises(RefusedError, match=why) as caught:
        check_credential(suite.signature, credential, key)
    assert caught.value.kind == "credential"


@pytest.mark.parametrize(
    "credential", [BasicCredential(b""), X509Credential(()), X509Credential((b"a", b"b"))]
)
def test_credentials_survive_the_wire(credential: Credential) -> None:
    assert codec.decode(read_credential, credential.encode()) == credential


def test_an_unknown_credential_is_unsupported() -> None:
    """RFC 9420 §17.5 lets others define types, but a layout that is unknown cannot be read past."""
    with pytest.raises(UnsupportedError, match="0x1a1a"):
        codec.decode(read_credential, codec.u16(0x1A1A) + codec.opaque(b""))


def test_a_credential_has_no_rest() -> None:
    with pytest.raises(MalformedError):
        codec.decode(read_credential, BasicCredential(b"who").encode() + b"\x00")


def test_a_bare_name_proves_nothing_and_breaks_nothing() -> None:
    check_credential(SUITE.signature, BasicCredential(b"who"), b"any")


@every_suite
def test_the_first_certificate_is_for_the_key(suite: CipherSuite) -> None:
    private, public = suite.generate_signature_key(os.urandom)
    other, other_public = suite.generate_signature_key(os.urandom)
    own, root = certify("leaf", private, suite.id), certify("root", other, suite.id)
    chain = X509Credential(own.certificates + root.certificates)
    check_credential(suite.signature, chain, public)
    refused(suite, chain, other_public, "another key")
    refused(suite, X509Credential(chain.certificates[::-1]), public, "another key")
    refused(suite, X509Credential(()), public, "empty")


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("bad", [b"", b"leaf", b"\x30\x00", "cut", "longer"])
def test_every_entry_of_a_chain_is_one_certificate(place: int, bad: bytes | str) -> None:
    private, public = SUITE.generate_signature_key(os.urandom)
    der = certify("leaf", private).certificates[0]
    broken = {"cut": der[:-1], "longer": der + b"\x00"}
    chain = [der, der]
    chain[place] = bad if isinstance(bad, bytes) else broken[bad]
    refused(SUITE, X509Credential(tuple(chain)), public, "DER")


def test_a_certificate_for_a_key_of_another_scheme_is_refused() -> None:
    private, public = SUITE.generate_signature_key(os.urandom)
    certificate = certify("leaf", private)
    check_credential(SUITE.signature, certificate, public)
    refused(cipher_suite(2), certificate, public, ECDSA_P256.name)
    curve_key = ec.generate_private_key(ec.SECP384R1()).private_numbers().private_value.to_bytes(48, "big")
    refused(cipher_suite(2), certify("leaf", curve_key, 7), public, ECDSA_P256.name)


def test_the_library_does_not_speak_of_a_strangers_certificate() -> None:
    """Its serial number is negative, which the library warns of; the rule here is only about the key."""
    private, public = SUITE.generate_signature_key(os.urandom)
    der = certify("leaf", private).certificates[0]
    serial = der.index(b"\xa0\x03\x02\x01\x02\x02") + 7
    odd = der[:serial] + b"\x80" + der[serial + 1 :]
    with pytest.warns(UserWarning, match="serial"):
        x509.load_der_x509_certificate(odd)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_credential(SUITE.signature, X509Credential((odd,)), public)
