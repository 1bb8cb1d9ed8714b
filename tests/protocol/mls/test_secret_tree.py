from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.secret_tree import MAX_FORWARD, MAX_KEPT, RatchetKind, SecretTree
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex

SUITE = cipher_suite(1)
ROOT = b"r" * 32
APPLICATION, HANDSHAKE = RatchetKind.APPLICATION, RatchetKind.HANDSHAKE
ZERO, THREE = LeafIndex(0), LeafIndex(3)


def planted(leaves: int = 4) -> SecretTree:
    return SecretTree(SUITE, ROOT, leaves)


def test_sender_and_receiver_walk_alike() -> None:
    sender, receiver = planted(), planted()
    for expected in range(5):
        generation, key, nonce = sender.next(THREE, APPLICATION)
        assert generation == expected
        assert receiver.take(THREE, APPLICATION, generation) == (key, nonce)


def test_no_two_keys_are_alike() -> None:
    tree = planted()
    keys = [
        tree.next(LeafIndex(leaf), kind)[1] for leaf in range(4) for kind in RatchetKind for _ in range(3)
    ]
    assert len(set(keys)) == len(keys)


def test_a_key_is_used_once() -> None:
    tree = planted()
    tree.take(ZERO, APPLICATION, 0)
    with pytest.raises(RefusedError, match=r"^replay"):
        tree.peek(ZERO, APPLICATION, 0)


def test_a_skipped_key_is_kept_and_used_once() -> None:
    tree, reference = planted(), planted()
    tree.take(ZERO, APPLICATION, 3)
    first = reference.take(ZERO, APPLICATION, 0)
    assert tree.take(ZERO, APPLICATION, 0) == first
    with pytest.raises(RefusedError, match=r"^replay"):
        tree.take(ZERO, APPLICATION, 0)


def test_looking_changes_nothing() -> None:
    tree = planted()
    before = tree.encode()
    tree.peek(ZERO, APPLICATION, 7)
    assert tree.encode() == before
    with pytest.raises(RefusedError, match=r"^generation"):
        tree.peek(ZERO, APPLICATION, MAX_FORWARD + 1)
    assert tree.encode() == before


def test_the_limit_is_checked_before_anything_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = planted()
    tree.plant([ZERO])
    monkeypatch.setattr(SecretTree, "_secret_after", lambda *_: pytest.fail("derived"))
    with pytest.raises(RefusedError, match=r"^generation"):
        tree.peek(ZERO, APPLICATION, 0xFFFFFFFF)


def test_the_farthest_generation_allowed_is_reached() -> None:
    tree = planted()
    tree.take(ZERO, HANDSHAKE, MAX_FORWARD)
    tree.take(ZERO, HANDSHAKE, 2 * MAX_FORWARD + 1)
    # More than MAX_KEPT were skipped: the oldest are gone, the newest are there.
    with pytest.raises(RefusedError, match=r"^replay"):
        tree.peek(ZERO, HANDSHAKE, MAX_FORWARD - 1)
    tree.peek(ZERO, HANDSHAKE, 2 * MAX_FORWARD)
    assert len(tree.ratchet_state(ZERO, HANDSHAKE)) < (MAX_KEPT + 1) * 60


def test_a_leaf_beyond_the_tree_is_refused() -> None:
    for leaf in (4, 0xFFFFFFFF):
        with pytest.raises(RefusedError, match=r"^sender"):
            planted().peek(LeafIndex(leaf), APPLICATION, 0)
    with pytest.raises(UsageError):
        planted().next(LeafIndex(4), APPLICATION)


def test_a_stale_key_cannot_be_consumed() -> None:
    tree = planted()
    one, other = tree.peek(ZERO, APPLICATION, 0), tree.peek(ZERO, APPLICATION, 1)
    tree.consume(other)
    with pytest.raises(UsageError):
        tree.consume(one)
    kept = tree.peek(ZERO, APPLICATION, 0)
    tree.consume(kept)
    with pytest.raises(UsageError):
        tree.consume(kept)


def test_used_secrets_are_gone_from_the_stored_form() -> None:
    tree = planted()
    assert ROOT in tree.encode()
    tree.next(ZERO, APPLICATION)
    assert ROOT not in tree.encode()
    _, key, _ = tree.next(ZERO, APPLICATION)
    assert key not in tree.encode()


def test_one_ratchet_is_stored_without_the_tree() -> None:
    tree = planted()
    tree.plant(map(LeafIndex, range(4)))
    stored = tree.encode()
    tree.take(THREE, APPLICATION, 2)
    state = tree.ratchet_state(THREE, APPLICATION)
    restored = SecretTree.decode(SUITE, stored)
    restored.restore_ratchet(THREE, APPLICATION, state)
    assert restored.encode() == tree.encode()
    with pytest.raises(UsageError):
        planted().restore_ratchet(THREE, APPLICATION, state)


def test_secrets_are_not_shown() -> None:
    tree = planted()
    assert tree.peek(ZERO, APPLICATION, 0).key.hex() not in repr(tree.peek(ZERO, APPLICATION, 0))
    assert repr(tree.peek(ZERO, APPLICATION, 0).key) not in repr(tree.peek(ZERO, APPLICATION, 0))


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(8)), st.integers(1, 9))
def test_any_order_gives_the_same_keys_and_survives_storage(order: list[int], leaves: int) -> None:
    sender, receiver = planted(leaves), planted(leaves)
    leaf = LeafIndex(leaves - 1)
    sent = {generation: keys for generation, *keys in (sender.next(leaf, HANDSHAKE) for _ in range(8))}
    for generation in order:
        receiver = SecretTree.decode(SUITE, receiver.encode())
        assert list(receiver.take(leaf, HANDSHAKE, generation)) == sent[generation]
        with pytest.raises(RefusedError, match=r"^replay"):
            receiver.peek(leaf, HANDSHAKE, generation)
