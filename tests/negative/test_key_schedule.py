"""Pre-shared keys that a commit may not name, keys that do not fit, and the bounds of the exporter (RFC 9420 §8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.errors import MalformedError, UsageError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import PreSharedKey, ProposalOrRef
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.public_message import PublicMessage
from tests.negative import builder as forge
from tests.negative.builder import Author, Hook, Item
from tests.negative.groves import three
from tests.negative.proving import Kind, refuses, still_works
from tests.protocol.mls.parties import NOW, SUITES, rng

KEYS = {b"one": b"1" * 32, b"two": b"2" * 32}
APPLICATION = ResumptionPSKUsage.APPLICATION


def external(name: bytes, nonce: bytes = bytes(32)) -> PreSharedKeyID:
    return PreSharedKeyID.external(name, nonce)


def commit_of(
    alice: Group, *ids: PreSharedKeyID, keys: dict[bytes, bytes] = KEYS, body: Hook[Commit] = forge.same
) -> bytes:
    """A commit that names these keys and lets them enter the key schedule in this order."""
    items: list[Item] = [PreSharedKey(one) for one in ids]
    used = [(one, keys.get(one.psk_id or b"", b"unknown")) for one in ids]
    return forge.commit(alice, items, psks=used, body=body, public=True).message


def check(forged: Callable[[Group], bytes], kind: Kind) -> None:
    """Bob, who has both keys, refuses the commit and takes one that names them rightly."""
    alice, bob, _ = three()
    message = forged(alice)
    honest = commit_of(alice, external(b"one"), external(b"two"))
    refuses(
        bob,
        lambda: bob.stage(message, psks=KEYS, now=NOW),
        kind=kind,
        peer=alice,
        then=lambda: bob.stage(honest, psks=KEYS, now=NOW),
    )


@pytest.mark.parametrize("length", [0, 1, 31, 33, 48, 64])
def test_a_nonce_of_another_length(length: int) -> None:
    """§8.4: the nonce is as long as the suite's hash."""
    check(lambda alice: commit_of(alice, external(b"one", bytes(length))), "psk")


def test_a_nonce_that_is_right_for_another_suite() -> None:
    """§8.4: 32 bytes where the hash has 48."""
    alice, bob, _ = three(0x004E)
    forged = commit_of(alice, external(b"one", bytes(32)))
    honest = commit_of(alice, external(b"one", bytes(48)))
    refuses(
        bob,
        lambda: bob.stage(forged, psks=KEYS, now=NOW),
        kind="psk",
        peer=alice,
        then=lambda: bob.stage(honest, psks=KEYS, now=NOW),
    )


def test_the_same_key_twice() -> None:
    """§12.2: no two PreSharedKey proposals name the same PreSharedKeyID."""
    check(lambda alice: commit_of(alice, external(b"one"), external(b"one")), "psk")


def test_a_key_that_is_not_known() -> None:
    """§8.4: a commit that needs a key we lack."""
    check(lambda alice: commit_of(alice, external(b"three")), "psk")


def test_a_key_that_is_known_under_a_longer_name() -> None:
    """§8.4: names are compared whole."""
    check(lambda alice: commit_of(alice, external(b"one\x00")), "psk")


def resumption(usage: ResumptionPSKUsage, group_id: bytes, epoch: int) -> PreSharedKeyID:
    return PreSharedKeyID(bytes(32), resumption=ResumptionPSK(usage, group_id, epoch))


def test_a_resumption_key_of_another_group() -> None:
    """§8.6: the key of a group that we are not in."""
    check(lambda alice: commit_of(alice, resumption(APPLICATION, b"another", 1)), "psk")


@pytest.mark.parametrize("epoch", [0, 3, 99, 2**64 - 1])
def test_a_resumption_key_of_an_epoch_that_is_not_kept(epoch: int) -> None:
    """§8.6: before we joined, and yet to come."""
    check(lambda alice: commit_of(alice, resumption(APPLICATION, alice.group_id, epoch)), "psk")


@pytest.mark.parametrize("usage", [ResumptionPSKUsage.REINIT, ResumptionPSKUsage.BRANCH])
def test_a_key_that_links_groups_within_a_group(usage: ResumptionPSKUsage) -> None:
    """§11.2, §11.3: usage reinit and branch stand in a group's first commit alone."""
    check(lambda alice: commit_of(alice, resumption(usage, alice.group_id, alice.epoch)), "psk")


def test_a_key_with_another_value() -> None:
    """§8.4, §8.1: the same name for two keys leads to two epochs, and the confirmation tag tells."""
    check(lambda alice: commit_of(alice, external(b"one"), keys={b"one": bytes(32)}), "confirmation-tag")


def test_a_key_that_was_left_out_of_the_schedule() -> None:
    """§8.4: each key that is named enters the epoch."""

    def forged(alice: Group) -> bytes:
        return forge.commit(alice, [PreSharedKey(external(b"one"))], public=True).message

    check(forged, "confirmation-tag")


def test_a_key_that_was_not_named() -> None:
    """§8.4: a key that entered the committer's epoch and stands in no proposal."""

    def forged(alice: Group) -> bytes:
        return forge.commit(alice, psks=[(external(b"one"), KEYS[b"one"])], public=True).message

    check(forged, "confirmation-tag")


