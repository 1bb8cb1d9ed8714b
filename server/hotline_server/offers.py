"""What devices say of their logs when a relay lost entries, and up to where two of them agree."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from hotline_protocol.relay.frames import Fetch, Show
from hotline_protocol.terms import Side
from hotline_server.ordering import LogKey


class Device(NamedTuple):
    """Who offers: certificate hash and side."""

    fingerprint: bytes
    side: Side


class Asked(Protocol):
    """A connection that offered, and can be asked more."""

    def ask(self, frame: Show | Fetch) -> None:
        """Send this frame."""
        ...


class Observer(Protocol):
    """Told what happens, for the operator."""

    def __call__(self, event: str, key: LogKey, **facts: Any) -> None:
        """`event` is a name, `facts` are numbers and words fit for the relay's log."""
        ...


@dataclass(frozen=True, slots=True)
class Offered:
    """A device says that its log of a channel has `head` after entry `seq`. `both`: whether it is a channel of both sides."""

    key: LogKey
    both: bool
    device: Device
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Refilled:
    """A device gives entries from `first` on."""

    key: LogKey
    device: Device
    first: int
    raws: tuple[bytes, ...]


@dataclass(slots=True, eq=False)
class Offer:
    """What a device said of its log: heads by seq. `asked`: since when it owes the head after entry `question`."""

    device: Device
    client: Asked
    tail: int
    heads: dict[int, bytes]
    question: int = 0
    asked: int | None = None


def common(one: Offer, other: Offer) -> tuple[int, int]:
    """The highest place where two logs are known to be the same, and the lowest where they are known to differ or one has ended."""
    both = sorted(one.heads.keys() & other.heads.keys())
    low, high = 0, min(one.tail, other.tail) + 1
    for seq in both:
        if not hmac.compare_digest(one.heads[seq], other.heads[seq]):
            return low, seq
        low = seq
    return low, high


def between(low: int, high: int, shorter: int) -> int:
    """Where to ask next: first at the end of the shorter log, then in the middle."""
    return shorter if high > shorter else (low + high) // 2
