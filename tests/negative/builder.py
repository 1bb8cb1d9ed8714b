"""Forges messages as a dishonest insider would: everything valid, save the one thing that a test changes.

Each function builds a message layer by layer from a real member's state and never changes that state, so the very key that a
forgery used is still there for the honest message after it. A test replaces one layer by a hook: a function from what an honest
member would put there to what is put there instead. All layers above it are made anew over the changed one.

    forge.application(alice, b"words", Layers(padding=b"\\0\\1"))          one thing wrong with a PrivateMessage
    forge.proposal(alice, Remove(LeafIndex(2)), public=True)              held by others, then referred to by `.item`
    forge.commit(alice, [Add(key_package)], leaf=lambda leaf: …)          a hook before the leaf is signed
    forge.commit(alice, layers=Layers(confirmation_tag=lambda _: b""))    a hook after everything was computed
    forge.commit(Author.of(alice), …)                                     an `Author` can be `replace`d: another key, leaf, sender

Order of a commit's layers: proposals → `before` (tree with the proposals, before the path) → `leaf` → leaf signature →
`signed_leaf` → path secrets sealed → `path` → `body` → content → signature → transcript → key schedule → confirmation tag →
membership tag or encryption. What the forger believes to be the next epoch is in `Forged.after`. Proposals are applied without
any check, so a commit may carry what an honest committer would refuse. `leaves.py` forges leaves and key packages, `welcomes.py`
Welcomes; `proving.py` asserts refusals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hotline_protocol.mls import codec, treekem
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    Sender,
    WireFormat,
    content_tbs,
    encode_body,
)
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.leaf_node import LeafNode, LeafNodeSource
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage, SenderData, sender_data_keys
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    Proposal,
    ProposalOrRef,
    Remove,
    Update,
    proposal_ref,
)
from hotline_protocol.mls.psk import PreSharedKeyID, psk_secret
from hotline_protocol.mls.secret_tree import RatchetKind
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.transcript import confirmed_transcript_hash
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex, node_of
from hotline_protocol.mls.treekem import NewPath
from hotline_protocol.mls.update_path import UpdatePath, UpdatePathNode
from tests.negative.layers import HONEST, LABEL, Author, Hook, Layers, same
from tests.protocol.mls.parties import rng

__all__ = ["HONEST", "LABEL", "After", "Author", "Forged", "Hook", "Item", "Layers", "Referred", "same"]

_GUARD = b"\x01\x02\x03\x04"


@dataclass(frozen=True)
class After:
    """The epoch after a forged commit, as the forger computed it."""

    context: GroupContext
    tree: RatchetTree
    secrets: EpochSecrets = field(repr=False)
    path: NewPath | None
    psk: bytes = field(repr=False)
    added: tuple[tuple[LeafIndex, KeyPackage], ...]

    @property
    def confirmation_tag(self) -> bytes:
        """The right tag of this epoch."""
        return self.secrets.confirmation_tag(self.context.confirmed_transcript_hash)


@dataclass(frozen=True)
class Forged:
    """A forged message: its bytes, what is signed in it, and for a commit the epoch it would lead to."""

    message: bytes
    signed: AuthenticatedContent
    reference: bytes = b""
    """How a commit refers to it, if it is a proposal."""
    after: After | None = None

    @property
    def item(self) -> Referred:
        """The proposal for a commit's list, by reference."""
        body = self.signed.content.body
        assert isinstance(body, Proposal)
        return Referred(self.reference, self.signed.content.sender, body)


@dataclass(frozen=True)
class Referred:
    """A proposal by reference, with what the forger believes it to be."""

    reference: bytes
    sender: Sender
    proposal: Proposal


Item = Proposal | Referred
"""A commit's proposal by value or by reference."""


# --- messages to the group


def application(by: Group | Author, data: bytes, layers: Layers = HONEST, aad: bytes = b"") -> bytes:
    """Application data in a PrivateMessage: the encoded MLSMessage."""
    return message(by, data, layers, aad=aad).message


def proposal(
    by: Group | Author, body: Proposal, layers: Layers = HONEST, *, public: bool = False, aad: bytes = b""
) -> Forged:
    """A proposal on its own."""
    return message(by, body, layers, public=public, aad=aad)


def message(
    by: Group | Author, body: Body, layers: Layers = HONEST, *, public: bool = False, aad: bytes = b""
) -> Forged:
    """Any body but a commit, private or public."""
    author = _author(by)
    signed = sign(author, body, layers, public=public, aad=aad)
    reference = proposal_ref(author.suite, signed.encode()) if isinstance(body, Proposal) else b""
    return Forged(send(author, signed, layers), signed, reference)


