"""Group infos for joining from outside: what a newcomer can check, and what only the members can (RFC 9420 §12.4.3, §12.4.3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec, external
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import MalformedError, UnsupportedError
from hotline_protocol.mls.extension import (
    EXTERNAL_PUB,
    RATCHET_TREE,
    Extension,
    RequiredCapabilities,
    find,
)
from hotline_protocol.mls.external import ExternalJoin, Newcomer
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.proposal import ReInit
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo
from tests.negative.builder import Hook, same
from tests.negative.commits.scenes import able, client, gathered
from tests.negative.groves import overgrown, three
from tests.negative.leaves import put_leaf
from tests.negative.points import BAD_X25519
from tests.negative.proving import Kind, raises, refuses, revived, talk
from tests.negative.trees import blank, fresh_key, put_parent, relabel
from tests.protocol.mls.parties import NOW, SUITES, rng


def dave(
    signature_key: bytes | None = None,
    name: bytes = b"dave",
    capabilities: Capabilities | None = None,
) -> Newcomer:
    return Newcomer(signature_key or rng(32), BasicCredential(name), capabilities)


def published(
    host: Group,
    change: Hook[GroupInfo] = same,
    *,
    tree: Hook[RatchetTree] = same,
    after: Hook[GroupInfo] = same,
    signer: bytes | None = None,
) -> bytes:
    """The group info that the host vouches for, over this tree, with one thing changed before or after it is signed."""
    state = host.state
    shown = tree(state.tree.copy())
    honest = GroupInfo(
        replace(state.context, tree_hash=root_hash(host.suite, shown)),
        (
            Extension.for_ratchet_tree(shown.encode()),
            Extension.for_external_pub(state.secrets.external_key_pair()[1]),
        ),
        state.confirmation_tag,
        state.own,
    )
    signed = change(honest).sign(host.suite, signer or state.signature_key)
    return MLSMessage(after(signed)).encode()


def enters(joined: ExternalJoin, bob: Group) -> None:
    """Bob follows, and the two talk."""
    talk(joined.group, bob.merge(bob.stage(joined.message, now=NOW)))


def newcomer_refuses(
    info: bytes, kind: Kind, host: Group, bob: Group, *, ratchet_tree: bytes | None = None
) -> None:
    """The newcomer refuses the group info, and joins with the honest one of the same epoch."""
    who = dave()
    raises(lambda: external.join(info, who, ratchet_tree=ratchet_tree, rng=rng), kind)
    enters(external.join(host.group_info(), who, rng=rng), bob)


def members_refuse(info: bytes, kind: Kind, host: Group, bob: Group) -> None:
    """The newcomer cannot know better; the member refuses its commit, and takes that of one who was told the truth."""
    who = dave()
    joined = external.join(info, who, rng=rng)
    honest = external.join(host.group_info(), who, rng=rng)
    refuses(
        bob,
        lambda: bob.stage(joined.message, now=NOW),
        kind=kind,
        peer=host,
        then=lambda: bob.stage(honest.message, now=NOW),
    )
    enters(honest, bob)


@pytest.mark.parametrize("suite_id", SUITES)
def test_an_unchanged_group_info_admits(suite_id: int) -> None:
    """§12.4.3.2: what the tests below change one thing of."""
    alice, bob, _ = three(suite_id)
    enters(external.join(published(alice), dave(), rng=rng), bob)


# --- its signature

UNSIGNED: dict[str, Hook[GroupInfo]] = {
    "no signature": lambda one: replace(one, signature=b""),
    "a signature of zeros": lambda one: replace(one, signature=bytes(64)),
    "another signer": lambda one: replace(one, signer=LeafIndex(1)),
    "another confirmation tag": lambda one: replace(one, confirmation_tag=bytes(32)),
    "another external key": lambda one: replace(
        one,
        extensions=(
            one.extensions[0],
            Extension.for_external_pub(fresh_key(three()[0].suite)),
        ),
    ),
    "an extension less": lambda one: replace(one, extensions=one.extensions[:1]),
    "an extension more": lambda one: replace(one, extensions=(*one.extensions, Extension(0xF00D, b""))),
    "extensions in another order": lambda one: replace(one, extensions=one.extensions[::-1]),
    "another epoch": lambda one: replace(one, group_context=replace(one.group_context, epoch=9)),
    "another group": lambda one: replace(one, group_context=replace(one.group_context, group_id=b"x")),
    "another transcript": lambda one: replace(
        one, group_context=replace(one.group_context, confirmed_transcript_hash=bytes(32))
    ),
    "another tree hash": lambda one: replace(
        one, group_context=replace(one.group_context, tree_hash=bytes(32))
    ),
    "another suite of the same signatures": lambda one: replace(
        one, group_context=replace(one.group_context, cipher_suite=3)
    ),
    "another suite of other signatures": lambda one: replace(
        one, group_context=replace(one.group_context, cipher_suite=2)
    ),
    "extensions of the context": lambda one: replace(
        one, group_context=replace(one.group_context, extensions=(Extension.for_external_senders(()),))
    ),
}


@pytest.mark.parametrize("case", UNSIGNED)
def test_a_group_info_changed_after_it_was_signed(case: str) -> None:
    """§12.4.3: the signature covers every field, by the key of the signer's leaf."""
    alice, bob, _ = three()
    if case == "an extension less":
        info = published(alice, after=lambda one: replace(one, extensions=one.extensions[::-1][:1]))
        newcomer_refuses(info, "signature", alice, bob, ratchet_tree=alice.ratchet_tree())
        return
    newcomer_refuses(published(alice, after=UNSIGNED[case]), "signature", alice, bob)


