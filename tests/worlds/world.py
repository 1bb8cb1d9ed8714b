"""One world: machines, network and relays put together from a script, run to its end, calmed down, and asked what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from hotline_protocol.terms import WRITING_ROLES
from tests.support.people import NOW
from tests.worlds import persons, speed
from tests.worlds.cast import CASTS, CHANNEL, Home, first_context, founded, home
from tests.worlds.clock import MINUTE, SECOND, Clock, Scheduler, TooMuch
from tests.worlds.disks import Disk, RealDisk, RelayDisk
from tests.worlds.ledger import Ledger, watching
from tests.worlds.machine import Machine
from tests.worlds.network import Network
from tests.worlds.relay import RelayMachine
from tests.worlds.script import Event, Script
from tests.worlds.seeds import stream

ROUNDS: Final = 12
"""How often everybody sits down and does what is said, until the way back must have been found."""
ROUND: Final = 2 * MINUTE
QUIET: Final = 40 * SECOND
LONG: Final = 20 * MINUTE

Act = Callable[["World", Event], None]
ACTS: Final[dict[str, Act]] = {}
"""What an event of a script may do, by its name."""


def act(name: str) -> Callable[[Act], Act]:
    """Registers what happens for an event of that name."""

    def register(work: Act) -> Act:
        ACTS[name] = work
        return work

    return register


def void(_result: object) -> None:
    """What is done for its effect alone."""


@dataclass(frozen=True)
class Violation:
    """A property that did not hold: the checker's name, and what it saw."""

    checker: str
    words: str

    def __str__(self) -> str:
        return f"{self.checker}: {self.words}"


@dataclass
class Report:
    """What a world came to. `trace`: digest of everything that happened in it, the same for the same script."""

    script: Script
    violations: list[Violation] = field(default_factory=list)
    trace: str = ""
    steps: int = 0
    rounds: int = 0

    @property
    def checkers(self) -> tuple[str, ...]:
        return tuple(sorted({one.checker for one in self.violations}))


