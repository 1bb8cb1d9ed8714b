"""Rule I7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol import codec
from hotline_protocol.errors import CertificateError, FormatError, HotlineError
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.digits import compare_digits
from tests.protocol.identity.parties import delegation


def test_a_card_survives_its_file() -> None:
    card = delegation("b").card
    again = Card.decode(card.encode())
    assert again == card
    assert again.public_key == delegation("b").key.public_bytes()
    compare_digits(again.fingerprint, card.digits)


def test_a_card_cannot_take_another_name() -> None:
    with pytest.raises(CertificateError, match="another delegation"):
        Card("ALPHA", delegation("b").card.root)


def test_a_card_whose_root_was_touched_is_refused() -> None:
    root = bytearray(delegation("a").card.root)
    root[-1] ^= 1
    data = codec.encode({"v": 1, "kind": "hotline card", "delegation": "ALPHA", "root": bytes(root)})
    with pytest.raises(CertificateError, match="own key"):
        Card.decode(data)


@pytest.mark.parametrize("change", [{"v": 2}, {"kind": "hotline charter"}, {"more": 1}])
def test_another_kind_or_version_is_refused(change: dict[str, object]) -> None:
    card = delegation("a").card
    data = {"v": 1, "kind": "hotline card", "delegation": card.delegation, "root": card.root, **change}
    with pytest.raises(FormatError):
        Card.decode(codec.encode(data))


@given(st.binary(max_size=300))
def test_rubbish_is_no_card(data: bytes) -> None:
    with pytest.raises(HotlineError):
        Card.decode(data)