def sign(author: Author, body: Body, layers: Layers, *, public: bool, aad: bytes) -> AuthenticatedContent:
    """The content under its signature, without a confirmation tag."""
    sent_format = WireFormat.PUBLIC_MESSAGE if public else WireFormat.PRIVATE_MESSAGE
    context = author.context
    content = layers.content(FramedContent(context.group_id, context.epoch, author.sender, body, aad))
    tbs = content_tbs(layers.signed_format or sent_format, content, layers.context(context.encode()))
    key = author.signature_key if layers.signer is None else layers.signer
    signature = author.suite.sign_with_label(key, layers.label, layers.tbs(tbs))
    auth = FramedContentAuthData(layers.signature(signature))
    return AuthenticatedContent(sent_format, layers.sent(content), auth)


def send(author: Author, signed: AuthenticatedContent, layers: Layers) -> bytes:
    """The encoded MLSMessage of a signed content."""
    signed = replace(signed, auth=layers.auth(signed.auth))
    if signed.wire_format == WireFormat.PRIVATE_MESSAGE:
        return MLSMessage(_encrypt(author, signed, layers)).encode()
    tbm = content_tbs(signed.wire_format, signed.content, author.context.encode()) + signed.auth.encode()
    honest = author.suite.mac(author.membership_key, tbm) if signed.content.sender.is_member else None
    tag = layers.membership_tag(honest)
    body = signed.content.encode() + signed.auth.encode() + (b"" if tag is None else codec.opaque(tag))
    return codec.u16(1) + codec.u16(signed.wire_format) + body


def _encrypt(author: Author, signed: AuthenticatedContent, layers: Layers) -> PrivateMessage:
    content, suite = signed.content, author.suite
    head = layers.header(
        PrivateMessage(
            content.group_id, content.epoch, content.content_type, content.authenticated_data, b"", b""
        )
    )
    kind = layers.kind or RatchetKind.of(head.content_type)
    leaf = author.own if layers.leaf is None else layers.leaf
    generation, key, nonce = author.next_key(leaf, kind, layers.generation)
    guarded = bytes(one ^ other for one, other in zip(nonce, _GUARD.ljust(len(nonce), b"\0"), strict=True))
    plaintext = layers.plaintext(encode_body(content.body) + signed.auth.encode() + layers.padding)
    data_aad = codec.opaque(head.group_id) + codec.u64(head.epoch) + codec.u8(head.content_type)
    content_key, content_nonce = layers.key((key, guarded))
    aad = data_aad + codec.opaque(head.authenticated_data)
    ciphertext = suite.seal(content_key, content_nonce, aad, plaintext)
    data = layers.sender_data_bytes(layers.sender_data(SenderData(leaf, generation, _GUARD)).encode())
    data_key, data_nonce = sender_data_keys(
        suite, layers.sender_data_secret(author.sender_data_secret), ciphertext
    )
    sealed = suite.seal(data_key, data_nonce, data_aad, data)
    return layers.private(replace(head, encrypted_sender_data=sealed, ciphertext=ciphertext))


# --- commits


def commit(
    by: Group | Author,
    items: Sequence[Item] = (),
    *,
    before: Hook[RatchetTree] = same,
    with_path: bool = True,
    leaf: Hook[LeafNode] = same,
    signed_leaf: Hook[LeafNode] = same,
    path: Hook[UpdatePath] = same,
    body: Hook[Commit] = same,
    psks: Sequence[tuple[PreSharedKeyID, bytes]] = (),
    layers: Layers = HONEST,
    public: bool = False,
    aad: bytes = b"",
) -> Forged:
    """A commit that is right in everything but what was changed.

    `psks` are the keys that enter the key schedule, in the order of their proposals. `body` sees the commit as it will be
    signed; what it changes is confirmed too, but has no effect on the tree that the forger computes.
    """
    author = _author(by)
    tree, extensions, added = _apply(author, items)
    tree = before(tree)
    made = _make_path(author, tree, leaf, signed_leaf) if with_path else None
    provisional = replace(
        author.context,
        epoch=author.context.epoch + 1,
        tree_hash=root_hash(author.suite, tree),
        extensions=extensions,
    )
    joiners = [index for index, _ in added]
    sealed = None
    if made is not None:
        sealed = path(seal_path(author, tree, made, provisional.encode(), joiners))
    listed = tuple(_listed(item) for item in items)
    signed = sign(author, body(Commit(listed, sealed)), layers, public=public, aad=aad)
    secret = psk_secret(author.suite, psks)
    after = _after(author, tree, provisional, signed, made=made, psk=secret, added=added)
    tag = layers.confirmation_tag(after.confirmation_tag)
    signed = replace(signed, auth=replace(signed.auth, confirmation_tag=tag))
    return Forged(send(author, signed, layers), signed, after=after)


