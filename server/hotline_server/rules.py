"""The rules of one connection: who it is, what it may ask, when it must end. Pure; `now` is unix ms, handed in.

Rules of docs/protocol.md enforced here:
R2  the relay speaks first with `challenge`; the first frame of the client is `hello`, never a later one
R3  `hello` names a link of this relay, carries a certificate its charter's authorities vouch for now, and a signature of
    that key over nonce, link id and the hash of this relay's TLS certificate
R4  a device uses only channels its certificate is entitled to, checked at every frame; commits come only from who may admit
R5  an expired or revoked certificate, or a withdrawn charter, ends a live connection
R10 sizes are bounded
R11 rates are bounded, of commits apart, and who goes on after `rate-limited` is disconnected
R14 in a channel of both sides heads' and deputies' devices offer what they hold
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hotline_protocol.errors import FormatError, PeerError, TrustError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Charter
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.trust import Trust
from hotline_protocol.relay.frames import (
    ID_SIZE,
    MAX_BATCH,
    MAX_BODY,
    Append,
    Challenge,
    ClientFrame,
    Error,
    ErrorCode,
    Follow,
    Hello,
    Offer,
    Refill,
    Rejected,
    Submission,
    hello_content,
)
from hotline_protocol.terms import ADMITTING_ROLES
from hotline_server.limits import Devices, Purse, Quotas, TokenBucket, price, size
from hotline_server.offers import Device, Offered, Refilled
from hotline_server.ordering import LogKey


class RefusedError(PeerError):
    """The connection cannot go on; `frame` tells the client why. `reason` names nobody: it is fit for the relay's log."""

    def __init__(
        self, code: ErrorCode, message: str, retry_after: float | None = None, *, reason: str = ""
    ) -> None:
        super().__init__(message)
        self.frame = Error(code, message, retry_after)
        self.reason = reason or message


@dataclass(frozen=True, slots=True)
class Link:
    """One charter this relay serves, and whom it trusts today."""

    charter: Charter
    trust: Trust


class Links:
    """The links of this relay. `current` is replaced as a whole, so that a session sees a change by identity."""

    def __init__(self, current: Mapping[bytes, Link] = MappingProxyType({})) -> None:
        self.current = current


