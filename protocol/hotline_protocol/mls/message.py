"""The envelope of everything that is sent: protocol version, wire format and one of five bodies (RFC 9420 §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import WireFormat
from hotline_protocol.mls.errors import RefusedError, UnsupportedError
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.welcome import GroupInfo, Welcome

MessageBody = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage
T = TypeVar("T", PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage)

_FORMATS: Final[dict[type, WireFormat]] = {
    PublicMessage: WireFormat.PUBLIC_MESSAGE,
    PrivateMessage: WireFormat.PRIVATE_MESSAGE,
    Welcome: WireFormat.WELCOME,
    GroupInfo: WireFormat.GROUP_INFO,
    KeyPackage: WireFormat.KEY_PACKAGE,
}
_READERS: Final[dict[int, Callable[[Reader], MessageBody]]] = {
    WireFormat.PUBLIC_MESSAGE: PublicMessage.read,
    WireFormat.PRIVATE_MESSAGE: PrivateMessage.read,
    WireFormat.WELCOME: Welcome.read,
    WireFormat.GROUP_INFO: GroupInfo.read,
    WireFormat.KEY_PACKAGE: KeyPackage.read,
}


@dataclass(frozen=True, slots=True)
class MLSMessage:
    """One message in version 1.0 of the protocol."""

    body: MessageBody

    @property
    def wire_format(self) -> WireFormat:
        """What the body is."""
        return _FORMATS[type(self.body)]

    def encode(self) -> bytes:
        """The struct `MLSMessage`."""
        return codec.u16(MLS10) + codec.u16(self.wire_format) + self.body.encode()

    @classmethod
    def read(cls, r: Reader) -> MLSMessage:
        """The struct `MLSMessage`; another version or wire format is unsupported."""
        version, wire_format = r.u16(), r.u16()
        if version != MLS10:
            raise UnsupportedError(f"a message has version {version}, expected {MLS10}")
        read = _READERS.get(wire_format)
        if read is None:
            raise UnsupportedError(f"wire format {wire_format:#06x} is not supported")
        return cls(read(r))


def decode_body(kind: type[T], data: bytes) -> T:
    """The body of a message that must be of one kind; any other is refused as `content-type`."""
    body = codec.decode(MLSMessage.read, data).body
    if not isinstance(body, kind):
        raise RefusedError("content-type", f"expected a {kind.__name__}, got a {type(body).__name__}")
    return body
