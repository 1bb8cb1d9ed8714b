"""Members that lie: wrong commits (1), foreign Welcomes (3), false receipts (6)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from hotline_client.engine.incoming.membership import CommitBody
from hotline_protocol.codec import decode
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.relay.frames import MAX_BODY, Submission
from hotline_server.ordering import LogKey
from tests.worlds import liars
from tests.worlds.cast import CASTS, CHANNEL
from tests.worlds.clock import SECOND
from tests.worlds.faults.base import looks, row, seconds, talk
from tests.worlds.machine import Machine
from tests.worlds.script import Event
from tests.worlds.world import World, act


def send(machine: Machine, submission: Submission) -> None:
    if machine.wire is not None:
        machine.wire.inject(CHANNEL, submission)


@row(1, "wrong-commit", ("way back", "is outside"))
def _wrong_commit(rng: random.Random) -> tuple[str, list[Event]]:
    cast, liar = rng.choice(
        [("watches", "a.observer"), ("programs", "b.observer"), ("programs", "a.bot"), ("four", "b.officer")]
    )
    at = seconds(20, 200, rng)
    variant = rng.choice(["secrets", "tag"])
    if rng.random() < 0.4:
        # who may commit can do worse: it is right in all that everybody sees, and some, or all, cannot follow
        cast, liar = rng.choice([("deputies", "b.deputy"), ("lopsided", "b.deputy")])
        variant = rng.choice(["secrets", "tag", "some"])
    people = [one for one in CASTS[cast].people if one != liar]
    after = [talk(at + 90 * SECOND, people[0], "after it"), talk(at + 95 * SECOND, people[-1], "after it")]
    lie = Event(at, "lie: wrong commit", liar, {"variant": variant})
    if rng.random() < 0.25:
        # even who was revoked holds a leaf until somebody removes it
        return cast, [Event(at - 15 * SECOND, "revoke", f"{liar[0]}.head", {"device": liar}), lie, *after]
    return cast, [lie, *after]


@act("lie: wrong commit")
def _tell_wrong_commit(world: World, event: Event) -> None:
    machine = world.machines[event.who]
    machine.honest = False
    world.ledger.causes |= {"invalid-commit", "lost", "refused-message"}
    if machine.line is not None and machine.state.is_member:
        send(machine, liars.forged_commit(machine, event.args["variant"]))


@row(3, "foreign-welcome", ("agreement", "guest took the same log and are in different groups"), noise=(0, 1))
def _foreign_welcome(rng: random.Random) -> tuple[str, list[Event]]:
    at = seconds(10, 30, rng)
    return "deputies", [
        Event(at, "enter", "b.guest"),
        Event(at + 15 * SECOND, "lie: foreign welcome", "a.deputy"),
        *looks(at + 20 * SECOND, "b.guest"),
        talk(at + 60 * SECOND, "b.head", "after it"),
        talk(at + 70 * SECOND, "a.head", "after it"),
    ]


@act("lie: foreign welcome")
def _wait_for_welcome(world: World, event: Event) -> None:
    """As soon as somebody is let in, a member commits and puts a copy of that Welcome beside it."""
    machine = world.machines[event.who]
    machine.honest = False
    world.ledger.causes |= {"invalid-commit"}
    heard = world.relay.heard

    def listen(who: str, key: LogKey, submissions: Sequence[Submission]) -> None:
        heard(who, key, submissions)
        for one in submissions:
            welcome = decode(one.body, CommitBody, limit=MAX_BODY).welcome if one.kind == "commit" else None
            if welcome is not None:
                world.relay.heard = heard
                world.scheduler.after(300, partial(commit, welcome, one.id))

    def commit(welcome: bytes, entry_id: bytes, tries: int = 20) -> None:
        seen = machine.disk.entries(CHANNEL, 1, machine.state.standing.cursor)
        if any(one.id == entry_id for one in seen):
            send(machine, liars.update_with_welcome(machine, welcome))
        elif tries:
            world.scheduler.after(50, partial(commit, welcome, entry_id, tries - 1))

    world.relay.heard = listen


@row(6, "false-receipts", ("no false alarm", "halt fork"))
def _false_receipts(rng: random.Random) -> tuple[str, list[Event]]:
    cast, liar = rng.choice([("watches", "a.observer"), ("programs", "b.observer"), ("four", "b.officer")])
    start = seconds(20, 120, rng)
    lies = [
        Event(start + number * 45 * SECOND, "lie: receipt", liar) for number in range(rng.randrange(1, 4))
    ]
    honest = [one for one in CASTS[cast].people if one != liar]
    return cast, [*lies, *looks(start + 25 * SECOND, *honest)]


@act("lie: receipt")
def _tell_false_receipt(world: World, event: Event) -> None:
    machine = world.machines[event.who]
    machine.honest = False
    world.ledger.causes |= {"refused-message", "disputed"}
    if machine.line is None or not machine.state.is_member:
        return
    try:
        send(machine, liars.false_receipt(machine))
    except MLSError:
        return
