"""Groups that claim to follow or to stem from another one (RFC 9420 §11.2, §11.3, §12.4.3.1)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import Add, ReInit
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.suites import cipher_suite
from tests.negative import builder as forge
from tests.negative.commits.scenes import client
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.proving import raises, revived, still_works
from tests.negative.welcomes import welcome
from tests.protocol.mls.parties import NOW, Party, join, rng, snapshot

BRANCH, REINIT = ResumptionPSKUsage.BRANCH, ResumptionPSKUsage.REINIT
REQUIRED = Extension.for_required_capabilities(RequiredCapabilities(credentials=(1,)))
WANTED = ReInit(b"next", MLS10, 1, (REQUIRED,))
SameClient = Callable[[Credential, Credential], bool]


def closed(wanted: ReInit = WANTED) -> tuple[Group, Group, Group]:
    """Alice, Bob and Carol in a group that a ReInit closed."""
    alice, bob, carol = three()
    pending = alice.commit(reinit=wanted, rng=rng, now=NOW)
    bob, carol = (one.merge(one.stage(pending.message, now=NOW)) for one in (bob, carol))
    return alice.merge(pending.staged), bob, carol


class Successor:
    """A group that Alice founds in the name of an old one, and to which she welcomes Bob; all of it can be wrong."""

    def __init__(
        self,
        old: Group,
        others: Sequence[str] = ("carol",),
        *,
        group_id: bytes = b"next",
        extensions: tuple[Extension, ...] = (REQUIRED,),
        suite_id: int = 1,
    ) -> None:
        self.old = old
        self.bob = client("bob", suite_id=suite_id)
        others_ = [client(name, suite_id=suite_id) for name in others]
        alice = client("alice", suite_id=suite_id)
        self.founder = Group.create(
            cipher_suite(suite_id),
            group_id,
            alice.key_package,
            alice.private,
            extensions=extensions,
            rng=rng,
        )
        self.joiners = [self.bob, *others_]

    def forge(
        self, usage: ResumptionPSKUsage, *, epoch: int | None = None, group_id: bytes | None = None
    ) -> bytes:
        """Bob's Welcome, tied to the old group as the arguments say, by its present resumption secret."""
        named = ResumptionPSK(
            usage,
            self.old.group_id if group_id is None else group_id,
            self.old.epoch if epoch is None else epoch,
        )
        link = PreSharedKeyID(bytes(self.founder.suite.hash_length), resumption=named)
        key = self.old.state.resumption_psk(named.psk_epoch) or bytes(32)
        forged = forge.commit(
            self.founder, [Add(one.key_package) for one in self.joiners], psks=[(link, key)]
        )
        return welcome(self.founder, self.bob.key_package, psk_ids=[link], forged=forged).message

    def join(self, message: bytes, known: Sequence[Group], same_client: SameClient = operator.eq) -> Group:
        bob = self.bob
        return Group.join(
            message, bob.key_package, bob.private, known=known, same_client=same_client, now=NOW
        ).accept()

    def refuses(self, message: bytes, kind: str, known: Sequence[Group]) -> None:
        """Bob refuses, his old group is as before, and he joins the same founder's group where it claims nothing."""
        before = [snapshot(one) for one in known]
        raises(lambda: self.join(message, known), kind)
        assert [snapshot(one) for one in known] == before
        pending = self.founder.commit(adds=[one.key_package for one in self.joiners], rng=rng, now=NOW)
        still_works(join(pending, self.bob), self.founder.merge(pending.staged))


@pytest.mark.parametrize("to_suite", [1, 2, 0x004E])
def test_an_unchanged_successor_is_joined(to_suite: int) -> None:
    """§11.2: what the tests below change one thing of, in the same suite and in another."""
    alice, bob, _ = closed(replace(WANTED, cipher_suite=to_suite))
    new = Successor(alice, suite_id=to_suite)
    assert new.join(new.forge(REINIT), [bob]).epoch == 1


def test_an_unchanged_branch_is_joined() -> None:
    """§11.3: the same for a branch, of all members or of some."""
    alice, bob, _ = three()
    for others in (("carol",), ()):
        new = Successor(alice, others, group_id=b"branch", extensions=())
        assert new.join(new.forge(BRANCH), [bob]).epoch == 1


# --- which group, and which epoch of it


@pytest.mark.parametrize("usage", [REINIT, BRANCH])
def test_a_group_that_follows_one_that_we_are_not_in(usage: ResumptionPSKUsage) -> None:
    """§12.4.3.1: without the old group we lack the key; with another one of its name, we have a wrong one."""
    alice, bob, _ = closed() if usage == REINIT else three()
    new = Successor(alice)
    message = new.forge(usage)
    raises(lambda: new.join(message, []), "psk")
    raises(lambda: new.join(message, [client("bob").found(b"elsewhere")]), "psk")
    namesake = client("bob").found(alice.group_id)
    raises(lambda: new.join(message, [namesake]), "psk")
    assert new.join(message, [bob]).epoch == 1


