"""A relay that lost entries: put back from a copy (7), checkpoints of the lost branch (8), old knocks again (22), an empty disk (23)."""

from __future__ import annotations

import random

from hotline_client.line.line import Line
from hotline_protocol.documents.talk import Checkpoint
from tests.worlds.cast import CASTS, CHANNEL
from tests.worlds.clock import MINUTE, SECOND
from tests.worlds.disks import RelayDisk
from tests.worlds.faults.base import looks, row, seconds, talk
from tests.worlds.script import Event
from tests.worlds.world import World, act

LOSS = frozenset({"halt rollback", "vanished", "relay"})
"""What devices may report when a relay lost entries, once it did."""


@act("relay: copy")
def _copy(world: World, event: Event) -> None:
    world.backups["relay"] = world.relay.disk.copy()


@act("relay: put back")
def _put_back(world: World, event: Event) -> None:
    old = world.backups.get("relay")
    if isinstance(old, RelayDisk):
        _replace(world, old)


@act("relay: lose disk")
def _lose_disk(world: World, event: Event) -> None:
    _replace(world, RelayDisk())


def _replace(world: World, old: RelayDisk) -> None:
    world.ledger.causes |= LOSS
    world.relay.disk.put_back(old)
    for relay in world.relays:
        relay.hang_up()


@act("sign log")
def _sign_log(world: World, event: Event) -> None:
    """`hotline log sign`."""

    def work(line: Line) -> None:
        view = line.channel(CHANNEL)
        line.say(CHANNEL, Checkpoint(view.cursor, view.head))

    world.machines[event.who].act(work)


def _conversation(cast: str, at: int, words: str) -> list[Event]:
    people = [one for one in CASTS[cast].people if "observer" not in one]
    return [talk(at + place * 4 * SECOND, who, words) for place, who in enumerate(people)]


@row(7, "put-back", noise=(0, 3))
def _relay_put_back(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    people = CASTS[cast].people
    back = seconds(60, 90, rng)
    return cast, [
        Event(seconds(5, 20, rng), "relay: copy"),
        *_conversation(cast, 25 * SECOND, "before it"),
        Event(back, "relay: put back"),
        *looks(back + 20 * SECOND, *people),
        *_conversation(cast, back + 2 * MINUTE, "after it"),
    ]


@row(8, "old-checkpoint", noise=(0, 2))
def _old_checkpoint(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies"])
    people = CASTS[cast].people
    return cast, [
        *_conversation(cast, 2 * SECOND, "to begin"),
        Event(30 * SECOND, "relay: copy"),
        *_conversation(cast, 32 * SECOND, "before it"),
        Event(seconds(55, 65, rng), "sign log", rng.choice(["a.head", "b.head"])),
        Event(80 * SECOND, "relay: put back"),
        *looks(100 * SECOND, *people),
    ]


@row(22, "old-knocks", noise=(0, 2))
def _old_knocks(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies"])
    people = CASTS[cast].people
    guest = rng.choice(["a.guest", "b.guest"])
    return cast, [
        Event(5 * SECOND, "relay: copy"),
        *_conversation(cast, 10 * SECOND, "before it"),
        Event(60 * SECOND, "relay: put back"),
        *_conversation(cast, 62 * SECOND, "meanwhile"),
        *looks(75 * SECOND, *people),
        *looks(3 * MINUTE, *people),
        Event(5 * MINUTE, "enter", guest),
        *looks(5 * MINUTE + 30 * SECOND, guest),
        Event(6 * MINUTE + seconds(0, 5, rng), "admit", f"{guest[0]}.head"),
    ]


@row(23, "empty-disk", noise=(0, 3))
def _empty_disk(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    people = CASTS[cast].people
    lost = seconds(60, 90, rng)
    return cast, [*_conversation(cast, 5 * SECOND, "before it"), Event(lost, "relay: lose disk"), *looks(lost + 20 * SECOND, *people)]
