"""What a peer driver holds: identities with their key packages, groups, pre-shared keys; and all of it as one blob.

A blob starts with the SHA-256 of what follows, so that a damaged one is refused before any of it is read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from dataclasses import dataclass, field

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import Credential, read_credential
from hotline_protocol.mls.errors import UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.joining import tree_of
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.proposal import Update
from hotline_protocol.mls.staged import PendingCommit, StagedCommit
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo
from tests.interop.peer_fields import U64, BadRequestError, Fields, read_request, to_b64

LAST_RESORT = 0x000A
"""The key package extension `last_resort` (draft-ietf-mls-extensions): the package may be used more than once."""

CAPABILITIES = Capabilities(cipher_suites=tuple(SUITES), extensions=(LAST_RESORT,))

_DIGEST = 32
_WEEKS_12 = 84 * 86400


def rng(length: int) -> bytes:
    return os.urandom(length)


def now() -> int:
    return int(time.time())


def lifetime_of(fields: Fields) -> Lifetime:
    """`lifetime`: seconds from now, or `{"not_before", "not_after"}` in unix seconds; twelve weeks by default."""
    if not fields.has("lifetime"):
        return default_lifetime()
    if isinstance(fields.raw["lifetime"], dict):
        given = fields.nested("lifetime")
        return Lifetime(given.number("not_before", U64), given.number("not_after", U64))
    return Lifetime(now() - 3600, now() + fields.number("lifetime"))


def default_lifetime() -> Lifetime:
    return Lifetime(now() - 3600, now() + _WEEKS_12)


def held_by(group: Group) -> list[bytes]:
    """References of all proposals that wait, but for our own updates: what a committer should take (RFC 9420 §12.4)."""
    return [
        ref
        for ref, one in group.proposals.items()
        if not (isinstance(one.proposal, Update) and one.sender.index == group.own_index)
    ]


@dataclass(frozen=True)
class Offer:
    """A key package of ours and its private part."""

    key_package: KeyPackage
    private: KeyPackagePrivate
    last_resort: bool = False


@dataclass
class Identity:
    """Somebody that the driver plays: one suite, one signature key, one credential."""

    suite: CipherSuite
    credential: Credential
    signing_key: bytes
    capabilities: Capabilities
    offers: dict[bytes, Offer] = field(default_factory=dict)
    """Key packages that no Welcome has used yet, by reference."""

    def leaf_in(self, group_info: bytes, ratchet_tree: bytes | None) -> LeafIndex:
        """Where the identity sits in a group that it comes back to."""
        key = self.suite.signature_public_key(self.signing_key)
        leaves = list(tree_of(decode_body(GroupInfo, group_info), ratchet_tree).leaves())
        by_key = [index for index, leaf in leaves if leaf.signature_key == key]
        by_name = [index for index, leaf in leaves if leaf.credential == self.credential]
        found = by_key or by_name
        if not found:
            raise UsageError("resync: this identity has no leaf in the group")
        return found[0]

    def make_offer(
        self,
        lifetime: Lifetime,
        *,
        last_resort: bool = False,
        leaf_extensions: tuple[Extension, ...] = (),
    ) -> Offer:
        key_package, private = KeyPackage.create(
            self.suite,
            rng,
            self.signing_key,
            self.credential,
            lifetime,
            capabilities=self.capabilities,
            leaf_extensions=leaf_extensions,
            extensions=(Extension(LAST_RESORT, b""),) if last_resort else (),
        )
        return Offer(key_package, private, last_resort)


@dataclass
class Seat:
    """An identity's place in a group."""

    identity: str
    group: Group
    pending: PendingCommit | None = None
    removed: bool = False

    @property
    def active(self) -> bool:
        return not self.removed and self.group.reinit is None

    def check_member(self) -> None:
        if self.removed:
            raise UsageError("a commit removed this member from the group")

    def need_pending(self) -> PendingCommit:
        self.check_member()
        if self.pending is None:
            raise UsageError("no commit is pending")
        return self.pending

    def check_free(self) -> None:
        self.check_member()
        if self.pending is not None:
            raise UsageError("a commit is pending; apply or clear it first")


