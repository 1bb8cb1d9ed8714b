"""Hooks that change a path in one place, and a source of randomness that repeats itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.tree_math import NodeIndex
from hotline_protocol.mls.update_path import UpdatePath, UpdatePathNode
from tests.negative.builder import Hook
from tests.protocol.mls.parties import rng

SMALL = b"\x01" + bytes(31)
"""A point of small order."""


def nodes(change: Hook[tuple[UpdatePathNode, ...]]) -> Hook[UpdatePath]:
    return lambda path: replace(path, nodes=change(path.nodes))


def sealed(at: int, change: Hook[tuple[HPKECiphertext, ...]]) -> Hook[UpdatePath]:
    """Change the ciphertexts of one node."""

    def hook(path: UpdatePath) -> UpdatePath:
        changed = replace(path.nodes[at], encrypted_path_secret=change(path.nodes[at].encrypted_path_secret))
        return replace(path, nodes=(*path.nodes[:at], changed, *path.nodes[at + 1 :]))

    return hook


def resolutions(author: Group) -> list[list[NodeIndex]]:
    tree = author.state.tree
    return [tree.resolution(beside) for _, beside in tree.filtered_direct_path(author.own_index)]


@dataclass
class Replay:
    """A source of randomness that gives what it is told, then real randomness, and remembers what it gave."""

    given: list[bytes] = field(default_factory=list)
    drawn: list[bytes] = field(default_factory=list)

    def __call__(self, size: int) -> bytes:
        self.drawn.append(self.given.pop(0) if self.given else rng(size))
        return self.drawn[-1]
