"""What a benchmark found: a number, and where something bare was measured beside it in the same run, the ratio to that."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`baseline` has the unit of `value`; `against` says what it is."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    against: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline the value is."""
        return self.value / self.baseline if self.baseline else None


def table(results: Sequence[Result], title: str = "") -> str:
    """Name, value, baseline, ratio, and what the baseline is, in aligned columns."""
    rows = [(title, "value", "unit", "baseline", "ratio", "")]
    rows += [
        (
            one.name,
            figure(one.value),
            one.unit,
            figure(one.baseline),
            "" if one.ratio is None else f"{one.ratio:.2f}",
            one.against,
        )
        for one in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = []
    for row in rows:
        left, *numbers, against = (
            text.rjust(width) if column in (1, 3, 4) else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([left, *numbers, against]).rstrip())
    return "\n".join(lines)


def figure(value: float | None) -> str:
    """A number with three significant digits or all before the point."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def microseconds(work: Callable[[], object], times: int, rounds: int = 3) -> float:
    """Of one call: the best of some rounds, so that what else the machine does counts least."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - begun) / times)
    return best * 1e6


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
