"""A commit or Welcome that passed every check of RFC 9420, laid out for whoever decides about membership.

Nothing here has touched the group: the caller looks at the two trees, then merges or drops it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.extension import Extension, encode_extensions, read_extensions
from hotline_protocol.mls.proposal import ExternalInit, ReInit
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.state import EpochState, Member, members_of
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex


@dataclass(frozen=True, slots=True)
class StagedCommit:
    """The change from one epoch to the next. `state` is None when the commit removes us."""

    committer: LeafIndex
    """The committer's leaf; a newcomer's is the one it takes."""
    proposals: tuple[Proposed, ...]
    epoch: int
    """The epoch that the commit starts."""
    extensions: tuple[Extension, ...]
    """The group's extensions after the commit."""
    authenticated_content: bytes
    added_at: tuple[LeafIndex, ...]
    removed_at: tuple[LeafIndex, ...]
    updated_at: tuple[LeafIndex, ...]
    tree_before: RatchetTree = field(repr=False)
    tree_after: RatchetTree = field(repr=False)
    parent: bytes = field(repr=False)
    """The epoch authenticator of the epoch that this commit ends."""
    state: EpochState | None = field(repr=False)

    @property
    def is_removed(self) -> bool:
        """Whether the commit removes this member."""
        return self.state is None

    @property
    def is_external(self) -> bool:
        """Whether a newcomer commits itself in (RFC 9420 §12.4.3.2)."""
        return any(isinstance(one.proposal, ExternalInit) for one in self.proposals)

    @property
    def reinit(self) -> ReInit | None:
        """The proposal that closes the group with this commit (RFC 9420 §11.2)."""
        return next((one.proposal for one in self.proposals if isinstance(one.proposal, ReInit)), None)

    @property
    def before(self) -> tuple[Member, ...]:
        """The members before the commit."""
        return members_of(self.tree_before)

    @property
    def after(self) -> tuple[Member, ...]:
        """The members after the commit."""
        return members_of(self.tree_after)

    @property
    def added(self) -> tuple[Member, ...]:
        """Members that the commit adds, a newcomer that commits itself in among them, as they are after it."""
        return tuple(_member(self.tree_after, index) for index in self.added_at)

    @property
    def removed(self) -> tuple[Member, ...]:
        """Members that the commit removes, as they were before it."""
        return tuple(_member(self.tree_before, index) for index in self.removed_at)

    @property
    def updated(self) -> tuple[tuple[Member, Member], ...]:
        """Members whose leaf the commit replaces, the committer among them if it sent a path: (old, new)."""
        return tuple(
            (_member(self.tree_before, index), _member(self.tree_after, index)) for index in self.updated_at
        )

    def encode(self) -> bytes:
        """The staged commit with the next epoch's secrets, so that an own commit in flight survives a crash."""
        proposals = codec.vector(one.encode() for one in self.proposals)
        indexes = (_encode_indexes(part) for part in (self.added_at, self.removed_at, self.updated_at))
        return (
            self.tree_before.encode()
            + self.tree_after.encode()
            + codec.u32(self.committer)
            + proposals
            + codec.u64(self.epoch)
            + encode_extensions(self.extensions)
            + codec.opaque(self.authenticated_content)
            + b"".join(indexes)
            + codec.opaque(self.parent)
            + codec.optional(None if self.state is None else self.state.encode_without_tree())
        )

    @classmethod
    def decode(cls, data: bytes) -> StagedCommit:
        """What `encode` wrote."""
        return codec.decode(cls._read, data)

    @classmethod
    def _read(cls, r: Reader) -> StagedCommit:
        before, after = RatchetTree.read(r), RatchetTree.read(r)
        return cls(
            tree_before=before,
            tree_after=after,
            committer=LeafIndex(r.u32()),
            proposals=tuple(r.vector(Proposed.read)),
            epoch=r.u64(),
            extensions=read_extensions(r),
            authenticated_content=r.opaque(),
            added_at=_read_indexes(r),
            removed_at=_read_indexes(r),
            updated_at=_read_indexes(r),
            parent=r.opaque(),
            state=r.optional(lambda inner: EpochState.read_without_tree(inner, after)),
        )


@dataclass(frozen=True, slots=True)
class PendingCommit:
    """A commit of our own, ready to send: it takes effect when it is merged, after it won its epoch."""

    message: bytes
    welcome: bytes | None
    staged: StagedCommit


def _member(tree: RatchetTree, index: LeafIndex) -> Member:
    return Member(index, tree.member(index))


def _encode_indexes(indexes: tuple[LeafIndex, ...]) -> bytes:
    return codec.vector(map(codec.u32, indexes))


def _read_indexes(r: Reader) -> tuple[LeafIndex, ...]:
    return tuple(LeafIndex(index) for index in r.vector(Reader.u32))
