"""How much work something is, counted instead of timed: the same on every machine, and under load."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hotline_protocol.mls.tree_math import LeafIndex


class CountedLeaf(int):
    """A leaf index whose comparisons are calls, so that looking through a list of them is seen."""

    def __eq__(self, other: object) -> bool:
        return int(self) == other

    __hash__ = int.__hash__


def counted(leaves: range) -> tuple[LeafIndex, ...]:
    """Leaf indexes whose comparisons are counted."""
    return tuple(LeafIndex(CountedLeaf(leaf)) for leaf in leaves)


def work(task: Callable[[], Any]) -> int:
    """How many functions are called, of Python's own and of ours."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        task()
    finally:
        sys.setprofile(before)
    return calls


def growth(task: Callable[[int], Callable[[], Any]], size: int) -> float:
    """By what factor the work grows when the size doubles: 2 follows the size, 4 its square."""
    task(size)()  # what is made once and kept is made now
    return work(task(2 * size)) / work(task(size))
