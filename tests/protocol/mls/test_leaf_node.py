from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential, CredentialType
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import certify

SUITE = cipher_suite(1)
UNKNOWN = 0xF00D
every_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)


def make(suite: CipherSuite = SUITE) -> tuple[LeafNode, bytes]:
    """An unsigned leaf for an update, and its private signature key."""
    private, public = suite.generate_signature_key(os.urandom)
    leaf = LeafNode(
        encryption_key=suite.derive_key_pair(os.urandom(32))[1],
        signature_key=public,
        credential=BasicCredential(b"alice"),
        capabilities=Capabilities(cipher_suites=(suite.id,)),
        source=LeafNodeSource.UPDATE,
    )
    return leaf, private


def refused(leaf: LeafNode, private: bytes, kind: str, suite: CipherSuite = SUITE) -> None:
    with pytest.raises(RefusedError) as caught:
        leaf.sign(suite, private).verify(suite)
    assert caught.value.kind == kind


@pytest.mark.parametrize("source", [LeafNodeSource.UPDATE, LeafNodeSource.COMMIT])
def test_a_leaf_is_signed_for_its_group_and_place(source: LeafNodeSource) -> None:
    unsigned, private = make()
    unsigned = replace(
        unsigned, source=source, parent_hash=b"hash" if source == LeafNodeSource.COMMIT else None
    )
    leaf = unsigned.sign(SUITE, private, b"group", LeafIndex(3))
    assert codec.decode(LeafNode.read, leaf.encode()) == leaf
    leaf.verify(SUITE, b"group", LeafIndex(3))
    for group_id, index in [(b"other", 3), (b"group", 4)]:
        with pytest.raises(RefusedError, match=r"^signature"):
            leaf.verify(SUITE, group_id, LeafIndex(index))


def test_a_leaf_has_what_its_source_demands() -> None:
    leaf = replace(make()[0], source=LeafNodeSource.KEY_PACKAGE, lifetime=Lifetime(0, 1))
    for broken in (
        replace(leaf, lifetime=None),
        replace(leaf, parent_hash=b""),
        replace(leaf, source=LeafNodeSource.UPDATE),
    ):
        with pytest.raises(UsageError):
            broken.encode()


def test_a_source_beyond_the_known_ones_is_malformed() -> None:
    leaf, private = make()
    encoded = leaf.sign(SUITE, private).encode()
    place = len(codec.opaque(leaf.encryption_key) + codec.opaque(leaf.signature_key))
    place += len(leaf.credential.encode() + leaf.capabilities.encode())
    assert encoded[place] == LeafNodeSource.UPDATE
    for source in (0, 4, 255):
        with pytest.raises(MalformedError, match=str(source)):
            codec.decode(LeafNode.read, encoded[:place] + bytes([source]) + encoded[place + 1 :])


@every_suite
def test_a_certificate_is_for_the_key_of_its_leaf(suite: CipherSuite) -> None:
    leaf, private = make(suite)
    replace(leaf, credential=certify("alice", private, suite.id)).sign(suite, private).verify(suite)
    other, _ = suite.generate_signature_key(os.urandom)
    refused(replace(leaf, credential=certify("alice", other, suite.id)), private, "credential", suite)


@pytest.mark.parametrize(
    "lacking",
    [
        {"versions": ()},
        {"versions": (2, 0x1A1A)},
        {"credentials": ()},
        {"credentials": (CredentialType.X509,)},
        {"extensions": ()},
    ],
    ids=str,
)
def test_a_leaf_lists_what_it_uses_itself(lacking: dict[str, tuple[int, ...]]) -> None:
    """RFC 9420 §7.2, §7.3, §11.1."""
    leaf, private = make()
    full = Capabilities(cipher_suites=(1,), extensions=(UNKNOWN,))
    leaf = replace(
        leaf, capabilities=full, extensions=(Extension(UNKNOWN, b""), Extension.for_application_id(b"id"))
    )
    leaf.sign(SUITE, private).verify(SUITE)
    refused(replace(leaf, capabilities=replace(full, **lacking)), private, "leaf")


def test_both_ends_of_a_lifetime_count() -> None:
    lifetime = Lifetime(10, 20)
    assert [lifetime.covers(now) for now in (9, 10, 20, 21)] == [False, True, True, False]
    assert (lifetime.total, Lifetime(20, 10).total) == (10, -10)
