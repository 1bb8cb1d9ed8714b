"""Families too large to be tried whole in every run: a sample by a seed that is printed, all of it with `pytest --exhaustive`.

A sample is drawn from the family's name and the run's seed alone, so every worker draws the same, and a failing run is repeated by
`--sample-seed`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import pytest

T = TypeVar("T")

_SEED: Final = "HOTLINE_SAMPLE_SEED"
"""How the workers of a run learn its seed."""
_chosen: dict[str, bool | int] = {"exhaustive": False, "seed": 0}


def add_options(parser: pytest.Parser) -> None:
    """`--exhaustive` and `--sample-seed`."""
    group = parser.getgroup("sampling")
    group.addoption("--exhaustive", action="store_true", help="Try sampled families whole.")
    group.addoption(
        "--sample-seed", type=int, default=None, help="The seed of the samples, as a run printed it."
    )


def choose(config: pytest.Config) -> None:
    """Take what the command line says; a seed of its own for a run that names none."""
    workers = os.environ.get("PYTEST_XDIST_WORKER") is not None
    seed = os.environ.get(_SEED) if workers else config.option.sample_seed
    chosen = random.SystemRandom().randrange(1_000_000) if seed is None else int(seed)
    os.environ[_SEED] = str(chosen)
    _chosen.update(exhaustive=config.option.exhaustive, seed=chosen)


def header() -> str:
    """What a run prints of it."""
    return f"samples: {'whole families' if _chosen['exhaustive'] else 'seed ' + str(_chosen['seed'])}"


def some(family: Iterable[T], most: int, name: str) -> list[T]:
    """At most so many of a family, in its order."""
    whole: Sequence[T] = list(family)
    if _chosen["exhaustive"] or len(whole) <= most:
        return list(whole)
    drawn = random.Random(f"{name} {_chosen['seed']}").sample(range(len(whole)), most)  # noqa: S311  no secret
    return [whole[at] for at in sorted(drawn)]


def count(whole: int, sampled: int) -> int:
    """How many rounds of something that chance varies by itself."""
    return whole if _chosen["exhaustive"] else sampled
