"""Key packages that may not be added (RFC 9420 §10, §10.1), refused by who would add them and by who receives the Add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.proposal import Add
from hotline_protocol.mls.suites import cipher_suite
from tests.negative import builder as forge
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.points import BAD_BY_SUITE, BAD_X25519
from tests.negative.proving import Kind, raises, refuses
from tests.protocol.mls.parties import LIFETIME, NOW, Party, rng, snapshot

Make = Callable[[int], Party]


def lifetime(start: int, end: int) -> Make:
    return partial(newcomer, leaf=lambda leaf: replace(leaf, lifetime=Lifetime(start, end)))


def sourced(source: LeafNodeSource) -> Make:
    def leaf(old: LeafNode) -> LeafNode:
        parent_hash = b"" if source == LeafNodeSource.COMMIT else None
        return replace(old, source=source, lifetime=None, parent_hash=parent_hash)

    return partial(newcomer, leaf=leaf)


def packaged(change: Callable[[KeyPackage], KeyPackage]) -> Make:
    return partial(newcomer, package=change)


def signed(change: Callable[[bytes], bytes]) -> Make:
    return partial(newcomer, signed=lambda one: replace(one, signature=change(one.signature)))


def leaf_signed(change: Callable[[bytes], bytes]) -> Make:
    return partial(newcomer, signed_leaf=lambda one: replace(one, signature=change(one.signature)))


def by_another_key(suite_id: int) -> Party:
    suite = cipher_suite(suite_id)
    other, _ = suite.generate_signature_key(rng)
    return newcomer(suite_id, signed=lambda one: one.sign(suite, other))


def leaf_by_another_key(suite_id: int) -> Party:
    suite = cipher_suite(suite_id)
    other, _ = suite.generate_signature_key(rng)
    return newcomer(suite_id, signed_leaf=lambda one: one.sign(suite, other))


def with_the_leaf_of_another(suite_id: int) -> Party:
    """A valid leaf that somebody else signed, in a package signed with our key."""
    theirs = newcomer(suite_id, b"eve").key_package.leaf_node
    return newcomer(suite_id, signed_leaf=lambda _: theirs)


def under_another_label(suite_id: int) -> Party:
    suite = cipher_suite(suite_id)
    key, _ = suite.generate_signature_key(rng)

    def sign(one: KeyPackage) -> KeyPackage:
        tbs = replace(one, signature=b"").encode()[:-1]
        return replace(one, signature=suite.sign_with_label(key, "LeafNodeTBS", tbs))

    return newcomer(suite_id, signed=sign, signature_key=key)


CASES: dict[str, tuple[Make, Kind]] = {
    "expired (§7.3)": (lifetime(NOW - 7200, NOW - 1), "key-package"),
    "not yet valid (§7.3)": (lifetime(NOW + 1, NOW + 7200), "key-package"),
    "a lifetime that ends before it starts (§7.3)": (lifetime(NOW + 1, NOW - 1), "key-package"),
    "of another suite (§10.1)": (lambda _: newcomer(0x004E), "suite"),
    "of another suite by number (§10.1)": (packaged(lambda one: replace(one, cipher_suite=0x004E)), "suite"),
    "of an unknown suite (§10.1)": (packaged(lambda one: replace(one, cipher_suite=0x0A0A)), "suite"),
    "of another version (§10.1)": (packaged(lambda one: replace(one, version=2)), "suite"),
    "of version 0 (§10.1)": (packaged(lambda one: replace(one, version=0)), "suite"),
    "one key for joining and for the leaf (§10.1)": (
        packaged(lambda one: replace(one, init_key=one.leaf_node.encryption_key)),
        "key-package",
    ),
    "the leaf was made for an update (§10)": (sourced(LeafNodeSource.UPDATE), "key-package"),
    "the leaf was made for a commit (§10)": (sourced(LeafNodeSource.COMMIT), "key-package"),
    "no signature (§10)": (signed(lambda _: b""), "signature"),
    "a signature of zeros (§10)": (signed(lambda one: bytes(len(one))), "signature"),
    "a cut signature (§10)": (signed(lambda one: one[:-1]), "signature"),
    "a longer signature (§10)": (signed(lambda one: one + b"\x00"), "signature"),
    "a signature by another key (§10)": (by_another_key, "signature"),
    "a signature under another label (§10)": (under_another_label, "signature"),
    "an init key changed after signing (§10)": (
        partial(newcomer, signed=lambda one: replace(one, init_key=newcomer(1).key_package.init_key)),
        "signature",
    ),
    "an extension added after signing (§10)": (
        partial(newcomer, signed=lambda one: replace(one, extensions=(Extension(0x0A0A, b""),))),
        "signature",
    ),
    "no leaf signature (§7.3)": (leaf_signed(lambda _: b""), "signature"),
    "a leaf signature of zeros (§7.3)": (leaf_signed(lambda one: bytes(len(one))), "signature"),
    "a leaf signature by another key (§7.3)": (leaf_by_another_key, "signature"),
    "the leaf of somebody else (§10.1)": (with_the_leaf_of_another, "signature"),
}
CASES |= {
    f"init key: {name} (§10)": (packaged(lambda one, key=key: replace(one, init_key=key)), "public-key")  # type: ignore[misc]
    for name, key in BAD_X25519.items()
}


@pytest.mark.parametrize("case", CASES)
def test_a_key_package_that_may_not_be_added(case: str) -> None:
    """§10, §10.1, §7.3: by the member that would add it, and by the members that receive the Add."""
    make, kind = CASES[case]
    alice, bob, _ = three()
    bad, good = make(1), newcomer(1)
    forged = forge.commit(alice, [Add(bad.key_package)]).message
    honest = forge.commit(alice, [Add(good.key_package)]).message
    refuses(
        alice,
        lambda: alice.commit(adds=[bad.key_package], rng=rng, now=NOW),
        kind=kind,
        peer=bob,
        then=lambda: alice.commit(adds=[good.key_package], rng=rng, now=NOW),
    )
    refuses(
        bob,
        lambda: bob.stage(forged, now=NOW),
        kind=kind,
        peer=alice,
        then=lambda: bob.stage(honest, now=NOW),
    )


KEYS = [(suite_id, name) for suite_id in (0x0002, 0x0004, 0x004E) for name in BAD_BY_SUITE[suite_id]]


@pytest.mark.parametrize(("suite_id", "name"), KEYS)
def test_an_init_key_of_another_suite_that_cannot_be_used(suite_id: int, name: str) -> None:
    """§10: the init key is a public key of the suite's KEM, whichever it is."""
    alice, bob, _ = three(suite_id)
    spoil = BAD_BY_SUITE[suite_id][name]
    bad = newcomer(suite_id, package=lambda one: replace(one, init_key=spoil(one.init_key)))
    forged = forge.commit(alice, [Add(bad.key_package)]).message
    refuses(bob, lambda: bob.stage(forged, now=NOW), kind="public-key", peer=alice)


