"""What a ratchet tree holds, counted: so that a commit asks about its own few nodes and not about every member's.

A tally is kept up with each node that comes or goes. Copies are independent and cost one copy of a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.leaf_node import LeafNode

T = TypeVar("T")


class Tally(Generic[T]):
    """How often each value is there."""

    __slots__ = ("_counts", "_surplus")

    def __init__(self, counts: dict[T, int] | None = None, surplus: int = 0) -> None:
        self._counts: dict[T, int] = {} if counts is None else counts
        self._surplus = surplus

    def add(self, value: T) -> None:
        """One more of it."""
        count = self._counts.get(value, 0)
        self._counts[value] = count + 1
        self._surplus += count > 0

    def drop(self, value: T) -> None:
        """One fewer of it; it must be there."""
        count = self._counts[value]
        if count > 1:
            self._counts[value] = count - 1
            self._surplus -= 1
        else:
            del self._counts[value]

    @property
    def is_unique(self) -> bool:
        """Whether no value is there twice."""
        return not self._surplus

    def __contains__(self, value: T) -> bool:
        return value in self._counts

    def __iter__(self) -> Iterator[T]:
        """Each value once."""
        return iter(self._counts)

    def copy(self) -> Tally[T]:
        """An independent tally."""
        return Tally(self._counts.copy(), self._surplus)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a leaf can do and what it demands of the others; most members of a group share one."""

    capabilities: Capabilities
    credential_type: int
    carried: frozenset[int]
    """Types of its extensions that not everybody supports (RFC 9420 §7.2)."""

    @classmethod
    def of(cls, leaf: LeafNode) -> Profile:
        """The profile of one leaf."""
        carried = frozenset(one.extension_type for one in leaf.extensions if not one.is_default)
        return cls(leaf.capabilities, int(leaf.credential.credential_type), carried)


class Holdings:
    """The tallies of one tree: encryption keys of all nodes, signature keys and profiles of its leaves."""

    __slots__ = ("encryption_keys", "profiles", "signature_keys")

    def __init__(
        self, encryption_keys: Tally[bytes], signature_keys: Tally[bytes], profiles: Tally[Profile]
    ) -> None:
        self.encryption_keys = encryption_keys
        self.signature_keys = signature_keys
        self.profiles = profiles

    @classmethod
    def none(cls) -> Holdings:
        """Those of a blank tree."""
        return cls(Tally(), Tally(), Tally())

    def add_leaf(self, leaf: LeafNode) -> None:
        """A leaf has come."""
        self.encryption_keys.add(leaf.encryption_key)
        self.signature_keys.add(leaf.signature_key)
        self.profiles.add(Profile.of(leaf))

    def drop_leaf(self, leaf: LeafNode) -> None:
        """A leaf has gone."""
        self.encryption_keys.drop(leaf.encryption_key)
        self.signature_keys.drop(leaf.signature_key)
        self.profiles.drop(Profile.of(leaf))

    def copy(self) -> Holdings:
        """Independent ones."""
        return Holdings(self.encryption_keys.copy(), self.signature_keys.copy(), self.profiles.copy())