SIGNERS: dict[str, tuple[int, Kind]] = {
    "another member": (1, "signature"),
    "a blank leaf": (3, "leaf"),
    "beyond the tree": (4, "leaf"),
    "far beyond the tree": (2**32 - 1, "leaf"),
}


@pytest.mark.parametrize("case", SIGNERS)
def test_a_group_info_in_the_name_of(case: str) -> None:
    """§12.4.3: its signer is a member, and the one whose key signed it."""
    alice, bob, _ = three()
    leaf, kind = SIGNERS[case]
    newcomer_refuses(published(alice, lambda one: replace(one, signer=LeafIndex(leaf))), kind, alice, bob)


def test_a_group_info_signed_by_somebody_else() -> None:
    """§12.4.3: by a stranger, and by another member than it names."""
    alice, bob, carol = three()
    for key in (rng(32), carol.state.signature_key):
        newcomer_refuses(published(alice, signer=key), "signature", alice, revived(bob))


# --- what it carries


def without(kind: int) -> Hook[GroupInfo]:
    return lambda one: replace(one, extensions=tuple(e for e in one.extensions if e.extension_type != kind))


def carrying(extension: Extension) -> Hook[GroupInfo]:
    """Another extension of its type."""
    return lambda one: replace(
        one, extensions=(*without(extension.extension_type)(one).extensions, extension)
    )


CARRIED: dict[str, tuple[Hook[GroupInfo], Kind]] = {
    "no external key": (without(EXTERNAL_PUB), "welcome"),
    "an external key that is no vector": (carrying(Extension(EXTERNAL_PUB, b"\x20")), MalformedError),
    "an external key and a tail": (
        carrying(Extension(EXTERNAL_PUB, codec.opaque(bytes(32)) + b"\x00")),
        MalformedError,
    ),
    "no tree": (without(RATCHET_TREE), "welcome"),
    "an empty tree": (carrying(Extension.for_ratchet_tree(b"\x00")), MalformedError),
    "a tree of others": (
        carrying(Extension.for_ratchet_tree(overgrown()[0].ratchet_tree())),
        "signature",
    ),
    "two trees": (lambda one: replace(one, extensions=one.extensions + one.extensions[:1]), MalformedError),
    "an extension of the group that we do not support": (
        lambda one: replace(
            one, group_context=replace(one.group_context, extensions=(Extension(0xF00D, b""),))
        ),
        "leaf",
    ),
    "a requirement that we do not meet": (
        lambda one: replace(
            one,
            group_context=replace(
                one.group_context,
                extensions=(Extension.for_required_capabilities(RequiredCapabilities(proposals=(0xF00D,))),),
            ),
        ),
        "leaf",
    ),
    "a suite that nobody knows": (
        lambda one: replace(one, group_context=replace(one.group_context, cipher_suite=0xF0F0)),
        UnsupportedError,
    ),
}


@pytest.mark.parametrize("case", CARRIED)
def test_a_group_info_that_carries(case: str) -> None:
    """§12.4.3.2, §12.4.3.3, §11.1: an external key, a tree of the right hash, and nothing that the group's members do not support."""
    alice, bob, _ = three()
    change, kind = CARRIED[case]
    newcomer_refuses(published(alice, change), kind, alice, bob)


@pytest.mark.parametrize("name", BAD_X25519)
def test_an_external_key_that_is_none(name: str) -> None:
    """§8.3, §5.1.1: of wrong length, or of small order: to everybody the init secret would be the same."""
    alice, bob, _ = three()
    bad = Extension.for_external_pub(BAD_X25519[name])
    newcomer_refuses(published(alice, carrying(bad)), "public-key", alice, bob)


