"""Forges commits of newcomers: an `Author` for `builder.commit` who is no member (RFC 9420 §8.3, §12.4.3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hotline_protocol.mls.content import NEW_MEMBER_COMMIT
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.external import Newcomer
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import ExternalInit, Remove
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, node_of
from tests.negative import builder as forge
from tests.negative.builder import Author, Forged, Item
from tests.protocol.mls.parties import rng


@dataclass(frozen=True)
class Outsider:
    """Somebody who commits itself in, and the proposal that carries its init secret."""

    author: Author
    init: ExternalInit

    def commit(self, *items: Item, **hooks: Any) -> Forged:
        """An external commit with these proposals after the ExternalInit; the hooks are those of `builder.commit`."""
        return self.bare(self.init, *items, **hooks)

    def bare(self, *items: Item, **hooks: Any) -> Forged:
        """The same with these proposals alone."""
        return forge.commit(self.author, items, before=self._make_room, public=True, **hooks)

    def _make_room(self, tree: RatchetTree) -> RatchetTree:
        """The removals may have cut off the half in which the newcomer's leaf is."""
        if self.author.own >= tree.size:
            tree.make_room()
        return tree


def outsider(
    host: Group,
    name: bytes = b"dave",
    *,
    removes: Sequence[int] = (),
    signature_key: bytes | None = None,
    external_pub: bytes | None = None,
) -> Outsider:
    """Who joins the epoch of `host`, on the leaf that is free once the named ones are removed.

    The removals themselves are for the commit's list. By default the external key is the group's.
    """
    state = host.state
    suite, tree = state.suite, state.tree.copy()
    room = tree.copy()
    for leaf in removes:
        room.remove(LeafIndex(leaf))
    own = room.make_room()
    if own >= tree.size:
        tree.make_room()
    key = rng(32) if signature_key is None else signature_key
    made = Newcomer(key, BasicCredential(name)).leaf_maker(suite, host.group_id, own)
    # What the builder makes the leaf of the path from; the path takes its place.
    _, nowhere = suite.derive_key_pair(rng(suite.hash_length))
    tree.put(node_of(own), made(nowhere, b""))
    public = external_pub or state.secrets.external_key_pair()[1]
    kem_output, init_secret = suite.external_init(public)
    author = replace(
        Author.of(host),
        tree=tree,
        own=own,
        sender=NEW_MEMBER_COMMIT,
        signature_key=key,
        membership_key=b"",
        sender_data_secret=b"",
        init_secret=init_secret,
        keys={},
        ratchets=None,
    )
    return Outsider(author, ExternalInit(kem_output))


def resync(
    host: Group, leaf: int, name: bytes, *, signature_key: bytes | None = None
) -> tuple[Outsider, Remove]:
    """Who takes the place of the member at that leaf, and the removal for its list."""
    back = outsider(host, name, removes=[leaf], signature_key=signature_key)
    return back, Remove(LeafIndex(leaf))
