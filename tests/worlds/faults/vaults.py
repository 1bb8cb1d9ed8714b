"""A vault that is older than its own words (9): put back from a copy, with or without a renewal between, or without its write-ahead log."""

from __future__ import annotations

import random
from pathlib import Path

from tests.worlds.cast import CASTS
from tests.worlds.clock import SECOND
from tests.worlds.disks import Disk, RealDisk
from tests.worlds.faults.base import row, seconds, talk
from tests.worlds.script import Event
from tests.worlds.world import World, act


@act("vault: real")
def _real(world: World, event: Event) -> None:
    """This machine's vault is the real one, in files; it holds what the vault in memory held."""
    machine = world.machines[event.who]
    if isinstance(machine.disk, Disk):
        machine.die()
        machine.disk = RealDisk.furnished(machine.disk, machine.rng.randbytes)
        machine._watch_disk()
        world.scheduler.after(SECOND, machine.boot)


@act("vault: copy")
def _copy(world: World, event: Event) -> None:
    world.backups[event.who] = world.machines[event.who].disk.copy()


@act("vault: put back")
def _put_back(world: World, event: Event) -> None:
    """The copy takes the place of the disk; `wal`: the disk is as it is, but for the write-ahead log, which is lost; `whole`: all
    of the disk is put back, the second place with it.
    """
    world.ledger.causes |= {"put-back"}
    world.ledger.forgetful[event.who] = world.scheduler.now
    machine = world.machines[event.who]
    machine.die()
    disk, old = machine.disk, world.backups.get(event.who)
    if isinstance(disk, RealDisk):
        if event.args.get("wal"):
            disk.roll_back(disk.copy(), lose_wal=True)
        elif isinstance(old, Path):
            disk.roll_back(old)
    elif isinstance(old, Disk):
        disk.roll_back(old, whole=bool(event.args.get("whole")))
    world.scheduler.after(5 * SECOND, machine.boot)


@row(9, "vault-put-back", ("no key twice", "two plaintexts"), noise=(0, 4))
def _vault_put_back(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "deputies", "lopsided"])
    victim = rng.choice(CASTS[cast].people)
    way = rng.choice(["copy", "copy", "renewal", "wal", "whole"])
    events = (
        [Event(0, "vault: real", victim)] if way == "wal" or (way != "whole" and rng.random() < 0.3) else []
    )
    events += [talk(10 * SECOND, victim, "early"), Event(30 * SECOND, "vault: copy", victim)]
    events += [talk((40 + 5 * number) * SECOND, victim, f"number {number}") for number in range(3)]
    if way == "renewal":
        events += [Event(60 * SECOND, "update", victim)]
    back = seconds(80, 120, rng)
    args = {way: True} if way in {"wal", "whole"} else {}
    events += [Event(back, "vault: put back", victim, args)]
    events += [talk(back + (20 + 5 * number) * SECOND, victim, f"again {number}") for number in range(2)]
    return cast, events
