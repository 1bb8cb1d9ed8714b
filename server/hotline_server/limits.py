"""How much anyone may ask of the relay: sizes, rates, and how many at once. Pure; `now` is unix ms, handed in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from hotline_protocol.relay.frames import MAX_BATCH, MAX_BODY, MAX_FRAME, Limits, Submission

ENTRY_BYTES: Final = 128
"""What an entry takes besides its body, about."""
PRICE_BYTES: Final = 16 * 1024
"""An entry costs one token, and one more for each further 16 KiB of body."""


class Quotas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may set, with defaults that fit two delegations of a few hundred devices each."""

    rate: int = 2_000
    burst: int = 10_000
    commits_per_minute: int = 30
    bytes_per_day: int = 128 * 1024 * 1024
    connections_per_device: int = 8
    connections_per_address: int = 512
    unauthenticated_per_address: int = 64
    unauthenticated: int = 512
    hello_seconds: float = 5.0
    ping_interval: float = 20.0
    ping_timeout: float = 60.0
    min_free_bytes: int = 64 * 1024 * 1024
    settle_seconds: float = 60.0

    def announced(self) -> Limits:
        """What `ready` tells a client."""
        return Limits(MAX_FRAME, MAX_BODY, MAX_BATCH, self.rate, self.burst)


def price(submission: Submission) -> int:
    """What a submission costs, in tokens."""
    return 1 + len(submission.body) // PRICE_BYTES


@dataclass(slots=True)
class TokenBucket:
    """`rate` tokens a second up to `burst`. Once it runs dry it refuses everything until it can pay what it refused,
    so that of several submissions in flight a later one never overtakes an earlier.
    """

    rate: float
    burst: int
    tokens: float
    filled: int
    closed_until: int = 0
    refused: int = 0

    @classmethod
    def full(cls, rate: float, burst: int, now: int) -> TokenBucket:
        """A bucket nobody has drawn from."""
        return cls(rate, burst, float(burst), now)

    def take(self, cost: int, now: int) -> float:
        """Pay `cost` and return 0, or pay nothing and return the seconds to wait."""
        self._fill(now)
        if now >= self.closed_until and self.tokens >= cost:
            self.tokens -= cost
            self.refused = 0
            return 0.0
        if now >= self.closed_until:
            self.closed_until = now + max(1, round(1000 * (cost - self.tokens) / self.rate))
        self.refused += 1
        return (self.closed_until - now) / 1000

    def is_full(self, now: int) -> bool:
        """Whether forgetting this bucket changes nothing."""
        self._fill(now)
        return self.tokens >= self.burst and now >= self.closed_until

    def _fill(self, now: int) -> None:
        elapsed = max(0, now - self.filled)
        self.tokens = min(float(self.burst), self.tokens + elapsed * self.rate / 1000)
        self.filled = now


def size(submission: Submission) -> int:
    """Bytes that an entry takes on the relay's disk, and on that of every device."""
    return len(submission.body) + ENTRY_BYTES


class Purse(NamedTuple):
    """What a device may spend: on everything, on commits, each of which makes all others' work anew, and in bytes, which everybody
    keeps for good: a quarter of a day's at once.
    """

    entries: TokenBucket
    commits: TokenBucket
    bytes: TokenBucket

    @classmethod
    def full(cls, quotas: Quotas, now: int) -> Purse:
        """Of a device that has spent nothing."""
        commits, most = quotas.commits_per_minute, quotas.bytes_per_day
        return cls(
            TokenBucket.full(quotas.rate, quotas.burst, now),
            TokenBucket.full(commits / 60, commits, now),
            TokenBucket.full(most / 86_400, most // 4, now),
        )

    def is_full(self, now: int) -> bool:
        """Whether forgetting it changes nothing."""
        return all(one.is_full(now) for one in self)


class Devices:
    """Connections and rate of each authenticated device; a device that reconnects finds its bucket as it left it."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._connections: Counter[bytes] = Counter()
        self._buckets: dict[bytes, Purse] = {}

    def enter(self, device: bytes, now: int) -> Purse | None:
        """The buckets of a device that has one more connection from now on; None if it has too many."""
        if self._connections[device] >= self._quotas.connections_per_device:
            return None
        self._connections[device] += 1
        if device not in self._buckets:
            self._forget(now)
            self._buckets[device] = Purse.full(self._quotas, now)
        return self._buckets[device]

    def leave(self, device: bytes) -> None:
        """A connection of `device` is gone."""
        self._connections[device] -= 1
        if not self._connections[device]:
            del self._connections[device]

    def _forget(self, now: int) -> None:
        idle = [
            device
            for device, bucket in self._buckets.items()
            if device not in self._connections and bucket.is_full(now)
        ]
        for device in idle:
            del self._buckets[device]


class Crowd:
    """Connections of each network address, before and after authentication."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._all: Counter[str] = Counter()
        self._strangers: Counter[str] = Counter()
        self._strangers_total = 0

    def enter(self, address: str) -> bool:
        """Count a new, unauthenticated connection; False (and nothing counted) if there are too many."""
        quotas = self._quotas
        if (
            self._all[address] >= quotas.connections_per_address
            or self._strangers[address] >= quotas.unauthenticated_per_address
            or self._strangers_total >= quotas.unauthenticated
        ):
            return False
        self._all[address] += 1
        self._strangers[address] += 1
        self._strangers_total += 1
        return True

    def known(self, address: str) -> None:
        """A connection from `address` has authenticated."""
        self._strangers_total -= 1
        _decrease(self._strangers, address)

    def leave(self, address: str, *, known: bool) -> None:
        """A connection from `address` is gone."""
        _decrease(self._all, address)
        if not known:
            self.known(address)


def _decrease(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]
