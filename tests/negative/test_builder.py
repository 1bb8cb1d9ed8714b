"""The builder itself: what it makes without a change is accepted, so a refusal is due to the change alone."""

from __future__ import annotations

import pytest

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import Add, Remove, Update
from hotline_protocol.mls.tree_math import LeafIndex
from tests.negative import builder as forge
from tests.negative.builder import Forged
from tests.negative.groves import grove, overgrown, three
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.proving import still_works, talk
from tests.negative.welcomes import welcome
from tests.protocol.mls.parties import NOW, SUITES, snapshot


def follow(group: Group, forged: Forged) -> Group:
    """The next epoch, which must be the one that the forger computed."""
    after = group.merge(group.stage(forged.message, now=NOW))
    assert forged.after is not None
    assert after.epoch_authenticator == forged.after.secrets.epoch_authenticator
    return after


@pytest.mark.parametrize("suite_id", SUITES)
def test_unchanged_messages_are_accepted(suite_id: int) -> None:
    alice, bob, _ = three(suite_id)
    before = snapshot(alice)
    assert bob.unprotect(forge.application(alice, b"words", aad=b"more")).data == b"words"
    for public in (False, True):
        body = Remove(LeafIndex(2))
        assert bob.store_proposal(forge.proposal(alice, body, public=public).message).proposal == body
    assert snapshot(alice) == before


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("suite_id", SUITES)
def test_an_unchanged_commit_is_accepted(suite_id: int, public: bool) -> None:  # noqa: FBT001  # a parameter
    alice, bob, carol = three(suite_id)
    dave = newcomer(suite_id)
    forged = forge.commit(alice, [Add(dave.key_package)], public=public)
    staged = Group.join(
        welcome(alice, dave.key_package, forged=forged).message, dave.key_package, dave.private, now=NOW
    )
    talk(follow(bob, forged), staged.accept())
    follow(carol, forged)


def test_a_commit_of_proposals_by_reference_is_accepted() -> None:
    alice, bob, carol = three()
    held = forge.proposal(carol, Update(updated_leaf(carol)), public=True)
    bob.store_proposal(held.message)
    follow(bob, forge.commit(alice, [held.item]))


def test_a_commit_without_a_path_is_accepted() -> None:
    alice, bob, _ = three()
    dave = newcomer(1)
    forged = forge.commit(alice, [Add(dave.key_package)], with_path=False)
    staged = Group.join(
        welcome(alice, dave.key_package, forged=forged).message, dave.key_package, dave.private, now=NOW
    )
    talk(follow(bob, forged), staged.accept())


@pytest.mark.parametrize("leaf", [1, 3, 6, 7])
def test_commits_in_a_tree_of_blanks_and_unmerged_leaves_are_accepted(leaf: int) -> None:
    members = overgrown()
    follow(members[leaf], forge.commit(members[4]))
    follow(members[4], forge.commit(members[leaf]))
    still_works(members[leaf], members[0])


def test_the_overgrown_tree_is_what_it_says() -> None:
    tree = overgrown()[0]._state.tree
    nodes = [tree.parent(index) for index, _ in tree.parents()]
    assert [index for index, _ in tree.parents()] == [1, 3, 7, 9, 11]
    assert tree.leaf(LeafIndex(2)) is None
    assert [node.unmerged_leaves for node in nodes if node is not None] == [(), (), (), (), (7,)]


@pytest.mark.parametrize("count", [4, 7, 8])
def test_full_groves_have_no_blank_parent(count: int) -> None:
    members = grove(count)
    tree = members[0]._state.tree
    assert [int(index) for index, _ in tree.parents()] == [
        index for index in range(1, 2 * tree.size - 1, 2) if (count, index) != (7, 13)
    ]
    talk(members[0], members[count - 1])
