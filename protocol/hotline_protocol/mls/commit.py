"""The commit: the proposals that end an epoch, and the committer's path (RFC 9420 §12.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.proposal import ProposalOrRef
from hotline_protocol.mls.update_path import UpdatePath


@dataclass(frozen=True, slots=True)
class Commit:
    """What a committer asks of the group."""

    proposals: tuple[ProposalOrRef, ...] = ()
    path: UpdatePath | None = None
    _encoded: bytes = field(default=b"", init=False, repr=False, compare=False)
    """The encoding once it was asked for: a commit is signed, hashed and kept, each from its bytes."""

    def encode(self) -> bytes:
        """The struct `Commit`."""
        if not self._encoded:
            path = None if self.path is None else self.path.encode()
            encoded = codec.vector(one.encode() for one in self.proposals) + codec.optional(path)
            object.__setattr__(self, "_encoded", encoded)
        return self._encoded

    @classmethod
    def read(cls, r: Reader) -> Commit:
        """The struct `Commit`."""
        return cls(tuple(r.vector(ProposalOrRef.read)), r.optional(UpdatePath.read))
