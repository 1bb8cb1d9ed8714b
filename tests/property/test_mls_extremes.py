"""The engine at its edges: numbers that are as large as they can be, trees that are huge and blank, lists that repeat.

Work is counted, not timed: it may follow the size of what came, never its square.
"""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import FramedContent, Sender, WireFormat
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import MLSError, RefusedError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.parent_hash import check_parent_hashes
from hotline_protocol.mls.private_message import SenderData
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    Remove,
)
from hotline_protocol.mls.proposals_check import ProposalList, apply_proposals
from hotline_protocol.mls.psk import PreSharedKeyID, psk_secret
from hotline_protocol.mls.secret_tree import RatchetKind, SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import Node, ParentNode, RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex, leaves_below
from hotline_protocol.mls.tree_validation import check_tree, check_unmerged
from tests.property.engine import LAST_EPOCH, PSKS, copied, omniscient, send, with_sender_data, world
from tests.property.work import counted, growth, work
from tests.protocol.mls.parties import NOW, rng, snapshot

SUITE = cipher_suite(0x0001)
PSK = PreSharedKeyID(bytes(32), psk_id=b"shared")
LAST = 0xFFFFFFFF
LINEAR = 2.6
"""The most by which doubled input may multiply the work: twice, and the tree's height."""


# --- numbers


def at_the_end(group: Group) -> Group:
    """The same group in the last epoch that has a number."""
    state = group.state
    context = replace(state.context, epoch=LAST_EPOCH)
    return Group(replace(state, context=context), group._ratchets.copy())


def test_after_the_last_epoch_comes_none() -> None:
    alice, bob = at_the_end(world().alice), at_the_end(world().bob)
    with pytest.raises(RefusedError, match="last") as caught:
        alice.commit(rng=rng, now=NOW)
    assert caught.value.kind == "epoch"
    body, tag = world().committed()
    ours = replace(body, path=None, proposals=(ProposalOrRef.by_value(PreSharedKey(PSK)),))
    leaving = Commit((ProposalOrRef.by_value(Remove(bob.own_index)),), body.path)
    for commit in (ours, leaving):
        with omniscient(), pytest.raises(RefusedError):
            bob.stage(send(alice, commit, tag), now=NOW, psks=PSKS)
    assert bob.unprotect(alice.protect(b"words", rng=rng).message).data == b"words"


@pytest.mark.parametrize("index", [3, 4, 0x7FFFFFFF, 0x80000000, LAST - 1, LAST])
def test_leaves_that_are_not_there(index: int) -> None:
    w = world()
    removal = Commit((ProposalOrRef.by_value(Remove(LeafIndex(index))),), w.committed()[0].path)
    message = send(w.alice, b"words")
    before = snapshot(w.bob)
    with pytest.raises(RefusedError) as caught:
        w.bob.stage(send(w.alice, removal, b"tag"), now=NOW)
    assert caught.value.kind in {"leaf", "path"}
    sender_data = SenderData(LeafIndex(index), 0, bytes(4)).encode()
    with pytest.raises(RefusedError) as caught:
        w.bob.unprotect(with_sender_data(w.alice, message, sender_data))
    assert caught.value.kind in {"leaf", "sender"}
    assert snapshot(w.bob) == before


@pytest.mark.parametrize("generation", [1026, 0x7FFFFFFF, LAST - 1, LAST])
def test_generations_that_are_too_far_ahead(generation: int) -> None:
    w = world()
    message = send(w.alice, b"words")
    sender_data = SenderData(w.alice.own_index, generation, bytes(4)).encode()
    with pytest.raises(RefusedError) as caught:
        copied(w.bob).unprotect(with_sender_data(w.alice, message, sender_data))
    assert caught.value.kind == "generation"


