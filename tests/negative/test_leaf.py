"""Leaves that are not valid (RFC 9420 §7.2, §7.3), by each of the four `routes` on which a leaf reaches a member."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls.credential import BasicCredential, CredentialType
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative.builder import Author, Hook
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.points import ANY_CONTENT, BAD_BY_SUITE, BAD_ED25519
from tests.negative.proving import raises, still_works
from tests.negative.routes import (
    ALL,
    EVERYTHING,
    IN_GROUP,
    Change,
    Owner,
    certified,
    check,
    gathered,
    having,
    required,
)
from tests.negative.welcomes import welcome
from tests.protocol.mls.parties import LIFETIME, NOW, SUITES, join, rng

# --- signature (§7.2, §7.3)


def signature(change: Hook[bytes]) -> Change:
    return lambda _: lambda leaf: replace(leaf, signature=change(leaf.signature))


def by_a_stranger(owner: Owner) -> Hook[LeafNode]:
    key, _ = owner.suite.generate_signature_key(rng)
    return lambda leaf: leaf.sign(owner.suite, key, owner.group_id, owner.index)


def labelled(owner: Owner) -> Hook[LeafNode]:
    def sign(leaf: LeafNode) -> LeafNode:
        tbs = leaf._tbs(owner.group_id, owner.index)
        return replace(leaf, signature=owner.suite.sign_with_label(owner.key, "KeyPackageTBS", tbs))

    return sign


SIGNATURES: dict[str, Change] = {
    "none": signature(lambda _: b""),
    "zeros": signature(lambda one: bytes(len(one))),
    "cut": signature(lambda one: one[:-1]),
    "longer": signature(lambda one: one + b"\x00"),
    "one bit off": signature(lambda one: one[:-33] + bytes([one[-33] ^ 1]) + one[-32:]),
    "by another key": by_a_stranger,
    "by another member": lambda owner: (
        lambda leaf: leaf.sign(owner.suite, owner.bob._state.signature_key, owner.group_id, owner.index)
    ),
    "under another label": labelled,
    "over another credential": having(credential=BasicCredential(b"mallory")),
    "over other capabilities": having(capabilities=EVERYTHING),
    "over another encryption key": lambda owner: (
        lambda leaf: replace(
            leaf, encryption_key=owner.suite.derive_key_pair(bytes(owner.suite.hash_length))[1]
        )
    ),
    "over other extensions": having(extensions=(Extension.for_application_id(b"x"),)),
}


@pytest.mark.parametrize("case", SIGNATURES)
@pytest.mark.parametrize("route", ALL)
def test_a_leaf_signature_that_does_not_verify(route: str, case: str) -> None:
    """§7.3: the signature, by the leaf's own key, over all of the leaf."""
    check(route, "signature", signed=SIGNATURES[case])


ELSEWHERE: dict[str, Change] = {
    "another group": lambda owner: lambda leaf: leaf.sign(owner.suite, owner.key, b"another", owner.index),
    "another place": lambda owner: (
        lambda leaf: leaf.sign(owner.suite, owner.key, owner.group_id, LeafIndex(owner.index + 1))
    ),
    "no group at all": lambda owner: (
        lambda leaf: replace(
            leaf, signature=owner.suite.sign_with_label(owner.key, "LeafNodeTBS", leaf._encode_unsigned())
        )
    ),
}


@pytest.mark.parametrize("case", ELSEWHERE)
@pytest.mark.parametrize("route", IN_GROUP)
def test_a_leaf_signed_for_elsewhere(route: str, case: str) -> None:
    """§7.2: a leaf that was made in a group is bound to that group and its place there."""
    check(route, "signature", signed=ELSEWHERE[case])


@pytest.mark.parametrize("route", IN_GROUP)
def test_a_signature_key_of_another_length(route: str) -> None:
    """§5.1.1, §7.3: a public key of the suite's signature scheme."""
    for change in (lambda key: key[:-1], lambda key: key + b"\x00", lambda _: b""):
        check(
            route,
            "signature",
            lambda _, change=change: lambda leaf: replace(leaf, signature_key=change(leaf.signature_key)),  # type: ignore[misc]
        )


