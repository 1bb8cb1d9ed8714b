"""Welcomes against each rule of joining by one: whose it is, what it opens, who vouches for it (RFC 9420 §12.4.3, §12.4.3.1, §12.4.3.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.errors import MalformedError, UnsupportedError
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import Add, PreSharedKey
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import EncryptedGroupSecrets, GroupSecrets, Welcome
from tests.negative import builder as forge
from tests.negative.builder import Hook
from tests.negative.commits.scenes import able, client, gathered
from tests.negative.groves import grove, overgrown, three
from tests.negative.joins.entrance import Entrance, parts
from tests.negative.leaves import newcomer, put_leaf
from tests.negative.proving import Kind, raises, still_works
from tests.negative.trees import relabel
from tests.negative.welcomes import WelcomeLayers
from tests.protocol.mls.parties import NOW, SUITES, rng


@pytest.mark.parametrize("suite_id", SUITES)
def test_an_unchanged_welcome_is_accepted(suite_id: int) -> None:
    """§12.4.3.1: what the tests below change one thing of."""
    door = Entrance.of(suite_id)
    made = door.forge()
    assert made.commit.after is not None
    joined = door.opened(made.message)
    assert joined.epoch_authenticator == made.commit.after.secrets.epoch_authenticator


# --- whose it is


def entries(change: Hook[tuple[EncryptedGroupSecrets, ...]]) -> Hook[Welcome]:
    return lambda one: replace(one, secrets=change(one.secrets))


WHOSE: dict[str, tuple[Hook[Welcome], Kind]] = {
    "of another suite": (lambda one: replace(one, cipher_suite=0x004E), "suite"),
    "of an unknown suite": (lambda one: replace(one, cipher_suite=0xF0F0), "suite"),
    "for nobody": (entries(lambda _: ()), "welcome"),
    "for somebody else": (
        entries(lambda all_: (replace(all_[0], new_member=bytes(32)),)),
        "welcome",
    ),
    "for a part of our reference": (
        entries(lambda all_: (replace(all_[0], new_member=all_[0].new_member[:-1]),)),
        "welcome",
    ),
    "twice for us": (entries(lambda all_: all_ + all_), "welcome"),
}


@pytest.mark.parametrize("case", WHOSE)
def test_a_welcome_that_is_not_for_us(case: str) -> None:
    """§12.4.3.1: one entry names our key package, of the same suite."""
    door = Entrance.of()
    change, kind = WHOSE[case]
    door.refuses(door.forge(welcome=change), kind)


def test_a_welcome_for_another_key_package_of_ours() -> None:
    """§12.4.3.1: a key package is named by its whole hash."""
    door = Entrance.of()
    other = Entrance(door.alice, newcomer(1))
    door.refuses(other.forge(), "welcome")


def test_a_welcome_for_a_key_package_of_another_suite() -> None:
    """§12.4.3.1: in the suite of the Welcome nothing of ours is named."""
    door, other = Entrance.of(1), Entrance.of(0x004E)
    door.refuses(other.forge(), "suite")


def test_secrets_of_two_joiners_exchanged() -> None:
    """§12.4.3.1: each entry opens with one key package's init key."""
    door = Entrance.of()
    eve = newcomer(1, b"eve")
    pending = door.alice.commit(adds=[door.dave.key_package, eve.key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    both = parts(pending.welcome)
    one, other = both.secrets
    crossed = (
        replace(one, encrypted_group_secrets=other.encrypted_group_secrets),
        replace(other, encrypted_group_secrets=one.encrypted_group_secrets),
    )
    door.refuses(MLSMessage(replace(both, secrets=crossed)).encode(), "decrypt")


def test_a_key_package_that_expired_before_it_was_used() -> None:
    """§7.3, §10: at the time of joining, both ends included."""
    door = Entrance.of()
    message = door.forge().message
    lifetime = door.dave.key_package.leaf_node.lifetime
    assert lifetime is not None
    for now in (lifetime.not_before - 1, lifetime.not_after + 1):
        raises(lambda now=now: door.opened(message, now=now), "key-package")  # type: ignore[misc]
    for now in (lifetime.not_before, lifetime.not_after):
        assert door.opened(message, now=now).epoch == door.alice.epoch + 1


def test_a_key_package_that_is_no_longer_what_was_signed() -> None:
    """§10.1: our own offer is judged too, with the reference that the Welcome names."""
    door = Entrance.of()
    good = door.dave
    changed = replace(good.key_package.leaf_node, lifetime=Lifetime(0, 2**40))
    door.dave = replace(good, key_package=replace(good.key_package, leaf_node=changed))
    message = Entrance(door.alice, good).forge().message
    raises(lambda: door.opened(message), "signature")
    door.dave = good
    door.refuses(door.forge(welcome=entries(lambda _: ())), "welcome")


# --- what it opens

SEALED: dict[str, Hook[HPKECiphertext]] = {
    "no encapsulated key": lambda one: replace(one, kem_output=b""),
    "a short encapsulated key": lambda one: replace(one, kem_output=one.kem_output[1:]),
    "an encapsulated key of zeros": lambda one: replace(one, kem_output=bytes(len(one.kem_output))),
    "no ciphertext": lambda one: replace(one, ciphertext=b""),
    "one bit off": lambda one: replace(one, ciphertext=bytes([one.ciphertext[0] ^ 1]) + one.ciphertext[1:]),
}


@pytest.mark.parametrize("case", SEALED)
def test_group_secrets_that_do_not_open(case: str) -> None:
    """§12.4.3.1: they are encrypted to our init key."""
    door = Entrance.of()
    change = SEALED[case]
    crooked = entries(
        lambda all_: (replace(all_[0], encrypted_group_secrets=change(all_[0].encrypted_group_secrets)),)
    )
    door.refuses(door.forge(welcome=crooked), "decrypt")


def test_group_secrets_of_another_welcome() -> None:
    """§12.4.3.1: they are bound to the encrypted group info beside them."""
    door = Entrance.of()
    other = parts(door.forge().message)
    door.refuses(door.forge(welcome=lambda one: replace(one, secrets=other.secrets)), "decrypt")


def test_group_secrets_sealed_for_another_use() -> None:
    """§5.1.3, §12.4.3.1: under the label of this use, with the encrypted group info as context."""
    for label, context in (("UpdatePathNode", None), ("Welcome", b"")):
        door = Entrance.of()

        def reseal(one: Welcome, label: str = label, context: bytes | None = context) -> Welcome:
            dave = door.dave.key_package  # noqa: B023  # called before the next turn
            bound = one.encrypted_group_info if context is None else context
            sealed = door.alice.suite.encrypt_with_label(  # noqa: B023
                dave.init_key, label, bound, GroupSecrets(bytes(32)).encode()
            )
            return replace(one, secrets=(replace(one.secrets[0], encrypted_group_secrets=sealed),))

        door.refuses(door.forge(welcome=reseal), "decrypt")


SECRETS: dict[str, tuple[Hook[GroupSecrets], Kind]] = {
    "another joiner secret": (lambda one: replace(one, joiner_secret=bytes(32)), "decrypt"),
    "no joiner secret": (lambda one: replace(one, joiner_secret=b""), "decrypt"),
    "a joiner secret cut short": (
        lambda one: replace(one, joiner_secret=one.joiner_secret[:-1]),
        "decrypt",
    ),
    "a joiner secret with a zero too many": (
        # HMAC pads its key with zeros, so that it would open the group info.
        lambda one: replace(one, joiner_secret=one.joiner_secret + b"\x00"),
        "decrypt",
    ),
    "a path secret with a zero too many": (
        lambda one: replace(one, path_secret=(one.path_secret or b"") + b"\x00"),
        "path",
    ),
    "another path secret": (lambda one: replace(one, path_secret=bytes(32)), "path"),
    "an empty path secret": (lambda one: replace(one, path_secret=b""), "path"),
    "no path secret": (lambda one: replace(one, path_secret=None), "path"),
    "a key that nobody proposed": (
        lambda one: replace(one, psks=(PreSharedKeyID.external(b"key", bytes(32)),)),
        "psk",
    ),
}


@pytest.mark.parametrize("case", SECRETS)
@pytest.mark.parametrize("suite_id", SUITES)
def test_wrong_group_secrets(suite_id: int, case: str) -> None:
    """§12.4.3.1: the joiner secret opens the group info; the path secret yields the keys above us that the commit set."""
    door = Entrance.of(suite_id)
    change, kind = SECRETS[case]
    door.refuses(door.forge(secrets=change), kind)


def test_group_secrets_with_something_after_them() -> None:
    """§2: nothing follows the struct; nor is it cut."""
    door = Entrance.of()
    door.refuses(door.forge(secrets_bytes=lambda one: one + b"\x00"), MalformedError)
    door = Entrance.of()
    door.refuses(door.forge(secrets_bytes=lambda one: one[:-1]), MalformedError)


def test_the_path_secret_of_another_node() -> None:
    """§12.4.3.1: that of the lowest node above both the committer and us, not of one below or above it."""
    alice = overgrown()[4]
    door = Entrance.of(alice=alice)
    forged = forge.commit(alice, [Add(door.dave.key_package)])
    assert forged.after is not None
    assert forged.after.path is not None
    assert forged.after.added[0][0] == 2, "the newcomer meets the committer at the root"
    for step in forged.after.path.steps[:-1]:
        wrong: Hook[GroupSecrets] = lambda one, step=step: replace(one, path_secret=step.secret)  # type: ignore[misc]  # noqa: E731
        raises(
            lambda wrong=wrong: door.opened(door.forge(secrets=wrong, forged=forged).message),  # type: ignore[misc]
            "path",
        )
    door.refuses(door.forge(secrets=lambda one: replace(one, path_secret=None)), "path")


def test_a_path_secret_where_no_path_was_committed() -> None:
    """§12.4.3.1: without a path no node above us is ours, so no secret leads to one."""
    door = Entrance.of(alice=grove(7)[0])
    forged = forge.commit(door.alice, [Add(door.dave.key_package)], with_path=False)
    told: Hook[GroupSecrets] = lambda one: replace(one, path_secret=bytes(32))  # noqa: E731
    made = door.forge(forged=forged)
    assert door.opened(made.message).own_index == 7
    door.refuses(door.forge(secrets=told, forged=forged), "path")


# --- keys it names

ONE, TWO = (PreSharedKeyID.external(name, bytes([at] * 32)) for at, name in enumerate((b"1", b"2")))
GIVEN = {b"1": b"first secret", b"2": b"second secret"}


def keyed(door: Entrance, *named: PreSharedKeyID) -> bytes:
    """A Welcome after a commit with both keys, which names these."""
    uses = [(ONE, GIVEN[b"1"]), (TWO, GIVEN[b"2"])]
    items = [Add(door.dave.key_package), PreSharedKey(ONE), PreSharedKey(TWO)]
    forged = forge.commit(door.alice, items, psks=uses)
    return door.forge(psk_ids=named, forged=forged).message


def test_keys_that_are_not_those_of_the_commit() -> None:
    """§8.4, §12.4.3.1: the same keys, in the same order; then the group info opens."""
    door = Entrance.of()
    for named in ((TWO, ONE), (ONE,), (), (ONE, replace(TWO, psk_nonce=bytes(32)))):
        raises(lambda named=named: door.opened(keyed(door, *named), psks=GIVEN), "decrypt")  # type: ignore[misc]
    assert door.opened(keyed(door, ONE, TWO), psks=GIVEN).epoch == door.alice.epoch + 1


def test_keys_that_we_do_not_hold() -> None:
    """§12.4.3.1: an error, unless all are there; with another secret under the name, the group info does not open."""
    door = Entrance.of()
    message = keyed(door, ONE, TWO)
    for given in ({}, {b"1": GIVEN[b"1"]}):
        raises(lambda given=given: door.opened(message, psks=given), "psk")  # type: ignore[misc]
    raises(lambda: door.opened(message, psks={**GIVEN, b"2": b"another"}), "decrypt")
    assert door.opened(message, psks=GIVEN).epoch == door.alice.epoch + 1


def test_a_key_named_twice() -> None:
    """§12.2, §8.4: no commit carries the same key twice, so no Welcome names it twice."""
    door = Entrance.of()
    uses = [(ONE, GIVEN[b"1"])] * 2
    forged = forge.commit(door.alice, [Add(door.dave.key_package)], psks=uses)
    door.refuses(door.forge(psk_ids=(ONE, ONE), forged=forged), "psk", psks=GIVEN)


@pytest.mark.parametrize("nonce", [b"", bytes(31), bytes(33)])
def test_a_key_with_a_nonce_of_the_wrong_length(nonce: bytes) -> None:
    """§8.4, §12.1.4: a nonce is as long as the hash."""
    door = Entrance.of()
    named = PreSharedKeyID.external(b"1", nonce)
    forged = forge.commit(door.alice, [Add(door.dave.key_package)], psks=[(named, GIVEN[b"1"])])
    door.refuses(door.forge(psk_ids=(named,), forged=forged), "psk", psks=GIVEN)


def test_two_keys_that_link_groups() -> None:
    """§12.4.3.1: such a key is the only one of its kind."""
    door = Entrance.of()
    old, other = client("dave").found(b"old"), client("dave").found(b"other")
    named = [
        PreSharedKeyID(bytes([at] * 32), resumption=ResumptionPSK(usage, group.group_id, 0))
        for at, (usage, group) in enumerate(
            ((ResumptionPSKUsage.BRANCH, old), (ResumptionPSKUsage.REINIT, other))
        )
    ]
    uses = list(
        zip(named, (old.state.secrets.resumption_psk, other.state.secrets.resumption_psk), strict=True)
    )
    forged = forge.commit(door.alice, [Add(door.dave.key_package)], psks=uses)
    door.refuses(door.forge(psk_ids=named, forged=forged), "psk", known=[old, other])


# --- the group info


def longer(tree: bytes) -> bytes:
    """The same nodes and a blank one."""
    r = codec.Reader(tree)
    return codec.opaque(r.opaque() + b"\x00")


INFOS: dict[str, tuple[WelcomeLayers, Kind]] = {
    "not signed": (WelcomeLayers(signature=lambda _: b""), "signature"),
    "signed with zeros": (WelcomeLayers(signature=lambda one: bytes(len(one))), "signature"),
    "signed with another key": (WelcomeLayers(signer_key=bytes(range(32))), "signature"),
    "said to be Bob's": (
        WelcomeLayers(info=lambda one: replace(one, signer=LeafIndex(1))),
        "signature",
    ),
    "signed by a blank leaf": (
        WelcomeLayers(info=lambda one: replace(one, signer=LeafIndex(5))),
        "leaf",
    ),
    "signed by a leaf beyond the tree": (
        WelcomeLayers(info=lambda one: replace(one, signer=LeafIndex(2**32 - 1))),
        "leaf",
    ),
    "an empty confirmation tag": (
        WelcomeLayers(info=lambda one: replace(one, confirmation_tag=b"")),
        "confirmation-tag",
    ),
    "a wrong confirmation tag": (
        WelcomeLayers(info=lambda one: replace(one, confirmation_tag=bytes(32))),
        "confirmation-tag",
    ),
    "half a confirmation tag": (
        WelcomeLayers(info=lambda one: replace(one, confirmation_tag=one.confirmation_tag[:16])),
        "confirmation-tag",
    ),
    "a confirmation tag and more": (
        WelcomeLayers(info=lambda one: replace(one, confirmation_tag=one.confirmation_tag + b"\x00")),
        "confirmation-tag",
    ),
    "something after it": (WelcomeLayers(info_bytes=lambda one: one + b"\x00"), MalformedError),
    "something missing": (WelcomeLayers(info_bytes=lambda one: one[:-1]), MalformedError),
    "of another version": (
        WelcomeLayers(info_bytes=lambda one: codec.u16(2) + one[2:]),
        UnsupportedError,
    ),
    "of another suite": (
        WelcomeLayers(info_bytes=lambda one: one[:2] + codec.u16(0x004E) + one[4:]),
        "suite",
    ),
    "of an unknown suite": (
        WelcomeLayers(info_bytes=lambda one: one[:2] + codec.u16(0xF0F0) + one[4:]),
        "suite",
    ),
    "without a tree": (WelcomeLayers(carries_tree=False), "welcome"),
    "with an empty tree": (WelcomeLayers(tree_data=lambda _: b"\x00"), MalformedError),
    "with a tree that is none": (WelcomeLayers(tree_data=lambda _: b""), MalformedError),
    "with a tree that ends blank": (
        WelcomeLayers(tree_data=longer),
        MalformedError,
    ),
    "with a tree and a tail": (WelcomeLayers(tree_data=lambda one: one + b"\x00"), MalformedError),
    "with the tree before the commit": (
        WelcomeLayers(tree_data=lambda _: three()[0].ratchet_tree()),
        "tree-hash",
    ),
    "with the tree of others": (
        WelcomeLayers(tree_data=lambda _: overgrown()[0].ratchet_tree()),
        "signature",
    ),
    "with two trees": (
        WelcomeLayers(info=lambda one: replace(one, extensions=one.extensions * 2)),
        MalformedError,
    ),
}


@pytest.mark.parametrize("case", INFOS)
def test_a_group_info_against_the_rules(case: str) -> None:
    """§12.4.3, §12.4.3.1, §12.4.3.3: signed by the member it names, of our version and suite, with the group's tree, confirmed."""
    door = Entrance.of(alice=overgrown()[0] if case == "signed by a blank leaf" else None)
    layers, kind = INFOS[case]
    if case == "signed by a blank leaf":
        # The newcomer takes leaf 2 of the overgrown tree; who blanks another leaf signs for it.
        layers = replace(layers, tree=_without_five)
    door.refuses(door.forge(layers), kind)


def _without_five(tree: RatchetTree) -> RatchetTree:
    put_leaf(tree, LeafIndex(5), None)
    return tree


def test_a_group_info_that_does_not_open() -> None:
    """§12.4.3.1: under key and nonce of the welcome secret; the joiners' secrets are bound to its ciphertext."""
    door = Entrance.of()
    for change in (b"", bytes(40)):
        door.refuses(
            door.forge(welcome=lambda one, change=change: replace(one, encrypted_group_info=change)),
            "decrypt",
        )
        door = Entrance.of()


CONTEXTS: dict[str, Hook[GroupContext]] = {
    "another group": lambda one: replace(one, group_id=b"another"),
    "another epoch": lambda one: replace(one, epoch=one.epoch + 1),
    "another transcript": lambda one: replace(one, confirmed_transcript_hash=bytes(32)),
    "another tree hash": lambda one: replace(one, tree_hash=bytes(32)),
    "other extensions": lambda one: replace(
        one, extensions=(Extension.for_required_capabilities(RequiredCapabilities()),)
    ),
}


@pytest.mark.parametrize("case", CONTEXTS)
def test_a_context_that_is_not_the_confirmed_one(case: str) -> None:
    """§8.1, §12.4.3.1: the confirmation tag is the right one of the epoch; the context beside it is another, signed all the same."""
    door = Entrance.of()
    if case == "another group":
        # The leaves are signed for their group: none of those that came by a commit is valid in the other.
        kind = "signature"
    else:
        kind = "tree-hash" if case == "another tree hash" else "confirmation-tag"
    made = door.forge(info=lambda one: replace(one, group_context=CONTEXTS[case](one.group_context)))
    door.refuses(made, kind)


def test_a_group_info_signed_with_our_own_leaf() -> None:
    """§12.4.3.1: a group info is another member's; our own leaf, said to have signed it, did not welcome us."""
    door = Entrance.of()
    own = LeafIndex(3)
    key = door.dave.private.signature_key
    forged = door.forge(info=lambda one: replace(one, signer=own), signer_key=key)
    door.refuses(forged, "welcome")


# --- our leaf


def test_our_leaf_is_missing() -> None:
    """§12.4.3.1: no leaf of the tree is the one in our key package."""
    door = Entrance.of()

    def without(tree: RatchetTree) -> RatchetTree:
        tree.remove(LeafIndex(3))
        return tree

    door.refuses(door.forge(tree=without), "welcome")


def test_our_leaf_is_changed() -> None:
    """§12.4.3.1: it is identical to ours, not just signed with our key."""
    door = Entrance.of()
    key = door.dave.private.signature_key

    def changed(tree: RatchetTree) -> RatchetTree:
        leaf = tree.member(LeafIndex(3))
        _, other = door.alice.suite.derive_key_pair(rng(32))
        put_leaf(tree, LeafIndex(3), replace(leaf, encryption_key=other).sign(door.alice.suite, key))
        return tree

    door.refuses(door.forge(before=changed), "welcome")


def test_our_leaf_is_there_twice() -> None:
    """§7.3, §12.4.3.1: keys are unique, so a second copy of our leaf is refused with the tree."""
    door = Entrance.of()

    def twice(tree: RatchetTree) -> RatchetTree:
        tree.add(door.dave.key_package.leaf_node)
        return tree

    door.refuses(door.forge(tree=twice), "leaf")


# --- what the group uses

RARE = 0xF00D
ALL = able(RARE, proposals=(RARE,))
DEMANDS: dict[str, tuple[Extension, Capabilities]] = {
    "an extension in use": (Extension(RARE, b""), able(proposals=(RARE,))),
    "a required extension": (
        Extension.for_required_capabilities(RequiredCapabilities(extensions=(RARE,))),
        able(proposals=(RARE,)),
    ),
    "a required proposal": (
        Extension.for_required_capabilities(RequiredCapabilities(proposals=(RARE,))),
        able(RARE),
    ),
    "a required credential": (
        Extension.for_required_capabilities(RequiredCapabilities(credentials=(2,))),
        able(RARE, proposals=(RARE,), credentials=(1,)),
    ),
}


@pytest.mark.parametrize("case", DEMANDS)
def test_a_group_that_demands_what_we_do_not_support(case: str) -> None:
    """§12.4.3, §11.1: the members should not have added us; we notice ourselves."""
    demand, lacking = DEMANDS[case]
    alice, _ = gathered(client("alice", ALL), client("bob", ALL), extensions=(demand,))
    door = Entrance(alice, client("dave", lacking))
    raises(lambda: door.opened(door.forge().message), "leaf")
    able_dave = Entrance(alice, client("dave", ALL))
    pending = alice.commit(adds=[able_dave.dave.key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    still_works(able_dave.opened(pending.welcome), alice.merge(pending.staged))


def test_a_member_that_does_not_support_what_the_group_uses() -> None:
    """§7.3, §12.4.3.1: every leaf of the tree is validated, not only ours."""
    alice, bob, _ = three()
    door = Entrance.of(alice=alice)

    def less(tree: RatchetTree) -> RatchetTree:
        relabel(tree, bob, lambda leaf: replace(leaf, capabilities=replace(leaf.capabilities, versions=())))
        return tree

    door.refuses(door.forge(before=less), "leaf")


# --- the tree beside it


def test_a_tree_that_comes_separately() -> None:
    """§12.4.3.3: wherever the tree is from, its hash is that of the context."""
    door = Entrance.of()
    made = door.forge(carries_tree=False)
    stale = door.alice.ratchet_tree()
    for tree, kind in ((stale, "tree-hash"), (b"", MalformedError), (b"\x00", MalformedError)):
        raises(lambda tree=tree: door.opened(made.message, ratchet_tree=tree), kind)  # type: ignore[misc]
    right = door.opened(made.message, ratchet_tree=made.tree.encode())
    assert right.epoch == door.alice.epoch + 1
    carried = door.opened(door.forge().message, ratchet_tree=stale)
    assert carried.epoch == right.epoch, "the tree that the group info carries goes first"


# --- the group's name


def test_a_group_of_a_name_that_we_are_in_already() -> None:
    """§12.4.3: the group's name is unique among the groups that we are in."""
    door = Entrance.of()
    mine = client("dave").found(door.alice.group_id)
    elsewhere = client("dave").found(b"elsewhere")
    message = door.forge().message
    assert door.opened(message, known=[elsewhere]).epoch == door.alice.epoch + 1
    door.refuses(message, "group", known=[elsewhere, mine])


def test_other_messages_are_no_welcome() -> None:
    """§6: a group info, a key package, words."""
    door = Entrance.of()
    others = (
        door.alice.group_info(),
        MLSMessage(door.dave.key_package).encode(),
        door.alice.protect(b"words", rng=rng).message,
    )
    for other in others:
        raises(lambda other=other: door.opened(other), "content-type")  # type: ignore[misc]
    made = door.forge()
    raises(lambda: door.opened(made.message + b"\x00"), MalformedError)
    raises(lambda: door.opened(codec.u16(2) + made.message[2:]), UnsupportedError)
    door.refuses(made.message[:-1], MalformedError)
