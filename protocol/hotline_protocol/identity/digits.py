"""Fingerprints as 30 decimal digits that one person reads out and another types (docs/protocol.md, rules I1 and I2).

I1  digits(f) = six groups of five; group k is bytes 8k to 8k+8 of SHAKE-256("hotline.v1 digits" ‖ f), big-endian, modulo 100,000
I2  they are compared by the program, never by eye; the first group that differs is named, nothing else is asked
"""

from __future__ import annotations

from hashlib import shake_256
from typing import Final

from hotline_protocol.errors import TrustError

GROUPS: Final = 6
GROUP_SIZE: Final = 5
_LABEL: Final = b"hotline.v1 digits"
_WORD: Final = 8


class DigitsError(TrustError):
    """What was typed is not what stands here. `group` is the first group that differs, from 1; None: the length is wrong."""

    def __init__(self, message: str, group: int | None = None) -> None:
        super().__init__(message)
        self.group = group


def digits(fingerprint: bytes) -> str:
    """The 30 digits of a fingerprint, `12345 67890 …` (I1); about 2^99 possibilities."""
    stream = shake_256(_LABEL + fingerprint).digest(GROUPS * _WORD)
    words = (int.from_bytes(stream[at : at + _WORD], "big") for at in range(0, len(stream), _WORD))
    return " ".join(f"{word % 10**GROUP_SIZE:0{GROUP_SIZE}d}" for word in words)


def compare_digits(fingerprint: bytes, typed: str) -> None:
    """Whether `typed` are the digits of `fingerprint`, spaces and dashes aside; DigitsError says which group differs."""
    got = "".join(typed.replace("-", " ").split())
    if not (got.isascii() and got.isdecimal()) and got:
        raise DigitsError("expected digits, spaces and dashes only")
    wanted = digits(fingerprint).replace(" ", "")
    if len(got) != len(wanted):
        raise DigitsError(f"expected {len(wanted)} digits, {len(got)} were typed")
    for group in range(GROUPS):
        part = slice(group * GROUP_SIZE, (group + 1) * GROUP_SIZE)
        if got[part] != wanted[part]:
            raise DigitsError(f"group {group + 1} of {GROUPS} differs", group + 1)
