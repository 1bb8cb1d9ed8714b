"""Members to found groups with, over every suite and both kinds of credential."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hotline_protocol.mls.credential import BasicCredential, X509Credential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.signature import (
    ECDSA_P256,
    ECDSA_P384,
    ECDSA_P521,
    ED448,
    ED25519,
    ML_DSA_44,
)
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.suites import cipher_suite

SUITES = (0x0001, 0x004E)
NOW = 1_795_000_000
LIFETIME = Lifetime(NOW - 3600, NOW + 90 * 86400)

rng = os.urandom


@dataclass(frozen=True)
class Party:
    """Somebody with a key package."""

    key_package: KeyPackage
    private: KeyPackagePrivate

    @classmethod
    def make(cls, suite_id: int, name: str, kind: str) -> Party:
        suite = cipher_suite(suite_id)
        signature_key, _ = suite.generate_signature_key(rng)
        credential = (
            BasicCredential(name.encode()) if kind == "basic" else certify(name, signature_key, suite_id)
        )
        return cls(*KeyPackage.create(suite, rng, signature_key, credential, LIFETIME))

    def found(self, group_id: bytes) -> Group:
        suite = cipher_suite(self.key_package.cipher_suite)
        return Group.create(suite, group_id, self.key_package, self.private, rng=rng)


def certify(name: str, signature_key: bytes, suite_id: int = SUITES[0]) -> X509Credential:
    """A self-signed certificate for the suite's signature key."""
    key, digest = _SIGNERS[cipher_suite(suite_id).signature.name](signature_key)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime.fromtimestamp(LIFETIME.not_before, dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .sign(key, digest)
    )
    return X509Credential((certificate.public_bytes(Encoding.DER),))


def _scalar(curve: ec.EllipticCurve, digest: hashes.HashAlgorithm, private: bytes) -> tuple[Any, Any]:
    return ec.derive_private_key(int.from_bytes(private, "big"), curve), digest


_SIGNERS: dict[str, Callable[[bytes], tuple[Any, Any]]] = {
    ED25519.name: lambda private: (Ed25519PrivateKey.from_private_bytes(private), None),
    ED448.name: lambda private: (Ed448PrivateKey.from_private_bytes(private), None),
    ML_DSA_44.name: lambda seed: (MLDSA44PrivateKey.from_seed_bytes(seed), None),
    ECDSA_P256.name: partial(_scalar, ec.SECP256R1(), hashes.SHA256()),
    ECDSA_P384.name: partial(_scalar, ec.SECP384R1(), hashes.SHA384()),
    ECDSA_P521.name: partial(_scalar, ec.SECP521R1(), hashes.SHA512()),
}


def join(pending: PendingCommit, party: Party, psks: dict[bytes, bytes] | None = None) -> Group:
    """The group of a member that the commit added."""
    assert pending.welcome is not None
    return Group.join(pending.welcome, party.key_package, party.private, psks=psks or {}, now=NOW).accept()


def trio(suite_id: int, kind: str, group_id: bytes = b"group") -> tuple[Group, Group, Group]:
    """Three members in one epoch: the first founded the group and added the others by one commit each."""
    alice, bob, carol = (Party.make(suite_id, name, kind) for name in ("alice", "bob", "carol"))
    first = alice.found(group_id)
    pending = first.commit(adds=[bob.key_package], rng=rng, now=NOW)
    first, second = first.merge(pending.staged), join(pending, bob)
    pending = first.commit(adds=[carol.key_package], rng=rng, now=NOW)
    second = second.merge(second.stage(pending.message, now=NOW))
    return first.merge(pending.staged), second, join(pending, carol)


def snapshot(group: Group) -> tuple[bytes, bytes]:
    """Everything a group is, to compare before and after."""
    return group.encode_epoch(), group.encode_ratchets()
