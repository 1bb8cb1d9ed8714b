"""Certificates that end or are renewed: the last head lapses (10), a member renews (19), both sides' heads renew (20)."""

from __future__ import annotations

import random

from tests.worlds.clock import DAY, HOUR
from tests.worlds.faults.base import looks, row, seconds, talk
from tests.worlds.script import Event
from tests.worlds.world import World, act

END = 20 * DAY
"""When the certificates of the mortal end, from the beginning of the world."""


@act("lost for good")
def _lost_for_good(world: World, event: Event) -> None:
    """The machine is stolen, drowned or given back; nobody uses it again."""
    machine = world.machines[event.who]
    machine.die()
    machine.here = False


@row(10, "head-lapses", ("way back", "head2 is outside"), noise=(0, 3))
def _head_lapses(rng: random.Random) -> tuple[str, list[Event]]:
    after = END + seconds(3600, 7200, rng)
    return "mortal", [
        talk(2 * DAY, "a.head", "early"),
        Event(10 * DAY, "lost for good", "a.head"),
        Event(after, "enter", "a.head2"),
        *looks(after + HOUR, "a.head2", "a.officer", "b.head"),
    ]


@row(19, "member-renews", ("way back", "does not hear a.officer"), noise=(0, 3))
def _member_renews(rng: random.Random) -> tuple[str, list[Event]]:
    return "officer mortal", [
        talk(2 * DAY, "a.officer", "early"),
        *looks(10 * DAY + seconds(0, 3600, rng), "a.officer"),
        talk(11 * DAY, "a.officer", "renewed"),
        talk(END + HOUR, "a.officer", "after the end"),
        talk(END + 2 * HOUR, "b.head", "after the end"),
    ]


@row(20, "heads-renew", ("way back", "does not hear [ab].head"), noise=(0, 3))
def _heads_renew(rng: random.Random) -> tuple[str, list[Event]]:
    return "heads mortal", [
        talk(2 * DAY, "a.head", "early"),
        *looks(10 * DAY + seconds(0, 3600, rng), "a.head", "b.head"),
        talk(END + HOUR, "a.head", "after the end"),
        talk(END + 2 * HOUR, "b.officer", "after the end"),
    ]