def _after(
    author: Author,
    tree: RatchetTree,
    provisional: GroupContext,
    signed: AuthenticatedContent,
    *,
    made: NewPath | None,
    psk: bytes,
    added: tuple[tuple[LeafIndex, KeyPackage], ...],
) -> After:
    suite = author.suite
    confirmed = confirmed_transcript_hash(suite, author.interim_transcript_hash, signed)
    context = replace(provisional, confirmed_transcript_hash=confirmed)
    commit_secret = bytes(suite.hash_length) if made is None else made.commit_secret
    secrets = EpochSecrets.next(suite, author.init_secret, commit_secret, psk, context.encode())
    return After(context, tree, secrets, made, psk, added)


def seal_path(
    author: Author, tree: RatchetTree, made: NewPath, context: bytes, joiners: Sequence[LeafIndex]
) -> UpdatePath:
    """The path's secrets for everybody else (RFC 9420 §7.6); where a key is unusable, for a key that nobody has."""
    new = {node_of(leaf) for leaf in joiners}
    nodes = []
    for step, (_, beside) in zip(made.steps, tree.filtered_direct_path(author.own), strict=True):
        held = [tree.node(node) for node in tree.resolution(beside) if node not in new and node < tree.width]
        keys = [node.encryption_key for node in held if node is not None]
        sealed = tuple(_seal(author.suite, key, context, step.secret) for key in keys)
        nodes.append(UpdatePathNode(step.key.public, sealed))
    return UpdatePath(made.leaf_node, tuple(nodes))


def _seal(suite: CipherSuite, public: bytes, context: bytes, secret: bytes) -> HPKECiphertext:
    try:
        return suite.encrypt_with_label(public, "UpdatePathNode", context, secret)
    except RefusedError:
        _, nobody = suite.derive_key_pair(rng(suite.hash_length))
        return suite.encrypt_with_label(nobody, "UpdatePathNode", context, secret)


def _make_path(author: Author, tree: RatchetTree, leaf: Hook[LeafNode], signed: Hook[LeafNode]) -> NewPath:
    old = author.tree.member(author.own)

    def make(encryption_key: bytes, parent_hash: bytes) -> LeafNode:
        unsigned = leaf(
            replace(
                old,
                encryption_key=encryption_key,
                source=LeafNodeSource.COMMIT,
                lifetime=None,
                parent_hash=parent_hash,
            )
        )
        return signed(unsigned.sign(author.suite, author.signature_key, author.context.group_id, author.own))

    return treekem.create_path(author.suite, tree, author.own, make, rng)


def _apply(
    author: Author, items: Sequence[Item]
) -> tuple[RatchetTree, tuple[Extension, ...], tuple[tuple[LeafIndex, KeyPackage], ...]]:
    """The proposals in the order of RFC 9420 §12.3, wherever they can be applied at all."""
    tree, extensions = author.tree.copy(), author.context.extensions
    bodies = [(_proposer(author, one), one.proposal if isinstance(one, Referred) else one) for one in items]
    for _, body in bodies:
        if isinstance(body, GroupContextExtensions):
            extensions = body.extensions
    for index, body in bodies:
        if isinstance(body, Update) and index is not None and tree.leaf(index) is not None:
            tree.update(index, body.leaf_node)
    for _, body in bodies:
        if isinstance(body, Remove) and tree.leaf(body.removed) is not None:
            tree.remove(body.removed)
    added = tuple(
        (tree.add(body.key_package.leaf_node), body.key_package)
        for _, body in bodies
        if isinstance(body, Add)
    )
    return tree, extensions, added


def _proposer(author: Author, item: Item) -> LeafIndex | None:
    if isinstance(item, Referred):
        return item.sender.leaf_index if item.sender.is_member else None
    return author.own


def _listed(item: Item) -> ProposalOrRef:
    if isinstance(item, Referred):
        return ProposalOrRef(reference=item.reference)
    return ProposalOrRef(proposal=item)


def _author(by: Group | Author) -> Author:
    return by if isinstance(by, Author) else Author.of(by)


def retyped(content_type: ContentType) -> Hook[PrivateMessage]:
    """A hook for `header` and `private`: another content type."""
    return lambda header: replace(header, content_type=content_type)
