"""Extensions of leaves, key packages, groups and group infos (RFC 9420 §13).

Unknown ones and GREASE survive byte for byte. Rule enforced: a list holds each type once (§13).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.credential import Credential, read_credential
from hotline_protocol.mls.errors import MalformedError, UsageError

APPLICATION_ID: Final = 1
RATCHET_TREE: Final = 2
REQUIRED_CAPABILITIES: Final = 3
EXTERNAL_PUB: Final = 4
EXTERNAL_SENDERS: Final = 5
LAST_RESORT: Final = 0x000A
"""Of a key package that may be used again when no other is left (draft-ietf-mls-extensions)."""

_DEFAULT: Final = range(APPLICATION_ID, EXTERNAL_SENDERS + 1)


@dataclass(frozen=True, slots=True)
class RequiredCapabilities:
    """What every member must support (RFC 9420 §11.1)."""

    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """The struct `RequiredCapabilities`."""
        return b"".join(
            codec.vector(map(codec.u16, part)) for part in (self.extensions, self.proposals, self.credentials)
        )

    @classmethod
    def read(cls, r: Reader) -> RequiredCapabilities:
        """The struct `RequiredCapabilities`."""
        return cls(*(tuple(r.vector(Reader.u16)) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class ExternalSender:
    """Somebody outside the group who may propose (RFC 9420 §12.1.8.1)."""

    signature_key: bytes
    credential: Credential

    def encode(self) -> bytes:
        """The struct `ExternalSender`."""
        return codec.opaque(self.signature_key) + self.credential.encode()

    @classmethod
    def read(cls, r: Reader) -> ExternalSender:
        """The struct `ExternalSender`."""
        return cls(r.opaque(), read_credential(r))


@dataclass(frozen=True, slots=True)
class Extension:
    """A type and its data, as received."""

    extension_type: int
    extension_data: bytes

    def encode(self) -> bytes:
        """The struct `Extension`."""
        return codec.u16(self.extension_type) + codec.opaque(self.extension_data)

    @classmethod
    def read(cls, r: Reader) -> Extension:
        """The struct `Extension`."""
        return cls(r.u16(), r.opaque())

    @classmethod
    def for_application_id(cls, value: bytes) -> Extension:
        """`application_id` of a leaf."""
        return cls(APPLICATION_ID, codec.opaque(value))

    @classmethod
    def for_ratchet_tree(cls, encoded_tree: bytes) -> Extension:
        """`ratchet_tree` of a group info, from the tree's encoding."""
        return cls(RATCHET_TREE, encoded_tree)

    @classmethod
    def for_required_capabilities(cls, value: RequiredCapabilities) -> Extension:
        """`required_capabilities` of a group."""
        return cls(REQUIRED_CAPABILITIES, value.encode())

    @classmethod
    def for_external_pub(cls, public: bytes) -> Extension:
        """`external_pub` of a group info."""
        return cls(EXTERNAL_PUB, codec.opaque(public))

    @classmethod
    def for_external_senders(cls, senders: Iterable[ExternalSender]) -> Extension:
        """`external_senders` of a group."""
        return cls(EXTERNAL_SENDERS, codec.vector(sender.encode() for sender in senders))

    @classmethod
    def for_last_resort(cls) -> Extension:
        """`last_resort` of a key package, which is empty."""
        return cls(LAST_RESORT, b"")

    @property
    def is_default(self) -> bool:
        """Whether every implementation supports the type, so that no capabilities list it (RFC 9420 §7.2)."""
        return self.extension_type in _DEFAULT

    def application_id(self) -> bytes:
        """The data of `application_id`."""
        return codec.decode(Reader.opaque, self._data(APPLICATION_ID))

    def required_capabilities(self) -> RequiredCapabilities:
        """The data of `required_capabilities`."""
        return codec.decode(RequiredCapabilities.read, self._data(REQUIRED_CAPABILITIES))

    def external_pub(self) -> bytes:
        """The data of `external_pub`: an HPKE public key."""
        return codec.decode(Reader.opaque, self._data(EXTERNAL_PUB))

    def external_senders(self) -> tuple[ExternalSender, ...]:
        """The data of `external_senders`."""
        return tuple(codec.decode(lambda r: r.vector(ExternalSender.read), self._data(EXTERNAL_SENDERS)))

    def _data(self, expected: int) -> bytes:
        if self.extension_type != expected:
            raise UsageError(f"expected an extension of type {expected}, this one is {self.extension_type}")
        return self.extension_data


def find(extensions: Iterable[Extension], extension_type: int) -> Extension | None:
    """The extension of that type, None if there is none."""
    return next((one for one in extensions if one.extension_type == extension_type), None)


def encode_extensions(extensions: Iterable[Extension]) -> bytes:
    """`Extension extensions<V>`."""
    return codec.vector(one.encode() for one in extensions)


def read_extensions(r: Reader) -> tuple[Extension, ...]:
    """`Extension extensions<V>`; a repeated type is malformed."""
    extensions = tuple(r.vector(Extension.read))
    if len({one.extension_type for one in extensions}) != len(extensions):
        raise MalformedError("a list of extensions holds the same type twice")
    return extensions
