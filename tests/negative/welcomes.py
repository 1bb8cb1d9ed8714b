"""Forges Welcomes: a member adds somebody and lies in one place about the group (RFC 9420 §12.4.3.1).

Layers from the bottom: the commit (with all hooks of `builder.commit`, so `before` changes a tree that the committer's path is
then made over) → `tree` (after the path) → `tree_data` → `context` → key schedule → `info` → signature → `info_bytes` →
encryption → `secrets` → `welcome`. Tree hash, secrets, confirmation tag and signature are made anew over what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hotline_protocol.mls import codec
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import Add
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import EncryptedGroupSecrets, GroupInfo, GroupSecrets, Welcome
from tests.negative.builder import Author, Forged, Hook, commit, same


@dataclass(frozen=True)
class WelcomeLayers:
    """The layers of a Welcome, lowest first."""

    tree: Hook[RatchetTree] = same
    """The tree after the commit, a copy; parent hashes stay as they are."""
    tree_data: Hook[bytes] = same
    """The encoded ratchet_tree extension."""
    carries_tree: bool = True
    context: Hook[GroupContext] = same
    """With the tree hash of `tree`."""
    info: Hook[GroupInfo] = same
    """Before it is signed: extensions, confirmation tag, signer."""
    signer_key: bytes | None = None
    signature: Hook[bytes] = same
    info_bytes: Hook[bytes] = same
    """The GroupInfo as it is encrypted."""
    secrets: Hook[GroupSecrets] = same
    secrets_bytes: Hook[bytes] = same
    welcome: Hook[Welcome] = same


HONEST = WelcomeLayers()


@dataclass(frozen=True)
class ForgedWelcome:
    """The encoded MLSMessage, what is in it, and the commit that it belongs to."""

    message: bytes
    commit: Forged
    group_info: GroupInfo
    tree: RatchetTree


def welcome(
    by: Group | Author,
    joiner: KeyPackage,
    layers: WelcomeLayers = HONEST,
    *,
    before: Hook[RatchetTree] = same,
    psk_ids: Sequence[PreSharedKeyID] = (),
    forged: Forged | None = None,
) -> ForgedWelcome:
    """A Welcome for one joiner, after a commit by `by` that adds it (or after `forged`, whose first addition it is)."""
    author = by if isinstance(by, Author) else Author.of(by)
    forged = forged or commit(author, [Add(joiner)], before=before)
    after = forged.after
    assert after is not None
    suite = author.suite
    tree = layers.tree(after.tree.copy())
    context = layers.context(replace(after.context, tree_hash=root_hash(suite, tree)))
    joiner_secret = after.secrets.joiner_secret
    secrets = EpochSecrets.from_joiner(suite, joiner_secret, after.psk, context.encode())
    data = layers.tree_data(tree.encode())
    carried = (Extension.for_ratchet_tree(data),) if layers.carries_tree else ()
    tag = secrets.confirmation_tag(context.confirmed_transcript_hash)
    info = layers.info(GroupInfo(context, carried, tag, author.own))
    key = author.signature_key if layers.signer_key is None else layers.signer_key
    info = info.sign(suite, key)
    info = replace(info, signature=layers.signature(info.signature))
    welcome_key = suite.expand_with_label(secrets.welcome_secret, "key", b"", suite.key_length)
    welcome_nonce = suite.expand_with_label(secrets.welcome_secret, "nonce", b"", suite.nonce_length)
    sealed = suite.seal(welcome_key, welcome_nonce, b"", layers.info_bytes(info.encode()))
    group_secrets = layers.secrets(
        GroupSecrets(joiner_secret, _path_secret(author, forged, joiner), tuple(psk_ids))
    )
    entry = EncryptedGroupSecrets(
        joiner.ref(suite),
        suite.encrypt_with_label(
            joiner.init_key, "Welcome", sealed, layers.secrets_bytes(group_secrets.encode())
        ),
    )
    message = layers.welcome(Welcome(suite.id, (entry,), sealed))
    return ForgedWelcome(MLSMessage(message).encode(), forged, info, tree)


def _path_secret(author: Author, forged: Forged, joiner: KeyPackage) -> bytes | None:
    after = forged.after
    if after is None or after.path is None:
        return None
    index = next(index for index, key_package in after.added if key_package == joiner)
    return after.path.secret_for(author.own, LeafIndex(index))


def bare(message: bytes) -> bytes:
    """An MLSMessage without its version and wire format."""
    r = codec.Reader(message)
    r.u32()
    return r.raw(r.remaining)