@dataclass(frozen=True, slots=True)
class Admitted:
    """The device is authenticated; tell it `ready` with these channels."""

    channels: tuple[LogKey, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Order `submissions`; `rejected` is already decided."""

    key: LogKey
    submissions: tuple[Submission, ...]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusals:
    """Nothing to order: the channel, or every submission, is refused."""

    channel: str
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """Send entries after seq `after` from now on."""

    key: LogKey
    after: int


Outcome = Admitted | Accepted | Refusals | Following | Offered | Refilled


@dataclass(slots=True)
class _Device:
    """Who is at the other end, once it has proven it."""

    link_id: bytes
    link: Link
    certificate: Certificate
    purse: Purse
    channels: Mapping[str, LogKey | None]


class Session:
    """The state machine of one connection: `challenge → hello → ready`. `nonce` is fresh and random."""

    def __init__(
        self, links: Links, devices: Devices, quotas: Quotas, tls_certificate_hash: bytes, nonce: bytes
    ) -> None:
        self._links = links
        self._devices = devices
        self._quotas = quotas
        self._tls_certificate_hash = tls_certificate_hash
        self._nonce = nonce
        self._device: _Device | None = None

    @property
    def ready(self) -> bool:
        """Whether the device is authenticated."""
        return self._device is not None

    @property
    def link_id(self) -> bytes:
        """The link of an authenticated device, else empty."""
        return self._device.link_id if self._device else b""

    @property
    def fingerprint(self) -> bytes:
        """The certificate hash of an authenticated device, else empty."""
        return self._device.certificate.fingerprint if self._device else b""

    def may_use(self, key: LogKey) -> bool:
        """Whether an authenticated device may use this log."""
        device = self._device
        return (
            device is not None and device.link_id == key.link_id and device.channels.get(key.channel) == key
        )

    def challenge(self) -> Challenge:
        """What the relay says first."""
        return Challenge(self._nonce)

    def receive(self, frame: ClientFrame, now: int) -> Outcome:
        """What a frame asks for, allowed; RefusedError ends the connection."""
        if self._device is None:
            if not isinstance(frame, Hello):
                raise RefusedError("malformed", "the first frame must be hello")
            return self._hello(frame, now)
        if isinstance(frame, Hello):
            raise RefusedError("malformed", "hello came twice")
        self.recheck(now)
        match frame:
            case Append():
                return self._append(self._device, frame, now)
            case Follow():
                return self._follow(self._device, frame, now)
            case Offer():
                return self._offer(self._device, frame, now)
            case Refill():
                return _refill(self._device, frame)

    def recheck(self, now: int) -> None:
        """End a connection whose certificate or charter no longer holds (R5); cheap unless the links changed."""
        device = self._device
        if device is None:
            return
        link = self._links.current.get(device.link_id)
        if link is None:
            raise RefusedError("unknown-link", "the charter of this link was withdrawn from this relay")
        if not link.trust.is_current(device.certificate, now // 1000):
            raise RefusedError("unauthenticated", "the certificate has expired or was revoked")
        if link is not device.link:
            device.link = link
            device.channels = _channels(device.link_id, link.charter, device.certificate)

    def close(self) -> None:
        """The connection is gone."""
        if self._device is not None:
            self._devices.leave(self._device.link_id + self._device.certificate.fingerprint)
            self._device = None

    def _hello(self, hello: Hello, now: int) -> Admitted:
        link = self._links.current.get(hello.link_id)
        if link is None:
            raise RefusedError("unknown-link", "this relay does not serve that link")
        certificate = self._authenticate(link, hello, now)
        purse = self._devices.enter(hello.link_id + certificate.fingerprint, now)
        if purse is None:
            most = self._quotas.connections_per_device
            raise RefusedError("too-many-connections", f"a device may have {most} connections", 5.0)
        channels = _channels(hello.link_id, link.charter, certificate)
        self._device = _Device(hello.link_id, link, certificate, purse, channels)
        return Admitted(tuple(key for key in channels.values() if key is not None))

    def _authenticate(self, link: Link, hello: Hello, now: int) -> Certificate:
        content = hello_content(self._nonce, hello.link_id, self._tls_certificate_hash)
        try:
            certificate = link.trust.verify(hello.certificate, at=now // 1000)
            Ed25519PublicKey.from_public_bytes(certificate.public_key).verify(hello.signature, content)
        except (TrustError, FormatError) as error:
            raise RefusedError("unauthenticated", str(error), reason="certificate not accepted") from None
        except InvalidSignature:
            raise RefusedError(
                "unauthenticated",
                "the signature of hello does not fit its key, this relay and this connection",
            ) from None
        return certificate

    def _append(self, device: _Device, frame: Append, now: int) -> Outcome:
        _check_shape(frame)
        key, problem = _entitled(device, frame.channel)
        if key is None:
            code, message = problem
            return Refusals(
                frame.channel, tuple(Rejected(one.id, code, message) for one in frame.submissions)
            )
        judged = [(one, _why_not(device, one, now)) for one in frame.submissions]
        fitting = tuple(one for one, refusal in judged if refusal is None)
        rejected = tuple(refusal for _, refusal in judged if refusal is not None)
        wait = device.purse.entries.take(sum(map(price, fitting)), now) or device.purse.bytes.take(
            sum(map(size, fitting)), now
        )
        if wait:
            self._check_patience(device.purse.entries)
            self._check_patience(device.purse.bytes)
            late = tuple(Rejected(one.id, "rate-limited", "too many entries", wait) for one in fitting)
            return Refusals(frame.channel, rejected + late)
        if not fitting:
            return Refusals(frame.channel, rejected)
        return Accepted(key, fitting, rejected)

    def _check_patience(self, bucket: TokenBucket) -> None:
        """A client that keeps sending what was refused is not worth reading (R11)."""
        if bucket.refused > max(64, self._quotas.burst // MAX_BATCH):
            raise RefusedError("rate-limited", "too many frames after rate-limited", 30.0)

    def _offer(self, device: _Device, frame: Offer, now: int) -> Offered:
        key = _channel(device, frame.channel)
        channel = device.link.charter.channel(frame.channel)
        both = channel is None or len(channel.sides) > 1
        if both and device.certificate.role not in ADMITTING_ROLES:
            raise RefusedError("not-entitled", "only devices of heads and deputies offer what they hold")
        wait = device.purse.entries.take(1, now)
        if wait:
            raise RefusedError("rate-limited", "too many frames", wait)
        return Offered(key, both, _who(device), frame.seq, frame.head)

    def _follow(self, device: _Device, frame: Follow, now: int) -> Following:
        key = _channel(device, frame.channel)
        if frame.after < 0:
            raise RefusedError("malformed", f"follow after {frame.after}")
        wait = device.purse.entries.take(1, now)
        if wait:
            raise RefusedError("rate-limited", "too many frames", wait)
        return Following(key, frame.after)


def _why_not(device: _Device, one: Submission, now: int) -> Rejected | None:
    """Why this submission is refused whatever the log says, None if it is not."""
    if len(one.body) > MAX_BODY:
        return Rejected(
            one.id, "too-large", f"the body has {len(one.body)} bytes, at most {MAX_BODY} are allowed"
        )
    if one.kind != "commit":
        return None
    if not device.certificate.admits:
        return Rejected(one.id, "not-entitled", "the certificate admits nobody, so it commits nothing")
    wait = device.purse.commits.take(1, now)
    return Rejected(one.id, "rate-limited", "too many commits", wait) if wait else None


def _channels(link_id: bytes, charter: Charter, certificate: Certificate) -> dict[str, LogKey | None]:
    """Every channel of the charter; None where the certificate is not entitled (R4)."""
    return {
        channel.name: LogKey(link_id, channel.name) if may_use(certificate, channel) else None
        for channel in charter.channels
    }


def _entitled(device: _Device, channel: str) -> tuple[LogKey | None, tuple[ErrorCode, str]]:
    key = device.channels.get(channel)
    if key is None and channel in device.channels:
        return None, ("not-entitled", "the certificate is not entitled to this channel")
    return key, ("unknown-channel", "the charter names no such channel")


def _channel(device: _Device, name: str) -> LogKey:
    key, (code, message) = _entitled(device, name)
    if key is None:
        raise RefusedError(code, message)
    return key


def _who(device: _Device) -> Device:
    side = device.certificate.side
    if side is None:
        raise RefusedError("unauthenticated", "a certificate of no side")
    return Device(device.certificate.fingerprint, side)


def _refill(device: _Device, frame: Refill) -> Refilled:
    if not len(frame.entries) <= MAX_BATCH or frame.first < 1:
        raise RefusedError(
            "malformed", f"refill carries {len(frame.entries)} entries, at most {MAX_BATCH} are allowed"
        )
    return Refilled(_channel(device, frame.channel), _who(device), frame.first, frame.entries)


def _check_shape(frame: Append) -> None:
    """What a correct client never sends (R10)."""
    count = len(frame.submissions)
    if not 1 <= count <= MAX_BATCH:
        raise RefusedError("malformed", f"append carries {count} submissions, 1 to {MAX_BATCH} are allowed")
    for one in frame.submissions:
        if len(one.id) != ID_SIZE or one.after < 0:
            raise RefusedError(
                "malformed", f"a submission needs an id of {ID_SIZE} bytes and an `after` of 0 or more"
            )