@pytest.mark.parametrize("route", IN_GROUP)
def test_a_signature_key_under_which_one_signature_fits_all(route: str) -> None:
    """§5.1.2, §7.3: a key of small order proves nothing, so nothing verifies under it."""
    leaf = having(signature_key=BAD_ED25519["the neutral point"])
    check(route, "signature", leaf, having(signature=ANY_CONTENT))


# --- source (§7.3)

SOURCES: dict[str, dict[str, Change]] = {
    "update": {
        "key package": having(source=LeafNodeSource.KEY_PACKAGE, lifetime=LIFETIME),
        "commit": having(source=LeafNodeSource.COMMIT, parent_hash=b""),
    },
    "commit": {
        "key package": having(source=LeafNodeSource.KEY_PACKAGE, lifetime=LIFETIME, parent_hash=None),
        "update": having(source=LeafNodeSource.UPDATE, parent_hash=None),
    },
}


@pytest.mark.parametrize(
    ("route", "made_for"), [(route, one) for route, found in SOURCES.items() for one in found]
)
def test_a_leaf_made_for_another_message(route: str, made_for: str) -> None:
    """§7.3: the leaf's source is the message that carries it; for key packages see `test_key_package`."""
    check(route, "leaf", SOURCES[route][made_for])


# --- capabilities (§7.2, §7.3, §13.4)


def able(**fields: tuple[int, ...]) -> Change:
    """A leaf with every capability save those changed here."""
    return having(capabilities=replace(EVERYTHING, **fields))


OWN: dict[str, Change] = {
    "an extension of its own": lambda _: (
        lambda leaf: replace(leaf, extensions=(Extension(0xF00F, b"data"),), capabilities=EVERYTHING)
    ),
    "an extension of its own beside one that it lists": lambda _: (
        lambda leaf: replace(
            leaf, extensions=(Extension(0xF001, b""), Extension(0x0A0A, b"")), capabilities=EVERYTHING
        )
    ),
    "the type of its own credential": able(credentials=(CredentialType.X509,)),
    "any type of credential": able(credentials=()),
    "the group's version": able(versions=(2,)),
    "any version": able(versions=()),
}


@pytest.mark.parametrize("case", OWN)
@pytest.mark.parametrize("route", ALL)
def test_a_leaf_that_does_not_list(route: str, case: str) -> None:
    """§7.2, §7.3, §11.1: what the leaf itself uses, and the version of the group."""
    check(route, "leaf", OWN[case])


GROUPS: dict[str, tuple[tuple[Extension, ...], Change]] = {
    "an extension of the group (§13.4)": ((Extension(0xF001, b""),), able(extensions=(0xF002,))),
    "one of two extensions of the group (§13.4)": (
        (Extension(0xF001, b""), Extension(0xF002, b"")),
        able(extensions=(0xF001,)),
    ),
    "a required extension (§11.1)": ((required(extensions=(0xF002,)),), able(extensions=(0xF001,))),
    "a required proposal (§11.1)": ((required(proposals=(0xF003,)),), able(proposals=())),
    "a required credential (§11.1)": ((required(credentials=(2,)),), able(credentials=(1,))),
}


@pytest.mark.parametrize("case", GROUPS)
@pytest.mark.parametrize("route", ALL)
def test_a_leaf_that_does_not_support(route: str, case: str) -> None:
    """§7.3, §11.1, §13.4: what the group uses and what it requires."""
    extensions, lacking = GROUPS[case]
    check(route, "leaf", lacking, good=able(), cast=gathered(*extensions))


@pytest.mark.parametrize("route", ALL)
def test_a_leaf_that_cannot_judge_the_others(route: str) -> None:
    """§7.3: the leaf supports every credential type in use, not only its own."""

    def narrow(owner: Owner) -> Hook[LeafNode]:
        able_to = replace(EVERYTHING, credentials=(CredentialType.X509,))
        return lambda leaf: replace(leaf, credential=certified(owner), capabilities=able_to)

    def wide(owner: Owner) -> Hook[LeafNode]:
        return lambda leaf: replace(leaf, credential=certified(owner), capabilities=EVERYTHING)

    check(route, "leaf", narrow, good=wide, cast=gathered())


