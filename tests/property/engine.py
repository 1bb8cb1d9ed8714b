"""The one place where these attacks touch the engine's groups: members with a history, their messages, and members who lie.

A member who lies signs, tags and encrypts bytes that no honest engine writes (`Raw…`). Whoever believes them must be able to
go on working (`use`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from unittest import mock

import pytest

from hotline_protocol.mls import codec, errors
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import (
    AuthenticatedContent,
    Body,
    FramedContent,
    FramedContentAuthData,
    Sender,
    WireFormat,
)
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.extension import Extension, ExternalSender
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage, sender_data_keys, unpadded
from hotline_protocol.mls.proposal import (
    Proposal,
    Remove,
)
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets
from tests.protocol.mls.parties import NOW, Party, rng, snapshot, trio

REFUSALS = (errors.MalformedError, errors.RefusedError, errors.UnsupportedError)
"""Whose fault it is: never the caller's, who only handed on what came."""

LAST_EPOCH = (1 << 64) - 1
PSKS = {b"shared": bytes(32)}


def copied(group: Group) -> Group:
    """The same state in an object of its own."""
    return Group.decode(*snapshot(group))


_decrypt = CipherSuite.decrypt_with_label
_opened: dict[tuple[bytes, bytes], bytes] = {}
"""What once opened, by private key and encapsulated key."""


def _decrypt_or_remember(
    suite: CipherSuite, private: bytes, label: str, context: bytes, ciphertext: HPKECiphertext
) -> bytes:
    place = (private, ciphertext.kem_output)
    try:
        _opened[place] = _decrypt(suite, private, label, context, ciphertext)
    except errors.RefusedError:
        if place not in _opened:
            raise
    return _opened[place]


@contextlib.contextmanager
def omniscient() -> Iterator[None]:
    """Within, every signature, tag and hash that is compared is right, as if the sender had computed it for what it sends.

    It can, being a member; so what lies behind those checks is reached without building a group state for every lie. What
    was sealed to somebody still opens if what it is bound to was changed: the sender would have sealed it anew.
    """
    with (
        mock.patch.object(CipherSuite, "decrypt_with_label", _decrypt_or_remember),
        mock.patch("hmac.compare_digest", return_value=True),
        mock.patch.object(CipherSuite, "verify_with_label", return_value=None),
    ):
        yield


# --- members who lie


@dataclass(frozen=True, slots=True)
class RawCommit(Commit):
    """A commit that is written as any bytes."""

    data: bytes = b""

    def encode(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True)
class RawProposal(Proposal):
    """A proposal that is written as any bytes."""

    data: bytes

    def encode(self) -> bytes:
        return self.data

    def encode_body(self) -> bytes:
        return self.data[2:]


@dataclass(frozen=True, slots=True)
class RawAuth(FramedContentAuthData):
    """A signature and tag that are written as any bytes."""

    data: bytes = b""

    def encode(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True)
class RawGroupInfo(GroupInfo):
    """A group info that is written as any bytes."""

    data: bytes = b""

    def encode(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True)
class RawGroupSecrets(GroupSecrets):
    """Group secrets that are written as any bytes."""

    data: bytes = b""

    def encode(self) -> bytes:
        return self.data


def signed_by(sender: Group, body: Body, wire_format: WireFormat, tag: bytes) -> AuthenticatedContent:
    """The content as its sender signs it."""
    state = sender._state
    content = FramedContent(sender.group_id, sender.epoch, Sender.member(sender.own_index), body)
    signed = AuthenticatedContent.sign(
        state.suite, state.signature_key, wire_format, content, state.context.encode()
    )
    return signed.with_confirmation_tag(tag) if isinstance(body, Commit) else signed


def in_private(sender: Group, signed: AuthenticatedContent) -> PrivateMessage:
    """Encrypted by a copy of the sender, who spends nothing."""
    state, ratchets = sender._state, sender._ratchets.copy()
    return PrivateMessage.protect(
        state.suite, signed, state.secrets.sender_data_secret, ratchets, rng, padding=unpadded
    )


def send(sender: Group, body: Body, tag: bytes = b"", *, public: bool = False) -> bytes:
    """A message of this member with any body."""
    if public:
        state = sender._state
        signed = signed_by(sender, body, WireFormat.PUBLIC_MESSAGE, tag)
        key, context = state.secrets.membership_key, state.context.encode()
        return MLSMessage(PublicMessage.protect(state.suite, signed, key, context)).encode()
    return MLSMessage(in_private(sender, signed_by(sender, body, WireFormat.PRIVATE_MESSAGE, tag))).encode()


