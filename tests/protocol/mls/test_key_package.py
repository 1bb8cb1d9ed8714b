from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential, X509Credential, read_credential
from hotline_protocol.mls.errors import MalformedError, RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.extension import (
    REQUIRED_CAPABILITIES,
    Extension,
    ExternalSender,
    RequiredCapabilities,
    find,
    read_extensions,
)
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex

NOW = 1_795_000_000
LIFETIME = Lifetime(NOW - 10, NOW + 10)
SUITE = cipher_suite(1)
GREASE = 0x1A1A


def make(suite: CipherSuite = SUITE) -> tuple[KeyPackage, KeyPackagePrivate]:
    private, _ = suite.generate_signature_key(os.urandom)
    return KeyPackage.create(
        suite,
        os.urandom,
        private,
        X509Credential((b"leaf", b"root")),
        LIFETIME,
        capabilities=Capabilities(
            cipher_suites=(suite.id, GREASE), extensions=(GREASE,), credentials=(1, 2, GREASE)
        ),
        leaf_extensions=(Extension(GREASE, b"grease"),),
        extensions=(Extension(GREASE, b""),),
    )


def refused(key_package: KeyPackage, kind: str, now: int = NOW) -> None:
    with pytest.raises(RefusedError) as caught:
        key_package.verify(SUITE, now)
    assert caught.value.kind == kind


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_a_key_package_verifies_and_survives_the_wire(suite: CipherSuite) -> None:
    key_package, private = make(suite)
    assert codec.decode(KeyPackage.read, key_package.encode()) == key_package
    assert codec.decode(KeyPackagePrivate.read, private.encode()) == private
    key_package.verify(suite, NOW)
    assert suite.hpke_public_key(private.init_key) == key_package.init_key
    assert suite.hpke_public_key(private.encryption_key) == key_package.leaf_node.encryption_key
    assert len(key_package.ref(suite)) == suite.hash_length


@pytest.mark.parametrize("now", [NOW - 11, NOW + 11])
def test_the_lifetime_is_kept(now: int) -> None:
    key_package, _ = make()
    refused(key_package, "key-package", now)
    key_package.verify(SUITE)


def test_every_part_is_signed() -> None:
    key_package, private = make()
    refused(replace(key_package, signature=b""), "signature")
    refused(replace(key_package, extensions=()), "signature")
    leaf = replace(key_package.leaf_node, lifetime=Lifetime(0, 2**64 - 1))
    refused(replace(key_package, leaf_node=leaf).sign(SUITE, private.signature_key), "signature")


def test_another_suite_or_version_is_refused() -> None:
    key_package, private = make()
    refused(replace(key_package, cipher_suite=2).sign(SUITE, private.signature_key), "suite")
    refused(replace(key_package, version=2).sign(SUITE, private.signature_key), "suite")


def test_unusable_keys_are_refused() -> None:
    key_package, private = make()
    same = replace(key_package, init_key=key_package.leaf_node.encryption_key)
    refused(same.sign(SUITE, private.signature_key), "key-package")
    refused(replace(key_package, init_key=bytes(32)).sign(SUITE, private.signature_key), "public-key")


def test_a_leaf_for_another_use_is_refused() -> None:
    key_package, private = make()
    leaf = replace(key_package.leaf_node, source=LeafNodeSource.UPDATE, lifetime=None)
    signed = leaf.sign(SUITE, private.signature_key, b"", LeafIndex(0))
    refused(replace(key_package, leaf_node=signed).sign(SUITE, private.signature_key), "key-package")


@pytest.mark.parametrize("source", [LeafNodeSource.UPDATE, LeafNodeSource.COMMIT])
def test_a_leaf_is_signed_for_its_group_and_place(source: LeafNodeSource) -> None:
    key_package, private = make()
    parent_hash = b"hash" if source == LeafNodeSource.COMMIT else None
    unsigned = replace(key_package.leaf_node, source=source, lifetime=None, parent_hash=parent_hash)
    leaf = unsigned.sign(SUITE, private.signature_key, b"group", LeafIndex(3))
    assert codec.decode(LeafNode.read, leaf.encode()) == leaf
    leaf.verify(SUITE, b"group", LeafIndex(3))
    for group_id, index in [(b"other", 3), (b"group", 4)]:
        with pytest.raises(RefusedError, match=r"^signature"):
            leaf.verify(SUITE, group_id, LeafIndex(index))


def test_a_leaf_has_what_its_source_demands() -> None:
    leaf = make()[0].leaf_node
    for broken in (
        replace(leaf, lifetime=None),
        replace(leaf, parent_hash=b""),
        replace(leaf, source=LeafNodeSource.UPDATE),
    ):
        with pytest.raises(UsageError):
            broken.encode()


def test_secrets_are_not_shown() -> None:
    assert repr(make()[1]) == "KeyPackagePrivate()"


def test_extensions_keep_unknown_types_and_refuse_twins() -> None:
    one = Extension(GREASE, b"\x00\xff")
    data = codec.vector([one.encode(), Extension(1, b"").encode()])
    assert codec.decode(read_extensions, data) == (one, Extension(1, b""))
    with pytest.raises(MalformedError, match="twice"):
        codec.decode(read_extensions, codec.vector([one.encode(), one.encode()]))


def test_known_extensions_are_read_as_what_they_are() -> None:
    required = RequiredCapabilities((1,), (2,), (GREASE,))
    sender = ExternalSender(b"key", BasicCredential(b"who"))
    assert Extension.for_required_capabilities(required).required_capabilities() == required
    assert Extension.for_external_senders([sender]).external_senders() == (sender,)
    assert Extension.for_external_pub(b"key").external_pub() == b"key"
    assert Extension.for_application_id(b"id").application_id() == b"id"
    assert find([Extension(9, b"")], REQUIRED_CAPABILITIES) is None
    with pytest.raises(UsageError):
        Extension(9, b"").required_capabilities()
    with pytest.raises(MalformedError):
        Extension(REQUIRED_CAPABILITIES, required.encode() + b"\x00").required_capabilities()


def test_an_unknown_credential_is_unsupported() -> None:
    with pytest.raises(UnsupportedError, match="0x1a1a"):
        codec.decode(read_credential, codec.u16(GREASE) + codec.opaque(b""))
