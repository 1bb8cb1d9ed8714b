"""The group context: what all members of an epoch agree on (RFC 9420 §8.1)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import UnsupportedError
from hotline_protocol.mls.extension import Extension, encode_extensions, read_extensions


@dataclass(frozen=True, slots=True)
class GroupContext:
    """One epoch of one group."""

    cipher_suite: int
    group_id: bytes
    epoch: int
    tree_hash: bytes
    confirmed_transcript_hash: bytes
    extensions: tuple[Extension, ...] = ()

    def encode(self) -> bytes:
        """The struct `GroupContext`."""
        return (
            codec.u16(MLS10)
            + codec.u16(self.cipher_suite)
            + codec.opaque(self.group_id)
            + codec.u64(self.epoch)
            + codec.opaque(self.tree_hash)
            + codec.opaque(self.confirmed_transcript_hash)
            + encode_extensions(self.extensions)
        )

    @classmethod
    def read(cls, r: Reader) -> GroupContext:
        """The struct `GroupContext`."""
        version = r.u16()
        if version != MLS10:
            raise UnsupportedError(f"a group context has version {version}, expected {MLS10}")
        return cls(r.u16(), r.opaque(), r.u64(), r.opaque(), r.opaque(), read_extensions(r))
