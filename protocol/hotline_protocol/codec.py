"""Strict msgpack for everything that is signed or stored: one value, no duplicate keys, bounded, typed by msgspec."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgpack
import msgspec

from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

T = TypeVar("T")

MAX_DOCUMENT: Final = 256 * 1024
"""The largest object decoded here unless the caller says otherwise, in bytes."""


def _pairs(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise FormatError("a map names the same key twice")
    return result


def encode(value: Any) -> bytes:
    """The msgpack encoding of a builtin value or msgspec struct. Whoever signs it signs these exact bytes."""
    return msgspec.msgpack.encode(value)


def decode_raw(data: bytes, *, limit: int = MAX_DOCUMENT) -> Any:
    """One msgpack value made of builtins; anything malformed, oversized or ambiguous is a `FormatError`."""
    if len(data) > limit:
        raise FormatError(f"the object has {len(data)} bytes, at most {limit} are allowed")
    try:
        return msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_pairs,
            max_str_len=limit,
            max_bin_len=limit,
            max_array_len=limit,
            max_map_len=limit,
            max_ext_len=0,
        )
    except FormatError:
        raise
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise FormatError(f"not one complete msgpack object: {type(error).__name__}") from None


def convert(value: Any, kind: type[T]) -> T:
    """A decoded value as exactly one `kind`, strictly: text is no bytes, a bool no number."""
    try:
        return msgspec.convert(value, kind, strict=True, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise FormatError(f"not a valid {kind.__name__}: {show(str(error))}") from None


def decode(data: bytes, kind: type[T], *, limit: int = MAX_DOCUMENT) -> T:
    """`data` as exactly one `kind` (a msgspec struct or builtin type), strictly."""
    return convert(decode_raw(data, limit=limit), kind)
