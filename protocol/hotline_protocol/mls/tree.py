"""The ratchet tree: who is in the group and which public keys its subtrees share (RFC 9420 §4, §7.7, §7.8).

Nodes are immutable values; a tree is a list of them. Work on `copy()`, which shares every node and every cached hash, and
change the copy: a change touches one leaf and forgets the cached hashes above it, nothing else.

Rules enforced when a tree is read (§12.4.3.3): leaves and parents alternate, and the last node is not blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from hotline_protocol.mls import codec, tree_math
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError, RefusedError
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.tally import Holdings
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex

_LEAF = 1
_PARENT = 2


@dataclass(frozen=True, slots=True)
class ParentNode:
    """An inner node whose private key every member below it knows, save the unmerged leaves (RFC 9420 §7.1)."""

    encryption_key: bytes
    parent_hash: bytes = b""
    unmerged_leaves: tuple[LeafIndex, ...] = ()

    def encode(self) -> bytes:
        """The struct `ParentNode`."""
        unmerged = codec.vector(map(codec.u32, self.unmerged_leaves))
        return codec.opaque(self.encryption_key) + codec.opaque(self.parent_hash) + unmerged

    @classmethod
    def read(cls, r: Reader) -> ParentNode:
        """The struct `ParentNode`; unmerged leaves must be in increasing order."""
        key, parent_hash = r.opaque(), r.opaque()
        unmerged = tuple(LeafIndex(leaf) for leaf in r.vector(Reader.u32))
        if any(one >= other for one, other in pairwise(unmerged)):
            raise MalformedError("unmerged leaves are expected in increasing order")
        return cls(key, parent_hash, unmerged)


Node = LeafNode | ParentNode


class RatchetTree:
    """A full binary tree of optional nodes; always a power of two of leaves, at least one."""

    __slots__ = ("_first_blank", "_holdings", "_nodes", "hash_cache")

    def __init__(
        self,
        nodes: list[Node | None],
        hashes: list[bytes | None] | None = None,
        first_blank: int = 0,
        holdings: Holdings | None = None,
    ) -> None:
        self._nodes = nodes
        self._first_blank = first_blank
        self._holdings = holdings
        self.hash_cache: list[bytes | None] = [None] * len(nodes) if hashes is None else hashes
        """Tree hashes that are still right, by node; kept by `tree_hash`."""

    @classmethod
    def of(cls, leaf_node: LeafNode) -> RatchetTree:
        """The tree of a group with one member."""
        return cls([leaf_node])

    def copy(self) -> RatchetTree:
        """An independent tree that shares the immutable nodes."""
        holdings = None if self._holdings is None else self._holdings.copy()
        return RatchetTree(self._nodes.copy(), self.hash_cache.copy(), self._first_blank, holdings)

    # --- looking

    @property
    def size(self) -> int:
        """How many leaves the tree has, blank ones included."""
        return (len(self._nodes) + 1) // 2

    @property
    def width(self) -> int:
        """How many nodes the tree has, blank ones included."""
        return len(self._nodes)

    @property
    def root(self) -> NodeIndex:
        """The root's index."""
        return tree_math.root(self.size)

    def node(self, index: NodeIndex) -> Node | None:
        """The node at this index of the tree, None where it is blank."""
        return self._nodes[index]

    def leaf(self, index: LeafIndex) -> LeafNode | None:
        """The leaf, None where it is blank or beyond the tree."""
        if not 0 <= index < self.size:
            return None
        node = self._nodes[2 * index]
        return node if isinstance(node, LeafNode) else None

    def parent(self, index: NodeIndex) -> ParentNode | None:
        """The inner node, None where it is blank."""
        node = self._nodes[index]
        return node if isinstance(node, ParentNode) else None

    def member(self, index: LeafIndex) -> LeafNode:
        """The leaf of a member; a blank or missing one is refused as `leaf`."""
        leaf = self.leaf(index)
        if leaf is None:
            raise RefusedError("leaf", f"leaf {index} is blank or beyond the tree, expected a member")
        return leaf

    def leaves(self) -> Iterator[tuple[LeafIndex, LeafNode]]:
        """The members, left to right."""
        for position in range(0, len(self._nodes), 2):
            node = self._nodes[position]
            if isinstance(node, LeafNode):
                yield LeafIndex(position // 2), node

    def parents(self) -> Iterator[tuple[NodeIndex, ParentNode]]:
        """The inner nodes that are not blank, left to right."""
        for position in range(1, len(self._nodes), 2):
            node = self._nodes[position]
            if isinstance(node, ParentNode):
                yield NodeIndex(position), node

    def direct_path(self, leaf: LeafIndex) -> list[NodeIndex]:
        """The ancestors of the leaf, lowest first."""
        return tree_math.direct_path(tree_math.node_of(leaf), self.size)

    @property
    def holdings(self) -> Holdings:
        """What is in the tree, counted; from the first time that it is asked for, kept up with every change."""
        if self._holdings is None:
            holdings = Holdings.none()
            for _, leaf in self.leaves():
                holdings.add_leaf(leaf)
            for _, parent in self.parents():
                holdings.encryption_keys.add(parent.encryption_key)
            self._holdings = holdings
        return self._holdings

    def resolution(self, index: NodeIndex) -> list[NodeIndex]:
        """The fewest nodes that cover every member below `index` (RFC 9420 §4.1.1)."""
        found: list[NodeIndex] = []
        waiting = [index]
        while waiting:
            place = waiting.pop()
            node = self._nodes[place]
            if node is not None:
                found.append(place)
                if isinstance(node, ParentNode):
                    found += [tree_math.node_of(leaf) for leaf in node.unmerged_leaves]
            elif not tree_math.is_leaf(place):
                waiting += (tree_math.right(place), tree_math.left(place))
        return found

    def is_empty(self, index: NodeIndex) -> bool:
        """Whether the resolution of `index` is empty: every node of the subtree is blank."""
        if self._nodes[index] is not None:
            return False
        if tree_math.is_leaf(index):
            return True
        reach = (1 << tree_math.level(index)) - 1
        return not any(self._nodes[index - reach : index + reach + 1])

    def filtered_direct_path(self, leaf: LeafIndex) -> list[tuple[NodeIndex, NodeIndex]]:
        """The ancestors that get a key in an UpdatePath, each with its child off the path (RFC 9420 §4.1.2)."""
        start = tree_math.node_of(leaf)
        pairs = zip(tree_math.direct_path(start, self.size), tree_math.copath(start, self.size), strict=True)
        return [(above, beside) for above, beside in pairs if not self.is_empty(beside)]

    # --- changing

    def put(self, index: NodeIndex, node: Node | None) -> None:
        """Set one node and forget the hashes it is part of."""
        self._set(index, node)
        for above in tree_math.direct_path(index, self.size):
            self.hash_cache[above] = None

    def put_path(self, path: Iterable[tuple[NodeIndex, ParentNode]]) -> None:
        """Set ancestors of one leaf whose path was blanked, which forgot the hashes already."""
        for index, node in path:
            self._set(index, node)

    def blank_path(self, leaf: LeafIndex) -> None:
        """Blank every ancestor of the leaf."""
        for above in self.direct_path(leaf):
            self._set(above, None)

    def _set(self, index: NodeIndex, node: Node | None) -> None:
        if self._holdings is not None:
            _count(self._holdings, self._nodes[index], node)
        self._nodes[index] = node
        self.hash_cache[index] = None

    def add(self, leaf_node: LeafNode) -> LeafIndex:
        """Put a new member on the leftmost blank leaf (RFC 9420 §7.7, §12.1.1)."""
        index = self.make_room()
        self.put(tree_math.node_of(index), leaf_node)
        for above in self.direct_path(index):
            node = self.parent(above)
            if node is not None:
                unmerged = tuple(sorted((*node.unmerged_leaves, index)))
                self._set(above, replace(node, unmerged_leaves=unmerged))
        return index

    def make_room(self) -> LeafIndex:
        """The leftmost blank leaf, after doubling the tree if there was none (RFC 9420 §7.7)."""
        index = self._leftmost_blank()
        if index == self.size:
            self._nodes += [None] * (self.width + 1)
            self.hash_cache += [None] * (len(self._nodes) - len(self.hash_cache))
        return index

    def _leftmost_blank(self) -> LeafIndex:
        position = self._first_blank
        while position < self.size and self._nodes[2 * position] is not None:
            position += 1
        self._first_blank = position
        return LeafIndex(position)

    def update(self, index: LeafIndex, leaf_node: LeafNode) -> None:
        """Replace a member's leaf and blank the path above it (RFC 9420 §12.1.2)."""
        self.member(index)
        self.put(tree_math.node_of(index), leaf_node)
        self.blank_path(index)

    def remove(self, index: LeafIndex) -> None:
        """Blank a member's leaf and path and drop empty right halves (RFC 9420 §7.7, §12.1.3)."""
        self.member(index)
        self.put(tree_math.node_of(index), None)
        self.blank_path(index)
        self._first_blank = min(self._first_blank, index)
        self._truncate()

    def _truncate(self) -> None:
        # From the right, so that many removals together look at each leaf once.
        last = self.size - 1
        while last > 0 and self._nodes[2 * last] is None:
            last -= 1
        width = tree_math.node_width(tree_math.full_size(last + 1))
        if self._holdings is not None:
            for node in self._nodes[width:]:
                _count(self._holdings, node, None)
        del self._nodes[width:]
        del self.hash_cache[width:]
        self._first_blank = min(self._first_blank, self.size)

    # --- the ratchet_tree extension

    def encode(self) -> bytes:
        """`optional<Node> ratchet_tree<V>` without trailing blanks (RFC 9420 §12.4.3.3)."""
        end = max((i + 1 for i, node in enumerate(self._nodes) if node is not None), default=0)
        return codec.vector(codec.optional(_encode_node(node)) for node in self._nodes[:end])

    @classmethod
    def read(cls, r: Reader) -> RatchetTree:
        """`optional<Node> ratchet_tree<V>`; the shape is checked here, the content by `tree_validation`."""
        nodes = r.vector(_read_optional_node)
        if not nodes or nodes[-1] is None:
            raise MalformedError("a ratchet tree is expected to end in a node that is not blank")
        for position, node in enumerate(nodes):
            if node is not None and isinstance(node, ParentNode) is not bool(position & 1):
                raise MalformedError(
                    f"node {position} of the ratchet tree is of the wrong type for its place"
                )
        width = tree_math.node_width(tree_math.full_size(len(nodes) // 2 + 1))
        nodes += [None] * (width - len(nodes))
        return cls(nodes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RatchetTree) and self._nodes == other._nodes

    __hash__ = None  # type: ignore[assignment]  # trees change in place


def _count(holdings: Holdings, old: Node | None, new: Node | None) -> None:
    if isinstance(old, LeafNode):
        holdings.drop_leaf(old)
    elif old is not None:
        holdings.encryption_keys.drop(old.encryption_key)
    if isinstance(new, LeafNode):
        holdings.add_leaf(new)
    elif new is not None:
        holdings.encryption_keys.add(new.encryption_key)


def _encode_node(node: Node | None) -> bytes | None:
    if node is None:
        return None
    return codec.u8(_PARENT if isinstance(node, ParentNode) else _LEAF) + node.encode()


def _read_optional_node(r: Reader) -> Node | None:
    return r.optional(_read_node)


def _read_node(r: Reader) -> Node:
    kind = r.u8()
    if kind == _LEAF:
        return LeafNode.read(r)
    if kind == _PARENT:
        return ParentNode.read(r)
    raise MalformedError(f"a node's type is {kind}, expected 1 or 2")
