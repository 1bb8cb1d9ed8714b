"""What a member does not commit or propose itself, by the same rules that it holds others to (RFC 9420 §12.2, §12.4, §12.4.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative.groves import three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import Kind, refuses
from tests.protocol.mls.parties import NOW, rng

PAST = Lifetime(NOW - 90, NOW - 1)
RARE = Extension(0xF00D, b"")
DEMAND = Extension.for_required_capabilities(RequiredCapabilities(proposals=(0xF00D,)))
REINIT = ReInit(b"next", MLS10, 1, ())
ELSEWHERE = ResumptionPSK(ResumptionPSKUsage.APPLICATION, b"elsewhere", 0)


def expired() -> Add:
    return Add(newcomer(1, leaf=lambda one: replace(one, lifetime=PAST)).key_package)


def member(group: Group) -> Add:
    return Add(newcomer(1, signature_key=group.state.signature_key).key_package)


def updating(alice: Group) -> list[bytes]:
    alice.propose_update(public=True, rng=rng)
    return list(alice.proposals)


dave = newcomer(1).key_package
COMMITS: dict[str, tuple[Callable[[Group, Group], dict[str, object]], Kind]] = {
    "an expired key package": (lambda _a, _b: {"adds": [expired().key_package]}, "key-package"),
    "a key package of another suite": (lambda _a, _b: {"adds": [newcomer(2).key_package]}, "suite"),
    "a key package twice": (lambda _a, _b: {"adds": [dave, dave]}, "leaf"),
    "somebody who is in": (lambda _a, bob: {"adds": [member(bob).key_package]}, "leaf"),
    "its own removal": (lambda _a, _b: {"removes": [LeafIndex(0)]}, "proposal"),
    "a removal of a blank leaf": (lambda _a, _b: {"removes": [LeafIndex(3)]}, "leaf"),
    "a removal twice": (lambda _a, _b: {"removes": [LeafIndex(2)] * 2}, "proposal"),
    "an extension that nobody supports": (lambda _a, _b: {"extensions": [RARE]}, "leaf"),
    "a requirement that nobody meets": (lambda _a, _b: {"extensions": [DEMAND]}, "leaf"),
    "a ReInit to an older version": (lambda _a, _b: {"reinit": replace(REINIT, version=0)}, "proposal"),
    "a ReInit and an addition": (lambda _a, _b: {"reinit": REINIT, "adds": [dave]}, "proposal"),
    "its own update": (lambda alice, _b: {"refs": updating(alice)}, "proposal"),
    "a proposal that it does not hold": (lambda _a, _b: {"refs": [bytes(32)]}, UsageError),
    "a key of a group it is not in": (lambda _a, _b: {"resumption": [ELSEWHERE]}, "psk"),
    "a key twice": (lambda _a, _b: {"psks": {b"key": b"secret"}, "resumption": [ELSEWHERE] * 2}, "psk"),
    "a key that links groups": (
        lambda alice, _b: {
            "resumption": [ResumptionPSK(ResumptionPSKUsage.BRANCH, alice.group_id, alice.epoch)]
        },
        "psk",
    ),
}


@pytest.mark.parametrize("case", COMMITS)
@pytest.mark.parametrize("public", [False, True])
def test_what_a_member_does_not_commit(case: str, public: bool) -> None:  # noqa: FBT001  # a parameter
    """§12.2, §12.4.1: who makes a commit verifies the list first; no key is spent on a commit that is not made."""
    alice, bob, _ = three()
    make, kind = COMMITS[case]
    wanted = make(alice, bob)
    refuses(
        alice,
        lambda: alice.commit(public=public, rng=rng, now=NOW, **wanted),  # type: ignore[arg-type]
        kind=kind,
        peer=bob,
    )


PROPOSALS: dict[str, tuple[Callable[[Group, Group], Proposal], Kind]] = {
    "an expired key package": (lambda _a, _b: expired(), "key-package"),
    "somebody who is in": (lambda _a, bob: member(bob), "leaf"),
    "a removal of a blank leaf": (lambda _a, _b: Remove(LeafIndex(3)), "leaf"),
    "an extension that nobody supports": (lambda _a, _b: GroupContextExtensions((RARE,)), "leaf"),
    "a requirement that nobody meets": (lambda _a, _b: GroupContextExtensions((DEMAND,)), "leaf"),
    "a ReInit to an older version": (lambda _a, _b: replace(REINIT, version=0), "proposal"),
    "a key with a short nonce": (
        lambda _a, _b: PreSharedKey(PreSharedKeyID.external(b"key", bytes(31))),
        "psk",
    ),
    "a key that links groups": (
        lambda alice, _b: PreSharedKey(
            PreSharedKeyID(bytes(32), resumption=ResumptionPSK(ResumptionPSKUsage.REINIT, alice.group_id, 0))
        ),
        "psk",
    ),
    "an ExternalInit": (lambda _a, _b: ExternalInit(bytes(32)), UsageError),
    "an update of its own making": (lambda alice, _b: Update(updated_leaf(alice)), UsageError),
}


@pytest.mark.parametrize("case", PROPOSALS)
@pytest.mark.parametrize("public", [False, True])
def test_what_a_member_does_not_propose(case: str, public: bool) -> None:  # noqa: FBT001  # a parameter
    """§12.1: what everybody would refuse with its commit is not proposed, and not held."""
    alice, bob, _ = three()
    make, kind = PROPOSALS[case]
    proposal = make(alice, bob)
    refuses(
        alice,
        lambda: alice.propose(proposal, public=public, rng=rng, now=NOW),
        kind=kind,
        peer=bob,
    )
    assert not alice.proposals


def test_no_application_data_while_proposals_wait() -> None:
    """§12.4: who has observed a valid proposal commits before it sends application data."""
    alice, bob, carol = three()
    alice.store_proposal(carol.propose(Remove(LeafIndex(1)), rng=rng, now=NOW))
    refuses(alice, lambda: alice.protect(b"words", rng=rng), kind=UsageError, peer=bob)
