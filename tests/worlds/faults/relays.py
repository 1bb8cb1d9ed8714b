"""A relay that lies: spoiled Welcomes (2), misdated entries (4), held-back words and commits (5, 15), channels left out (18), a log for one (21)."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from hotline_client.engine.incoming.membership import CommitBody
from hotline_client.line.line import Line
from hotline_protocol.codec import decode, encode
from hotline_protocol.documents.agenda import (
    AgendaAccept,
    AgendaAdopt,
    AgendaObject,
    AgendaOpen,
    AgendaPropose,
    AgendaSilence,
    Outcome,
)
from hotline_protocol.folds.agenda import ItemState
from hotline_protocol.relay.frames import ID_SIZE, MAX_BODY, Ready, Submission
from tests.worlds.cast import ADMITTING, CASTS, CHANNEL, role_of
from tests.worlds.clock import DAY, HOUR, MINUTE, SECOND
from tests.worlds.faults.base import looks, row, seconds, talk
from tests.worlds.relay import Lie
from tests.worlds.script import Event
from tests.worlds.world import World, act

RELAY = frozenset({"relay", "forged-appended"})
"""What may be reported of a relay that lies."""


# --- row 2


class SpoilsWelcome(Lie):
    """The next commit that lets somebody in is stored with one other bit in the part that nobody signs."""

    def __init__(self) -> None:
        self.done = False

    def submitted(self, who: str, submissions: Sequence[Submission]) -> Sequence[Submission]:
        del who
        return [self._spoil(one) for one in submissions]

    def _spoil(self, one: Submission) -> Submission:
        if self.done or one.kind != "commit":
            return one
        body = decode(one.body, CommitBody, limit=MAX_BODY)
        if body.welcome is None:
            return one
        self.done = True
        wrong = body.welcome[:-1] + bytes([body.welcome[-1] ^ 1])
        return msgspec.structs.replace(one, body=encode(msgspec.structs.replace(body, welcome=wrong)))


@row(2, "spoiled-welcome", ("agreement", "different groups"))
def _spoiled_welcome(rng: random.Random) -> tuple[str, list[Event]]:
    cast, guest = rng.choice(["four", "deputies", "lopsided"]), rng.choice(["a.guest", "b.guest"])
    at = seconds(10, 120, rng)
    first, last = CASTS[cast].people[0], CASTS[cast].people[-1]
    return cast, [
        Event(at, "relay: spoil welcome"),
        Event(at + SECOND, "enter", guest),
        *looks(at + 20 * SECOND, guest),
        talk(at + 60 * SECOND, first, "after it"),
        talk(at + 65 * SECOND, last, "after it"),
    ]


@act("relay: spoil welcome")
def _spoil_welcome(world: World, event: Event) -> None:
    del event
    world.ledger.causes |= RELAY | {"invalid-commit", "spoiled-welcome"}
    world.relay.lies.append(SpoilsWelcome())


# --- row 4


@row(4, "misdated", ("way back", "does not hear"))
def _misdated(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "lopsided"])
    at = seconds(10, 200, rng)
    first, last = CASTS[cast].people[0], CASTS[cast].people[-1]
    return cast, [
        Event(at, "relay: misdate", "", {"days": rng.randrange(366, 5000)}),
        talk(at + 20 * SECOND, first, "after it"),
        talk(at + 25 * SECOND, last, "after it"),
    ]


@act("relay: misdate")
def _misdate(world: World, event: Event) -> None:
    """One knock, dated years ahead; then the clock is right again."""
    world.ledger.causes |= RELAY | {"clock", "refused-knock"}
    world.relay_clock.ahead = event.args["days"] * DAY
    world.relay.write(world.home.key, Submission("knock", world.rng.randbytes(ID_SIZE), 0, b"nobody"))
    world.relay_clock.ahead = 0


# --- row 5


class HoldsBack(Lie):
    """Of one machine nothing is ordered until `release`."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.held: list[Submission] = []

    def submitted(self, who: str, submissions: Sequence[Submission]) -> Sequence[Submission]:
        if who != self.who:
            return submissions
        self.held += submissions
        return []


