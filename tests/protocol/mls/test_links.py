from __future__ import annotations

import operator
from collections.abc import Callable

import pytest

from hotline_protocol.mls import resuming
from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import ReInit
from hotline_protocol.mls.staged import PendingCommit
from tests.protocol.mls.parties import NOW, Party, join, rng, snapshot, trio

REQUIRED = Extension.for_required_capabilities(RequiredCapabilities(credentials=(1,)))


def fresh(suite_id: int, *names: str) -> list[Party]:
    return [Party.make(suite_id, name, "basic") for name in names]


def closed(suite_id: int, *, to_suite: int) -> tuple[Group, Group, Group]:
    """Three members of a group that a ReInit closed."""
    alice, bob, carol = trio(suite_id, "basic")
    pending = alice.commit(reinit=ReInit(b"next", MLS10, to_suite, (REQUIRED,)), rng=rng, now=NOW)
    assert pending.staged.reinit is not None
    bob, carol = (one.merge(one.stage(pending.message, now=NOW)) for one in (bob, carol))
    return alice.merge(pending.staged), bob, carol


def welcomed(
    pending: PendingCommit,
    party: Party,
    *known: Group,
    same_client: Callable[[Credential, Credential], bool] = operator.eq,
) -> Group:
    assert pending.welcome is not None
    return Group.join(
        pending.welcome, party.key_package, party.private, known=known, same_client=same_client, now=NOW
    ).accept()


def refused(pending: PendingCommit, party: Party, *known: Group) -> str:
    with pytest.raises(RefusedError) as caught:
        welcomed(pending, party, *known)
    return caught.value.kind


def test_a_closed_group_only_waits() -> None:
    alice, bob, _ = closed(1, to_suite=1)
    bob = Group.decode(*snapshot(bob))
    assert bob.reinit == alice.reinit
    assert alice.reinit is not None
    for act in (
        lambda: alice.protect(b"words", rng=rng),
        lambda: alice.commit(rng=rng, now=NOW),
        lambda: alice.propose_update(rng=rng),
    ):
        with pytest.raises(UsageError, match="closed the group"):
            act()
    stubborn = Group(alice.state, alice._ratchets)
    object.__setattr__(stubborn.state, "reinit", None)
    message = stubborn.commit(rng=rng, now=NOW).message
    with pytest.raises(RefusedError, match="closed the group"):
        bob.stage(message, now=NOW)


@pytest.mark.parametrize("to_suite", [1, 0x004E])
def test_a_group_goes_on_in_another_suite(to_suite: int) -> None:
    _, bob, carol = closed(1, to_suite=to_suite)
    alice2, bob2, carol2 = fresh(to_suite, "alice", "bob", "carol")
    others = [alice2.key_package, carol2.key_package]
    group, pending = resuming.reinitialise(bob, bob2.key_package, bob2.private, others, rng=rng, now=NOW)
    group = group.merge(pending.staged)
    followed = welcomed(pending, carol2, carol)
    assert followed.epoch_authenticator == group.epoch_authenticator
    assert (group.group_id, group.suite.id, group.epoch) == (b"next", to_suite, 1)
    assert group.group_context.extensions == (REQUIRED,)
    assert refused(pending, carol2) == "psk"


def test_a_successor_is_what_the_reinit_asked_for_and_holds_everybody() -> None:
    _, bob, carol = closed(1, to_suite=1)
    bob2, carol2, mallory, dave = fresh(1, "bob", "carol", "mallory", "dave")
    with pytest.raises(UsageError, match="key packages of 2 members, got 1"):
        resuming.reinitialise(bob, bob2.key_package, bob2.private, [carol2.key_package], rng=rng, now=NOW)
    others = [carol2.key_package, mallory.key_package]
    _, pending = resuming.reinitialise(bob, bob2.key_package, bob2.private, others, rng=rng, now=NOW)
    assert refused(pending, carol2, carol) == "link"
    alice2 = fresh(1, "alice")[0]
    others = [carol2.key_package, alice2.key_package, dave.key_package]
    object.__setattr__(bob.state, "reinit", ReInit(b"other", MLS10, 1, ()))
    _, pending = resuming.reinitialise(bob, bob2.key_package, bob2.private, others[:2], rng=rng, now=NOW)
    assert refused(pending, carol2, carol) == "link"


def test_a_successor_in_a_version_that_we_do_not_speak_is_not_founded() -> None:
    _, bob, _ = closed(1, to_suite=1)
    others = fresh(1, "bob", "alice", "carol")
    object.__setattr__(bob.state, "reinit", ReInit(b"next", MLS10 + 1, 1, (REQUIRED,)))
    packages = [one.key_package for one in others[1:]]
    with pytest.raises(UnsupportedError, match="version 2"):
        resuming.reinitialise(bob, others[0].key_package, others[0].private, packages, rng=rng, now=NOW)


def test_a_group_that_was_not_closed_has_no_successor() -> None:
    alice, bob, _ = trio(1, "basic")
    alice2, bob2, carol2 = fresh(1, "alice", "bob", "carol")
    with pytest.raises(UsageError, match="no ReInit"):
        resuming.reinitialise(alice, alice2.key_package, alice2.private, [], rng=rng, now=NOW)
    object.__setattr__(alice.state, "reinit", ReInit(b"next", MLS10, 1, ()))
    others = [bob2.key_package, carol2.key_package]
    _, pending = resuming.reinitialise(alice, alice2.key_package, alice2.private, others, rng=rng, now=NOW)
    assert refused(pending, bob2, bob) == "link"


def test_some_members_branch_off() -> None:
    alice, bob, _ = trio(1, "basic")
    alice2, bob2 = fresh(1, "alice", "bob")
    group, pending = resuming.branch(
        alice, b"two of us", alice2.key_package, alice2.private, [bob2.key_package], rng=rng, now=NOW
    )
    group, followed = group.merge(pending.staged), welcomed(pending, bob2, bob)
    assert followed.epoch_authenticator == group.epoch_authenticator
    assert bob.unprotect(alice.protect(b"still here", rng=rng).message).data == b"still here"
    assert refused(pending, bob2) == "psk"
    _, elsewhere, _ = trio(1, "basic")
    assert refused(pending, bob2, elsewhere) == "decrypt"


def test_a_branch_holds_nobody_else() -> None:
    alice, bob, _ = trio(1, "basic")
    alice2, bob2, mallory = fresh(1, "alice", "bob", "mallory")
    others = [bob2.key_package, mallory.key_package]
    _, pending = resuming.branch(alice, b"us", alice2.key_package, alice2.private, others, rng=rng, now=NOW)
    assert refused(pending, bob2, bob) == "link"
    accepted = welcomed(pending, bob2, bob, same_client=lambda _one, _other: True)
    assert len(accepted.members) == 3


def test_a_branch_is_in_its_first_epoch() -> None:
    alice, bob, _ = trio(1, "basic")
    alice2, bob2 = fresh(1, "alice", "bob")
    group, pending = resuming.branch(alice, b"us", alice2.key_package, alice2.private, [], rng=rng, now=NOW)
    group = group.merge(pending.staged)
    with pytest.raises(RefusedError, match="a commit that starts none"):
        group.commit(
            adds=[bob2.key_package],
            resumption=[one.proposal.psk.resumption for one in pending.staged.proposals],  # type: ignore[attr-defined]
            known=[alice],
            rng=rng,
            now=NOW,
        )
    assert join(group.commit(adds=[bob2.key_package], rng=rng, now=NOW), bob2).epoch == 2
    assert bob.epoch == alice.epoch
