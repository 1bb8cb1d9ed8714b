"""Hypothesis strategies for every struct that the engine reads off the wire, with unknown types and GREASE among the values.

The values are well-formed and mean nothing: signatures are noise, indexes point anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    Sender,
    SenderType,
    WireFormat,
    content_type_of,
)
from hotline_protocol.mls.credential import BasicCredential, X509Credential
from hotline_protocol.mls.extension import Extension, ExternalSender, RequiredCapabilities
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource, Lifetime
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage, SenderData
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ProposalOrRef,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.tree import Node, ParentNode, RatchetTree
from hotline_protocol.mls.update_path import UpdatePath, UpdatePathNode
from hotline_protocol.mls.welcome import EncryptedGroupSecrets, GroupInfo, GroupSecrets, Welcome

GREASE: Final = tuple(0x0A0A + 0x1010 * step for step in range(15))

u8s = st.integers(0, 0xFF)
u16s = st.one_of(
    st.integers(0, 0xFFFF), st.sampled_from(GREASE), st.integers(0, 8), st.sampled_from([0xF000, 0xFFFF])
)
u32s = st.one_of(st.integers(0, 0xFFFFFFFF), st.integers(0, 3), st.just(0xFFFFFFFF))
u64s = st.one_of(st.integers(0, (1 << 64) - 1), st.integers(0, 3), st.just((1 << 64) - 1))
# The lengths round 64 take one byte of prefix and two, those round 16,384 two and four.
opaques = st.one_of(
    *(st.binary(max_size=size) for size in range(1, 9)),
    *(st.binary(min_size=size, max_size=size) for size in range(62, 66)),
    st.builds(bytes, st.sampled_from([16383, 16384])),
)
shorts = st.binary(max_size=4)


def lists(of: SearchStrategy[Any], size: int = 3) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=size).map(tuple)


credentials = st.one_of(st.builds(BasicCredential, opaques), st.builds(X509Credential, lists(opaques)))
capabilities = st.builds(Capabilities, *[lists(u16s, 5)] * 5)
required = st.builds(RequiredCapabilities, *[lists(u16s, 5)] * 3)
extension = st.builds(Extension, u16s, opaques)
extensions = st.lists(extension, max_size=3, unique_by=lambda one: one.extension_type).map(tuple)
external_senders = st.builds(ExternalSender, shorts, credentials)
lifetimes = st.builds(Lifetime, u64s, u64s)


def _leaf(source: LeafNodeSource) -> SearchStrategy[LeafNode]:
    return st.builds(
        LeafNode,
        encryption_key=opaques,
        signature_key=shorts,
        credential=credentials,
        capabilities=capabilities,
        source=st.just(source),
        lifetime=lifetimes if source == LeafNodeSource.KEY_PACKAGE else st.none(),
        parent_hash=shorts if source == LeafNodeSource.COMMIT else st.none(),
        extensions=extensions,
        signature=shorts,
    )


leaves = st.one_of(*map(_leaf, LeafNodeSource))
key_packages = st.builds(KeyPackage, u16s, shorts, leaves, extensions, opaques, u16s)
privates = st.builds(KeyPackagePrivate, opaques, opaques, opaques)

resumptions = st.builds(ResumptionPSK, st.sampled_from(ResumptionPSKUsage), shorts, u64s)
psk_ids = st.one_of(
    st.builds(PreSharedKeyID, opaques, psk_id=shorts),
    st.builds(PreSharedKeyID, shorts, resumption=resumptions),
)
hpke_ciphertexts = st.builds(HPKECiphertext, opaques, opaques)

adds = st.builds(Add, key_packages)
updates = st.builds(Update, leaves)
removes = st.builds(Remove, u32s)
psk_proposals = st.builds(PreSharedKey, psk_ids)
reinits = st.builds(ReInit, opaques, u16s, u16s, extensions)
external_inits = st.builds(ExternalInit, opaques)
context_changes = st.builds(GroupContextExtensions, extensions)
proposals = st.one_of(adds, updates, removes, psk_proposals, reinits, external_inits, context_changes)
proposals_or_refs = st.one_of(
    st.builds(ProposalOrRef, proposal=proposals), st.builds(ProposalOrRef, reference=opaques)
)

path_nodes = st.builds(UpdatePathNode, opaques, lists(hpke_ciphertexts))
paths = st.builds(UpdatePath, leaves, lists(path_nodes))
commits = st.builds(Commit, lists(proposals_or_refs), st.none() | paths)

senders = st.one_of(
    st.builds(Sender, st.sampled_from([SenderType.MEMBER, SenderType.EXTERNAL]), u32s),
    st.builds(Sender, st.sampled_from([SenderType.NEW_MEMBER_PROPOSAL, SenderType.NEW_MEMBER_COMMIT])),
)
bodies: dict[ContentType, SearchStrategy[Any]] = {
    ContentType.APPLICATION: opaques,
    ContentType.PROPOSAL: proposals,
    ContentType.COMMIT: commits,
}
contents = st.builds(FramedContent, shorts, u64s, senders, st.one_of(*bodies.values()), opaques)


def auth_data(content_type: ContentType) -> SearchStrategy[FramedContentAuthData]:
    tags = opaques if content_type == ContentType.COMMIT else st.none()
    return st.builds(FramedContentAuthData, opaques, tags)


def _signed(make: Callable[[FramedContent], SearchStrategy[Any]]) -> SearchStrategy[Any]:
    return contents.flatmap(make)


wire_formats = st.sampled_from([WireFormat.PUBLIC_MESSAGE, WireFormat.PRIVATE_MESSAGE])
signed_contents = _signed(
    lambda content: st.builds(
        AuthenticatedContent, wire_formats, st.just(content), auth_data(content_type_of(content.body))
    )
)
public_messages = _signed(
    lambda content: st.builds(
        PublicMessage,
        st.just(content),
        auth_data(content_type_of(content.body)),
        opaques if content.sender.is_member else st.none(),
    )
)
sender_data = st.builds(SenderData, u32s, u32s, st.binary(min_size=4, max_size=4))
private_messages = st.builds(
    PrivateMessage, shorts, u64s, st.sampled_from(ContentType), opaques, shorts, opaques
)

contexts = st.builds(GroupContext, u16s, opaques, u64s, shorts, shorts, extensions)
group_infos = st.builds(GroupInfo, contexts, extensions, opaques, u32s, opaques)
group_secrets = st.builds(GroupSecrets, opaques, st.none() | opaques, lists(psk_ids))
encrypted_secrets = st.builds(EncryptedGroupSecrets, shorts, hpke_ciphertexts)
welcomes = st.builds(Welcome, u16s, lists(encrypted_secrets), opaques)
messages = st.builds(
    MLSMessage, st.one_of(public_messages, private_messages, welcomes, group_infos, key_packages)
)

parents = st.builds(
    ParentNode, opaques, shorts, st.sets(u32s, max_size=4).map(lambda some: tuple(sorted(some)))
)


@st.composite
def trees(draw: st.DrawFn) -> RatchetTree:
    """A tree of the right shape: a full one of 1 to 8 leaves, its right half not all blank."""
    size = draw(st.sampled_from([1, 2, 4, 8]))
    last = draw(st.integers(size // 2 * 2, 2 * size - 2)) if size > 1 else 0
    nodes: list[Node | None] = [None] * (2 * size - 1)
    for place in range(last + 1):
        node = parents if place & 1 else leaves
        nodes[place] = draw(node if place == last else st.none() | node)
    # The last node that is not blank decides how large the tree is read; a parent may be it.
    return RatchetTree(nodes)