def test_keys_in_another_order() -> None:
    """§8.4: keys enter in the order of the commit's list."""

    def forged(alice: Group) -> bytes:
        ids = [external(b"one"), external(b"two")]
        items: list[Item] = [PreSharedKey(one) for one in ids]
        used = [(one, KEYS[one.psk_id or b""]) for one in reversed(ids)]
        return forge.commit(alice, items, psks=used, public=True).message

    check(forged, "confirmation-tag")


class Raw(PreSharedKey):
    """A PreSharedKey proposal with bytes of its own in place of the key's id."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        object.__setattr__(self, "data", data)

    def encode_body(self) -> bytes:
        return self.data  # type: ignore[no-any-return,attr-defined]


TYPES = {
    "type 0": b"\x00" + codec.opaque(b"one") + codec.opaque(bytes(32)),
    "type 3": b"\x03" + codec.opaque(b"one") + codec.opaque(bytes(32)),
    "usage 0": b"\x02\x00" + codec.opaque(b"group") + codec.u64(1) + codec.opaque(bytes(32)),
    "usage 4": b"\x02\x04" + codec.opaque(b"group") + codec.u64(1) + codec.opaque(bytes(32)),
    "no nonce": b"\x01" + codec.opaque(b"one"),
}


@pytest.mark.parametrize("case", TYPES)
def test_a_key_of_an_unknown_type(case: str) -> None:
    """§8.4: external or resumption; application, reinit or branch."""
    raw = (ProposalOrRef(proposal=Raw(TYPES[case])),)
    check(lambda alice: commit_of(alice, body=lambda commit: replace(commit, proposals=raw)), MalformedError)


# --- other inputs of the key schedule


AUTHORS: dict[str, Callable[[Author], Author]] = {
    "another init secret": lambda author: replace(author, init_secret=bytes(32)),
    "another transcript": lambda author: replace(author, interim_transcript_hash=bytes(32)),
    "a shorter transcript hash": lambda author: replace(
        author, interim_transcript_hash=author.interim_transcript_hash[:-1]
    ),
    "no transcript": lambda author: replace(author, interim_transcript_hash=b""),
}


@pytest.mark.parametrize("case", AUTHORS)
@pytest.mark.parametrize("suite_id", SUITES)
def test_an_epoch_from_another_history(suite_id: int, case: str) -> None:
    """§8, §8.2: the confirmation tag covers the init secret and every commit before this one."""
    alice, bob, _ = three(suite_id)
    forged = forge.commit(AUTHORS[case](Author.of(alice))).message
    honest = forge.commit(alice).message
    refuses(
        bob,
        lambda: bob.stage(forged, now=NOW),
        kind="confirmation-tag",
        peer=alice,
        then=lambda: bob.stage(honest, now=NOW),
    )


def test_a_commit_that_continues_another_branch() -> None:
    """§8.2, §14: after a fork, neither side follows the other's next commit, though group and epoch agree."""
    alice, bob, carol = three()
    one, other = alice.commit(rng=rng, now=NOW), carol.commit(rng=rng, now=NOW)
    left = bob.merge(bob.stage(one.message, now=NOW))
    right = carol.merge(other.staged)
    forged = right.commit(rng=rng, now=NOW).message
    public = right.commit(public=True, rng=rng, now=NOW).message
    peer = alice.merge(one.staged)
    refuses(left, lambda: left.stage(forged, now=NOW), kind="decrypt", peer=peer)
    refuses(left, lambda: left.stage(public, now=NOW), kind="membership-tag", peer=peer)


def test_a_signature_within_the_transcript() -> None:
    """§8.2: the signature enters the confirmed transcript hash, so two signatures of one content confirm two epochs."""
    alice, bob, _ = three()
    honest = forge.commit(alice, public=True)
    again = forge.commit(alice, public=True)
    assert again.after is not None
    tag = again.after.confirmation_tag
    forged = forge.commit(alice, public=True, layers=forge.Layers(confirmation_tag=lambda _: tag)).message
    refuses(
        bob,
        lambda: bob.stage(forged, now=NOW),
        kind="confirmation-tag",
        peer=alice,
        then=lambda: bob.stage(honest.message, now=NOW),
    )
    assert isinstance(codec.decode(MLSMessage.read, forged).body, PublicMessage)


# --- exporter


@pytest.mark.parametrize("length", [255 * 32 + 1, 0xFFFF, 0x10000, 1 << 40, -1])
def test_the_exporter_gives_no_more_than_its_hash_can(length: int) -> None:
    """§8.5, RFC 5869 §2.3: at most 255 hashes at once; asking for more is the caller's mistake."""
    alice, bob, _ = three()
    refuses(bob, lambda: bob.export("label", b"context", length), kind=UsageError, peer=alice)
    assert len(bob.export("label", b"context", 255 * 32)) == 255 * 32


def test_exported_secrets_differ() -> None:
    """§8.5: by label, context, length and epoch."""
    alice, bob, _ = three()
    pending = alice.commit(rng=rng, now=NOW)
    later = bob.merge(bob.stage(pending.message, now=NOW))
    asked = [
        ("label", b"context", 32),
        ("label", b"", 32),
        ("other", b"context", 32),
        ("label", b"context", 33),
    ]
    found = [group.export(*one)[:32] for group in (bob, later) for one in asked]
    assert len(set(found)) == len(found)
    assert alice.export("label", b"context", 32) == found[0]
    still_works(bob, alice)