@pytest.mark.parametrize("generation", [1025, LAST])
def test_skipping_too_much_is_refused_before_anything_is_derived(generation: int) -> None:
    tree = SecretTree(SUITE, bytes(32), 2)
    tree.plant([LeafIndex(1)])

    def skip() -> None:
        with pytest.raises(RefusedError):
            tree.peek(LeafIndex(1), RatchetKind.APPLICATION, generation)

    assert work(skip) < 100


def test_the_last_generation_is_used_and_none_follows() -> None:
    tree = SecretTree(SUITE, bytes(32), 2)
    leaf, kind = LeafIndex(0), RatchetKind.APPLICATION
    tree.plant([leaf])
    tree._ratchets[leaf, kind].generation = LAST
    assert tree.copy().next(leaf, kind)[0] == LAST
    tree.consume(tree.peek(leaf, kind, LAST))
    with pytest.raises(UsageError):
        tree.next(leaf, kind)
    for generation in (0, LAST):
        with pytest.raises(RefusedError) as caught:
            tree.peek(leaf, kind, generation)
        assert caught.value.kind == "replay"
    assert SecretTree.decode(SUITE, tree.encode()).encode() == tree.encode()


def test_pre_shared_keys_that_cannot_be_counted() -> None:
    one = (PSK, bytes(32))
    with pytest.raises(RefusedError) as caught:
        psk_secret(SUITE, [one] * 0x10000)
    assert caught.value.kind == "psk"


def test_a_sender_beyond_the_list_of_external_senders() -> None:
    w = world()
    for index in (1, LAST):
        content = FramedContent(
            w.alice.group_id, w.alice.epoch, Sender.external(index), Remove(w.carol.own_index)
        )
        message = codec.u16(1) + codec.u16(WireFormat.PUBLIC_MESSAGE) + content.encode() + codec.opaque(b"")
        assert codec.decode(MLSMessage.read, message).encode() == message
        with pytest.raises(RefusedError) as caught:
            copied(w.bob).store_proposal(message)
        assert caught.value.kind == "sender"


# --- sizes


def leaf(number: int, *, parent_hash: bytes = b"") -> LeafNode:
    key = number.to_bytes(32, "big")
    return LeafNode(
        key, key, BasicCredential(b""), Capabilities(), LeafNodeSource.COMMIT, parent_hash=parent_hash
    )


def blank_tree(size: int) -> RatchetTree:
    """As large as one says, with one member at each end: a byte sent for each node."""
    nodes: list[Node | None] = [None] * (2 * size - 1)
    nodes[0], nodes[-1] = leaf(1), leaf(2)
    return RatchetTree(nodes)


def unmerged_tree(size: int) -> RatchetTree:
    """All parents are there, and every leaf is unmerged in all of them."""
    nodes: list[Node | None] = [leaf(1 + place) for place in range(2 * size - 1)]
    for place in range(1, 2 * size - 1, 2):
        nodes[place] = ParentNode(bytes(32), b"", counted(leaves_below(NodeIndex(place))))
    return RatchetTree(nodes)


def top_heavy_tree(size: int) -> RatchetTree:
    """Only the root is there, with every leaf but the first unmerged."""
    nodes: list[Node | None] = [leaf(place) if not place & 1 else None for place in range(2 * size - 1)]
    nodes[size - 1] = ParentNode(bytes(32), b"", counted(range(1, size)))
    return RatchetTree(nodes)


def chained_tree(size: int) -> RatchetTree:
    """Only the parents above the first leaf are there."""
    tree = blank_tree(size)
    for node in tree.direct_path(LeafIndex(0)):
        tree.put(node, ParentNode(bytes(32)))
    return tree


def full_tree(size: int) -> RatchetTree:
    return RatchetTree([None if place & 1 else leaf(place + 1) for place in range(2 * size - 1)])


TREES = {
    "blank": blank_tree,
    "unmerged": unmerged_tree,
    "top-heavy": top_heavy_tree,
    "chained": chained_tree,
    "full": full_tree,
}


def _check_all(tree: RatchetTree) -> None:
    context = world().alice.group_context
    check_tree(SUITE, tree, replace(context, tree_hash=root_hash(SUITE, tree)))


