"""Who forges and what is forged: the author's secrets, and one hook for each layer of a message to the group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hotline_protocol.mls.content import FramedContent, FramedContentAuthData, Sender, WireFormat
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.private_message import PrivateMessage, SenderData
from hotline_protocol.mls.secret_tree import RatchetKind, SecretTree
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.treekem import NodeKeys

T = TypeVar("T")
Hook = Callable[[T], T]
"""From what an honest member would put there to what is put there."""

LABEL = "FramedContentTBS"


def same(value: T) -> T:
    """No change."""
    return value


@dataclass(frozen=True)
class Author:
    """Who forges: all that goes into a message. `replace` any of it to be somebody else in that one respect."""

    suite: CipherSuite
    context: GroupContext
    tree: RatchetTree
    own: LeafIndex
    sender: Sender
    signature_key: bytes
    membership_key: bytes
    sender_data_secret: bytes
    init_secret: bytes
    interim_transcript_hash: bytes
    keys: NodeKeys
    ratchets: SecretTree | None = None
    """None for those who cannot encrypt to the group."""

    @classmethod
    def of(cls, member: Group) -> Author:
        """A member, as it is. Its tree and ratchets are copies."""
        state = member._state
        return cls(
            suite=state.suite,
            context=state.context,
            tree=state.tree.copy(),
            own=state.own,
            sender=Sender.member(state.own),
            signature_key=state.signature_key,
            membership_key=state.secrets.membership_key,
            sender_data_secret=state.secrets.sender_data_secret,
            init_secret=state.secrets.init_secret,
            interim_transcript_hash=state.interim_transcript_hash,
            keys=state.keys,
            ratchets=member._ratchets.copy(),
        )

    def next_key(
        self, leaf: LeafIndex, kind: RatchetKind, generation: int | None
    ) -> tuple[int, bytes, bytes]:
        """The key of a generation of any member's ratchet, by default of the next one: (generation, key, nonce)."""
        assert self.ratchets is not None, "an outsider cannot encrypt to the group"
        ratchets = self.ratchets.copy()
        found = ratchets.next(leaf, kind)
        while generation is not None and found[0] != generation:
            found = ratchets.next(leaf, kind)
        return found


@dataclass(frozen=True)
class Layers:
    """The layers of every message to the group, lowest first. A test replaces one of them.

    Fields that are no hook override a value. The last group of fields is for private messages alone.
    """

    content: Hook[FramedContent] = same
    """What is signed and sent."""
    signed_format: WireFormat | None = None
    """The wire format under the signature, if it is not the one sent."""
    context: Hook[bytes] = same
    """The encoded GroupContext under the signature; the membership tag keeps the right one."""
    tbs: Hook[bytes] = same
    """The bytes under the signature."""
    label: str = LABEL
    """The signature's label."""
    signer: bytes | None = None
    """The private signature key, if it is not the author's."""
    signature: Hook[bytes] = same
    sent: Hook[FramedContent] = same
    """What is sent in place of what was signed; membership tag and encryption cover this one."""
    confirmation_tag: Hook[bytes] = same
    auth: Hook[FramedContentAuthData] = same
    """Signature and confirmation tag together, as sent."""
    membership_tag: Hook[bytes | None] = same
    """None: no tag is written at all."""

    kind: RatchetKind | None = None
    """The ratchet that the key is taken from, by default that of the content's type."""
    leaf: LeafIndex | None = None
    """The leaf whose ratchet is used and which the sender data names, by default the author's."""
    generation: int | None = None
    """The generation whose key is used and which the sender data names, by default the author's next one."""
    padding: bytes = b""
    plaintext: Hook[bytes] = same
    """The PrivateMessageContent, padding included."""
    header: Hook[PrivateMessage] = same
    """Group, epoch, type and authenticated data, before encryption."""
    key: Hook[tuple[bytes, bytes]] = same
    """AEAD key and nonce of the content; the nonce is guarded already."""
    sender_data: Hook[SenderData] = same
    """What the sender data says; the key was taken before."""
    sender_data_bytes: Hook[bytes] = same
    sender_data_secret: Hook[bytes] = same
    private: Hook[PrivateMessage] = same
    """The finished message."""


HONEST = Layers()