def test_a_tree_that_comes_separately() -> None:
    """§12.4.3.3: its hash is that of the context, wherever it is from."""
    alice, bob, _ = three()
    info = alice.group_info(ratchet_tree=False)
    pending = alice.commit(rng=rng, now=NOW)
    other = alice.merge(pending.staged).ratchet_tree()
    for tree, kind in ((b"", MalformedError), (overgrown()[0].ratchet_tree(), "signature")):
        newcomer_refuses(info, kind, alice, revived(bob), ratchet_tree=tree)
    newcomer_refuses(info, "tree-hash", alice, revived(bob), ratchet_tree=other)
    enters(external.join(info, dave(), ratchet_tree=alice.ratchet_tree(), rng=rng), bob)


# --- its tree, with everything else made to fit


def bare(tree: RatchetTree, member: Group, change: Hook[LeafNode]) -> None:
    """Change a leaf and leave its signature as it was."""
    put_leaf(tree, member.own_index, change(tree.member(member.own_index)))


TREES: dict[str, tuple[Callable[[RatchetTree, Group], None], Kind]] = {
    "a parent whose key was changed": (
        lambda tree, member: put_parent(
            tree, 3, lambda one: replace(one, encryption_key=fresh_key(member.suite))
        ),
        "parent-hash",
    ),
    "a parent whose parent hash was changed": (
        lambda tree, _: put_parent(tree, 3, lambda one: replace(one, parent_hash=bytes(32))),
        "parent-hash",
    ),
    "a blank parent below one that is not": (lambda tree, _: blank(tree, 1), "parent-hash"),
    "an unmerged leaf that is none": (
        lambda tree, _: put_parent(tree, 3, lambda one: replace(one, unmerged_leaves=(LeafIndex(2),))),
        "leaf",
    ),
    "a leaf without a signature": (
        lambda tree, member: bare(tree, member, lambda leaf: replace(leaf, signature=b"")),
        "signature",
    ),
    "a leaf with the key of another": (
        lambda tree, member: relabel(
            tree,
            member,
            lambda leaf: replace(leaf, encryption_key=tree.member(LeafIndex(6)).encryption_key),
        ),
        "leaf",
    ),
    "a leaf of another version": (
        lambda tree, member: relabel(
            tree,
            member,
            lambda leaf: replace(leaf, capabilities=replace(leaf.capabilities, versions=())),
        ),
        "leaf",
    ),
}


@pytest.mark.parametrize("case", TREES)
def test_a_group_info_with_a_tree_that_is_not_valid(case: str) -> None:
    """§7.3, §7.9.2, §12.4.3.1: a newcomer validates the tree as one who is welcomed does; its hash and the signature fit."""
    members = overgrown()
    alter, kind = TREES[case]

    def change(tree: RatchetTree) -> RatchetTree:
        # The leaf of who committed last: no parent hash is over it.
        alter(tree, members[0])
        return tree

    newcomer_refuses(published(members[0], tree=change), kind, members[0], members[4])


# --- who comes


def test_a_newcomer_with_the_signature_key_of_a_member() -> None:
    """§7.3: the newcomer notices itself that its key is there."""
    alice, bob, carol = three()
    raises(lambda: external.join(alice.group_info(), dave(carol.state.signature_key), rng=rng), "leaf")
    back = dave(carol.state.signature_key, b"carol")
    enters(external.join(alice.group_info(), back, removes=LeafIndex(2), rng=rng), bob)


def test_a_newcomer_that_removes_nobody() -> None:
    """§12.1.3: a blank leaf, or one beyond the tree."""
    alice, bob, _ = three()
    for leaf in (3, 4, 2**32 - 1):
        raises(
            lambda leaf=leaf: external.join(  # type: ignore[misc]
                alice.group_info(), dave(), removes=LeafIndex(leaf), rng=rng
            ),
            "leaf",
        )
    enters(external.join(alice.group_info(), dave(), rng=rng), bob)


def test_a_newcomer_that_cannot_do_what_the_group_requires() -> None:
    """§11.1: judged before anything is sent."""
    rare = 0xF00D
    demand = Extension.for_required_capabilities(RequiredCapabilities(extensions=(rare,)))
    alice, bob = gathered(client("alice", able(rare)), client("bob", able(rare)), extensions=(demand,))
    raises(lambda: external.join(alice.group_info(), dave(), rng=rng), "leaf")
    enters(external.join(alice.group_info(), dave(capabilities=able(rare)), rng=rng), bob)


def test_a_newcomer_to_a_group_of_a_name_that_it_is_in_already() -> None:
    """§12.4.3: unless it comes back to that very group."""
    alice, bob, carol = three()
    info = alice.group_info()
    raises(lambda: external.join(info, dave(), known=[carol], rng=rng), "group")
    back = dave(name=b"carol")
    joined = external.join(info, back, removes=LeafIndex(2), known=[carol], rng=rng)
    enters(joined, bob)


