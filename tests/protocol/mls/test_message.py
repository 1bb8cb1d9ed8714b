from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import ContentType, WireFormat
from hotline_protocol.mls.errors import MalformedError, RefusedError, UnsupportedError
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.welcome import Welcome

MESSAGE = PrivateMessage(b"group", 1, ContentType.APPLICATION, b"", b"sender", b"ciphertext")
ENCODED = MLSMessage(MESSAGE).encode()


def test_round_trip() -> None:
    message = codec.decode(MLSMessage.read, ENCODED)
    assert message.body == MESSAGE
    assert message.wire_format == WireFormat.PRIVATE_MESSAGE
    assert decode_body(PrivateMessage, ENCODED) == MESSAGE


def test_another_kind_of_message_is_refused() -> None:
    with pytest.raises(RefusedError, match="expected a Welcome, got a PrivateMessage"):
        decode_body(Welcome, ENCODED)


@pytest.mark.parametrize("head", ["00000002", "00020002", "00010000", "00010006", "00011a1a"])
def test_other_versions_and_formats_are_unsupported(head: str) -> None:
    with pytest.raises(UnsupportedError):
        codec.decode(MLSMessage.read, bytes.fromhex(head) + ENCODED[4:])


def test_trailing_bytes_are_refused() -> None:
    with pytest.raises(MalformedError):
        codec.decode(MLSMessage.read, ENCODED + b"\x00")


@given(st.binary(max_size=200), st.integers(1, 5))
def test_any_bytes_decode_to_themselves_or_are_refused(data: bytes, wire_format: int) -> None:
    encoded = codec.u16(1) + codec.u16(wire_format) + data
    try:
        message = codec.decode(MLSMessage.read, encoded)
    except (MalformedError, UnsupportedError):
        return
    assert message.encode() == encoded