@row(5, "silence", ("consent", "objected to in time"), noise=(0, 1))
def _silence(rng: random.Random) -> tuple[str, list[Event]]:
    way = rng.choice(["held back", "dated ahead"])
    steps = [
        Event((10 + 10 * place) * SECOND, f"agenda: {name}", who)
        for place, (name, who) in enumerate(
            [
                ("propose", "a.head"),
                ("accept", "b.head"),
                ("adopt", "a.head"),
                ("adopt", "b.head"),
                ("open", "a.head"),
                ("silence", "a.head"),
            ]
        )
    ]
    late = 11 * HOUR + seconds(0, 1800, rng)
    if way == "held back":
        lie = [Event(late - MINUTE, "relay: hold back", "b.head", {"until": 14 * HOUR})]
    else:
        lie = [Event(late - MINUTE, "relay: misdate", "", {"days": 1})]
    return "four", [
        *steps,
        *lie,
        Event(late, "agenda: object", "b.head"),
        talk(16 * HOUR, "a.head", "after it"),
    ]


@act("relay: hold back")
def _hold_back(world: World, event: Event) -> None:
    lie = HoldsBack(event.who)
    world.ledger.causes |= RELAY | {"clock"}
    world.relay.lies.append(lie)

    def release() -> None:
        if lie in world.relay.lies:
            world.relay.lies.remove(lie)
        for one in lie.held:
            world.relay.write(world.home.key, one)

    world.scheduler.after(event.args["until"] - event.at, release)


def _item(line: Line) -> bytes:
    return line.read(CHANNEL, lambda book: next(iter(book.agenda.items), b""))


@act("agenda: propose")
def _propose(world: World, event: Event) -> None:
    world.machines[event.who].act(lambda line: line.say(CHANNEL, AgendaPropose("Corridors")))


def _about_item(world: World, event: Event, make: object) -> None:
    def work(line: Line) -> None:
        item = _item(line)
        if item:
            line.say(CHANNEL, make(line.target(CHANNEL, item)))  # type: ignore[operator]

    world.machines[event.who].act(work)


@act("agenda: accept")
def _accept(world: World, event: Event) -> None:
    _about_item(world, event, AgendaAccept)


@act("agenda: adopt")
def _adopt(world: World, event: Event) -> None:
    _about_item(world, event, lambda target: AgendaAdopt((target,)))


@act("agenda: open")
def _open(world: World, event: Event) -> None:
    _about_item(world, event, AgendaOpen)


@act("agenda: silence")
def _propose_silence(world: World, event: Event) -> None:
    until = world.scheduler.now + 12 * HOUR + 10 * MINUTE
    world.backups["silence"] = until
    _about_item(world, event, lambda target: AgendaSilence(target, Outcome.AGREED, "as proposed", until))


@act("agenda: object")
def _object(world: World, event: Event) -> None:
    """In good time by everybody's clock; whether it stood is looked at three hours after the term."""
    machine, until = world.machines[event.who], world.backups.get("silence")
    item = machine.act(_item)
    if not item or not isinstance(until, int) or world.scheduler.now >= until:
        return
    silent = machine.running.read(CHANNEL, lambda book: book.agenda.items[item].silence is not None)
    machine.act(lambda line: line.say(CHANNEL, AgendaObject(line.target(CHANNEL, item), "not like this")))

    def look() -> None:
        for one in world.honest:
            if one.line is None or not silent:
                continue
            agreed = one.line.read(
                CHANNEL,
                lambda book: book.agenda.items[item].state is ItemState.AGREED,
            )
            if agreed:
                words = f"{one.name} holds for agreed what {machine.name} objected to in time"
                world.ledger.broken.append(("consent", words))

    world.scheduler.after(until - world.scheduler.now + 3 * HOUR, look)


# --- rows 15, 18