@pytest.mark.parametrize("route", ["add", "update", "commit"])
def test_a_leaf_that_the_others_cannot_judge(route: str) -> None:
    """§7.3: every member supports the credential type of the leaf."""

    def foreign(owner: Owner) -> Hook[LeafNode]:
        return lambda leaf: replace(leaf, credential=certified(owner), capabilities=EVERYTHING)

    only_basic = replace(EVERYTHING, credentials=(CredentialType.BASIC,))
    check(route, "leaf", foreign, cast=gathered(capabilities=only_basic))


# --- keys (§7.3, RFC 9180 §7.1.4)


KEYS = [
    (route, suite_id, name)
    for suite_id, found in BAD_BY_SUITE.items()
    for name in found
    for route in (ALL if suite_id in SUITES else ("add",))
]
"""All routes for the suites we use ourselves; the others differ in nothing but the KEM."""


@pytest.mark.parametrize(("route", "suite_id", "name"), KEYS)
def test_an_encryption_key_that_cannot_be_used(route: str, suite_id: int, name: str) -> None:
    """§5.1.1, §7.3: low order, zero, not on the curve, not reduced, wrong length; in either half of an X-Wing key."""
    spoil = BAD_BY_SUITE[suite_id][name]

    def bad(_: Owner) -> Hook[LeafNode]:
        return lambda leaf: replace(leaf, encryption_key=spoil(leaf.encryption_key))

    check(route, "public-key", bad, cast=three(suite_id))


@pytest.mark.parametrize("route", ALL)
def test_an_encryption_key_of_another_member(route: str) -> None:
    """§7.3: encryption keys are unique among the members; a path may bring no key that the tree has (§12.4.2)."""

    def shared(owner: Owner) -> Hook[LeafNode]:
        key = owner.bob._state.tree.member(owner.bob.own_index).encryption_key
        return lambda leaf: replace(leaf, encryption_key=key)

    check(route, "path" if route == "commit" else "leaf", shared)


@pytest.mark.parametrize("route", ALL)
def test_a_signature_key_of_another_member(route: str) -> None:
    """§7.3: signature keys are unique among the members, even if both holders agree."""
    cast = three()
    bob = cast[1]
    public = bob._state.tree.member(bob.own_index).signature_key
    key = Author.of(bob).signature_key
    check(route, "leaf", having(signature_key=public), key=key, cast=cast)


def test_an_update_that_keeps_its_key() -> None:
    """§7.3: the encryption key of an Update differs from that of the leaf it replaces."""
    cast = three()
    carol = cast[2]
    key = carol._state.tree.member(carol.own_index).encryption_key
    check("update", "leaf", having(encryption_key=key), cast=cast)


def test_a_commit_that_keeps_its_leaf_key() -> None:
    """§7.5, §12.4.2: so does that of a committer's new leaf."""
    cast = three()
    alice = cast[0]
    key = alice._state.tree.member(alice.own_index).encryption_key
    check("commit", "path", having(encryption_key=key), cast=cast)


GROUP_USES: dict[str, tuple[Extension, ...]] = {
    "an extension": (Extension(0xF001, b""),),
    "a required extension": (required(extensions=(0xF002,)),),
    "a required proposal": (required(proposals=(0xF003,)),),
}


@pytest.mark.parametrize("case", GROUP_USES)
def test_a_group_that_the_newcomer_does_not_support(case: str) -> None:
    """§13.4, §12.4.3: a newcomer joins no group whose extensions or requirements its own leaf does not list."""
    alice, bob, _ = gathered(*GROUP_USES[case])
    able_dave = newcomer(1, leaf=lambda leaf: replace(leaf, capabilities=EVERYTHING))
    dave = newcomer(1)
    forged = welcome(alice, dave.key_package).message
    raises(lambda: Group.join(forged, dave.key_package, dave.private, now=NOW), "leaf")
    pending = alice.commit(adds=[able_dave.key_package], rng=rng, now=NOW)
    host = bob.merge(bob.stage(pending.message, now=NOW))
    still_works(join(pending, able_dave), host)
