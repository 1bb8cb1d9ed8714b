"""What a device signs about a channel's group from outside of it: its knock, and a founding (rules L10, L13).

A knock brings a KeyPackage and says what it is for. It may prove, by the authenticator of epochs that it shared, that it holds
what a member held: then its side seats it again by itself. A head or deputy may consent in it to found the channel again.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hotline_protocol.codec import decode, encode
from hotline_protocol.errors import FormatError, TrustError
from hotline_protocol.relay.frames import MAX_BODY

MAX_GENERATION: Final = 255
"""How often a channel may be founded again."""
MAX_PROOFS: Final = 4
"""How many epochs a knock may prove at most."""

Hash = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Generation = Annotated[int, msgspec.Meta(ge=0, le=MAX_GENERATION)]
_KNOCK: Final = b"hotline.v1 knock\x00"
_PROOF: Final = b"hotline.v1 proof\x00"
_FOUNDING: Final = b"hotline.v1 founding\x00"


class _Signed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One encoding each; an unknown field is refused."""


class Place(msgspec.Struct, frozen=True):
    """Where a statement stands: nothing said for one entry counts in another."""

    link_id: bytes
    channel: str
    entry_id: bytes


class Proof(_Signed, frozen=True):
    """That the author shared epoch `epoch` of the group of `generation`: a MAC under its authenticator (RFC 9420, 8.7)."""

    generation: Generation
    epoch: Count
    mac: Hash


class Wish(_Signed, frozen=True):
    """What a knock is for. `package`: MLSMessage(KeyPackage); `time`: unix ms; `seated`: the author is a member and has read to here,
    it wants a fresh leaf; `founds`: it consents to found this generation; `accused`: the certificate whose commit did not open.
    """

    package: bytes
    time: Count
    seated: bool = False
    founds: Generation | None = None
    accused: Hash | None = None

    def signed(self, place: Place) -> bytes:
        """What proofs are over."""
        return encode([place.link_id, place.channel, place.entry_id, msgspec.to_builtins(self)])


class Statement(_Signed, frozen=True):
    """The plaintext of a knock (I17)."""

    wish: Wish
    proofs: Annotated[tuple[Proof, ...], msgspec.Meta(max_length=MAX_PROOFS)]
    signature: bytes

    @classmethod
    def make(
        cls, wish: Wish, place: Place, shared: dict[tuple[int, int], bytes], private_key: bytes
    ) -> Statement:
        """Signed with the device's key (32 bytes). `shared`: authenticators by (generation, epoch)."""
        content = wish.signed(place)
        proofs = tuple(
            Proof(generation, epoch, prove(authenticator, content))
            for (generation, epoch), authenticator in shared.items()
        )
        return cls(wish, proofs, _sign(private_key, _KNOCK, cls._over(content, proofs)))

    @classmethod
    def decode(cls, data: bytes) -> Statement:
        """FormatError unless these are its exact bytes."""
        found = decode(data, cls, limit=MAX_BODY)
        if not hmac.compare_digest(found.encode(), data):
            raise FormatError("the knock is not in its shortest form")
        return found

    def encode(self) -> bytes:
        """The exact bytes."""
        return encode(self)

    def verify(self, place: Place, public_key: bytes) -> None:
        """TrustError unless the holder of the key signed it for this entry."""
        content = self.wish.signed(place)
        _verify(public_key, _KNOCK, self._over(content, self.proofs), self.signature, "knock")

    @staticmethod
    def _over(content: bytes, proofs: tuple[Proof, ...]) -> bytes:
        return encode([content, [[one.generation, one.epoch, one.mac] for one in proofs]])


def prove(authenticator: bytes, content: bytes) -> bytes:
    """The MAC of a proof over what the knock says (`Wish.signed`)."""
    return hmac.digest(authenticator, _PROOF + content, "sha256")


class Founding(_Signed, frozen=True):
    """Beside the commit that founds a group: which generation, by whom, with whose consent (L13). `time`: unix ms;
    `certificate`: the founder's, DER; `consents`: the entry ids of the knocks that consent, side `a` first.
    """

    generation: Generation
    time: Count
    certificate: bytes
    consents: Annotated[tuple[Id, ...], msgspec.Meta(max_length=2)]
    signature: bytes = b""

    def sign(self, place: Place, message: bytes, private_key: bytes) -> Founding:
        """The same with its signature over all of it, the entry and the commit (MLSMessage)."""
        signature = _sign(private_key, _FOUNDING, self._over(place, message))
        return msgspec.structs.replace(self, signature=signature)

    def verify(self, place: Place, message: bytes, public_key: bytes) -> None:
        """TrustError unless the holder of the key signed it for this entry and this commit."""
        _verify(public_key, _FOUNDING, self._over(place, message), self.signature, "founding")

    def _over(self, place: Place, message: bytes) -> bytes:
        content = [self.generation, self.time, self.certificate, list(self.consents)]
        return encode([place.link_id, place.channel, place.entry_id, sha256(message).digest(), content])


def _sign(private_key: bytes, label: bytes, content: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(label + content)


def _verify(public_key: bytes, label: bytes, content: bytes, signature: bytes, what: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, label + content)
    except (InvalidSignature, ValueError):
        raise TrustError(f"the signature of the {what} is not its author's") from None
