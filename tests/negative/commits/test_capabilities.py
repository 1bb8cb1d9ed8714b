"""Commits after which some member does not support what the group uses (RFC 9420 §7.3, §11.1, §12.1.7, §12.2, §13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.proposal import Add, GroupContextExtensions, Remove, Update
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Hook
from tests.negative.commits.scenes import able, client, gathered, hear, refuses_commit
from tests.negative.leaves import updated_leaf
from tests.protocol.mls.parties import certify

RARE = 0xF00D
USED = Extension(RARE, b"whatever")
CAROL = LeafIndex(2)


def requiring(
    *extensions: int, proposals: tuple[int, ...] = (), credentials: tuple[int, ...] = ()
) -> Extension:
    return Extension.for_required_capabilities(RequiredCapabilities(extensions, proposals, credentials))


ALL = able(RARE, proposals=(RARE,))
DEMANDS = {
    "an extension": (requiring(RARE), able(proposals=(RARE,))),
    "a proposal": (requiring(proposals=(RARE,)), able(RARE)),
    "a credential": (
        requiring(credentials=(2,)),
        able(RARE, proposals=(RARE,), credentials=(1,)),
    ),
    "an extension in use": (USED, able(proposals=(RARE,))),
}
"""What is demanded, and capabilities that cover everything but that."""


@pytest.mark.parametrize("case", DEMANDS)
def test_a_demand_that_an_old_member_does_not_meet(case: str) -> None:
    """§12.1.7: required of all members; those removed by the same commit need not meet it."""
    demand, lacking = DEMANDS[case]
    alice, bob, _ = gathered(client("alice", ALL), client("bob", ALL), client("carol", lacking))
    change = GroupContextExtensions((demand,))
    honest = forge.commit(alice, [change, Remove(CAROL)])
    refuses_commit(bob, forge.commit(alice, [change]), "leaf", peer=alice, honest=honest)


@pytest.mark.parametrize("case", DEMANDS)
def test_a_demand_that_the_receiver_does_not_meet(case: str) -> None:
    """§12.1.7: nor is anybody bound by what it does not support itself."""
    demand, lacking = DEMANDS[case]
    alice, bob = gathered(client("alice", ALL), client("bob", lacking))
    refuses_commit(bob, forge.commit(alice, [GroupContextExtensions((demand,))]), "leaf", peer=alice)


@pytest.mark.parametrize("case", DEMANDS)
def test_a_new_member_that_does_not_meet_the_demand(case: str) -> None:
    """§11.1: existing members enforce it as they apply the addition."""
    demand, lacking = DEMANDS[case]
    alice, bob = gathered(client("alice", ALL), client("bob", ALL), extensions=(demand,))
    honest = forge.commit(alice, [Add(client("dave", ALL).key_package)])
    forged = forge.commit(alice, [Add(client("dave", lacking).key_package)])
    refuses_commit(bob, forged, "leaf", peer=alice, honest=honest)


@pytest.mark.parametrize("case", DEMANDS)
def test_a_new_member_that_does_not_meet_the_demand_of_its_own_commit(case: str) -> None:
    """§12.3: the new extensions are used when other proposals of the list are judged, wherever they stand in it."""
    demand, lacking = DEMANDS[case]
    alice, bob = gathered(client("alice", ALL), client("bob", ALL))
    change = GroupContextExtensions((demand,))
    dave, eve = Add(client("dave", lacking).key_package), Add(client("eve", ALL).key_package)
    forged = forge.commit(alice, [dave, change])
    refuses_commit(bob, forged, "leaf", peer=alice, honest=forge.commit(alice, [eve, change]))


@pytest.mark.parametrize("case", DEMANDS)
def test_a_leaf_that_no_longer_meets_the_demand(case: str) -> None:
    """§7.3: nor may a member take back what it declared: in an update, or in the path of a commit."""
    demand, lacking = DEMANDS[case]
    parties = (client("alice", ALL), client("bob", ALL), client("carol", ALL))
    alice, bob, carol = gathered(*parties, extensions=(demand,))
    less: Hook[LeafNode] = lambda leaf: replace(leaf, capabilities=lacking)  # noqa: E731
    refuses_commit(bob, forge.commit(alice, leaf=less), "leaf", peer=alice)
    alice, bob, carol = gathered(*parties, extensions=(demand,))
    item = hear(forge.proposal(carol, Update(updated_leaf(carol, less))), bob)
    refuses_commit(bob, forge.commit(alice, [item]), "leaf", peer=alice)


def test_default_types_need_not_be_declared() -> None:
    """§7.2, §11.1: what everybody implements is required of nobody; credentials have no default."""
    defaults = requiring(1, 2, 3, 4, 5, proposals=(1, 2, 3, 4, 5, 6, 7))
    alice, bob = gathered(client("alice"), client("bob"))
    honest = forge.commit(alice, [GroupContextExtensions((defaults,))])
    forged = forge.commit(alice, [GroupContextExtensions((requiring(credentials=(3,)),))])
    refuses_commit(bob, forged, "leaf", peer=alice, honest=honest)


def test_extensions_are_replaced_whole() -> None:
    """§12.1.7: a demand that the new list does not repeat is gone, and does not linger."""
    alice, bob = gathered(client("alice", ALL), client("bob", ALL), extensions=(requiring(RARE),))
    dave = Add(client("dave").key_package)
    honest = forge.commit(alice, [GroupContextExtensions(()), dave])
    refuses_commit(bob, forge.commit(alice, [dave]), "leaf", peer=alice, honest=honest)


# --- credentials

ONLY_BASIC = able(credentials=(1,))
ONLY_X509 = able(credentials=(2,))


def certified(owner: Group) -> Hook[LeafNode]:
    """The leaf with a certificate for its own key in place of a bare name."""
    return lambda leaf: replace(leaf, credential=certify("x", owner.state.signature_key))


JOINERS: dict[str, Callable[[], Add]] = {
    "of a type that a member does not support": lambda: Add(client("dave", certified=True).key_package),
    "who does not support a type in use": lambda: Add(client("dave", ONLY_X509, certified=True).key_package),
    "who does not support its own": lambda: Add(client("dave", ONLY_X509).key_package),
}


@pytest.mark.parametrize("case", JOINERS)
def test_a_new_member_with_a_credential(case: str) -> None:
    """§7.3: every member supports every type of credential in use."""
    alice, bob = gathered(client("alice"), client("bob", ONLY_BASIC))
    honest = forge.commit(alice, [Add(client("dave", ONLY_BASIC).key_package)])
    refuses_commit(bob, forge.commit(alice, [JOINERS[case]()]), "leaf", peer=alice, honest=honest)


def test_a_member_that_changes_to_a_credential_of_an_unsupported_type() -> None:
    """§7.3, §7.5: in the path of a commit, and in an update; all that stand in the way may be removed by the same commit."""
    cast = (client("alice"), client("bob"), client("carol", ONLY_BASIC))
    alice, bob, _ = gathered(*cast)
    honest = forge.commit(alice, [Remove(CAROL)], leaf=certified(alice))
    refuses_commit(bob, forge.commit(alice, leaf=certified(alice)), "leaf", peer=alice, honest=honest)
    alice, bob, carol = gathered(client("alice"), client("bob", ONLY_BASIC), client("carol"))
    item = hear(forge.proposal(carol, Update(updated_leaf(carol, certified(carol)))), bob)
    refuses_commit(bob, forge.commit(alice, [item]), "leaf", peer=alice)


def test_a_member_that_takes_back_the_credential_types_of_others() -> None:
    """§7.3: the capabilities of a new leaf cover the types in use by others, not only its own."""
    alice, bob, _ = gathered(client("alice"), client("bob"), client("carol", certified=True))
    less: Hook[LeafNode] = lambda leaf: replace(leaf, capabilities=ONLY_BASIC)  # noqa: E731
    honest = forge.commit(alice, [Remove(CAROL)], leaf=less)
    refuses_commit(bob, forge.commit(alice, leaf=less), "leaf", peer=alice, honest=honest)