def test_the_ends_of_a_lifetime_are_within() -> None:
    """§7.2: not_before and not_after are included."""
    package = newcomer(1).key_package
    for now in (LIFETIME.not_before, LIFETIME.not_after):
        package.verify(cipher_suite(1), now)
    for now in (LIFETIME.not_before - 1, LIFETIME.not_after + 1):
        raises(lambda now=now: package.verify(cipher_suite(1), now), "key-package")  # type: ignore[misc]


def test_a_key_package_that_expired_on_the_way() -> None:
    """§7.3: the receiver judges by its own clock."""
    alice, bob, _ = three()
    dave = newcomer(1)
    forged = forge.commit(alice, [Add(dave.key_package)]).message
    late = LIFETIME.not_after + 1
    refuses(
        bob,
        lambda: bob.stage(forged, now=late),
        kind="key-package",
        peer=alice,
        then=lambda: bob.stage(forged, now=NOW),
    )


def test_a_key_package_used_twice() -> None:
    """§10, §7.3: a second leaf with the same keys, in one commit and in a later one."""
    alice, bob, _ = three()
    dave = newcomer(1)
    twice = forge.commit(alice, [Add(dave.key_package), Add(dave.key_package)]).message
    refuses(bob, lambda: bob.stage(twice, now=NOW), kind="leaf", peer=alice)
    pending = alice.commit(adds=[dave.key_package], rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    again = forge.commit(alice, [Add(dave.key_package)]).message
    refuses(bob, lambda: bob.stage(again, now=NOW), kind="leaf", peer=alice)
    refuses(alice, lambda: alice.commit(adds=[dave.key_package], rng=rng, now=NOW), kind="leaf", peer=bob)


def test_a_key_package_of_one_who_is_a_member_already() -> None:
    """§7.3, §12.1.1: fresh encryption keys, but a signature key that the group has."""
    alice, bob, carol = three()
    again = newcomer(1, b"carol", signature_key=carol._state.signature_key)
    forged = forge.commit(alice, [Add(again.key_package)]).message
    refuses(bob, lambda: bob.stage(forged, now=NOW), kind="leaf", peer=alice)


def test_an_extension_twice_in_a_key_package() -> None:
    """§13.4: each type once, in the package and in its leaf."""
    same = (Extension(0x0A0A, b"a"), Extension(0x0A0A, b"b"))
    for bad in (
        newcomer(1, package=lambda one: replace(one, extensions=same)),
        newcomer(1, leaf=lambda one: replace(one, extensions=same)),
    ):
        message = MLSMessage(bad.key_package).encode()
        raises(lambda message=message: decode_body(KeyPackage, message), MalformedError)  # type: ignore[misc]


def test_a_key_package_whose_version_is_not_that_of_its_envelope() -> None:
    """§10: an MLSMessage of version 1 holds a key package of version 1."""
    alice, bob, _ = three()
    other = newcomer(1, package=lambda one: replace(one, version=2)).key_package
    message = MLSMessage(other).encode()
    assert message[:2] == codec.u16(1)
    before = snapshot(bob)
    read = decode_body(KeyPackage, message)
    raises(lambda: read.verify(cipher_suite(1), NOW), "suite")
    assert snapshot(bob) == before
    assert alice.epoch == bob.epoch