class World:
    """See the functions of `acts` and `faults` for what can happen in it."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.rng = stream("world", script.seed)
        self.ledger = Ledger()
        self.calls: dict[str, int] = {}
        self.probes: dict[bytes, str] = {}
        self.rounds = 0
        self.busy = ""
        """The machine whose program is at work."""
        self.cleanups: list[Callable[[], None]] = []
        cast = CASTS[script.cast]
        self.home: Home = home(script.suite, script.relays)
        if script.founded:
            start = founded(script.cast, script.suite, script.relays)
            self.scheduler = Scheduler(start.now + MINUTE)
            disk, vaults = start.relay.copy(), {name: one.copy() for name, one in start.vaults.items()}
        else:
            self.scheduler = Scheduler(NOW * 1000)
            disk, vaults = RelayDisk(), {name: Disk() for name in cast.people}
        self.start = self.scheduler.now
        self.network = Network(self.scheduler, stream("network", script.seed))
        self.relay_clock = Clock(self.scheduler)
        self.relays = [self._relay(number, disk) for number in range(script.relays)]
        for relay in self.relays:
            relay.beside, relay.lies, relay.shadows = self.relays, self.relays[0].lies, self.relays[0].shadows
        self.machines: dict[str, Machine] = {}
        for name in cast.people:
            self._enter(name, vaults[name])
        self.backups: dict[str, object] = {}
        self.lists: dict[str, int] = {}
        """The number of each side's newest revocation list, and what it revokes."""
        self.revoked: dict[str, dict[int, int]] = {}

    # --- building

    def _relay(self, number: int, disk: RelayDisk) -> RelayMachine:
        rng = stream(f"relay {number}", self.script.seed)
        door = f"relay{number}"
        relay = RelayMachine(
            self.home, disk, scheduler=self.scheduler, clock=self.relay_clock, rng=rng, door=door
        )

        def again() -> None:
            relay.up = True

        relay.restart = lambda: self.scheduler.after(3 * SECOND, again)
        return relay

    def _enter(self, name: str, disk: Disk) -> Machine:
        script = self.script
        context = first_context(CASTS[script.cast], name, script.suite, script.relays)
        clock = Clock(self.scheduler, self.rng.randrange(-2000, 2000))
        machine = self.machines[name] = Machine(self, name, context, disk, clock)
        self.scheduler.after(self.rng.randrange(0, 2000), machine.boot)
        return machine

    def enter(self, name: str) -> Machine:
        """Somebody comes with a new device."""
        if name in self.machines:
            return self.machines[name]
        return self._enter(name, Disk())

    @property
    def relay(self) -> RelayMachine:
        return self.relays[0]

    @property
    def honest(self) -> list[Machine]:
        """Machines whose people and programs do no wrong, and are still used."""
        return [one for one in self.machines.values() if one.honest and one.here]

    def unshadow(self, who: str) -> None:
        """A machine that was shown a log of its own is shown everybody's again."""
        if self.relay.shadows.pop(who, None) is not None:
            self.relay.hang_up(who)

    # --- words

    def say(self, machine: Machine, words: str, **more: object) -> bytes | None:
        """A person says something once, and says the same again under the same key if the program died of it."""
        key = f"{machine.name} {words}"
        said = machine.act(lambda line: line.send_text(CHANNEL, words, key=key, **more))  # type: ignore[arg-type]
        if said is not None:
            self.ledger.said[said] = (machine.name, words)
            self.ledger.times[said] = self.scheduler.now
        elif machine.line is None and machine.here:
            self.scheduler.after(20 * SECOND, lambda: void(self.say(machine, words, **more)))
        return said

    # --- running

    def run(self) -> Report:
        from tests.worlds.checkers import check  # noqa: PLC0415  checkers look at worlds, worlds do not look at checkers

        try:
            with watching(self.ledger):
                try:
                    self._live()
                    violations = check(self)
                except TooMuch:
                    words = f"{self.scheduler.steps:,} steps, and no end, {self.scheduler.now - self.start:,} ms after the beginning"
                    violations = [Violation("bounded", words)]
            return Report(self.script, violations, self._trace(), self.scheduler.steps, self.rounds)
        finally:
            for cleanup in (*self.cleanups, *(machine.disk.close for machine in self.machines.values())):
                cleanup()

    def _live(self) -> None:
        for event in self.script.events:
            self.scheduler.after(event.at, lambda event=event: self._happen(event))  # type: ignore[misc]
        last = max((one.at for one in self.script.events), default=0)
        self.scheduler.run(self.start + last + MINUTE)
        self._calm()
        self._probe()

    def _happen(self, event: Event) -> None:
        """Nothing happens to whom a shortened script left out."""
        if (
            not event.who
            or event.who in self.machines
            or event.who.startswith("relay")
            or event.do == "enter"
        ):
            ACTS[event.do](self, event)

    def _calm(self) -> None:
        """Faults end, clocks are put right, machines run; then people look and do what they are told until nothing is said any more."""
        self.network.heal()
        for relay in self.relays:
            relay.up = True
            relay.fuse.left.clear()
        if any(not lie.lasting for lie in self.relay.lies):
            # whoever runs it honestly again starts it again
            self.relay.lies[:] = [lie for lie in self.relay.lies if lie.lasting]
            for relay in self.relays:
                relay.hang_up()
        for who in list(self.relay.shadows):
            self.unshadow(who)
        self.relay_clock.ahead = self.relay_clock.drift = 0
        for machine in self.machines.values():
            machine.clock.ahead = machine.clock.drift = 0
            machine.disk.fuse.left.clear()
            if machine.here and machine.line is None:
                machine.boot()
        self.scheduler.run(self.scheduler.now + QUIET)
        for _ in range(ROUNDS):
            self.rounds += 1
            done = [persons.follow(self, machine) for machine in list(self.machines.values())]
            if not any(done):
                break
            self.scheduler.run(self.scheduler.now + ROUND)

    def _probe(self) -> None:
        """Everybody who may write says one more thing; then there is quiet for longer than anybody may be left without a word."""
        for machine in self.honest:
            if machine.line is not None and machine.context.certificate.acting in WRITING_ROLES:
                said = self.say(machine, f"probe of {machine.name}")
                if said is not None:
                    self.probes[said] = machine.name
        self.scheduler.run(self.scheduler.now + QUIET)
        if not self._all_heard():
            self.scheduler.run(self.scheduler.now + LONG)

    def _all_heard(self) -> bool:
        tail = self.relay.disk.position(self.home.key).tail
        return all(one.line is not None and one.state.standing.cursor == tail for one in self.honest)

    def _trace(self) -> str:
        """Ids, times and places, not ciphertexts: a library's own randomness changes nothing of it."""
        digest = blake2b(digest_size=8)
        for name, machine in sorted(self.machines.items()):
            if machine.line is None:
                continue
            standing = machine.state.standing
            digest.update(f"{name} {standing.cursor} {standing.halt is not None} {machine.boots}".encode())
            for one in machine.disk.documents(CHANNEL, limit=10**6):
                digest.update(f"{one.seq} {one.id.hex()} {one.at} {one.refused is None}".encode())
        return digest.hexdigest()


def run(script: Script) -> Report:
    """A world from its script."""
    import tests.worlds.acts  # noqa: PLC0415  registers what may happen
    import tests.worlds.faults  # noqa: F401, PLC0415

    with speed.hastened():
        return World(script).run()


__all__ = ["ACTS", "Act", "RealDisk", "Report", "Violation", "World", "act", "run"]
