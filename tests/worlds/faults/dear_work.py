"""Notices whose geometry is dear (14): the vertices that a device has to handle are counted, since virtual time says nothing of a processor's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

import shapely

from hotline_protocol.documents.notices import Action, Area, Naval, Notice, Shape
from hotline_protocol.terms import Arena
from tests.worlds.cast import CHANNEL
from tests.worlds.clock import DAY, HOUR, SECOND
from tests.worlds.faults.base import row, seconds
from tests.worlds.script import Event
from tests.worlds.world import World, act

UNDER_LOCK: Final = 0
BOUND: Final = 1_500_000
"""Vertices that a pair of notices may cost a device, under its lock and in all: about a second (G5, G6, V6)."""


class Meter:
    """Stands in for shapely and counts the vertices of what it is handed."""

    def __init__(self, count: Callable[[int], None]) -> None:
        self._count = count

    def __getattr__(self, name: str) -> Any:
        found = getattr(shapely, name)
        if not callable(found) or isinstance(found, type):
            return found

        def counted(*args: Any, **more: Any) -> Any:
            for one in args:
                if isinstance(one, shapely.Geometry):
                    self._count(int(shapely.get_num_coordinates(one)))
            return found(*args, **more)

        return counted


@row(14, "dear-notice", ("dear work", "vertices"), noise=(0, 3))
def _dear_notice(rng: random.Random) -> tuple[str, list[Event]]:
    at, who, there = seconds(10, 60, rng), rng.choice(["a.officer", "b.officer"]), rng.randrange(-90, 90)
    ways = [{"latitude": latitude, "longitude": there} for latitude in (0.0, 4.35)]
    return "four", [
        Event(at + place * SECOND, "notice: moving haven", who, way) for place, way in enumerate(ways)
    ]


@act("notice: moving haven")
def _moving_haven(world: World, event: Event) -> None:
    """A hundred and fifty bytes: a haven of 240 km that is under way for nearly two days. Two that never quite touch are looked at
    moment by moment.
    """
    _watch(world)
    start = world.scheduler.now + 3 * DAY
    area = Area(Shape.CIRCLE, ((event.args["latitude"], float(event.args["longitude"])),), 240_000)
    way = Naval("x", course=90.0, speed=30.0)
    notice = Notice(Action.NEW, Arena.NAVAL, start, start + 40 * HOUR, areas=(area,), naval=way)
    world.machines[event.who].act(lambda line: line.say(CHANNEL, notice))


def _watch(world: World) -> None:
    """Count from now on, and look in the end."""
    from hotline_protocol.notices import drawing  # noqa: PLC0415  loads numpy, which other worlds do not pay for

    cost: dict[str, int] = {}
    locked: dict[str, int] = {}

    def count(vertices: int) -> None:
        cost[world.busy] = cost.get(world.busy, 0) + vertices
        machine = world.machines.get(world.busy)
        if machine is not None and machine.line is not None and machine.line._desk.lock._is_owned():  # type: ignore[attr-defined]
            locked[world.busy] = locked.get(world.busy, 0) + vertices

    def look() -> None:
        for name, vertices in cost.items():
            under = locked.get(name, 0)
            if vertices > BOUND or under > UNDER_LOCK:
                words = f"two notices cost {name} {vertices:,} vertices, {under:,} of them under the lock of its device"
                world.ledger.broken.append(("dear work", words))

    if not isinstance(vars(drawing)["shapely"], Meter):
        vars(drawing)["shapely"] = Meter(count)
        world.cleanups.append(lambda: vars(drawing).update(shapely=shapely))
        world.scheduler.after(50 * SECOND, look)