def test_a_group_that_follows_a_group_which_nothing_closed() -> None:
    """§12.4.3.1: the last commit of the old group contains the ReInit."""
    alice, bob, _ = three()
    new = Successor(alice)
    new.refuses(new.forge(REINIT), "link", [bob])


def test_a_group_that_follows_an_epoch_before_the_last() -> None:
    """§11.2: the key is that of the epoch after the commit with the ReInit."""
    alice, bob, _ = closed()
    new = Successor(alice)
    new.refuses(new.forge(REINIT, epoch=alice.epoch - 1), "link", [bob])


def test_the_other_usage() -> None:
    """§12.4.3.1: the rules are those of the usage named: a branch of a closed group is no successor, and the reverse."""
    alice, bob, _ = closed()
    new = Successor(alice, ("carol", "dave"))
    new.refuses(new.forge(BRANCH), "link", [bob])


# --- what the ReInit asked for

OTHERWISE: dict[str, tuple[ReInit, dict[str, object]]] = {
    "another name": (WANTED, {"group_id": b"other"}),
    "the old name": (WANTED, {"group_id": b"group"}),
    "another suite": (WANTED, {"suite_id": 2}),
    "no extensions": (WANTED, {"extensions": ()}),
    "other extensions": (
        WANTED,
        {"extensions": (Extension.for_required_capabilities(RequiredCapabilities()),)},
    ),
    "an extension more": (
        WANTED,
        {"extensions": (REQUIRED, Extension.for_external_senders(()))},
    ),
    "an older version than was asked for": (replace(WANTED, version=MLS10 + 1), {}),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_a_successor_that_is_not_what_the_reinit_asked_for(case: str) -> None:
    """§11.2, §12.4.3.1: name, version, suite and extensions are those of the proposal."""
    wanted, made = OTHERWISE[case]
    alice, bob, _ = closed(wanted)
    new = Successor(alice, **made)  # type: ignore[arg-type]
    new.refuses(new.forge(REINIT), "link", [bob])


def test_a_successor_that_leaves_somebody_behind() -> None:
    """§12.4.3.1: all members of the old group are members of the new one, by the caller's answer who is who."""
    alice, bob, _ = closed()
    for others in ((), ("mallory",)):
        new = Successor(alice, others)
        new.refuses(new.forge(REINIT), "link", [revived(bob)])
    everybody: SameClient = lambda _one, _other: True  # noqa: E731
    new = Successor(alice, ())
    assert new.join(new.forge(REINIT), [bob], everybody).epoch == 1


# --- branches


def test_a_branch_with_a_stranger() -> None:
    """§11.3: each of its members is in the old group."""
    alice, bob, _ = three()
    new = Successor(alice, ("mallory",), group_id=b"branch", extensions=())
    new.refuses(new.forge(BRANCH), "link", [bob])


def test_a_branch_with_a_former_member() -> None:
    """§11.3: who was removed is not in the old group any more."""
    alice, bob, carol = three()
    pending = alice.commit(removes=[carol.own_index], rng=rng, now=NOW)
    alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
    new = Successor(alice, ("carol",), group_id=b"branch", extensions=())
    new.refuses(new.forge(BRANCH), "link", [bob])


def test_a_branch_in_another_suite() -> None:
    """§11.3: version and suite are those of the old group."""
    alice, bob, _ = three()
    new = Successor(alice, group_id=b"branch", extensions=(), suite_id=2)
    new.refuses(new.forge(BRANCH), "link", [bob])


def test_a_branch_with_the_name_of_the_old_group() -> None:
    """§12.4.3: the old group goes on, so its name is taken."""
    alice, bob, _ = three()
    new = Successor(alice, group_id=alice.group_id, extensions=())
    new.refuses(new.forge(BRANCH), "group", [bob])


# --- the first epoch


@pytest.mark.parametrize("usage", [REINIT, BRANCH])
def test_a_link_in_a_later_epoch(usage: ResumptionPSKUsage) -> None:
    """§11.2, §11.3: the epoch in the Welcome is 1."""
    alice, bob, _ = closed() if usage == REINIT else three()
    new = Successor(alice)
    pending = new.founder.commit(rng=rng, now=NOW)
    new.founder = new.founder.merge(pending.staged)
    new.refuses(new.forge(usage), "link", [bob])


def test_a_link_to_the_group_itself() -> None:
    """§11.2: a group does not follow itself: the first epoch's key ties nothing to the second."""
    founder = client("alice").found(b"next")
    before = snapshot(founder)
    bob: Party = newcomer(1, b"bob")
    link = ResumptionPSK(BRANCH, founder.group_id, founder.epoch)
    pending = founder.commit(adds=[bob.key_package], resumption=[link], rng=rng, now=NOW)
    raises(lambda: join(pending, bob), "psk")
    assert before[0] == snapshot(founder)[0]
