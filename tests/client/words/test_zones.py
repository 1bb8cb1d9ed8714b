from __future__ import annotations

import pytest

from hotline_client.words.zones import zone
from hotline_protocol.errors import FormatError


@pytest.mark.parametrize(
    ("name", "key"),
    [("UTC", "UTC"), ("Asia/Jerusalem", "Asia/Jerusalem"), ("W. Europe Standard Time", "Europe/Berlin")],
)
def test_a_zone_by_its_name(name: str, key: str) -> None:
    assert zone(name).key == key


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Zurick", "did you mean Europe/Zurich"),
        ("Mars", "write one such as UTC"),
        ("", "is no time zone"),
        ("Europe", "is no time zone"),
        ("../../etc/passwd", "is no time zone"),
        ("a\0b", "is no time zone"),
        ("x" * 5000, "is no time zone"),
    ],
)
def test_what_is_no_zone_is_told_with_names_that_look_like_it(name: str, hint: str) -> None:
    with pytest.raises(FormatError, match=hint):
        zone(name)
