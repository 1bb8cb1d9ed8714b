"""Randomness of a world: streams of their own for everything in it, all from the one seed."""

from __future__ import annotations

import random


def stream(name: str, seed: int | str = "") -> random.Random:
    """The same numbers for the same name and seed."""
    return random.Random(f"{name} {seed}")  # noqa: S311  reproducible on purpose