def test_other_messages_are_no_group_info() -> None:
    """§6: a Welcome, a key package, a commit; a group info and a tail; one of another version."""
    alice, bob, _ = three()
    pending = alice.commit(adds=[client("eve").key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    info = alice.group_info()
    for other, kind in (
        (pending.welcome, "content-type"),
        (pending.message, "content-type"),
        (MLSMessage(client("eve").key_package).encode(), "content-type"),
        (info + b"\x00", MalformedError),
        (info[:-1], MalformedError),
        (codec.u16(2) + info[2:], UnsupportedError),
        (info[:4] + codec.u16(2) + info[6:], UnsupportedError),
    ):
        newcomer_refuses(other, kind, alice, revived(bob))


# --- what only the members can see


def test_a_group_info_with_a_wrong_confirmation_tag() -> None:
    """§8.2, §12.4.3.2: it enters the newcomer's transcript, so the epoch that the newcomer confirms is another."""
    alice, bob, _ = three()
    info = published(alice, lambda one: replace(one, confirmation_tag=bytes(32)))
    members_refuse(info, "confirmation-tag", alice, bob)


def test_a_group_info_with_another_external_key() -> None:
    """§8.3: a good key, but not the one that the members hold the private half of."""
    alice, bob, _ = three()
    other = Extension.for_external_pub(fresh_key(alice.suite))
    members_refuse(published(alice, carrying(other)), "confirmation-tag", alice, bob)


CONTEXTS: dict[str, tuple[Hook[GroupInfo], Kind]] = {
    "an epoch to come": (
        lambda one: replace(one, group_context=replace(one.group_context, epoch=one.group_context.epoch + 1)),
        "epoch",
    ),
    "another transcript": (
        lambda one: replace(
            one, group_context=replace(one.group_context, confirmed_transcript_hash=bytes(32))
        ),
        "signature",
    ),
    "other extensions": (
        lambda one: replace(
            one, group_context=replace(one.group_context, extensions=(Extension.for_external_senders(()),))
        ),
        "signature",
    ),
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_a_group_info_with_a_context_that_is_not_the_group_s(case: str) -> None:
    """§6.1, §12.4.3.2: the newcomer signs its commit over the context it was given."""
    alice, bob, _ = three()
    change, kind = CONTEXTS[case]
    members_refuse(published(alice, change), kind, alice, bob)


def test_a_group_info_with_a_tree_that_is_valid_but_not_the_group_s() -> None:
    """§7.8: another leaf of Alice's own, signed; the context that the newcomer signs has another tree hash."""
    alice, bob, _ = three()

    def renamed(tree: RatchetTree) -> RatchetTree:
        relabel(tree, alice, lambda leaf: replace(leaf, credential=BasicCredential(b"alicia")))
        return tree

    members_refuse(published(alice, tree=renamed), "signature", alice, bob)


def test_a_group_info_of_another_group() -> None:
    """§6: its newcomer comes to the wrong door."""
    alice, bob, _ = three()
    members_refuse(overgrown()[0].group_info(), "group", alice, bob)


def test_a_group_info_that_was_used() -> None:
    """§12.4.3.2: a group info admits one; the next newcomer needs that of the next epoch."""
    alice, bob, _ = three()
    info = alice.group_info()
    first, second = (external.join(info, dave(name=name), rng=rng) for name in (b"dave", b"eve"))
    alice, bob = (one.merge(one.stage(first.message, now=NOW)) for one in (alice, bob))
    honest = external.join(first.group.group_info(), dave(name=b"eve"), rng=rng)
    refuses(
        bob,
        lambda: bob.stage(second.message, now=NOW),
        kind="epoch",
        peer=alice,
        then=lambda: bob.stage(honest.message, now=NOW),
    )


def test_a_newcomer_to_a_group_that_was_closed() -> None:
    """§12.4.2: a group that a ReInit closed takes nobody in."""
    alice, bob, _ = three()
    pending = alice.commit(reinit=ReInit(b"next", 1, 1, ()), rng=rng, now=NOW)
    closed, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    late = external.join(closed.group_info(), dave(), rng=rng)
    before = bob.encode_epoch(), bob.encode_ratchets()
    raises(lambda: bob.stage(late.message, now=NOW), "group")
    assert (bob.encode_epoch(), bob.encode_ratchets()) == before


def test_the_group_info_of_a_member_carries_what_was_asked_for() -> None:
    """§12.4.3: without the external key, nobody can come in by it."""
    alice, bob, _ = three()
    info = alice.group_info(external_pub=False)
    assert find(decode_body(GroupInfo, info).extensions, EXTERNAL_PUB) is None
    newcomer_refuses(info, "welcome", alice, bob)
