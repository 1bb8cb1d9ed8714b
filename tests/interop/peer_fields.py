"""The fields of one request to the peer driver: each is there, of its type and within its bounds, or the request is refused."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential, Credential, X509Credential
from hotline_protocol.mls.extension import Extension

U16: Final = 0xFFFF
U32: Final = 0xFFFFFFFF
U64: Final = 0xFFFFFFFFFFFFFFFF


class BadRequestError(Exception):
    """The request itself is wrong; `kind` is `json`, `command`, `field` or `handle`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def to_b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def read_request(line: bytes) -> dict[str, object]:
    """One line as a JSON object."""
    try:
        value = json.loads(line.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("json", "expected one JSON object a line, in UTF-8") from error
    if not isinstance(value, dict):
        raise BadRequestError("json", f"expected a JSON object, got a {type(value).__name__}")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class Fields:
    """A JSON object's members. One that is null counts as absent."""

    raw: Mapping[str, object]

    def has(self, name: str) -> bool:
        return self.raw.get(name) is not None

    def text(self, name: str) -> str:
        value = self._need(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a string", value)
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise self._wrong(name, "whole Unicode characters", value) from error
        return value

    def data(self, name: str) -> bytes:
        return self._decode(name, self._need(name))

    def data_or(self, name: str, default: bytes = b"") -> bytes:
        return self.data(name) if self.has(name) else default

    def datas(self, name: str) -> list[bytes]:
        return [self._decode(name, one) for one in self._list(name)]

    def number(self, name: str, most: int = U32) -> int:
        return self._bounded(name, self._need(name), most)

    def numbers(self, name: str) -> tuple[int, ...]:
        return tuple(self._bounded(name, one, U16) for one in self._list(name))

    def flag(self, name: str) -> bool:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return bool(value)

    def nested(self, name: str) -> Fields:
        return Fields(self._object(name, self._need(name)))

    def each(self, name: str) -> list[Fields]:
        return [Fields(self._object(name, one)) for one in self._list(name)]

    def handle(self, name: str, known: Mapping[str, object]) -> str:
        """A handle that was given out before; without the field, the last one that was."""
        if not known:
            raise BadRequestError("handle", f"there is no {name} yet")
        if not self.has(name):
            return list(known)[-1]
        value = self.text(name)
        if value not in known:
            raise BadRequestError("handle", f"there is no {name} of that name")
        return value

    # --- what several commands take

    def extensions(self, name: str) -> tuple[Extension, ...]:
        """`[{"type": number, "data": base64}, …]`; none if the field is absent."""
        if not self.has(name):
            return ()
        return tuple(Extension(one.number("type", U16), one.data("data")) for one in self.each(name))

    def credential(self) -> Credential:
        """`credential`, or a basic one with `name`."""
        if not self.has("credential"):
            return BasicCredential(self.text("name").encode())
        given = self.nested("credential")
        kind = given.text("type")
        if kind == "basic":
            return BasicCredential(given.data("identity"))
        if kind == "x509":
            return X509Credential(tuple(given.datas("certificates")))
        raise BadRequestError("field", "a credential is of type basic or x509")

    def capabilities(self, default: Capabilities) -> Capabilities:
        """`capabilities`, with the default for each list that is absent."""
        if not self.has("capabilities"):
            return default
        given = self.nested("capabilities")

        def listed(name: str, otherwise: tuple[int, ...]) -> tuple[int, ...]:
            return given.numbers(name) if given.has(name) else otherwise

        return Capabilities(
            listed("versions", default.versions),
            listed("cipher_suites", default.cipher_suites),
            listed("extensions", default.extensions),
            listed("proposals", default.proposals),
            listed("credentials", default.credentials),
        )

    def _need(self, name: str) -> object:
        value = self.raw.get(name)
        if value is None:
            raise BadRequestError("field", f"{name} is missing")
        return value

    def _list(self, name: str) -> list[object]:
        value = self._need(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        return value

    def _object(self, name: str, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self._wrong(name, "an object", value)
        return value

    def _bounded(self, name: str, value: object, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self._wrong(name, f"an integer from 0 to {most}", value)
        return value

    def _decode(self, name: str, value: object) -> bytes:
        if not isinstance(value, str):
            raise self._wrong(name, "base64", value)
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequestError("field", f"{name} is not base64") from error

    @staticmethod
    def _wrong(name: str, expected: str, value: object) -> BadRequestError:
        return BadRequestError("field", f"{name}: expected {expected}, got a {type(value).__name__}")
