from __future__ import annotations

import pytest

from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.tree_math import LeafIndex
from tests.protocol.mls.parties import NOW, SUITES, Party, join, rng, snapshot, trio

parametrize_suites = pytest.mark.parametrize("suite_id", SUITES)


def agree(*groups: Group) -> None:
    assert len({(g.epoch, g.epoch_authenticator, g.tree_hash) for g in groups}) == 1
    assert len({g.export("test", b"context", 32) for g in groups}) == 1


@parametrize_suites
@pytest.mark.parametrize("kind", ["basic", "x509"])
def test_a_group_lives(suite_id: int, kind: str) -> None:
    alice, bob, carol = trio(suite_id, kind)
    agree(alice, bob, carol)
    assert [m.index for m in carol.members] == [0, 1, 2]

    for sender, receivers in ((alice, (bob, carol)), (carol, (alice, bob))):
        sent = sender.protect(b"words", aad=b"seen", rng=rng)
        for receiver in receivers:
            got = receiver.unprotect(sent.message)
            assert (got.sender, got.data, got.aad) == (sender.own_index, b"words", b"seen")
            assert got.authenticated_content == sent.authenticated_content

    removal = alice.commit(removes=[bob.own_index], aad=b"why", rng=rng, now=NOW)
    staged = carol.stage(removal.message, now=NOW)
    assert staged.committer == alice.own_index
    assert [m.index for m in staged.removed] == [bob.own_index]
    assert [old.index for old, _ in staged.updated] == [alice.own_index]
    assert len(staged.before) == 3
    assert len(staged.after) == 2
    lost = bob.stage(removal.message, now=NOW)
    assert lost.is_removed
    with pytest.raises(UsageError, match="removes this member"):
        bob.merge(lost)
    alice, carol = alice.merge(removal.staged), carol.merge(staged)
    agree(alice, carol)
    with pytest.raises(RefusedError) as caught:
        bob.unprotect(alice.protect(b"not for bob", rng=rng).message)
    assert caught.value.kind == "epoch"

    update = carol.commit(rng=rng, now=NOW)
    alice = alice.merge(alice.stage(update.message, now=NOW))
    carol = carol.merge(update.staged)
    agree(alice, carol)
    assert alice.unprotect(carol.protect(b"healed", rng=rng).message).data == b"healed"


@parametrize_suites
def test_state_survives_storage_in_the_middle(suite_id: int) -> None:
    alice, bob, carol = trio(suite_id, "basic")
    first, second = (alice.protect(text, rng=rng).message for text in (b"one", b"two"))
    bob.unprotect(first)
    stored = (bob.encode_epoch(), bob.encode_ratchets())
    bob = Group.decode(*stored)
    assert (bob.encode_epoch(), bob.encode_ratchets()) == stored
    assert bob.unprotect(second).data == b"two"
    with pytest.raises(RefusedError):
        bob.unprotect(first)

    pending = bob.commit(rng=rng, now=NOW)
    bob = Group.decode(bob.encode_epoch(), bob.encode_ratchets())
    kept = StagedCommit.decode(pending.staged.encode())
    assert kept.before == pending.staged.before
    bob = bob.merge(kept)
    agree(bob, carol.merge(carol.stage(pending.message, now=NOW)))


def test_ratchets_of_another_epoch_are_refused() -> None:
    alice, _, _ = trio(1, "basic")
    after = alice.merge(alice.commit(rng=rng, now=NOW).staged)
    with pytest.raises(MalformedError, match="another epoch"):
        Group.decode(alice.encode_epoch(), after.encode_ratchets())


def test_messages_may_come_out_of_order_but_never_twice() -> None:
    alice, bob, _ = trio(1, "basic")
    messages = [alice.protect(bytes([n]), rng=rng).message for n in range(4)]
    for n in (2, 0, 3, 1):
        assert bob.unprotect(messages[n]).data == bytes([n])
    for message in messages:
        before = snapshot(bob)
        with pytest.raises(RefusedError) as caught:
            bob.unprotect(message)
        assert caught.value.kind in {"replay", "generation"}
        assert snapshot(bob) == before


@parametrize_suites
def test_flipping_any_byte_of_a_message_is_refused_and_costs_nothing(suite_id: int) -> None:
    alice, bob, _ = trio(suite_id, "basic")
    message = alice.protect(b"words", rng=rng).message
    before = snapshot(bob)
    for position in range(len(message)):
        forged = bytearray(message)
        forged[position] ^= 0x01
        with pytest.raises((RefusedError, MalformedError, UsageError.__base__)):  # type: ignore[arg-type]
            bob.unprotect(bytes(forged))
    assert snapshot(bob) == before
    assert bob.unprotect(message).data == b"words"


@parametrize_suites
def test_own_messages_are_for_the_sender_to_remember(suite_id: int) -> None:
    alice, _, _ = trio(suite_id, "basic")
    message = alice.protect(b"words", rng=rng).message
    commit = alice.commit(rng=rng, now=NOW).message
    for call in (lambda: alice.unprotect(message), lambda: alice.stage(commit, now=NOW)):
        with pytest.raises(RefusedError) as caught:
            call()
        assert caught.value.kind == "sender"


def test_staging_leaves_the_group_alone_and_a_dropped_commit_can_be_staged_again() -> None:
    alice, bob, _ = trio(1, "basic")
    commit = alice.commit(rng=rng, now=NOW)
    before = snapshot(bob)
    bob.stage(commit.message, now=NOW)
    assert snapshot(bob) == before
    agree(bob.merge(bob.stage(commit.message, now=NOW)), alice.merge(commit.staged))


