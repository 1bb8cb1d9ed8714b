"""Groups that may not be founded, and requirements that may not be made of them (RFC 9420 §11, §11.1, §12.1.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.errors import MalformedError, UsageError
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.proposal import GroupContextExtensions
from hotline_protocol.mls.suites import cipher_suite
from tests.negative import builder as forge
from tests.negative.builder import Hook
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.proving import raises, refuses
from tests.negative.routes import EVERYTHING, gathered, required
from tests.protocol.mls.parties import NOW, Party, join, rng

SUITE = cipher_suite(1)


def found(party: Party, *extensions: Extension, suite_id: int = 1) -> Group:
    return Group.create(
        cipher_suite(suite_id), b"group", party.key_package, party.private, extensions=extensions, rng=rng
    )


def able(**fields: tuple[int, ...]) -> Hook[LeafNode]:
    return lambda leaf: replace(leaf, capabilities=replace(EVERYTHING, **fields))


UNSUPPORTED: dict[str, tuple[tuple[Extension, ...], Hook[LeafNode]]] = {
    "an extension": ((Extension(0xF001, b""),), able(extensions=())),
    "a required extension": ((required(extensions=(0xF001,)),), able(extensions=())),
    "a required proposal": ((required(proposals=(0xF003,)),), able(proposals=())),
    "a required credential": ((required(credentials=(2,)),), able(credentials=(1,))),
    "the group's version": ((), able(versions=(2,))),
    "its own credential": ((), able(credentials=(2,))),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_a_founder_that_does_not_support_its_group(case: str) -> None:
    """§11, §11.1: the first member supports what the group uses and requires."""
    extensions, leaf = UNSUPPORTED[case]
    raises(lambda: found(newcomer(1, leaf=leaf), *extensions), "leaf")
    founder = found(newcomer(1, leaf=able()), *extensions)
    dave = newcomer(1, b"dave", leaf=able())
    assert join(founder.commit(adds=[dave.key_package], rng=rng, now=NOW), dave).epoch == 1


def test_a_founder_s_key_package_of_another_suite() -> None:
    """§11: the group has the suite of its founder's key package; another is the caller's mistake."""
    raises(lambda: found(newcomer(1), suite_id=0x004E), UsageError)


UNREADABLE: dict[str, Extension] = {
    "required capabilities": Extension(3, RequiredCapabilities().encode() + b"\x00"),
    "external senders": Extension(5, b"\x05\x00"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_group_extension_that_cannot_be_read(case: str) -> None:
    """§11.1, §12.1.8.1: at the founding, in a member's commit, and at a receiver."""
    raises(lambda: found(newcomer(1), UNREADABLE[case]), MalformedError)
    alice, bob, _ = three()
    wanted = [UNREADABLE[case]]
    forged = forge.commit(alice, [GroupContextExtensions(tuple(wanted))]).message
    refuses(alice, lambda: alice.commit(extensions=wanted, rng=rng, now=NOW), kind=MalformedError, peer=bob)
    refuses(bob, lambda: bob.stage(forged, now=NOW), kind=MalformedError, peer=alice)


DEMANDS: dict[str, tuple[Extension, Capabilities]] = {
    "an extension": (Extension(0xF001, b""), replace(EVERYTHING, extensions=(0xF002,))),
    "a required extension": (required(extensions=(0xF001,)), replace(EVERYTHING, extensions=(0xF002,))),
    "a required proposal": (required(proposals=(0xF003,)), replace(EVERYTHING, proposals=())),
    "a required credential": (required(credentials=(2,)), replace(EVERYTHING, credentials=(1,))),
}


@pytest.mark.parametrize("case", DEMANDS)
def test_a_demand_that_members_do_not_meet(case: str) -> None:
    """§11.1, §12.1.7: a GroupContextExtensions that some present member does not support."""
    demand, capabilities = DEMANDS[case]
    alice, bob, _ = gathered(capabilities=capabilities)
    forged = forge.commit(alice, [GroupContextExtensions((demand,))]).message
    harmless = forge.commit(alice, [GroupContextExtensions((Extension(0xF002, b""),))]).message
    refuses(alice, lambda: alice.commit(extensions=[demand], rng=rng, now=NOW), kind="leaf", peer=bob)
    refuses(
        bob,
        lambda: bob.stage(forged, now=NOW),
        kind="leaf",
        peer=alice,
        then=(lambda: bob.stage(harmless, now=NOW)) if 0xF002 in capabilities.extensions else None,
    )
