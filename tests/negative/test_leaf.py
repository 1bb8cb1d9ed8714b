"""Leaves that are not valid (RFC 9420 §7.2, §7.3), by each of the four `routes` on which a leaf reaches a member."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential, CredentialType
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative.builder import Author, Hook
from tests.negative.groves import three
from tests.negative.points import ANY_CONTENT, BAD_ED25519, BAD_X25519, BAD_X_WING
from tests.negative.routes import ALL, EVERYTHING, IN_GROUP, Cast, Change, Owner, certified, check, having
from tests.protocol.mls.parties import LIFETIME, NOW, Party, join, rng

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
    "the group's suite": able(cipher_suites=(0x004E, 0x0A0A)),
    "any suite": able(cipher_suites=()),
}


@pytest.mark.parametrize("case", OWN)
@pytest.mark.parametrize("route", ALL)
def test_a_leaf_that_does_not_list(route: str, case: str) -> None:
    """§7.2, §7.3, §11.1: what the leaf itself uses, and the version and suite of the group."""
    check(route, "leaf", OWN[case])


def gathered(*extensions: Extension, capabilities: Capabilities = EVERYTHING) -> Cast:
    """Three members with these capabilities in a group with these extensions."""
    suite = cipher_suite(1)
    parties = []
    for name in (b"alice", b"bob", b"carol"):
        key, _ = suite.generate_signature_key(rng)
        made = KeyPackage.create(suite, rng, key, BasicCredential(name), LIFETIME, capabilities=capabilities)
        parties.append(Party(*made))
    first = parties[0]
    alice = Group.create(suite, b"group", first.key_package, first.private, extensions=extensions, rng=rng)
    pending = alice.commit(adds=[party.key_package for party in parties[1:]], rng=rng, now=NOW)
    bob, carol = (join(pending, party) for party in parties[1:])
    return alice.merge(pending.staged), bob, carol


def required(**fields: tuple[int, ...]) -> Extension:
    return Extension.for_required_capabilities(RequiredCapabilities(**fields))


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


@pytest.mark.parametrize("name", BAD_X25519)
@pytest.mark.parametrize("route", ALL)
def test_an_encryption_key_that_cannot_be_used(route: str, name: str) -> None:
    """§5.1.1, §7.3: low order, zero, wrong length."""
    check(route, "public-key", having(encryption_key=BAD_X25519[name]))


@pytest.mark.parametrize("name", BAD_X_WING)
@pytest.mark.parametrize("route", ALL)
def test_an_encryption_key_of_the_default_suite_that_cannot_be_used(route: str, name: str) -> None:
    """§5.1.1, §7.3: either half of an X-Wing key."""

    def bad(_: Owner) -> Hook[LeafNode]:
        return lambda leaf: replace(leaf, encryption_key=BAD_X_WING[name](leaf.encryption_key))

    check(route, "public-key", bad, cast=three(0x004E))


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
