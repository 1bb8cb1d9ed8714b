"""From a Welcome to the epoch it admits to (RFC 9420 §12.4.3.1).

Rules enforced: the Welcome is for our key package, suite and version; the group info is signed by a member that is not
us; the tree is the one the group context names and valid in itself (`tree_validation`); our leaf is in it once, as we
made it; the path secret yields the tree's public keys, and with it we hold all the keys that a member on our leaf must; no other
group of ours has its name; the confirmation tag fits the epoch we computed; and a group that follows or stems from another one
is what that one allows (`links`).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from hotline_protocol.mls import codec, tree_math, treekem
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import RATCHET_TREE, find
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.key_schedule import EpochSecrets, welcome_secret
from hotline_protocol.mls.known import KnownKeys
from hotline_protocol.mls.links import check_link, link_of
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.staging import SameClient
from hotline_protocol.mls.state import EpochState
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.transcript import interim_transcript_hash
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex, NodeIndex
from hotline_protocol.mls.tree_validation import check_tree
from hotline_protocol.mls.treekem import NodeKey, NodeKeys
from hotline_protocol.mls.welcome import GroupInfo, Welcome


@dataclass(frozen=True, slots=True)
class Joined:
    """An epoch learned from a Welcome, and the member that signed its group info."""

    committer: LeafIndex
    state: EpochState = field(repr=False)


def open_welcome(
    welcome: bytes,
    key_package: KeyPackage,
    private: KeyPackagePrivate,
    *,
    ratchet_tree: bytes | None,
    known: KnownKeys,
    same_client: SameClient,
    now: int,
) -> Joined:
    """Check a Welcome and compute its epoch; refusals of the Welcome itself are of kind `welcome`."""
    message = decode_body(Welcome, welcome)
    suite = cipher_suite(key_package.cipher_suite)
    key_package.verify(suite, now)
    group_secrets = message.decrypt_secrets(suite, key_package, private.init_key)
    link = link_of(group_secrets.psks)
    psk = known.secret(suite, group_secrets.psks)
    group_info = message.decrypt_group_info(suite, welcome_secret(suite, group_secrets.joiner_secret, psk))
    check_is_new(group_info, known)
    tree = tree_of(group_info, ratchet_tree)
    check_info(suite, group_info, tree)
    own = _own_leaf(tree, key_package)
    if own == group_info.signer:
        raise RefusedError("welcome", "the group info is signed with our own leaf")
    key = NodeKey(key_package.leaf_node.encryption_key, private.encryption_key)
    learned: dict[NodeIndex, NodeKey] = {tree_math.node_of(own): key}
    if group_secrets.path_secret is not None:
        learned |= treekem.learn_path(suite, tree, own, group_info.signer, group_secrets.path_secret)
    _check_complete(tree, own, learned)
    secrets = EpochSecrets.from_joiner(
        suite, group_secrets.joiner_secret, psk, group_info.group_context.encode()
    )
    state = _state(group_info, tree, own, learned, private.signature_key, secrets=secrets)
    if link is not None:
        check_link(link, known.group(link), state, same_client)
    return Joined(group_info.signer, state)


def check_info(suite: CipherSuite, group_info: GroupInfo, tree: RatchetTree) -> None:
    """The group info is signed by the member it names, and the tree is the group's and valid."""
    group_info.verify(suite, tree.member(group_info.signer).signature_key)
    check_tree(suite, tree, group_info.group_context)


def check_is_new(group_info: GroupInfo, known: KnownKeys) -> None:
    """Refuse, as `group`, the name of a known group that goes on (RFC 9420 §12.4.3); one that a ReInit closed may pass it on."""
    name = group_info.group_context.group_id
    if any(one.context.group_id == name and one.reinit is None for one in known.groups):
        raise RefusedError("group", "we are in a group of the same name already")


def _check_complete(tree: RatchetTree, own: LeafIndex, keys: NodeKeys) -> None:
    """We hold the key of every node above us where we are not unmerged; else paths would be sealed to keys that we lack."""
    for node in tree.direct_path(own):
        parent = tree.parent(node)
        if parent is not None and own not in parent.unmerged_leaves and node not in keys:
            raise RefusedError("path", f"no path secret leads to node {node}, whose key we must hold")


def _state(
    group_info: GroupInfo,
    tree: RatchetTree,
    own: LeafIndex,
    keys: NodeKeys,
    signature_key: bytes,
    *,
    secrets: EpochSecrets,
) -> EpochState:
    """The epoch, once its confirmation tag proved that the signer computed the same one."""
    context, suite = group_info.group_context, secrets.suite
    tag = secrets.confirmation_tag(context.confirmed_transcript_hash)
    if not hmac.compare_digest(tag, group_info.confirmation_tag):
        raise RefusedError("confirmation-tag", "the Welcome does not lead to the epoch its signer confirmed")
    interim = interim_transcript_hash(suite, context.confirmed_transcript_hash, tag)
    return EpochState(
        suite=suite,
        context=context,
        tree=tree,
        own=own,
        keys=keys,
        signature_key=signature_key,
        secrets=secrets,
        interim_transcript_hash=interim,
        confirmation_tag=tag,
    )


def tree_of(group_info: GroupInfo, ratchet_tree: bytes | None) -> RatchetTree:
    """The tree that the group info carries, else the encoded one that was given."""
    carried = find(group_info.extensions, RATCHET_TREE)
    data = ratchet_tree if carried is None else carried.extension_data
    if data is None:
        raise RefusedError("welcome", "the group info carries no ratchet tree and none was given")
    return codec.decode(RatchetTree.read, data)


def _own_leaf(tree: RatchetTree, key_package: KeyPackage) -> LeafIndex:
    found = [index for index, leaf in tree.leaves() if leaf == key_package.leaf_node]
    if len(found) != 1:
        raise RefusedError("welcome", f"our leaf is in the tree {len(found)} times, expected once")
    return found[0]
