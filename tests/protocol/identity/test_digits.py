"""Rules I1 and I2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.identity.digits import DigitsError, compare_digits, digits

FINGERPRINT = bytes(range(32))
FROZEN = "50956 95153 83173 09386 54774 29949"


def test_digits_are_frozen() -> None:
    assert digits(FINGERPRINT) == FROZEN


@given(st.binary(min_size=32, max_size=32))
def test_digits_are_six_groups_of_five_and_compare_with_themselves(fingerprint: bytes) -> None:
    text = digits(fingerprint)
    assert [len(group) for group in text.split(" ")] == [5] * 6
    assert text.replace(" ", "").isdecimal()
    compare_digits(fingerprint, text)
    compare_digits(fingerprint, text.replace(" ", "-"))
    compare_digits(fingerprint, f"  {text.replace(' ', '')}\n")


@given(st.binary(min_size=32, max_size=32), st.integers(0, 29), st.integers(1, 9))
def test_the_first_group_that_differs_is_named(fingerprint: bytes, place: int, by: int) -> None:
    typed = list(digits(fingerprint).replace(" ", ""))
    typed[place] = str((int(typed[place]) + by) % 10)
    with pytest.raises(DigitsError) as caught:
        compare_digits(fingerprint, "".join(typed))
    assert caught.value.group == place // 5 + 1
    assert f"group {place // 5 + 1} of 6 differs" in str(caught.value)


@pytest.mark.parametrize("typed", ["", "12345", FROZEN + "1", FROZEN[:-1]])
def test_a_wrong_length_is_told_apart(typed: str) -> None:
    with pytest.raises(DigitsError, match="expected 30 digits") as caught:
        compare_digits(FINGERPRINT, typed)
    assert caught.value.group is None


@pytest.mark.parametrize("typed", ["yes", FROZEN.replace("1", "١"), FROZEN.replace("1", "I")])
def test_only_digits_are_digits(typed: str) -> None:
    with pytest.raises(DigitsError, match="digits, spaces and dashes"):
        compare_digits(FINGERPRINT, typed)
