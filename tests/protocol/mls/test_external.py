from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls import codec, external
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.external import ExternalJoin, Newcomer
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.proposal import ProposalOrRef, Remove
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo
from tests.protocol.mls.parties import NOW, SUITES, Party, rng, snapshot, trio

parametrize_suites = pytest.mark.parametrize("suite_id", SUITES)


def newcomer(suite_id: int, name: str, kind: str = "basic") -> Newcomer:
    party = Party.make(suite_id, name, kind)
    return Newcomer(party.private.signature_key, party.key_package.leaf_node.credential)


def come_in(joined: ExternalJoin, *members: Group) -> list[Group]:
    after = [joined.group]
    after += [one.merge(one.stage(joined.message, now=NOW)) for one in members]
    assert len({(one.epoch, one.epoch_authenticator, one.tree_hash) for one in after}) == 1
    return after


def refused(group: Group, message: bytes) -> str:
    before = snapshot(group)
    with pytest.raises(RefusedError) as caught:
        group.stage(message, now=NOW)
    assert snapshot(group) == before
    return caught.value.kind


@parametrize_suites
@pytest.mark.parametrize("kind", ["basic", "x509"])
def test_a_newcomer_commits_itself_in(suite_id: int, kind: str) -> None:
    alice, bob, carol = trio(suite_id, kind)
    joined = external.join(alice.group_info(), newcomer(suite_id, "dave", kind), aad=b"here I am", rng=rng)
    staged = bob.stage(joined.message, now=NOW)
    assert staged.is_external
    assert (staged.committer, staged.added_at, staged.updated_at) == (3, (3,), ())
    dave, alice, bob, carol = come_in(joined, alice, bob, carol)
    assert dave.own_index == 3
    assert alice.unprotect(dave.protect(b"words", rng=rng).message).data == b"words"
    assert dave.unprotect(carol.protect(b"words", rng=rng).message).data == b"words"
    pending = dave.commit(removes=[bob.own_index], rng=rng, now=NOW)
    carol.merge(carol.stage(pending.message, now=NOW))


@parametrize_suites
def test_a_group_of_one_in_its_first_epoch_can_be_joined(suite_id: int) -> None:
    alice = Party.make(suite_id, "alice", "basic").found(b"group")
    tree = alice.ratchet_tree()
    info = alice.group_info(ratchet_tree=False)
    with pytest.raises(RefusedError, match="no ratchet tree"):
        external.join(info, newcomer(suite_id, "bob"), rng=rng)
    come_in(external.join(info, newcomer(suite_id, "bob"), ratchet_tree=tree, rng=rng), alice)


def test_a_member_that_lost_its_keys_takes_its_own_place_again() -> None:
    alice, bob, carol = trio(1, "basic")
    back = newcomer(1, "bob")
    joined = external.join(
        alice.group_info(), back, removes=LeafIndex(1), psks={b"words": b"said in person"}, rng=rng
    )
    assert refused(alice, joined.message) == "psk"
    staged = alice.stage(joined.message, now=NOW, psks={b"words": b"said in person"})
    assert (staged.committer, staged.removed_at, staged.added_at) == (1, (1,), (1,))
    assert alice.merge(staged).epoch_authenticator == joined.group.epoch_authenticator
    assert bob.stage(joined.message, now=NOW).is_removed
    assert [member.index for member in staged.after] == [0, 1, 2]
    assert carol.epoch == 2


def test_nobody_takes_the_place_of_another_client() -> None:
    alice, bob, _ = trio(1, "basic")
    joined = external.join(alice.group_info(), newcomer(1, "mallory"), removes=LeafIndex(2), rng=rng)
    assert refused(bob, joined.message) == "proposal"
    staged = bob.stage(joined.message, now=NOW, same_client=lambda _old, _new: True)
    assert bob.merge(staged).epoch_authenticator == joined.group.epoch_authenticator


def test_a_group_info_without_its_key_admits_nobody() -> None:
    alice, _, _ = trio(1, "basic")
    with pytest.raises(RefusedError, match="no external key"):
        external.join(alice.group_info(external_pub=False), newcomer(1, "dave"), rng=rng)


def test_a_group_info_is_checked_before_it_is_used() -> None:
    alice, bob, _ = trio(1, "basic")
    info = decode_body(GroupInfo, alice.group_info())
    for changed, kind in (
        (replace(info, signer=bob.own_index), "signature"),
        (replace(info, signer=LeafIndex(9)), "leaf"),
        (replace(info, confirmation_tag=bytes(32)), "signature"),
    ):
        with pytest.raises(RefusedError) as caught:
            external.join(MLSMessage(changed).encode(), newcomer(1, "dave"), rng=rng)
        assert caught.value.kind == kind
    with pytest.raises(RefusedError) as caught:
        external.join(
            alice.group_info(), newcomer(1, "dave"), ratchet_tree=b"", removes=LeafIndex(5), rng=rng
        )
    assert caught.value.kind == "leaf"


def test_a_newcomer_s_commit_carries_nothing_else() -> None:
    alice, bob, _ = trio(1, "basic")
    joined = external.join(alice.group_info(), newcomer(1, "dave"), rng=rng)
    message = decode_body(PublicMessage, joined.message)
    commit = message.content.body

    def forged(**changes: object) -> bytes:
        body = replace(commit, **changes)  # type: ignore[type-var]
        return MLSMessage(replace(message, content=replace(message.content, body=body))).encode()

    assert refused(bob, forged(path=None)) == "sender"
    assert refused(bob, forged(proposals=())) == "signature"
    added = ProposalOrRef.by_value(Remove(LeafIndex(1)))
    assert refused(bob, forged(proposals=(added,))) == "signature"
    assert codec.decode(MLSMessage.read, joined.message).encode() == joined.message