PARTS: dict[str, Callable[[RatchetTree], object]] = {
    "read": lambda tree: codec.decode(RatchetTree.read, tree.encode()),
    "hash": lambda tree: root_hash(SUITE, tree),
    "unmerged": check_unmerged,
    "parents": lambda tree: check_parent_hashes(SUITE, tree),
    "path": lambda tree: tree.filtered_direct_path(LeafIndex(0)),
    "all": _check_all,
}
"""What is done with a tree that a stranger sent."""


def checks(tree: RatchetTree, check: Callable[[RatchetTree], object]) -> Callable[[], None]:
    def run() -> None:
        with contextlib.suppress(MLSError):
            check(tree)

    return run


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("what", PARTS)
def test_the_work_on_a_tree_follows_its_size(name: str, what: str) -> None:
    """All that a joiner does with a tree that a liar made, each part by itself: one that is refused must not hide the next."""
    task = PARTS[what]
    assert growth(lambda size: checks(TREES[name](size), task), 128) < LINEAR


def test_the_deepest_tree_is_no_deeper_than_its_height() -> None:
    """A megabyte of blanks: the recursion is as deep as the tree is high."""
    tree = blank_tree(1 << 15)
    assert len(root_hash(SUITE, codec.decode(RatchetTree.read, tree.encode()))) == SUITE.hash_length
    assert len(tree.resolution(tree.root)) == 2


def test_the_memory_for_a_tree_follows_its_size() -> None:
    """A byte of a blank tree becomes two places in lists and a hash, in a tree of up to twice as many nodes."""
    data = blank_tree(1 << 12).encode()
    tracemalloc.start()
    try:
        checks(codec.decode(RatchetTree.read, data), _check_all)()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 256 * len(data)


@pytest.mark.parametrize("order", [1, -1])
def test_the_work_of_many_removals_follows_their_number(order: int) -> None:
    context = world().alice.group_context

    def remove_most(size: int) -> Callable[[], object]:
        tree = full_tree(size)
        removes = tuple(LeafIndex(one) for one in range(1, size))[::order]
        return lambda: apply_proposals(SUITE, context, tree, ProposalList(removes=removes), NOW)

    assert growth(remove_most, 128) < LINEAR


def _many_psks(count: int) -> list[Proposal]:
    return [PreSharedKey(replace(PSK, psk_nonce=place.to_bytes(32, "big"))) for place in range(count)]


def _many_adds(count: int) -> list[Proposal]:
    offered = world().guest.key_package
    return [
        Add(replace(offered, init_key=place.to_bytes(32, "big"), leaf_node=leaf(place)))
        for place in range(count)
    ]


def _many_extensions(count: int) -> list[Proposal]:
    return [GroupContextExtensions(tuple(Extension(0xF000 + place, b"") for place in range(count)))]


LISTS: dict[str, Callable[[int], list[Proposal]]] = {
    "keys": _many_psks,
    "adds": _many_adds,
    "one removal often": lambda count: [Remove(LeafIndex(2))] * count,
    "other removals": lambda count: [Remove(LeafIndex(place)) for place in range(count)],
    "extensions": _many_extensions,
}


@pytest.mark.parametrize("path", [False, True])
@pytest.mark.parametrize("name", LISTS)
def test_the_work_on_a_commit_follows_its_size(name: str, path: bool) -> None:  # noqa: FBT001
    """However many proposals a member puts into one commit, and whichever of them is refused."""
    w = world()
    carried = w.committed()[0].path if path else None

    def stage(count: int) -> Callable[[], None]:
        commit = Commit(tuple(map(ProposalOrRef.by_value, LISTS[name](count))), carried)
        message = send(w.alice, commit, b"tag", public=True)

        def run() -> None:
            with omniscient(), contextlib.suppress(MLSError):
                w.bob.stage(message, now=NOW, psks=PSKS)

        return run

    assert growth(stage, 500) < LINEAR
