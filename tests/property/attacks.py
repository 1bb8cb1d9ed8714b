"""An attack on anything that takes bytes: changes at random places, from a fixed seed. `HOTLINE_FUZZ` multiplies the rounds."""

from __future__ import annotations

import os
from collections.abc import Callable

from hotline_protocol.errors import HotlineError, UsageError
from tests.property.mutation import changed, dice

ROUNDS = int(os.environ.get("HOTLINE_FUZZ", "1"))

Target = tuple[bytes, Callable[[bytes], object]]
"""A valid object and what takes it."""


def attack(target: Target, rounds: int, seed: str) -> None:
    """Every changed object is either refused by the project's own error or, where the change did not matter, accepted."""
    good, take = target
    take(good)
    throw = dice(seed)
    for _ in range(rounds * ROUNDS):
        bad = changed(good, throw)
        try:
            take(bad)
        except UsageError as error:
            raise AssertionError(f"the receiver is blamed for {bad.hex()}") from error
        except HotlineError:
            pass
        except BaseException as error:
            raise AssertionError(f"{type(error).__name__} escapes for {bad.hex()}") from error