def test_a_commit_of_a_past_epoch_is_refused() -> None:
    alice, bob, carol = trio(1, "basic")
    mine, theirs = alice.commit(rng=rng, now=NOW), carol.commit(rng=rng, now=NOW)
    bob = bob.merge(bob.stage(mine.message, now=NOW))
    with pytest.raises(RefusedError) as caught:
        bob.stage(theirs.message, now=NOW)
    assert caught.value.kind == "epoch"
    with pytest.raises(UsageError, match="not staged on this epoch"):
        bob.merge(theirs.staged)


def test_a_message_of_another_group_is_refused() -> None:
    alice, _, _ = trio(1, "basic")
    _, other, _ = trio(1, "basic", group_id=b"another")
    with pytest.raises(RefusedError) as caught:
        other.unprotect(alice.protect(b"words", rng=rng).message)
    assert caught.value.kind == "group"


@parametrize_suites
def test_a_secret_said_in_person_enters_the_epoch(suite_id: int) -> None:
    alice, bob, _ = trio(suite_id, "basic")
    commit = alice.commit(psks={b"words": b"said in person"}, rng=rng, now=NOW)
    for psks in ({}, {b"words": b"misheard"}):
        with pytest.raises(RefusedError) as caught:
            bob.stage(commit.message, now=NOW, psks=psks)
        assert caught.value.kind == ("confirmation-tag" if psks else "psk")
    agree(
        alice.merge(commit.staged),
        bob.merge(bob.stage(commit.message, now=NOW, psks={b"words": b"said in person"})),
    )


def test_a_stale_key_package_is_not_added() -> None:
    alice, _, _ = trio(1, "basic")
    dave = Party.make(1, "dave", "basic")
    with pytest.raises(RefusedError) as caught:
        alice.commit(adds=[dave.key_package], rng=rng, now=NOW + 10 * 365 * 86400)
    assert caught.value.kind == "key-package"


def test_a_member_is_not_added_twice() -> None:
    founder, other = Party.make(1, "alice", "basic"), Party.make(1, "bob", "basic")
    group = founder.found(b"group")
    with pytest.raises(RefusedError) as caught:
        group.commit(adds=[other.key_package, other.key_package], rng=rng, now=NOW)
    assert caught.value.kind == "leaf"


def test_a_welcome_is_for_one_key_package() -> None:
    founder, invited, other = (Party.make(1, name, "basic") for name in ("alice", "bob", "eve"))
    pending = founder.found(b"group").commit(adds=[invited.key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    with pytest.raises(RefusedError) as caught:
        Group.join(pending.welcome, other.key_package, other.private, now=NOW)
    assert caught.value.kind == "welcome"
    staged = Group.join(pending.welcome, invited.key_package, invited.private, now=NOW)
    assert (staged.committer, staged.own_index, staged.epoch) == (0, 1, 1)


@parametrize_suites
def test_twelve_members_come_and_go(suite_id: int) -> None:
    parties = [Party.make(suite_id, f"member {n}", "basic") for n in range(12)]
    first = parties[0].found(b"group")
    pending = first.commit(adds=[p.key_package for p in parties[1:]], rng=rng, now=NOW)
    groups = {0: first.merge(pending.staged)}
    for party in parties[1:]:
        group = join(pending, party)
        groups[group.own_index] = group
    for committer, removed in ((3, [11, 4]), (7, [0]), (9, [1, 2, 3]), (5, [8, 9, 10])):
        pending = groups[committer].commit(removes=[LeafIndex(n) for n in removed], rng=rng, now=NOW)
        for n in removed:
            del groups[n]
        groups = {
            n: g.merge(pending.staged if n == committer else g.stage(pending.message, now=NOW))
            for n, g in groups.items()
        }
        agree(*groups.values())
    assert sorted(groups) == [5, 6, 7]
    late = Party.make(suite_id, "late", "basic")
    pending = groups[6].commit(adds=[late.key_package], rng=rng, now=NOW)
    groups[6] = groups[6].merge(pending.staged)
    agree(groups[6], join(pending, late), groups[7].merge(groups[7].stage(pending.message, now=NOW)))


def test_a_message_of_our_own_key_that_we_never_sent_is_told_from_a_forged_one() -> None:
    alice, bob, _ = trio(SUITES[0], "basic")
    clone = Group.decode(alice.encode_epoch(), alice.encode_ratchets())
    ours = clone.protect(b"from a copy of our state", rng=rng).message
    before = snapshot(alice)
    commit = clone.commit(rng=rng, now=NOW).message
    assert alice.open_own(ours[:-1] + bytes([ours[-1] ^ 1])) is None
    assert alice.open_own(bob.protect(b"from another", rng=rng).message) is None
    assert alice.open_own(commit) is None
    assert alice.is_own_commit(commit)
    assert not alice.is_own_commit(ours)
    assert not alice.is_own_commit(bob.commit(rng=rng, now=NOW).message)
    assert snapshot(alice) == before
    received = alice.open_own(ours)
    assert received is not None
    assert received.data == b"from a copy of our state"
    assert alice.open_own(ours) is None, "its key is spent"
    sent = alice.protect(b"our own", rng=rng).message
    assert alice.open_own(sent) is None, "what we sent ourselves we know"