@dataclass
class PeerState:
    """Everything the driver remembers between two requests."""

    identities: dict[str, Identity] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    psks: dict[bytes, bytes] = field(default_factory=dict)
    done: bool = False

    def seat(self, fields: Fields) -> tuple[str, Seat]:
        """The place in a group that a request names."""
        handle = fields.handle("group", self.seats)
        return handle, self.seats[handle]

    def known_to(self, seat: Seat) -> list[Group]:
        """The other groups of the seat's identity, whose resumption keys it may name."""
        return [one for one in self.groups_of(seat.identity) if one is not seat.group]

    def add_identity(self, identity: Identity) -> str:
        handle = f"i{len(self.identities) + 1}"
        self.identities[handle] = identity
        return handle

    def add_seat(self, seat: Seat) -> str:
        handle = f"g{len(self.seats) + 1}"
        self.seats[handle] = seat
        return handle

    def groups_of(self, identity: str) -> list[Group]:
        """The groups whose resumption keys the identity holds."""
        return [seat.group for seat in self.seats.values() if seat.identity == identity]

    def save(self) -> bytes:
        body = json.dumps(
            {
                "identities": [_identity_to_json(one) for one in self.identities.values()],
                "seats": [_seat_to_json(one) for one in self.seats.values()],
                "psks": [[to_b64(name), to_b64(key)] for name, key in self.psks.items()],
            }
        ).encode()
        return hashlib.sha256(body).digest() + body

    @classmethod
    def load(cls, blob: bytes) -> PeerState:
        body = blob[_DIGEST:]
        if not hmac.compare_digest(hashlib.sha256(body).digest(), blob[:_DIGEST]):
            raise BadRequestError("field", "blob is none that save gave out, or damaged")
        stored = Fields(read_request(body))
        state = cls()
        for one in stored.each("identities"):
            state.add_identity(_identity_from_json(one))
        for one in stored.each("seats"):
            state.add_seat(_seat_from_json(one))
        for pair in stored.raw["psks"]:  # type: ignore[attr-defined]  # `save` writes a list of pairs
            name, key = Fields({"pair": pair}).datas("pair")
            state.psks[name] = key
        return state


def _identity_to_json(one: Identity) -> dict[str, object]:
    return {
        "suite": one.suite.id,
        "credential": to_b64(one.credential.encode()),
        "signing_key": to_b64(one.signing_key),
        "capabilities": to_b64(one.capabilities.encode()),
        "offers": [
            {
                "key_package": to_b64(offer.key_package.encode()),
                "private": to_b64(offer.private.encode()),
                "last_resort": offer.last_resort,
            }
            for offer in one.offers.values()
        ],
    }


def _identity_from_json(stored: Fields) -> Identity:
    identity = Identity(
        cipher_suite(stored.number("suite")),
        codec.decode(read_credential, stored.data("credential")),
        stored.data("signing_key"),
        codec.decode(Capabilities.read, stored.data("capabilities")),
    )
    for one in stored.each("offers"):
        key_package = codec.decode(KeyPackage.read, one.data("key_package"))
        private = codec.decode(KeyPackagePrivate.read, one.data("private"))
        identity.offers[key_package.ref(identity.suite)] = Offer(
            key_package, private, one.flag("last_resort")
        )
    return identity


def _seat_to_json(seat: Seat) -> dict[str, object]:
    pending = seat.pending
    return {
        "identity": seat.identity,
        "epoch": to_b64(seat.group.encode_epoch()),
        "ratchets": to_b64(seat.group.encode_ratchets()),
        "removed": seat.removed,
        "pending": None
        if pending is None
        else {
            "message": to_b64(pending.message),
            "welcome": None if pending.welcome is None else to_b64(pending.welcome),
            "staged": to_b64(pending.staged.encode()),
        },
    }


def _seat_from_json(stored: Fields) -> Seat:
    seat = Seat(
        stored.text("identity"),
        Group.decode(stored.data("epoch"), stored.data("ratchets")),
        removed=stored.flag("removed"),
    )
    if stored.has("pending"):
        one = stored.nested("pending")
        welcome = one.data("welcome") if one.has("welcome") else None
        seat.pending = PendingCommit(one.data("message"), welcome, StagedCommit.decode(one.data("staged")))
    return seat
