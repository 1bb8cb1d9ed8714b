from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.documents import encode_body
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import Role


@pytest.mark.parametrize(
    "body",
    [
        Announcement(Change.JOINS, "דנה לוי", Role.HEAD, 0),
        Announcement(Change.LEAVES, "Dana Levi", Role.HEAD, 0, note="two\nlines"),
        Announcement(Change.REPLACES, "Dana Levi", Role.HEAD, 0, "Eli Bar"),
    ],
)
def test_what_can_be_said(body: Announcement) -> None:
    assert encode_body(body)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((Change.JOINS, "", Role.HEAD, 0), "the name is empty"),
        ((Change.JOINS, "a\nb", Role.HEAD, 0), "control or invisible"),
        ((Change.JOINS, "Dana", "king", 0), "king"),
        ((Change.JOINS, "Dana", Role.HEAD, -1), "0"),
        ((Change.JOINS, "Dana", Role.HEAD, 0, "Eli"), "a replacement names who is replaced"),
        ((Change.LEAVES, "Dana", Role.HEAD, 0, "Eli"), "a replacement names who is replaced"),
        ((Change.REPLACES, "Dana", Role.HEAD, 0), "a replacement names who is replaced"),
        ((Change.REPLACES, "Dana", Role.HEAD, 0, "x" * 201), "has 201 characters"),
        (("VANISHES", "Dana", Role.HEAD, 0), "VANISHES"),
        ((Change.JOINS, "Dana", Role.HEAD, 0, "", "x" * 1001), "the note has 1001"),
    ],
)
def test_what_cannot_be_said(given: tuple[Any, ...], words: str) -> None:
    with pytest.raises(FormatError) as refused:
        encode_body(Announcement(*given))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
