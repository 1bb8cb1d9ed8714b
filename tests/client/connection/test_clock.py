"""T6 and T7: this device's clock against the relay's, whatever is done to either."""

from __future__ import annotations

import pytest

from hotline_client.connection.clock import BOUND, Reference

NOW = 1_800_000_000_000
DAY = 86_400_000


class Machine:
    """A clock that somebody sets, and one that nobody can."""

    def __init__(self) -> None:
        self.wall = NOW
        self.steady = 0

    def passes(self, milliseconds: int) -> None:
        self.wall += milliseconds
        self.steady += milliseconds


def held(machine: Machine) -> Reference:
    return Reference(lambda: machine.wall, lambda: machine.steady)


def test_without_a_relay_nothing_is_known() -> None:
    assert "no relay was reached" in (held(Machine()).doubt() or "")


@pytest.mark.parametrize("apart", [0, BOUND, -BOUND])
def test_clocks_that_agree_are_acted_on_also_when_the_relay_is_gone(apart: int) -> None:
    machine = Machine()
    reference = held(machine)
    reference.heard(NOW + apart)
    assert reference.doubt() is None
    machine.passes(7 * DAY)
    assert reference.doubt() is None


@pytest.mark.parametrize("apart", [BOUND + 1, -BOUND - 1, 30 * DAY, -365 * DAY])
def test_a_clock_that_is_wrong_is_named_with_both_times(apart: int) -> None:
    machine = Machine()
    machine.wall += apart
    reference = held(machine)
    reference.heard(NOW)
    doubt = reference.doubt() or ""
    assert "this device's clock says" in doubt
    assert "the relay's" in doubt


def test_a_jump_is_seen_at_once_and_so_is_the_way_back() -> None:
    machine = Machine()
    reference = held(machine)
    reference.heard(NOW)
    machine.passes(60_000)
    machine.wall += 30 * DAY
    assert reference.doubt() is not None
    machine.passes(25_000)
    assert reference.doubt() is not None
    machine.wall -= 30 * DAY
    assert reference.doubt() is None


def test_a_clock_that_stands_still_is_seen() -> None:
    machine = Machine()
    reference = held(machine)
    reference.heard(NOW)
    machine.steady += BOUND + 1
    assert reference.doubt() is not None
