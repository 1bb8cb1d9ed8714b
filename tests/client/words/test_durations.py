from __future__ import annotations

import pytest

from hotline_client.words import durations
from hotline_protocol.errors import FormatError


@pytest.mark.parametrize(
    ("typed", "seconds"), [("90s", 90), ("15m", 900), (" 2H ", 7200), ("1d", 86_400), ("0s", 0)]
)
def test_what_people_type(typed: str, seconds: int) -> None:
    assert durations.is_duration(typed)
    assert durations.seconds(typed) == seconds


@pytest.mark.parametrize("typed", ["", "15", "m", "1.5h", "-1h", "1h30m", "1234567s", "١h", "15 m"])
def test_what_is_no_duration(typed: str) -> None:
    assert not durations.is_duration(typed)
    with pytest.raises(FormatError, match="a number and a unit"):
        durations.seconds(typed)


@pytest.mark.parametrize(
    ("typed", "minutes"), [("3h", 180), ("90m", 90), ("1H30m", 90), ("2d", 2880), ("1d2h3m", 1563)]
)
def test_how_long_a_meeting_takes(typed: str, minutes: int) -> None:
    assert durations.length(typed) == minutes * 60_000


@pytest.mark.parametrize("typed", ["", "0m", "30m1h", "90s", "h"])
def test_what_is_no_length_of_time(typed: str) -> None:
    with pytest.raises(FormatError, match="no length of time"):
        durations.length(typed)
