"""Where the engine meets MLS and identity: our key packages and groups, what is sealed under the link secret, and `certify`."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from hotline_client.engine.context import Context
from hotline_client.engine.draft import Draft, Random
from hotline_client.engine.standing import OwnKnock
from hotline_protocol.codec import decode, encode
from hotline_protocol.identity import link_secret
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.link_secret import Purpose
from hotline_protocol.identity.membership import certify
from hotline_protocol.identity.statements import MAX_GENERATION, Place
from hotline_protocol.identity.trust import Trust
from hotline_protocol.mls import codec
from hotline_protocol.mls.credential import X509Credential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group import Group, StagedWelcome
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.welcome import Welcome
from hotline_protocol.relay.frames import MAX_BODY

LIFETIME: Final = 30 * 24 * 3600
"""How long a knock stays good, s."""
_SKEW: Final = 3600


@dataclass(frozen=True, slots=True)
class OwnKeyPackage:
    """A key package of ours as MLSMessage bytes, its private part, and when it ends (unix s)."""

    package: bytes
    private: bytes = field(repr=False)
    expires: int


def fingerprint(der: bytes) -> bytes:
    """The fingerprint of a certificate."""
    return sha256(der).digest()


def suite(context: Context) -> CipherSuite:
    """The charter's suite."""
    return cipher_suite(context.charter.suite)


def _create(context: Context, now: int, rng: Random) -> tuple[KeyPackage, KeyPackagePrivate]:
    lifetime = Lifetime(now - _SKEW, min(now + LIFETIME, context.certificate.not_after))
    credential = X509Credential((context.certificate.der,))
    return KeyPackage.create(suite(context), rng, context.private_key, credential, lifetime)


def make_key_package(context: Context, *, now: int, rng: Random) -> OwnKeyPackage:
    """A key package for our certificate, good from an hour ago for a month or until the certificate ends."""
    package, private = _create(context, now, rng)
    expires = package.leaf_node.lifetime.not_after if package.leaf_node.lifetime else now
    return OwnKeyPackage(MLSMessage(package).encode(), private.encode(), expires)


def seal(draft: Draft, purpose: Purpose, content: bytes, entry_id: bytes) -> bytes:
    """`content` hidden from the relay, for one entry of this channel (I17)."""
    context = draft.context
    return link_secret.seal(
        context.link_secret,
        purpose,
        content,
        link_id=context.charter.link_id,
        channel=draft.name,
        entry_id=entry_id,
        rng=draft.rng,
    )


def unseal(draft: Draft, purpose: Purpose, sealed: bytes, entry_id: bytes) -> bytes:
    """What `seal` of another device hid; FormatError if it was not made for this entry."""
    context = draft.context
    return link_secret.unseal(
        context.link_secret,
        purpose,
        sealed,
        link_id=context.charter.link_id,
        channel=draft.name,
        entry_id=entry_id,
    )


def read_key_package(context: Context, data: bytes, *, now: int) -> KeyPackage:
    """A key package that is good at `now` (unix s) for the charter's suite."""
    package = decode_body(KeyPackage, data)
    package.verify(suite(context), now)
    return package


def create_group(draft: Draft, generation: int) -> Group:
    """The channel's group of a generation with us alone, epoch 0."""
    package, private = _create(draft.context, draft.now // 1000, draft.rng)
    name = draft.context.charter.group_id(draft.name, generation)
    return Group.create(suite(draft.context), name, package, private, rng=draft.rng)


def encode_group(group: Group) -> bytes:
    """A whole group as one value. Secret."""
    return encode([group.encode_epoch(), group.encode_ratchets()])


def decode_group(data: bytes) -> Group:
    """What `encode_group` made."""
    epoch, ratchets = decode(data, list[bytes], limit=16 * MAX_BODY)
    return Group.decode(epoch, ratchets)


def _own_package(own: OwnKnock) -> tuple[KeyPackage, KeyPackagePrivate]:
    return decode_body(KeyPackage, own.package), codec.decode(KeyPackagePrivate.read, own.private)


def is_addressed(context: Context, welcome: bytes, own: OwnKnock) -> bool:
    """Whether a Welcome names our knock."""
    reference = _own_package(own)[0].ref(suite(context))
    return any(one.new_member == reference for one in decode_body(Welcome, welcome).secrets)


def authenticated_data(message: bytes) -> bytes:
    """What a handshake message signs in clear; one that is no PrivateMessage is refused (L11)."""
    return decode_body(PrivateMessage, message).authenticated_data


def group_of(message: bytes) -> bytes:
    """The id of the group that a handshake message is for."""
    return decode_body(PrivateMessage, message).group_id


def generation_of(draft: Draft, group_id: bytes) -> int:
    """Of which generation of this channel a group is; RefusedError if it is none of it."""
    charter = draft.context.charter
    for generation in range(MAX_GENERATION + 1):
        if hmac.compare_digest(charter.group_id(draft.name, generation), group_id):
            return generation
    raise RefusedError("group", "the group is of another channel")


def place(draft: Draft, entry_id: bytes) -> Place:
    """Where a statement of an entry of this channel stands."""
    return Place(draft.context.charter.link_id, draft.name, entry_id)


def open_welcome(welcome: bytes, own: OwnKnock, *, now: int) -> StagedWelcome:
    """The group a Welcome leads to, for our knock; nothing is joined yet."""
    package, private = _own_package(own)
    return Group.join(welcome, package, private, now=now)


def certify_commit(
    draft: Draft, group: Group, staged: StagedCommit, committer: Certificate, *, at: int, founding: bool
) -> None:
    """The one membership decision over a commit staged on `group`; MembershipError names the rule."""
    certify(
        draft.state.channel,
        draft.state.trust,
        staged.before,
        staged.after,
        committer,
        at=at,
        founding=founding,
        suite=draft.context.charter.suite,
        context=replace(group.group_context, epoch=staged.epoch, extensions=staged.extensions),
        proposals=staged.proposals,
    )


def certify_welcome(
    draft: Draft, staged: StagedWelcome, trust: Trust, committer: Certificate, *, at: int, founding: bool
) -> None:
    """The same over a Welcome's whole tree, under `trust`: ours with the revocation lists that came with it. What stood
    before is known for a founding (the founder alone); else we take it that only we were added.
    """
    if founding:
        before = [one for one in staged.members if one.index == staged.committer]
    else:
        before = [one for one in staged.members if one.index != staged.own_index]
    certify(
        draft.state.channel,
        trust,
        before,
        staged.members,
        committer,
        at=at,
        founding=founding,
        suite=draft.context.charter.suite,
        context=staged.group_context,
    )
