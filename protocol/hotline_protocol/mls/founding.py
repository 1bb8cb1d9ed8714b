"""The first epoch of a group: its founder alone (RFC 9420 §11)."""

from __future__ import annotations

from hotline_protocol.mls import tree_math
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.state import EpochState, Random
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.transcript import interim_transcript_hash
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.tree_validation import check_group_extensions, check_members
from hotline_protocol.mls.treekem import NodeKey


def found(
    suite: CipherSuite,
    group_id: bytes,
    key_package: KeyPackage,
    private: KeyPackagePrivate,
    extensions: tuple[Extension, ...],
    *,
    rng: Random,
) -> EpochState:
    """Epoch 0, with the leaf of the founder's own key package and a random epoch secret."""
    if key_package.cipher_suite != suite.id:
        raise UsageError(
            f"the key package is of suite {key_package.cipher_suite:#06x}, the group {suite.id:#06x}"
        )
    tree = RatchetTree.of(key_package.leaf_node)
    check_group_extensions(suite, extensions)
    check_members(tree, extensions)
    context = GroupContext(suite.id, group_id, 0, root_hash(suite, tree), b"", extensions)
    secrets = EpochSecrets.from_epoch_secret(suite, rng(suite.hash_length))
    own = LeafIndex(0)
    tag = secrets.confirmation_tag(b"")
    key = NodeKey(key_package.leaf_node.encryption_key, private.encryption_key)
    return EpochState(
        suite=suite,
        context=context,
        tree=tree,
        own=own,
        keys={tree_math.node_of(own): key},
        signature_key=private.signature_key,
        secrets=secrets,
        interim_transcript_hash=interim_transcript_hash(suite, b"", tag),
        confirmation_tag=tag,
    )
