"""Addressees typed and read."""

from __future__ import annotations

import pytest

from hotline_client.words.addressees import addressees_text, read_addressees
from hotline_protocol.documents import Addressee
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import Role, Side

NAMES: dict[Side, str] = {"a": "ALPHA", "b": "Joint Command / North"}


@pytest.mark.parametrize(
    ("typed", "action", "info"),
    [
        ("", (), ()),
        ("alpha/deputy", (Addressee("a", Role.DEPUTY),), ()),
        ("joint command / north/HEAD, ALPHA", (Addressee("b", Role.HEAD), Addressee("a")), ()),
        ("INFO alpha", (), (Addressee("a"),)),
        ("Joint Command / North info ALPHA/watch", (Addressee("b"),), (Addressee("a", Role.WATCH),)),
    ],
)
def test_what_is_typed_is_read_and_written_back(
    typed: str, action: tuple[Addressee, ...], info: tuple[Addressee, ...]
) -> None:
    assert read_addressees(typed, NAMES) == (action, info)
    assert read_addressees(addressees_text(action, info, NAMES), NAMES) == (action, info)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("CHARLIE", "expected ALPHA or Joint Command"),
        ("ALPHA/king", "one of head"),
        ("ALPHA INFO ALPHA", "named twice"),
        ("ALPHA, ALPHA", "named twice"),
    ],
)
def test_what_is_no_office_is_refused(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_addressees(typed, NAMES)
