"""The ways by which a message reaches a member, each with its honest make and its forged one.

A test of a rule that holds for every message runs over `WAYS`: Alice sends, Bob receives, and in `check` Bob refuses the forged
message, then takes the honest one, which spends the very key that the forged one was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import Remove
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Author, Layers
from tests.negative.groves import three
from tests.negative.proving import Kind, refuses
from tests.protocol.mls.parties import NOW, rng

_BODY = Remove(LeafIndex(2))


@dataclass(frozen=True)
class Way:
    """One kind of message to the group."""

    forge: Callable[[Group | Author, Layers], bytes]
    honest: Callable[[Group], bytes]
    take: Callable[[Group, bytes], object]
    public: bool
    commits: bool = False


def _propose(group: Group, *, public: bool) -> bytes:
    message = group.propose(_BODY, public=public, rng=rng, now=NOW)
    group.drop_proposals()
    return message


def _stage(group: Group, message: bytes) -> object:
    return group.stage(message, now=NOW)


WAYS: dict[str, Way] = {
    "application data": Way(
        lambda by, layers: forge.application(by, b"words", layers),
        lambda alice: alice.protect(b"words", rng=rng).message,
        lambda bob, message: bob.unprotect(message),
        public=False,
    ),
    "private proposal": Way(
        lambda by, layers: forge.proposal(by, _BODY, layers).message,
        lambda alice: _propose(alice, public=False),
        lambda bob, message: bob.store_proposal(message),
        public=False,
    ),
    "public proposal": Way(
        lambda by, layers: forge.proposal(by, _BODY, layers, public=True).message,
        lambda alice: _propose(alice, public=True),
        lambda bob, message: bob.store_proposal(message),
        public=True,
    ),
    "private commit": Way(
        lambda by, layers: forge.commit(by, layers=layers).message,
        lambda alice: alice.commit(rng=rng, now=NOW).message,
        _stage,
        public=False,
        commits=True,
    ),
    "public commit": Way(
        lambda by, layers: forge.commit(by, layers=layers, public=True).message,
        lambda alice: alice.commit(public=True, rng=rng, now=NOW).message,
        _stage,
        public=True,
        commits=True,
    ),
}
PUBLIC = tuple(name for name, way in WAYS.items() if way.public)
PRIVATE = tuple(name for name, way in WAYS.items() if not way.public)
COMMITS = tuple(name for name, way in WAYS.items() if way.commits)


def check(
    name: str,
    kind: Kind,
    layers: Layers | None = None,
    *,
    author: Callable[[Group, Group, Group], Author] | None = None,
    forged: bytes | None = None,
    suite_id: int = 1,
    cast: tuple[Group, Group, Group] | None = None,
) -> None:
    """Bob refuses Alice's forged message as `kind`, takes her honest one, and the group works.

    `author` says who forges instead, from (alice, bob, carol); `forged` is a message made by the caller.
    """
    way = WAYS[name]
    alice, bob, carol = cast or three(suite_id)
    if forged is None:
        forged = way.forge(alice if author is None else author(alice, bob, carol), layers or Layers())
    message = forged
    honest = way.honest(alice)
    refuses(bob, lambda: way.take(bob, message), kind=kind, peer=alice, then=lambda: way.take(bob, honest))
