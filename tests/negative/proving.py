"""Proves a refusal: of the right kind, without a trace in the state, and the group goes on as if nothing had come.

    refuses(bob, lambda: bob.stage(forged, now=NOW), kind="signature", peer=alice)
    refuses(bob, lambda: bob.unprotect(forged), kind="replay", peer=alice, then=lambda: bob.unprotect(honest))
    refuses_to_join(carol, forged_welcome, kind="tree-hash", honest=welcome, host=alice)

`kind` is the `kind` of a `RefusedError`, or the class of another refusal (`MalformedError`, `UnsupportedError`, `UsageError`).
`then` accepts the untouched good object; it runs right after the refusal, on the very group that refused.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline_protocol.mls.errors import MLSError, RefusedError
from hotline_protocol.mls.group import Group
from tests.protocol.mls.parties import NOW, Party, rng, snapshot

Kind = str | type[MLSError]


def refuses(
    group: Group,
    act: Callable[[], object],
    *,
    kind: Kind,
    peer: Group,
    then: Callable[[], object] | None = None,
) -> None:
    """`act` is refused as `kind`, `group` stays byte for byte what it was, takes the good object, and still works."""
    before = snapshot(group)
    raises(act, kind)
    assert snapshot(group) == before, "the refusal left a trace in the state"
    if then is not None:
        then()
    still_works(group, peer)


def raises(act: Callable[[], object], kind: Kind) -> None:
    """The refusal itself: the class is the exact one, so that a `RefusedError` never passes for malformed bytes."""
    if isinstance(kind, str):
        with pytest.raises(RefusedError) as caught:
            act()
        assert caught.value.kind == kind, f"refused as {caught.value}, expected {kind}"
        return
    with pytest.raises(MLSError) as other:
        act()
    assert other.type is kind, f"refused by {other.value!r}, expected {kind.__name__}"


def still_works(group: Group, peer: Group) -> None:
    """Words in both directions in this epoch, a commit in both directions, and words after each.

    The groups given go no further than their epoch, and drop the proposals they hold; the commits run on copies that were stored
    and read back.
    """
    for one in (group, peer):
        one.drop_proposals()
    talk(group, peer)
    here, there = revived(group), revived(peer)
    pending = there.commit(rng=rng, now=NOW)
    here, there = here.merge(here.stage(pending.message, now=NOW)), there.merge(pending.staged)
    talk(here, there)
    pending = here.commit(rng=rng, now=NOW)
    there, here = there.merge(there.stage(pending.message, now=NOW)), here.merge(pending.staged)
    talk(here, there)


def talk(one: Group, other: Group) -> None:
    """Application data both ways between two members who must be in the same epoch."""
    assert one.epoch_authenticator == other.epoch_authenticator
    for sender, receiver in ((one, other), (other, one)):
        words = b"from %d" % sender.own_index
        received = receiver.unprotect(sender.protect(words, rng=rng).message)
        assert (received.sender, received.data) == (sender.own_index, words)


def revived(group: Group) -> Group:
    """The group as it comes back from storage; it shares nothing with the one in memory."""
    return Group.decode(*snapshot(group))


def refuses_to_join(
    newcomer: Party,
    welcome: bytes,
    *,
    kind: Kind,
    honest: bytes,
    host: Group,
    ratchet_tree: bytes | None = None,
) -> None:
    """A Welcome is refused; the same key package then joins by the honest one, and talks to `host` there."""

    def join(message: bytes) -> Group:
        staged = Group.join(
            message, newcomer.key_package, newcomer.private, ratchet_tree=ratchet_tree, now=NOW
        )
        return staged.accept()

    raises(lambda: join(welcome), kind)
    still_works(join(honest), host)
