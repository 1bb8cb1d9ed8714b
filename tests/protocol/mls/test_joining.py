from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.committing import Intent, Made, make_commit
from hotline_protocol.mls.errors import MalformedError, RefusedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.state import EpochState
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome
from tests.protocol.mls.parties import NOW, SUITES, Party, rng

Change = Callable[[GroupInfo, EpochState], GroupInfo]


def scene(suite_id: int) -> tuple[Made, EpochState, Party]:
    """A commit that adds somebody, the epoch it leads to, and whom it adds."""
    founder, invited = Party.make(suite_id, "alice", "basic"), Party.make(suite_id, "bob", "basic")
    group = founder.found(b"group")
    made = make_commit(group._state, Intent(adds=[invited.key_package]), rng, NOW)
    assert made.staged.state is not None
    return made, made.staged.state, invited


def info(after: EpochState) -> GroupInfo:
    tree = Extension.for_ratchet_tree(after.tree.encode())
    return GroupInfo(after.context, (tree,), after.confirmation_tag, after.own)


def welcome(
    after: EpochState, invited: Party, group_info: GroupInfo, path_secret: bytes | None = None
) -> bytes:
    secrets = GroupSecrets(after.secrets.joiner_secret, path_secret)
    joiners = [(invited.key_package, secrets)]
    return MLSMessage(
        Welcome.encrypt(after.suite, after.secrets.welcome_secret, group_info, joiners)
    ).encode()


def told(made: Made, invited: Party) -> bytes | None:
    """The path secret that the honest Welcome tells."""
    assert made.welcome is not None
    suite = cipher_suite(invited.key_package.cipher_suite)
    honest = decode_body(Welcome, made.welcome)
    return honest.decrypt_secrets(suite, invited.key_package, invited.private.init_key).path_secret


def refused(message: bytes, invited: Party) -> str:
    with pytest.raises(RefusedError) as caught:
        Group.join(message, invited.key_package, invited.private, now=NOW)
    return caught.value.kind


def with_a_guest(given: GroupInfo, after: EpochState) -> GroupInfo:
    tree = after.tree.copy()
    tree.add(Party.make(after.suite.id, "guest", "basic").key_package.leaf_node)
    return replace(given, extensions=(Extension.for_ratchet_tree(tree.encode()),))


def without_us(given: GroupInfo, after: EpochState) -> GroupInfo:
    tree = RatchetTree.of(after.tree.member(LeafIndex(0)))
    return replace(given, extensions=(Extension.for_ratchet_tree(tree.encode()),))


CASES: dict[str, tuple[Change, str]] = {
    "an extra leaf": (with_a_guest, "tree-hash"),
    "our leaf missing": (without_us, "tree-hash"),
    "no tree": (lambda given, _: replace(given, extensions=()), "welcome"),
    "another epoch confirmed": (
        lambda given, _: replace(given, confirmation_tag=bytes(32)),
        "confirmation-tag",
    ),
    "signed by nobody": (lambda given, _: replace(given, signer=LeafIndex(7)), "leaf"),
    "signed by another": (lambda given, _: replace(given, signer=LeafIndex(1)), "signature"),
}


@pytest.mark.parametrize("suite_id", SUITES)
@pytest.mark.parametrize("case", CASES)
def test_a_welcome_against_the_rules_is_refused(suite_id: int, case: str) -> None:
    change, kind = CASES[case]
    made, after, invited = scene(suite_id)
    group_info = change(info(after), after).sign(after.suite, after.signature_key)
    assert refused(welcome(after, invited, group_info, told(made, invited)), invited) == kind


def test_a_wrong_path_secret_is_refused() -> None:
    _, after, invited = scene(1)
    group_info = info(after).sign(after.suite, after.signature_key)
    for wrong in (bytes(32), None):
        assert refused(welcome(after, invited, group_info, wrong), invited) == "path"


def test_the_tree_may_come_beside_the_welcome() -> None:
    made, after, invited = scene(1)
    bare = replace(info(after), extensions=()).sign(after.suite, after.signature_key)
    staged = Group.join(
        welcome(after, invited, bare, told(made, invited)),
        invited.key_package,
        invited.private,
        ratchet_tree=after.tree.encode(),
        now=NOW,
    )
    assert [member.index for member in staged.members] == [0, 1]
    assert staged.accept().epoch_authenticator == after.secrets.epoch_authenticator


def test_a_stale_key_package_joins_nothing() -> None:
    made, _, invited = scene(1)
    assert made.welcome is not None
    with pytest.raises(RefusedError) as caught:
        Group.join(made.welcome, invited.key_package, invited.private, now=NOW + 10 * 365 * 86400)
    assert caught.value.kind == "key-package"


def test_a_tree_that_ends_blank_is_malformed() -> None:
    _, after, _ = scene(1)
    encoded = [codec.optional(b"\x01" + leaf.encode()) for _, leaf in after.tree.leaves()][:1]
    data = codec.vector([*encoded, codec.optional(None)])
    with pytest.raises(MalformedError, match="not blank"):
        codec.decode(RatchetTree.read, data)


def test_a_path_secret_for_a_blank_path_is_refused() -> None:
    _, after, invited = scene(1)
    tree = after.tree.copy()
    tree.blank_path(after.own)
    context = replace(after.context, tree_hash=root_hash(after.suite, tree))
    told = replace(
        info(after), group_context=context, extensions=(Extension.for_ratchet_tree(tree.encode()),)
    )
    told = told.sign(after.suite, after.signature_key)
    assert refused(welcome(after, invited, told, path_secret=bytes(32)), invited) == "path"
