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

LOSS = frozenset({"halt rollback", "halt fork", "halt time", "lost-group", "vanished", "disputed", "relay"})
"""What devices may report when a relay lost entries, once it did: the last ones before `relay` are what who was away hears of others who go on."""


@act("relay: copy")
def _copy(world: World, event: Event) -> None:
    del event
    world.backups["relay"] = world.relay.disk.copy()


@act("relay: put back")
def _put_back(world: World, event: Event) -> None:
    old = world.backups.get("relay")
    if isinstance(old, RelayDisk):
        _replace(world, old, known=event.args.get("known", False))


@act("relay: lose disk")
def _lose_disk(world: World, event: Event) -> None:
    _replace(world, RelayDisk(), known=event.args.get("known", False))


def _replace(world: World, old: RelayDisk, *, known: bool = False) -> None:
    """`known`: the operator did it, by `hotline-relay restore`."""
    world.ledger.causes |= LOSS
    world.relay.disk.put_back(old)
    if known:
        world.relay.disk.recover_all()
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


@row(7, "put-back", ("way back", "is in and does not follow the log"), noise=(0, 3))
def _relay_put_back(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    people = CASTS[cast].people
    back = seconds(60, 90, rng)
    return cast, [
        Event(seconds(5, 20, rng), "relay: copy"),
        *_conversation(cast, 25 * SECOND, "before it"),
        Event(back, "relay: put back", args={"known": True} if rng.random() < 1 / 3 else {}),
        *looks(back + 20 * SECOND, *people),
        *_conversation(cast, back + 2 * MINUTE, "after it"),
    ]


@act("relay: shadow")
def _shadow(world: World, event: Event) -> None:
    """From now on this machine is shown a log of its own, until it is shown everybody's again."""
    kinds = {"halt rewrite", "refused-message", "forged-appended"}
    world.ledger.causes |= LOSS | kinds
    world.relay.shadows[event.who] = world.relay.disk.copy()
    world.scheduler.after(event.args["seconds"] * SECOND, lambda: world.unshadow(event.who))


@row(8, "old-checkpoint", ("way back", "the checkpoint in entry"), noise=(0, 1))
def _old_checkpoint(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies"])
    people = CASTS[cast].people
    victim = rng.choice(["a.head", "b.head"])
    others = [one for one in people if one != victim]
    start = seconds(30, 60, rng)
    return cast, [
        *_conversation(cast, 2 * SECOND, "to begin"),
        Event(start, "relay: shadow", victim, {"seconds": 40}),
        talk(start + 5 * SECOND, victim, "alone"),
        *[talk(start + 6 * SECOND, one, "without it") for one in others],
        Event(start + 15 * SECOND, "sign log", victim),
        *looks(start + 60 * SECOND, *people),
        *looks(start + 3 * MINUTE, *people),
    ]


@act("relay: put back under")
def _put_back_under(world: World, event: Event) -> None:
    """As soon as this machine sees its next word in the log, and before anybody can say that it came, the log is as it was."""
    old, machine = world.relay.disk.copy(), world.machines[event.who]
    tail = old.position(world.home.key).tail

    def look() -> None:
        if machine.line is not None and machine.state.standing.cursor > tail:
            _replace(world, old)
        else:
            world.scheduler.after(10, look)

    look()


@row(22, "old-knocks", ("way back", r"is outside \(removed\)"), noise=(0, 1))
def _old_knocks(rng: random.Random) -> tuple[str, list[Event]]:
    cast, side = rng.choice([("four", "a"), ("four", "b"), ("deputies", "b"), ("lopsided", "b")])
    at = seconds(10, 60, rng)
    return cast, [
        Event(at, "relay: put back under", f"{side}.head"),
        talk(at + SECOND, f"{side}.head", "lost again"),
        *looks(at + 20 * SECOND, *CASTS[cast].people),
        Event(at + MINUTE, "enter", f"{side}.guest"),
        *looks(at + 90 * SECOND, f"{side}.guest"),
    ]


@row(23, "empty-disk", ("evidence kept", "threw away"), noise=(0, 3))
def _empty_disk(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    people = CASTS[cast].people
    lost = seconds(60, 90, rng)
    return cast, [
        *_conversation(cast, 5 * SECOND, "before it"),
        Event(lost, "relay: lose disk", args={"known": True} if rng.random() < 1 / 3 else {}),
        *looks(lost + 20 * SECOND, *people),
    ]