class WithholdsCommits(Lie):
    """Commits of one machine are never ordered, for as long as the relay is there."""

    lasting = True

    def __init__(self, who: str) -> None:
        self.who = who

    def submitted(self, who: str, submissions: Sequence[Submission]) -> Sequence[Submission]:
        return [one for one in submissions if who != self.who or one.kind != "commit"]


@row(15, "held-renewal", ("way back", "does not hear"))
def _held_renewal(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "lopsided", "deputies"])
    victim = rng.choice([one for one in CASTS[cast].people if role_of(one).value in ADMITTING])
    at = seconds(10, 60, rng)
    return cast, [
        Event(at, "relay: withhold commits", victim),
        Event(at + 5 * SECOND, "update", victim),
        talk(at + 20 * SECOND, victim, "after it"),
    ]


@act("relay: withhold commits")
def _withhold(world: World, event: Event) -> None:
    world.ledger.causes |= RELAY | {"renewal-held"}
    world.relay.lies.append(WithholdsCommits(event.who))


class LeavesOut(Lie):
    """One machine is not told that the channel exists."""

    def __init__(self, who: str) -> None:
        self.who = who

    def ready(self, who: str, ready: Ready) -> Ready:
        return msgspec.structs.replace(ready, channels=()) if who == self.who else ready


@row(18, "left-out", ("told", "all is well"))
def _left_out(rng: random.Random) -> tuple[str, list[Event]]:
    cast = rng.choice(["four", "lopsided", "deputies"])
    victim, speaker = rng.sample(CASTS[cast].people, 2)
    at = seconds(10, 60, rng)
    return cast, [
        Event(at, "relay: leave out", victim),
        Event(at + SECOND, "cut", victim, {"seconds": 3}),
        talk(at + 20 * SECOND, speaker, "unheard"),
        Event(at + 30 * MINUTE, "ask doctor", victim),
    ]


@act("relay: leave out")
def _leave_out(world: World, event: Event) -> None:
    world.ledger.causes |= RELAY | {"left-out"}
    world.relay.lies.append(LeavesOut(event.who))


@act("ask doctor")
def _ask_doctor(world: World, event: Event) -> None:
    """A person looks whether all is well, while it is not."""
    from tests.worlds.checkers import left_alone  # noqa: PLC0415  checkers stand on worlds, which import this room

    machine = world.machines[event.who]
    if machine.line is not None:
        world.ledger.broken += [("told", words) for words in left_alone(world, machine)]


# --- row 21


class ShowsAlone(Lie):
    """The next commit of one machine goes into a log that only this machine is shown, for half a minute."""

    def __init__(self, world: World, who: str) -> None:
        self.world, self.who = world, who

    def submitted(self, who: str, submissions: Sequence[Submission]) -> Sequence[Submission]:
        relay = self.world.relay
        if who == self.who and who not in relay.shadows and any(one.kind == "commit" for one in submissions):
            relay.shadows[who] = relay.disk.copy()
            relay.lies.remove(self)
            self.world.scheduler.after(30 * SECOND, lambda: self.world.unshadow(who))
        return submissions


@row(21, "shown-alone", ("way back", "head is outside"))
def _shown_alone(rng: random.Random) -> tuple[str, list[Event]]:
    victim = rng.choice(["a.head", "b.head"])
    other = "b.head" if victim == "a.head" else "a.head"
    at = seconds(10, 60, rng)
    return "four", [
        Event(at, "relay: show alone", victim),
        Event(at + 5 * SECOND, "update", victim),
        talk(at + 15 * SECOND, other, "meanwhile"),
        *looks(at + 60 * SECOND, victim, other),
    ]


@act("relay: show alone")
def _show_alone(world: World, event: Event) -> None:
    kinds = {
        "halt rollback",
        "halt fork",
        "halt rewrite",
        "halt time",
        "lost-group",
        "vanished",
        "refused-message",
        "invalid-commit",
    }
    world.ledger.causes |= RELAY | kinds
    world.relay.lies.append(ShowsAlone(world, event.who))
