from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls import framing
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.committing import Intent, make_commit
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.private_message import pad_to_size_class
from hotline_protocol.mls.proposal import ProposalOrRef, Remove
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.update_path import UpdatePath
from tests.protocol.mls.parties import NOW, SUITES, rng, snapshot, trio

Change = Callable[[UpdatePath], UpdatePath]


def send(group: Group, signed: AuthenticatedContent) -> bytes:
    return framing.encode_message(group._state, group._ratchets, signed, pad_to_size_class, rng)


def forge(group: Group, change: Callable[[Commit], Commit], aad: bytes = b"") -> bytes:
    """A commit that a member changed and then signed and encrypted as if it were right."""
    made = make_commit(group._state, Intent(aad=aad), rng, NOW).signed
    assert isinstance(made.content.body, Commit)
    signed = framing.sign(group._state, change(made.content.body), aad)
    return send(group, signed.with_confirmation_tag(made.auth.confirmation_tag or b""))


def refused(group: Group, message: bytes) -> str:
    """The kind of the refusal, after proof that it changed nothing."""
    before = snapshot(group)
    with pytest.raises(RefusedError) as caught:
        group.stage(message, now=NOW)
    assert snapshot(group) == before
    return caught.value.kind


def with_leaf(change: Callable[[LeafNode], LeafNode]) -> Change:
    return lambda path: replace(path, leaf_node=change(path.leaf_node))


def swapped_key(path: UpdatePath) -> UpdatePath:
    first, *rest = path.nodes
    return replace(path, nodes=(replace(first, encryption_key=path.leaf_node.encryption_key), *rest))


def other_key(path: UpdatePath) -> UpdatePath:
    first, second = path.nodes
    return replace(
        path,
        nodes=(
            replace(first, encryption_key=second.encryption_key),
            replace(second, encryption_key=first.encryption_key),
        ),
    )


def spoiled_secret(path: UpdatePath) -> UpdatePath:
    nodes = []
    for node in path.nodes:
        spoiled = (replace(one, ciphertext=bytes(len(one.ciphertext))) for one in node.encrypted_path_secret)
        nodes.append(replace(node, encrypted_path_secret=tuple(spoiled)))
    return replace(path, nodes=tuple(nodes))


PATHS: dict[str, tuple[Change, str]] = {
    "a node less": (lambda path: replace(path, nodes=path.nodes[:-1]), "path"),
    "a node more": (lambda path: replace(path, nodes=(*path.nodes, path.nodes[-1])), "path"),
    "a ciphertext less": (
        lambda path: replace(path, nodes=(replace(path.nodes[0], encrypted_path_secret=()), *path.nodes[1:])),
        "path",
    ),
    "one key twice": (swapped_key, "path"),
    "keys in the wrong places": (other_key, "parent-hash"),
    "ciphertexts that do not open": (spoiled_secret, "decrypt"),
    "a leaf with another credential": (
        with_leaf(lambda leaf: replace(leaf, credential=BasicCredential(b"mallory"))),
        "signature",
    ),
    "a leaf with a spoiled signature": (
        with_leaf(lambda leaf: replace(leaf, signature=bytes(64))),
        "signature",
    ),
    "a leaf of the wrong source": (
        with_leaf(lambda leaf: replace(leaf, source=LeafNodeSource.UPDATE, parent_hash=None)),
        "leaf",
    ),
    "a leaf with another parent hash": (
        with_leaf(lambda leaf: replace(leaf, parent_hash=bytes(32))),
        "parent-hash",
    ),
}


@pytest.mark.parametrize("suite_id", SUITES)
@pytest.mark.parametrize("case", PATHS)
def test_a_changed_path_is_refused(suite_id: int, case: str) -> None:
    change, kind = PATHS[case]
    alice, bob, _ = trio(suite_id, "basic")

    def tamper(commit: Commit) -> Commit:
        assert commit.path is not None
        return replace(commit, path=change(commit.path))

    assert refused(bob, forge(alice, tamper)) == kind
    honest = alice.commit(rng=rng, now=NOW)
    after = bob.merge(bob.stage(honest.message, now=NOW))
    assert after.epoch_authenticator == alice.merge(honest.staged).epoch_authenticator


def by_value(*removed: int) -> tuple[ProposalOrRef, ...]:
    return tuple(ProposalOrRef(Remove(LeafIndex(index))) for index in removed)


COMMITS: dict[str, tuple[Callable[[Commit], Commit], str]] = {
    "no path": (lambda commit: replace(commit, path=None), "path"),
    "removes its committer": (lambda commit: replace(commit, proposals=by_value(0)), "proposal"),
    "removes one member twice": (lambda commit: replace(commit, proposals=by_value(2, 2)), "proposal"),
    "removes nobody": (lambda commit: replace(commit, proposals=by_value(3)), "leaf"),
    "removes one beyond the tree": (lambda commit: replace(commit, proposals=by_value(99)), "leaf"),
    "refers to nothing": (
        lambda commit: replace(commit, proposals=(ProposalOrRef(reference=bytes(32)),)),
        "proposal",
    ),
}


@pytest.mark.parametrize("case", COMMITS)
def test_a_commit_against_the_rules_is_refused(case: str) -> None:
    change, kind = COMMITS[case]
    alice, bob, _ = trio(1, "basic")
    assert refused(bob, forge(alice, change)) == kind


@pytest.mark.parametrize("suite_id", SUITES)
def test_a_commit_that_confirms_another_epoch_is_refused(suite_id: int) -> None:
    alice, bob, _ = trio(suite_id, "basic")
    made = make_commit(alice._state, Intent(), rng, NOW).signed
    wrong = made.with_confirmation_tag(bytes(len(made.auth.confirmation_tag or b"")))
    assert refused(bob, send(alice, wrong)) == "confirmation-tag"


def test_a_commit_with_a_wrong_signature_is_refused() -> None:
    alice, bob, _ = trio(1, "basic")
    made = make_commit(alice._state, Intent(), rng, NOW).signed
    assert (
        refused(bob, send(alice, replace(made, auth=replace(made.auth, signature=bytes(64))))) == "signature"
    )


def test_one_member_cannot_commit_in_the_name_of_another() -> None:
    alice, bob, carol = trio(1, "basic")
    posing = replace(alice._state, signature_key=carol._state.signature_key)
    made = make_commit(posing, Intent(), rng, NOW).signed
    assert refused(bob, send(alice, made)) == "signature"


def test_a_message_is_no_commit() -> None:
    alice, bob, _ = trio(1, "basic")
    assert refused(bob, alice.protect(b"words", rng=rng).message) == "content-type"
