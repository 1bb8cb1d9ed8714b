"""Pre-shared keys and the secret that a commit makes of them (RFC 9420 §8.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.suites import CipherSuite

_MOST: Final = 0xFFFF
"""How many keys one secret can be made of: `PSKLabel` counts them in 16 bits (RFC 9420 §8.4)."""


class PSKType(IntEnum):
    """Where a pre-shared key comes from."""

    EXTERNAL = 1
    RESUMPTION = 2


class ResumptionPSKUsage(IntEnum):
    """What a key of another epoch is used for."""

    APPLICATION = 1
    REINIT = 2
    BRANCH = 3


@dataclass(frozen=True, slots=True)
class ResumptionPSK:
    """The resumption secret of one epoch of one group."""

    usage: ResumptionPSKUsage
    psk_group_id: bytes
    psk_epoch: int

    def encode(self) -> bytes:
        """The part of `PreSharedKeyID` that names it."""
        return codec.u8(self.usage) + codec.opaque(self.psk_group_id) + codec.u64(self.psk_epoch)

    @classmethod
    def read(cls, r: Reader) -> ResumptionPSK:
        """The part of `PreSharedKeyID` that names it."""
        usage = r.u8()
        if not ResumptionPSKUsage.APPLICATION <= usage <= ResumptionPSKUsage.BRANCH:
            raise MalformedError(f"a resumption key's usage is {usage}, expected 1, 2 or 3")
        return cls(ResumptionPSKUsage(usage), r.opaque(), r.u64())


@dataclass(frozen=True, slots=True)
class PreSharedKeyID:
    """A key and one use of it. Exactly one of `psk_id` (external) and `resumption` is there."""

    psk_nonce: bytes
    psk_id: bytes | None = None
    resumption: ResumptionPSK | None = None

    @classmethod
    def external(cls, psk_id: bytes, psk_nonce: bytes) -> PreSharedKeyID:
        """A use of a key that the application shared; the nonce is fresh and as long as the suite's hash."""
        return cls(psk_nonce, psk_id=psk_id)

    @property
    def is_link(self) -> bool:
        """Whether the key ties a new group to one that it follows or stems from (RFC 9420 §11.2, §11.3)."""
        return self.resumption is not None and self.resumption.usage != ResumptionPSKUsage.APPLICATION

    @property
    def psk_type(self) -> PSKType:
        """Where the key comes from."""
        return PSKType.EXTERNAL if self.resumption is None else PSKType.RESUMPTION

    def encode(self) -> bytes:
        """The struct `PreSharedKeyID`."""
        if (self.psk_id is None) is (self.resumption is None):
            raise UsageError("a pre-shared key is either external or of another epoch")
        named = codec.opaque(self.psk_id or b"") if self.resumption is None else self.resumption.encode()
        return codec.u8(self.psk_type) + named + codec.opaque(self.psk_nonce)

    @classmethod
    def read(cls, r: Reader) -> PreSharedKeyID:
        """The struct `PreSharedKeyID`."""
        kind = r.u8()
        if kind == PSKType.EXTERNAL:
            psk_id = r.opaque()
            return cls(r.opaque(), psk_id=psk_id)
        if kind == PSKType.RESUMPTION:
            resumption = ResumptionPSK.read(r)
            return cls(r.opaque(), resumption=resumption)
        raise MalformedError(f"a pre-shared key's type is {kind}, expected 1 or 2")

    def check(self, suite: CipherSuite) -> None:
        """Refuse, as `psk`, a nonce that is not as long as the suite's hash (RFC 9420 §8.4)."""
        if len(self.psk_nonce) != suite.hash_length:
            got = len(self.psk_nonce)
            raise RefusedError("psk", f"expected a nonce of {suite.hash_length} bytes, got {got}")


def psk_secret(suite: CipherSuite, psks: Sequence[tuple[PreSharedKeyID, bytes]]) -> bytes:
    """The secret that all the keys together add to the key schedule; zeros if there are none.

    More of them than can be counted are refused as `psk`.
    """
    if len(psks) > _MOST:
        raise RefusedError("psk", f"{len(psks)} pre-shared keys are named, at most {_MOST} can be counted")
    zeros = bytes(suite.hash_length)
    secret = zeros
    for index, (psk_id, psk) in enumerate(psks):
        label = psk_id.encode() + codec.u16(index) + codec.u16(len(psks))
        extracted = suite.extract(zeros, psk)
        secret = suite.extract(
            suite.expand_with_label(extracted, "derived psk", label, suite.hash_length), secret
        )
    return secret
