"""Rubbish at the door: a first commit (11), knocks by the hundred (12), commits that make every word conflict (16), and sealed again too often (17)."""

from __future__ import annotations

import random

from hotline_protocol.terms import Precedence
from tests.worlds import liars
from tests.worlds.cast import CASTS, CHANNEL
from tests.worlds.clock import SECOND
from tests.worlds.faults.base import looks, row, seconds, talk
from tests.worlds.script import Event
from tests.worlds.world import World, act

KNOCKS = 257
WITHIN = 10 * SECOND
"""How soon a FLASH has to be in the log whatever anybody does."""


@row(11, "first-rubbish", ("way back", "a.head is outside"), noise=(0, 1), founded=False)
def _first_rubbish(rng: random.Random) -> tuple[str, list[Event]]:
    at = seconds(5, 20, rng)
    return "four", [
        Event(0, "enter", "b.guest"),
        Event(at, "lie: rubbish commit", "b.guest"),
        *looks(at + 20 * SECOND, "a.head", "b.head"),
    ]


@act("lie: rubbish commit")
def _rubbish_commit(world: World, event: Event) -> None:
    machine = world.machines[event.who]
    machine.honest = False
    world.ledger.causes |= {"invalid-commit"}
    if machine.wire is not None:
        machine.wire.inject(CHANNEL, liars.garbage(world, machine.rng.randbytes))


@row(12, "many-knocks", ("way back", "guest is outside"), noise=(0, 3), real_suite=False)
def _many_knocks(rng: random.Random) -> tuple[str, list[Event]]:
    at = seconds(40, 60, rng)
    return "four", [
        Event(5 * SECOND, "enter", "a.guest"),
        Event(at, "lie: knocks", "", {"count": KNOCKS, "side": "b"}),
        *looks(at + 30 * SECOND, "a.guest"),
        *looks(at + 90 * SECOND, "a.guest"),
    ]


@act("lie: knocks")
def _knocks(world: World, event: Event) -> None:
    for number in range(event.args["count"]):
        name = f"{event.args['side']}.officer{number + 1000}"
        world.relay.disk.append(
            [liars.batch(world, liars.knock_of(world, name, world.rng.randbytes))], world.relay_clock()
        )
    world.relay.tell(world.relay.disk)


@row(16, "garbage-commits", ("flash in time", ""), noise=(0, 3))
def _garbage_commits(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "lopsided"])
    at = seconds(20, 40, rng)
    speaker = rng.choice(CASTS[cast].people)
    if rng.random() < 0.25:
        return cast, [
            Event(at, "relay: garbage commits", "", {"every": 20, "seconds": 13}),
            Event(at + 2 * SECOND, "flash", speaker, {"words": "FLASH"}),
        ]
    return cast, [
        Event(5 * SECOND, "enter", "b.guest"),
        Event(at, "lie: garbage commits", "b.guest", {"every": 20, "seconds": 13}),
        Event(at + 2 * SECOND, "flash", speaker, {"words": "FLASH"}),
    ]


@row(17, "sealed-again", ("nothing lost", "never could read it"), noise=(0, 1), real_suite=False)
def _sealed_again(rng: random.Random) -> tuple[str, list[Event]]:
    at = seconds(20, 40, rng)
    speaker = rng.choice(CASTS["four"].people)
    return "four", [
        Event(5 * SECOND, "enter", "b.guest"),
        Event(at, "lie: garbage commits", "b.guest", {"every": 20, "seconds": 25}),
        talk(at + SECOND, speaker, "early"),
    ]


@act("lie: garbage commits")
def _garbage(world: World, event: Event) -> None:
    """A certified device that was never admitted writes a commit that is none, again and again."""
    machine = world.machines[event.who]
    machine.honest = False
    world.ledger.causes |= {"invalid-commit", "flood"}
    world.network.near(event.who)
    ends = world.scheduler.now + event.args["seconds"] * SECOND

    def again() -> None:
        if machine.wire is not None and machine.line is not None:
            machine.wire.inject(CHANNEL, liars.garbage(world, machine.rng.randbytes))
        if world.scheduler.now < ends:
            world.scheduler.after(event.args["every"], again)

    again()


@act("relay: garbage commits")
def _relay_garbage(world: World, event: Event) -> None:
    """The relay itself does."""
    world.ledger.causes |= {"invalid-commit", "flood"}
    ends = world.scheduler.now + event.args["seconds"] * SECOND

    def again() -> None:
        world.relay.write(world.home.key, liars.garbage(world, world.rng.randbytes))
        if world.scheduler.now < ends:
            world.scheduler.after(event.args["every"], again)

    again()


@act("flash")
def _flash(world: World, event: Event) -> None:
    """A FLASH, and a look at the log ten seconds later."""
    machine = world.machines[event.who]
    said = world.say(machine, f"{event.args['words']} of {event.who}", precedence=Precedence.FLASH)

    def look() -> None:
        if said is None or machine.line is None:
            return
        view = machine.line.message(CHANNEL, said)
        if view is None or view.seq is None:
            world.ledger.broken.append(
                ("flash in time", f"{machine.name}'s FLASH was not in the log after {WITHIN // SECOND} s")
            )

    world.scheduler.after(WITHIN, look)
