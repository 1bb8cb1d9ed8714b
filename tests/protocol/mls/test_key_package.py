from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.extension import (
    LAST_RESORT,
    REQUIRED_CAPABILITIES,
    Extension,
    ExternalSender,
    RequiredCapabilities,
    find,
    read_extensions,
)
from hotline_protocol.mls.grease import GREASE
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import LeafNodeSource, Lifetime
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import Party, certify, join

NOW = 1_795_000_000
LIFETIME = Lifetime(NOW - 10, NOW + 10)
SUITE = cipher_suite(1)
MEANINGLESS = GREASE[1]


def make(suite: CipherSuite = SUITE) -> tuple[KeyPackage, KeyPackagePrivate]:
    private, _ = suite.generate_signature_key(os.urandom)
    return KeyPackage.create(
        suite,
        os.urandom,
        private,
        certify("alice", private, suite.id),
        LIFETIME,
        capabilities=Capabilities(
            cipher_suites=(suite.id, MEANINGLESS), extensions=(MEANINGLESS,), credentials=(1, 2, MEANINGLESS)
        ),
        leaf_extensions=(Extension(MEANINGLESS, b"grease"),),
        extensions=(Extension(MEANINGLESS, b""),),
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


@pytest.mark.parametrize("lifetime", [Lifetime(NOW + 1, NOW - 1), Lifetime(2**64 - 1, 0)])
def test_a_lifetime_that_ends_before_it_begins_is_refused(lifetime: Lifetime) -> None:
    key_package, private = make()
    leaf = replace(key_package.leaf_node, lifetime=lifetime).sign(SUITE, private.signature_key)
    backwards = replace(key_package, leaf_node=leaf).sign(SUITE, private.signature_key)
    with pytest.raises(RefusedError, match=r"^key-package: .* before"):
        backwards.verify(SUITE)


def test_an_application_has_its_longest_lifetime() -> None:
    key_package, _ = make()
    key_package.verify(SUITE, NOW, longest=20)
    with pytest.raises(RefusedError, match=r"^key-package: .* 20 seconds, expected 19"):
        key_package.verify(SUITE, NOW, longest=19)


def test_an_unknown_extension_of_the_package_is_ignored() -> None:
    """RFC 9420 §10: its maker lists it, whoever reads it looks away."""
    key_package, private = make()
    for extension in (Extension(0x2A2A, b""), Extension.for_application_id(b"id")):
        other = replace(key_package, extensions=(extension,))
        other.sign(SUITE, private.signature_key).verify(SUITE, NOW)


def test_a_last_resort_says_so() -> None:
    signature_key, _ = SUITE.generate_signature_key(os.urandom)
    credential = BasicCredential(b"alice")
    for capabilities in (None, Capabilities(cipher_suites=(1,), extensions=(LAST_RESORT,))):
        key_package, _ = KeyPackage.create(
            SUITE,
            os.urandom,
            signature_key,
            credential,
            LIFETIME,
            capabilities=capabilities,
            last_resort=True,
        )
        assert key_package.is_last_resort
        assert key_package.leaf_node.capabilities.extensions == (LAST_RESORT,)
        key_package.verify(SUITE, NOW)
        assert codec.decode(KeyPackage.read, key_package.encode()).is_last_resort
    assert not make()[0].is_last_resort


def test_numbers_without_meaning_do_no_harm() -> None:
    signature_key, _ = SUITE.generate_signature_key(os.urandom)
    key_package, private = KeyPackage.create(
        SUITE, os.urandom, signature_key, BasicCredential(b"alice"), LIFETIME, last_resort=True, grease=True
    )
    key_package.verify(SUITE, NOW)
    assert codec.decode(KeyPackage.read, key_package.encode()) == key_package
    leaf = key_package.leaf_node
    assert {one.extension_type for one in (*leaf.extensions, *key_package.extensions)} - {LAST_RESORT} <= set(
        GREASE
    )
    founder = Party.make(SUITE.id, "founder", "x509").found(b"group")
    pending = founder.commit(adds=[key_package], rng=os.urandom, now=NOW)
    assert join(pending, Party(key_package, private)).own_index == 1


def test_a_certificate_for_another_key_is_refused() -> None:
    signature_key, _ = SUITE.generate_signature_key(os.urandom)
    other, _ = SUITE.generate_signature_key(os.urandom)
    made, _ = KeyPackage.create(SUITE, os.urandom, signature_key, certify("alice", other, 1), LIFETIME)
    refused(made, "credential")


def test_secrets_are_not_shown() -> None:
    assert repr(make()[1]) == "KeyPackagePrivate()"


def test_extensions_keep_unknown_types_and_refuse_twins() -> None:
    one = Extension(MEANINGLESS, b"\x00\xff")
    data = codec.vector([one.encode(), Extension(1, b"").encode()])
    assert codec.decode(read_extensions, data) == (one, Extension(1, b""))
    with pytest.raises(MalformedError, match="twice"):
        codec.decode(read_extensions, codec.vector([one.encode(), one.encode()]))


def test_known_extensions_are_read_as_what_they_are() -> None:
    required = RequiredCapabilities((1,), (2,), (MEANINGLESS,))
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
