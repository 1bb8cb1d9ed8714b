"""The commit: the proposals that end an epoch, and the committer's path (RFC 9420 §12.4)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.proposal import ProposalOrRef
from hotline_protocol.mls.update_path import UpdatePath


@dataclass(frozen=True, slots=True)
class Commit:
    """What a committer asks of the group."""

    proposals: tuple[ProposalOrRef, ...] = ()
    path: UpdatePath | None = None

    def encode(self) -> bytes:
        """The struct `Commit`."""
        path = None if self.path is None else self.path.encode()
        return codec.vector(one.encode() for one in self.proposals) + codec.optional(path)

    @classmethod
    def read(cls, r: Reader) -> Commit:
        """The struct `Commit`."""
        return cls(tuple(r.vector(ProposalOrRef.read)), r.optional(UpdatePath.read))
