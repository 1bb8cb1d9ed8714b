"""Proposals that were received or sent in this epoch and wait for a commit, by reference (RFC 9420 §12.4).

Rule enforced: what waits is bounded, in number and in encoded bytes, for each sender and for all of them together, so that
nobody can fill our memory, and one sender can only use up its own share. All newcomers share one, since they are whoever they
say they are. A proposal that is not kept cannot be committed by reference, so the bounds are far above honest use.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import Sender
from hotline_protocol.mls.proposals_check import Proposed

MAX_HELD: Final = 4096
"""How many proposals of all senders wait at most."""

MAX_HELD_BYTES: Final = 16 << 20
"""How many bytes they have at most, encoded."""

MAX_HELD_OF_ONE: Final = 256
"""How many proposals of one sender wait at most."""

MAX_HELD_BYTES_OF_ONE: Final = 1 << 20
"""How many bytes those have at most, encoded."""


class HeldProposals:
    """The proposals that wait, in the order of their arrival."""

    __slots__ = ("_by_reference", "_of_all", "_of_one")

    def __init__(self) -> None:
        self._by_reference: dict[bytes, Proposed] = {}
        self._of_all = (0, 0)
        self._of_one: dict[Sender, tuple[int, int]] = {}
        # Number and bytes, of all senders and of each.

    @property
    def by_reference(self) -> Mapping[bytes, Proposed]:
        """A view of them."""
        return MappingProxyType(self._by_reference)

    def __len__(self) -> int:
        return len(self._by_reference)

    def has_room(self, reference: bytes, proposed: Proposed) -> bool:
        """Whether it may be kept; one that is kept already needs no room."""
        if reference in self._by_reference:
            return True
        size = len(proposed.encode())
        number, total = _plus(self._of_all, size)
        own_number, own_total = _plus(self._of_one.get(proposed.sender, (0, 0)), size)
        of_all = number <= MAX_HELD and total <= MAX_HELD_BYTES
        return of_all and own_number <= MAX_HELD_OF_ONE and own_total <= MAX_HELD_BYTES_OF_ONE

    def keep(self, reference: bytes, proposed: Proposed) -> None:
        """Keep it; the caller has asked whether there is room."""
        self._keep(reference, proposed, len(proposed.encode()))

    def _keep(self, reference: bytes, proposed: Proposed, size: int) -> None:
        if reference in self._by_reference:
            return
        self._by_reference[reference] = proposed
        self._of_all = _plus(self._of_all, size)
        self._of_one[proposed.sender] = _plus(self._of_one.get(proposed.sender, (0, 0)), size)

    def clear(self) -> None:
        """Forget all of them."""
        self._by_reference.clear()
        self._of_all = (0, 0)
        self._of_one.clear()

    def encode(self) -> bytes:
        """For storage with the ratchets."""
        return codec.vector(
            codec.opaque(reference) + one.encode() for reference, one in self._by_reference.items()
        )

    @classmethod
    def read(cls, r: Reader) -> HeldProposals:
        """What `encode` wrote; it was kept before and is kept again."""
        held = cls()
        for reference, proposed, size in r.vector(_read_one):
            held._keep(reference, proposed, size)
        return held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HeldProposals) and self._by_reference == other._by_reference

    __hash__ = None  # type: ignore[assignment]  # it changes in place


def _read_one(r: Reader) -> tuple[bytes, Proposed, int]:
    reference, start = r.opaque(), r.position
    proposed = Proposed.read(r)
    return reference, proposed, r.position - start


def _plus(counted: tuple[int, int], size: int) -> tuple[int, int]:
    return counted[0] + 1, counted[1] + size