def with_sender_data(sender: Group, message: bytes, data: bytes) -> bytes:
    """The private message with other sender data, sealed as it must be."""
    state = sender._state
    body = codec.decode(MLSMessage.read, message).body
    assert isinstance(body, PrivateMessage)
    key, nonce = sender_data_keys(state.suite, state.secrets.sender_data_secret, body.ciphertext)
    head = codec.opaque(body.group_id) + codec.u64(body.epoch) + codec.u8(body.content_type)
    return MLSMessage(replace(body, encrypted_sender_data=state.suite.seal(key, nonce, head, data))).encode()


# --- a group, and what its members do


@dataclass(frozen=True)
class World:
    """Three members, and a guest who has offered a key package."""

    alice: Group
    bob: Group
    carol: Group
    guest: Party
    delegate: Party
    """An external sender of the group."""

    def committed(self, **intent: Any) -> tuple[Commit, bytes]:
        """A commit of Alice's and its confirmation tag, without spending her keys."""
        pending = copied(self.alice).commit(**intent, rng=rng, now=NOW)
        signed = codec.decode(AuthenticatedContent.read, pending.staged.authenticated_content)
        body = signed.content.body
        assert isinstance(body, Commit)
        return body, signed.auth.confirmation_tag or b""

    def stage(self, message: bytes, bob: Group | None = None) -> None:
        """Bob stages it, and goes on in the epoch it leads to."""
        group = bob or self.bob
        staged = group.stage(message, now=NOW, psks=PSKS)
        use_staged(staged)
        if not staged.is_removed:
            use(group.merge(staged))


@cache
def world(suite_id: int = 0x0001) -> World:
    guest = Party.make(suite_id, "guest", "x509")
    delegate = Party.make(suite_id, "delegate", "basic")
    outside = ExternalSender(delegate.key_package.leaf_node.signature_key, BasicCredential(b"delegate"))
    alice, bob, carol = trio(suite_id, "basic")
    pending = alice.commit(extensions=[Extension.for_external_senders([outside])], rng=rng, now=NOW)
    bob, carol = (one.merge(one.stage(pending.message, now=NOW)) for one in (bob, carol))
    return World(alice.merge(pending.staged), bob, carol, guest, delegate)


@cache
def kept(suite_id: int = 0x0001) -> dict[str, list[Any]]:
    """What a member's own storage holds, by the decoder that reads it."""
    w = world(suite_id)
    pending = copied(w.alice).commit(
        adds=[w.guest.key_package], removes=[w.carol.own_index], rng=rng, now=NOW
    )
    shut_out = w.carol.stage(pending.message, now=NOW)
    bob = copied(w.bob)
    bob.store_proposal(send(w.alice, Remove(w.carol.own_index)))
    bob.propose_update(rng=rng)
    late = copied(w.alice)
    late.protect(b"lost", rng=rng)
    bob.unprotect(late.protect(b"words", rng=rng).message)
    groups = [w.alice, bob, w.alice.merge(pending.staged)]
    states = [group._state for group in groups]
    return {
        "groups": groups,
        "staged": [pending.staged, shut_out],
        "states": states,
        "past": [one for state in states for one in state.past],
        "secrets": [state.secrets for state in states],
        "trees": [group._ratchets for group in groups],
        "proposed": list(bob.proposals.values()),
        "held": [bob._proposals],
        "ratchets": [one for group in groups for one in group._ratchets._ratchets.values()],
    }


def use_staged(staged: StagedCommit) -> None:
    """Look at everything that a staged commit shows."""
    assert staged.before
    assert staged.after
    assert len(staged.added) == len(staged.added_at)
    assert len(staged.removed) == len(staged.removed_at)
    assert len(staged.updated) == len(staged.updated_at)
    assert StagedCommit.decode(staged.encode()).encode() == staged.encode()


def use(group: Group) -> None:
    """Whatever was accepted can be stored, spoken in and committed to, unless it closed the group or its count of epochs."""
    kept = copied(group)
    assert kept.members
    if kept.reinit is not None:
        return
    kept.drop_proposals()
    kept.protect(b"words", rng=rng)
    if kept.epoch < LAST_EPOCH:
        kept.merge(kept.commit(rng=rng, now=NOW).staged)
    else:
        with pytest.raises(errors.RefusedError, match="epoch"):
            kept.commit(rng=rng, now=NOW)
