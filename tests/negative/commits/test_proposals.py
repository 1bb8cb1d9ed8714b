"""Commits with one invalid proposal, by value and by reference (RFC 9420 §12.1, §12.2 first rule)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import pytest

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.errors import MalformedError, UnsupportedError
from hotline_protocol.mls.extension import EXTERNAL_SENDERS, REQUIRED_CAPABILITIES, Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalType,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Hook, same
from tests.negative.commits.scenes import hear, refuses_commit
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import Kind, refuses
from tests.protocol.mls.parties import NOW

NONCE = bytes(range(32))
UNKNOWN = 0xF0F0
NOBODY = Extension(UNKNOWN, b"")
SMALL = b"\x01" + bytes(31)


def add(
    leaf: Hook[LeafNode] = same, package: Hook[KeyPackage] = same, signed: Hook[KeyPackage] = same
) -> Add:
    return Add(newcomer(1, leaf=leaf, package=package, signed=signed).key_package)


def key(nonce: bytes = NONCE, usage: ResumptionPSKUsage | None = None) -> PreSharedKey:
    if usage is None:
        return PreSharedKey(PreSharedKeyID.external(b"key", nonce))
    return PreSharedKey(PreSharedKeyID(nonce, resumption=ResumptionPSK(usage, b"group", 1)))


def sized(length: int) -> Hook[KeyPackage]:
    return lambda one: replace(one, init_key=bytes(range(length)))


def unsigned(one: KeyPackage) -> KeyPackage:
    return replace(one, signature=bytes(64))


PAST, FUTURE = Lifetime(NOW - 90, NOW - 1), Lifetime(NOW + 1, NOW + 90)
SINGLE: dict[str, tuple[Callable[[], Proposal], Kind]] = {
    "add: another suite": (lambda: Add(newcomer(0x004E).key_package), "suite"),
    "add: another version": (lambda: add(package=lambda one: replace(one, version=2)), "suite"),
    "add: suite relabelled": (lambda: add(package=lambda one: replace(one, cipher_suite=2)), "suite"),
    "add: package not signed": (lambda: add(signed=unsigned), "signature"),
    "add: package signature empty": (
        lambda: add(signed=lambda one: replace(one, signature=b"")),
        "signature",
    ),
    "add: leaf not signed": (
        lambda: add(package=lambda one: replace(one, leaf_node=replace(one.leaf_node, signature=bytes(64)))),
        "signature",
    ),
    "add: leaf of somebody else": (
        lambda: add(package=lambda one: replace(one, leaf_node=newcomer(1, b"eve").key_package.leaf_node)),
        "signature",
    ),
    "add: expired": (lambda: add(leaf=lambda one: replace(one, lifetime=PAST)), "key-package"),
    "add: not yet valid": (lambda: add(leaf=lambda one: replace(one, lifetime=FUTURE)), "key-package"),
    "add: leaf of an update": (
        lambda: add(leaf=lambda one: replace(one, source=LeafNodeSource.UPDATE, lifetime=None)),
        "key-package",
    ),
    "add: leaf of a commit": (
        lambda: add(
            leaf=lambda one: replace(one, source=LeafNodeSource.COMMIT, lifetime=None, parent_hash=b"")
        ),
        "key-package",
    ),
    "add: one key for both": (
        lambda: add(package=lambda one: replace(one, init_key=one.leaf_node.encryption_key)),
        "key-package",
    ),
    "add: init key of small order": (
        lambda: add(package=lambda one: replace(one, init_key=SMALL)),
        "public-key",
    ),
    "add: init key of zeros": (
        lambda: add(package=lambda one: replace(one, init_key=bytes(32))),
        "public-key",
    ),
    "add: init key empty": (lambda: add(package=sized(0)), "public-key"),
    "add: init key short": (lambda: add(package=sized(31)), "public-key"),
    "add: init key long": (lambda: add(package=sized(33)), "public-key"),
    "add: leaf key of small order": (
        lambda: add(leaf=lambda one: replace(one, encryption_key=SMALL)),
        "public-key",
    ),
    "add: leaf key short": (
        lambda: add(leaf=lambda one: replace(one, encryption_key=one.encryption_key[1:])),
        "public-key",
    ),
    "add: leaf extension not declared": (
        lambda: add(leaf=lambda one: replace(one, extensions=(NOBODY,))),
        "leaf",
    ),
    "add: credential of its own not declared": (
        lambda: add(leaf=lambda one: replace(one, capabilities=replace(one.capabilities, credentials=(2,)))),
        "leaf",
    ),
    "add: version not declared": (
        lambda: add(leaf=lambda one: replace(one, capabilities=replace(one.capabilities, versions=(2,)))),
        "leaf",
    ),
    "remove: blank leaf": (lambda: Remove(LeafIndex(3)), "leaf"),
    "remove: beyond the tree": (lambda: Remove(LeafIndex(4)), "leaf"),
    "remove: far beyond the tree": (lambda: Remove(LeafIndex(2**32 - 1)), "leaf"),
    "psk: nonce empty": (lambda: key(b""), "psk"),
    "psk: nonce short": (lambda: key(NONCE[1:]), "psk"),
    "psk: nonce long": (lambda: key(NONCE + b"\x00"), "psk"),
    "psk: of a reinitialisation": (lambda: key(usage=ResumptionPSKUsage.REINIT), "psk"),
    "psk: of a branch": (lambda: key(usage=ResumptionPSKUsage.BRANCH), "psk"),
    "reinit: older version": (lambda: ReInit(b"next", 0, 1, ()), "proposal"),
    "extensions: nobody supports it": (lambda: GroupContextExtensions((NOBODY,)), "leaf"),
    "extensions: malformed requirement": (
        lambda: GroupContextExtensions((Extension(REQUIRED_CAPABILITIES, b"\x01"),)),
        MalformedError,
    ),
    "extensions: requirement with a tail": (
        lambda: GroupContextExtensions((Extension(REQUIRED_CAPABILITIES, b"\x00\x00\x00\x00"),)),
        MalformedError,
    ),
    "extensions: malformed external senders": (
        lambda: GroupContextExtensions((Extension(EXTERNAL_SENDERS, b"\x03\x00"),)),
        MalformedError,
    ),
}


@pytest.mark.parametrize("case", SINGLE)
def test_an_invalid_proposal_by_value(case: str) -> None:
    """§12.2: an individual proposal that is invalid as specified in §12.1 (Add: §10.1, §7.3)."""
    alice, bob, _ = three()
    make, kind = SINGLE[case]
    refuses_commit(bob, forge.commit(alice, [make()]), kind, peer=alice)


@pytest.mark.parametrize("case", SINGLE)
def test_an_invalid_proposal_by_reference(case: str) -> None:
    """§12.2: the same, proposed by Carol, held by Bob, committed by Alice."""
    alice, bob, carol = three()
    make, kind = SINGLE[case]
    item = hear(forge.proposal(carol, make()), bob)
    refuses_commit(bob, forge.commit(alice, [item]), kind, peer=alice)


def test_the_same_extension_twice() -> None:
    """§13: a list of extensions holds each type once, in a proposal of its own and in a commit."""
    alice, bob, carol = three()
    twice = GroupContextExtensions((NOBODY, NOBODY))
    refuses_commit(bob, forge.commit(alice, [twice]), MalformedError, peer=alice)
    proposed = forge.proposal(carol, twice).message
    refuses(bob, lambda: bob.store_proposal(proposed), kind=MalformedError, peer=alice)


def test_an_external_init_of_a_member() -> None:
    """§12.1.6, §12.2: only an external commit carries one; by value in a commit, and on its own."""
    alice, bob, _ = three()
    forged = ExternalInit(bytes(32))
    refuses_commit(bob, forge.commit(alice, [forged]), "proposal", peer=alice)
    for public in (False, True):
        proposed = forge.proposal(alice, forged, public=public).message
        refuses(bob, lambda: bob.store_proposal(proposed), kind="sender", peer=alice)  # noqa: B023  # called at once


class Unknown(Proposal):
    """A proposal of a type that nobody declared."""

    proposal_type: ClassVar[ProposalType] = 0xF0F0  # type: ignore[assignment]

    def encode_body(self) -> bytes:
        return b"whatever"


def test_a_proposal_of_a_type_that_is_not_supported() -> None:
    """§12.2: a non-default type that some members do not support; on its own, and in a commit."""
    alice, bob, _ = three()
    refuses_commit(bob, forge.commit(alice, [Unknown()]), UnsupportedError, peer=alice)
    proposed = forge.proposal(alice, Unknown()).message
    refuses(bob, lambda: bob.store_proposal(proposed), kind=UnsupportedError, peer=alice)


# --- updates, which only ever come by reference


def signed_for(member: Group, leaf: LeafNode, group_id: bytes, index: int) -> LeafNode:
    return leaf.sign(member.suite, member.state.signature_key, group_id, LeafIndex(index))


UPDATES: dict[str, tuple[Callable[[Group, Group], LeafNode], Kind]] = {
    "made for a key package": (
        lambda _, carol: updated_leaf(
            carol,
            lambda one: replace(one, source=LeafNodeSource.KEY_PACKAGE, lifetime=Lifetime(NOW - 9, NOW + 9)),
        ),
        "leaf",
    ),
    "made for a commit": (
        lambda _, carol: updated_leaf(
            carol, lambda one: replace(one, source=LeafNodeSource.COMMIT, parent_hash=b"")
        ),
        "leaf",
    ),
    "not signed": (
        lambda _, carol: updated_leaf(carol, signed=lambda one: replace(one, signature=b"")),
        "signature",
    ),
    "changed after it was signed": (
        lambda bob, carol: updated_leaf(
            carol, signed=lambda one: replace(one, credential=bob.members[1].credential)
        ),
        "signature",
    ),
    "signed for another leaf": (
        lambda _, carol: signed_for(carol, updated_leaf(carol), carol.group_id, 1),
        "signature",
    ),
    "signed for another group": (
        lambda _, carol: signed_for(carol, updated_leaf(carol), b"another", 2),
        "signature",
    ),
    "another's leaf": (lambda bob, _: updated_leaf(bob), "signature"),
    "the old encryption key": (
        lambda _, carol: updated_leaf(
            carol, lambda one: replace(one, encryption_key=carol.members[2].leaf_node.encryption_key)
        ),
        "leaf",
    ),
    "another's encryption key": (
        lambda bob, carol: updated_leaf(
            carol, lambda one: replace(one, encryption_key=bob.members[1].leaf_node.encryption_key)
        ),
        "leaf",
    ),
    "another's signature key": (
        lambda bob, carol: signed_for(
            bob, replace(updated_leaf(carol), signature_key=bob.members[1].signature_key), carol.group_id, 2
        ),
        "leaf",
    ),
    "an encryption key of small order": (
        lambda _, carol: updated_leaf(carol, lambda one: replace(one, encryption_key=SMALL)),
        "public-key",
    ),
    "an encryption key of no length": (
        lambda _, carol: updated_leaf(carol, lambda one: replace(one, encryption_key=b"")),
        "public-key",
    ),
    "an extension that is not declared": (
        lambda _, carol: updated_leaf(carol, lambda one: replace(one, extensions=(NOBODY,))),
        "leaf",
    ),
    "a credential type it does not declare": (
        lambda _, carol: updated_leaf(
            carol, lambda one: replace(one, capabilities=replace(one.capabilities, credentials=()))
        ),
        "leaf",
    ),
    "the group's version not declared": (
        lambda _, carol: updated_leaf(
            carol, lambda one: replace(one, capabilities=replace(one.capabilities, versions=()))
        ),
        "leaf",
    ),
}


@pytest.mark.parametrize("case", UPDATES)
def test_an_invalid_update(case: str) -> None:
    """§12.1.2: a leaf that is invalid for an Update by §7.3; a good one of the same member is then committed."""
    alice, bob, carol = three()
    make, kind = UPDATES[case]
    bad = hear(forge.proposal(carol, Update(make(bob, carol))), bob)
    good = hear(forge.proposal(carol, Update(updated_leaf(carol)), public=True), bob)
    # To a key that is none, nobody can encrypt: there the commit has no path, which is looked at later.
    forged = forge.commit(alice, [bad], with_path=kind != "public-key")
    refuses_commit(bob, forged, kind, peer=alice, honest=forge.commit(alice, [good]))


def test_a_reinit_to_a_newer_version_is_no_downgrade() -> None:
    """§12.1.5: only an older version is refused, as shown above; the group then closes for good."""
    alice, bob, _ = three()
    forged = forge.commit(alice, [ReInit(b"next", MLS10 + 1, 0x00FF, ())])
    staged = bob.stage(forged.message, now=NOW)
    assert staged.reinit is not None
    closed = bob.merge(staged)
    refuses_commit(bob, forge.commit(alice, [ReInit(b"next", 0, 1, ())]), "proposal", peer=alice)
    assert closed.reinit == staged.reinit
