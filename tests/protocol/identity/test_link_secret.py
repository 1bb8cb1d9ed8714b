"""Rule I17: what is sealed under the link secret opens for its own entry and nothing else."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.errors import FormatError
from hotline_protocol.identity import link_secret
from hotline_protocol.identity.link_secret import NONCE_SIZE, seal, unseal
from tests.protocol.identity.parties import SECRET

PLACE: dict[str, Any] = {"link_id": sha256(b"link").digest(), "channel": "plenary", "entry_id": b"i" * 16}
NONCE = b"n" * NONCE_SIZE


def sealed(content: bytes = b"a key package") -> bytes:
    return seal(SECRET, "knock", content, **PLACE, rng=lambda size: NONCE[:size])


@given(st.binary(max_size=2000))
def test_what_was_sealed_opens(content: bytes) -> None:
    assert unseal(SECRET, "knock", sealed(content), **PLACE) == content


def test_the_size_says_the_class_only() -> None:
    assert len(sealed(b"")) == len(sealed(bytes(252))) == 256 + 12 + 16
    assert len(sealed(bytes(253))) == 512 + 12 + 16
    assert b"a key package" not in sealed()
    assert sealed().startswith(NONCE)


@pytest.mark.parametrize(
    ("secret", "purpose", "changed"),
    [
        (bytes(32), "knock", {}),
        (SECRET, "crls", {}),
        (SECRET, "knock", {"link_id": bytes(32)}),
        (SECRET, "knock", {"channel": "air"}),
        (SECRET, "knock", {"entry_id": bytes(16)}),
    ],
)
def test_it_opens_nowhere_else(secret: bytes, purpose: Any, changed: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="not sealed for this entry"):
        unseal(secret, purpose, sealed(), **{**PLACE, **changed})


@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    body = bytearray(sealed())
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FormatError):
        unseal(SECRET, "knock", bytes(body), **PLACE)


def test_a_stump_is_refused() -> None:
    with pytest.raises(FormatError, match="too short"):
        unseal(SECRET, "knock", sealed()[:31], **PLACE)


@pytest.mark.parametrize(
    "plain", [b"\xff\xff\xff\xff".ljust(256, b"\0"), b"\0\0\0\x01".ljust(256, b"x"), bytes(300)]
)
def test_wrong_padding_is_refused(plain: bytes) -> None:
    cipher = link_secret._cipher(SECRET, "knock", PLACE["link_id"], PLACE["channel"])
    body = NONCE + cipher.encrypt(NONCE, plain, PLACE["channel"].encode() + PLACE["entry_id"])
    with pytest.raises(FormatError, match="padding"):
        unseal(SECRET, "knock", body, **PLACE)
