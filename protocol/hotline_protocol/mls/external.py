"""Coming in from outside: joining by an external commit, and proposals of those who are no members (RFC 9420 §12.1.8, §12.4.3.2).

Rules enforced on a group info before it is used: its signer is a member and signed it; the tree is the group's and valid in itself;
it carries the group's external key; and no other group of ours has its name, unless we come back to it. Nobody outside can check
its confirmation tag: the members do, by accepting the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.committing import Committer, Intent, seal_commit
from hotline_protocol.mls.content import (
    NEW_MEMBER_COMMIT,
    NEW_MEMBER_PROPOSAL,
    AuthenticatedContent,
    FramedContent,
    Sender,
    WireFormat,
)
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.extension import EXTERNAL_PUB, Extension, find
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.joining import check_info, check_is_new, tree_of
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.known import KnownKeys
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.proposal import Add, ExternalInit, PreSharedKey, Proposal, ProposalOrRef, Remove
from hotline_protocol.mls.proposals_check import Proposed, apply_proposals, check_proposer, sort
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.state import Psks, Random, Seat
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.transcript import interim_transcript_hash
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo

_NO_PSKS: Psks = {}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who wants to come in, with the private signature key."""

    signature_key: bytes = field(repr=False)
    credential: Credential
    capabilities: Capabilities | None = None
    extensions: Sequence[Extension] = ()
    """Those of the leaf."""

    def leaf_maker(
        self, suite: CipherSuite, group_id: bytes, index: LeafIndex
    ) -> Callable[[bytes, bytes], LeafNode]:
        """Makes the leaf once its encryption key and parent hash are known."""

        def make(encryption_key: bytes, parent_hash: bytes) -> LeafNode:
            unsigned = LeafNode(
                encryption_key=encryption_key,
                signature_key=suite.signature_public_key(self.signature_key),
                credential=self.credential,
                capabilities=self.capabilities or Capabilities(cipher_suites=(suite.id,)),
                source=LeafNodeSource.COMMIT,
                parent_hash=parent_hash,
                extensions=tuple(self.extensions),
            )
            return unsigned.sign(suite, self.signature_key, group_id, index)

        return make


@dataclass(frozen=True, slots=True)
class ExternalJoin:
    """A commit that adds its sender, as a PublicMessage, and the group it leads to once it has won its epoch."""

    message: bytes
    group: Group


def join(
    group_info: bytes,
    newcomer: Newcomer,
    *,
    ratchet_tree: bytes | None = None,
    removes: LeafIndex | None = None,
    psks: Psks = _NO_PSKS,
    known: Sequence[Group] = (),
    aad: bytes = b"",
    rng: Random,
) -> ExternalJoin:
    """Join by an external commit; every given PSK enters it.

    `group_info`: an MLSMessage; `ratchet_tree`: needed only where the group info does not carry it; `removes`: our own
    former leaf, if we come back after losing its keys. Use the group only after the delivery service accepted the commit.
    """
    info = decode_body(GroupInfo, group_info)
    context = info.group_context
    suite = cipher_suite(context.cipher_suite)
    keys = KnownKeys(psks, tuple(one.state for one in known))
    if removes is None:
        check_is_new(info, keys)
    tree = tree_of(info, ratchet_tree)
    check_info(suite, info, tree)
    kem_output, init_secret = suite.external_init(_external_pub(info))
    items = _items(suite, kem_output, removes, psks, rng)
    proposals = sort(NEW_MEMBER_COMMIT, context, [Proposed(NEW_MEMBER_COMMIT, one) for one in items])
    applied = apply_proposals(suite, context, tree, proposals, 0)
    own = applied.tree.make_room()
    interim = interim_transcript_hash(suite, context.confirmed_transcript_hash, info.confirmation_tag)
    seat = Seat(suite, own, newcomer.signature_key, interim, init_secret)
    make_leaf = newcomer.leaf_maker(suite, context.group_id, own)
    psk = keys.secret(suite, proposals.psks)
    signed, after, _ = seal_commit(
        Committer(NEW_MEMBER_COMMIT, seat, context, {}, make_leaf),
        [ProposalOrRef.by_value(one) for one in items],
        applied,
        Intent(aad=aad, wire_format=WireFormat.PUBLIC_MESSAGE),
        psk=psk,
        rng=rng,
    )
    message = PublicMessage.protect(suite, signed, b"", context.encode())
    return ExternalJoin(MLSMessage(message).encode(), Group.begin(after))


def _external_pub(info: GroupInfo) -> bytes:
    carried = find(info.extensions, EXTERNAL_PUB)
    if carried is None:
        raise RefusedError("welcome", "the group info carries no external key to join with")
    return carried.external_pub()


def _items(
    suite: CipherSuite, kem_output: bytes, removes: LeafIndex | None, psks: Psks, rng: Random
) -> list[Proposal]:
    listed: list[Proposal] = [ExternalInit(kem_output)]
    if removes is not None:
        listed.append(Remove(removes))
    listed += [PreSharedKey(PreSharedKeyID(rng(suite.hash_length), psk_id=one)) for one in psks]
    return listed


def propose(
    context: GroupContext, sender: int, signature_key: bytes, proposal: Proposal, aad: bytes = b""
) -> bytes:
    """A proposal of the external sender at that place of the group's `external_senders`, as a PublicMessage."""
    return _propose(context, Sender.external(sender), signature_key, proposal, aad)


def propose_join(
    context: GroupContext, key_package: KeyPackage, signature_key: bytes, aad: bytes = b""
) -> bytes:
    """A newcomer's proposal to be added, signed with its key package's private signature key."""
    return _propose(context, NEW_MEMBER_PROPOSAL, signature_key, Add(key_package), aad)


def _propose(
    context: GroupContext, sender: Sender, signature_key: bytes, proposal: Proposal, aad: bytes
) -> bytes:
    try:
        check_proposer(sender, proposal)
    except RefusedError as error:
        raise UsageError(str(error)) from error
    suite = cipher_suite(context.cipher_suite)
    content = FramedContent(context.group_id, context.epoch, sender, proposal, aad)
    signed = AuthenticatedContent.sign(
        suite, signature_key, WireFormat.PUBLIC_MESSAGE, content, context.encode()
    )
    return MLSMessage(PublicMessage.protect(suite, signed, b"", context.encode())).encode()
