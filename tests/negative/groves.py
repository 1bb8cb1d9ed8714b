"""Groups to break: three members, and larger trees with blank leaves, blank parents and unmerged leaves.

Each is grown once a test run and then read back from storage for every test, so tests share nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import NOW, Party, join, rng, snapshot, trio

Stored = tuple[bytes, bytes]


@dataclass
class Grove:
    """All members of one group by leaf, in the same epoch."""

    groups: dict[int, Group]

    def __getitem__(self, leaf: int) -> Group:
        return self.groups[leaf]

    def commit(self, by: int, *, adds: tuple[Party, ...] = (), removes: tuple[int, ...] = ()) -> None:
        """One commit that everybody follows; removed members are dropped, added ones join."""
        packages: list[KeyPackage] = [party.key_package for party in adds]
        gone = [LeafIndex(leaf) for leaf in removes]
        pending = self.groups[by].commit(adds=packages, removes=gone, rng=rng, now=NOW)
        after: dict[int, Group] = {}
        for leaf, group in self.groups.items():
            if leaf in removes:
                continue
            staged = pending.staged if leaf == by else group.stage(pending.message, now=NOW)
            after[leaf] = group.merge(staged)
        for party in adds:
            joined = join(pending, party)
            after[int(joined.own_index)] = joined
        self.groups = after


def founded(count: int, suite_id: int = 1) -> Grove:
    """`count` members: the founder adds all others by one commit, then each commits once, so no parent is blank."""
    parties = [Party.make(suite_id, f"member {number}", "basic") for number in range(count)]
    grove = Grove({0: parties[0].found(b"grove")})
    grove.commit(0, adds=tuple(parties[1:]))
    for leaf in range(count):
        grove.commit(leaf)
    return grove


@cache
def _grown(count: int, suite_id: int) -> tuple[tuple[int, Stored], ...]:
    return _store(founded(count, suite_id))


@cache
def _overgrown(suite_id: int) -> tuple[tuple[int, Stored], ...]:
    grove = founded(8, suite_id)
    grove.commit(0, removes=(7,))
    grove.commit(4)
    grove.commit(0, adds=(Party.make(suite_id, "late", "basic"),))
    grove.commit(0, removes=(2,))
    return _store(grove)


@cache
def _three(suite_id: int, kind: str) -> tuple[tuple[int, Stored], ...]:
    return _store(Grove(dict(enumerate(trio(suite_id, kind)))))


def grove(count: int, suite_id: int = 1) -> Grove:
    """A full group of that many members (4, 7, 8, …)."""
    return _read(_grown(count, suite_id))


def overgrown(suite_id: int = 1) -> Grove:
    """Seven members on eight leaves: leaf 2 and the parents above it blank, leaf 7 unmerged at node 11, node 13 blank.

    Node 11 was set by leaf 4; member 0 committed last.
    """
    return _read(_overgrown(suite_id))


def three(suite_id: int = 1, kind: str = "basic") -> tuple[Group, Group, Group]:
    """Alice, Bob and Carol on leaves 0, 1 and 2; leaf 3 and node 5 are blank."""
    alice, bob, carol = _read(_three(suite_id, kind)).groups.values()
    return alice, bob, carol


def _store(grove: Grove) -> tuple[tuple[int, Stored], ...]:
    return tuple((leaf, snapshot(group)) for leaf, group in grove.groups.items())


def _read(stored: tuple[tuple[int, Stored], ...]) -> Grove:
    return Grove({leaf: Group.decode(*parts) for leaf, parts in stored})
