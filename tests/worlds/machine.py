"""A delegate's machine: a disk, a clock, a program that runs or does not, and what a person at it can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hotline_client.engine.context import Context
from hotline_client.engine.desk import Desk
from hotline_client.engine.store import Changes
from hotline_client.line.line import Line
from hotline_protocol.errors import HotlineError
from hotline_protocol.mls.errors import MLSError
from tests.worlds.cast import CHANNEL
from tests.worlds.clock import SECOND, Clock
from tests.worlds.disks import AnyDisk, Disk, Killed, RealDisk, as_store
from tests.worlds.seeds import stream
from tests.worlds.wire import Wire

if TYPE_CHECKING:
    from tests.worlds.world import World

T = TypeVar("T")


class Machine:
    """`honest`: it runs our program on its own disk and says nothing but what people and program say."""

    def __init__(self, world: World, name: str, context: Context, disk: AnyDisk, clock: Clock) -> None:
        self.world, self.name, self.context, self.clock = world, name, context, clock
        self.rng = stream(name, world.script.seed)
        self.disk: AnyDisk = disk
        self.honest = True
        self.here = True
        """Whether the machine is still in use; a lost one is not."""
        self.line: Line | None = None
        self.wire: Wire | None = None
        self.boots = 0
        self.refusals: list[str] = []
        self._watch_disk()

    @property
    def side(self) -> str:
        return self.name[0]

    @property
    def running(self) -> Line:
        assert self.line is not None, f"{self.name} does not run"
        return self.line

    def _watch_disk(self) -> None:
        self.disk.on_commit, self.disk.written = self._writes, self.world.ledger.written

    def _writes(self, disk: Disk | RealDisk, channel: str, changes: Changes) -> None:
        """Evidence that a step sets aside is remembered by the world: it must be found again."""
        if changes.aside is not None:
            gone = [one for one in disk.documents(channel, after=changes.aside, limit=10**6) if not one.own]
            destroyed = self.world.ledger.aside.setdefault(self.name, set())
            destroyed.update(one.id for one in gone if one.refused is None)

    # --- the program

    def boot(self) -> None:
        if self.line is not None or not self.here:
            return
        self.boots += 1
        desk = Desk(self.context, as_store(self.disk), self.clock, self.rng.randbytes)
        self.line = Line(desk, jitter=self.rng.random)
        world = self.world
        self.wire = Wire(
            self.name, self.line, world.network, world.relays, fuse=self.disk.fuse, guard=self.guard
        )
        self.wire.start()

    def die(self) -> None:
        """The process is gone; nothing but the disk is left."""
        wire, self.line, self.wire = self.wire, None, None
        if wire is not None:
            wire.stop()

    def guard(self, work: Callable[[], None]) -> None:
        """Do something in the process, which may die of it; then somebody starts it again."""
        if self.line is None:
            return
        self.world.ledger.forget()
        self.world.busy = self.name
        try:
            work()
        except Killed:
            self.killed()

    def killed(self) -> None:
        self.die()
        self.disk.crash()
        self.world.scheduler.after(5 * SECOND, self.boot)

    # --- the person

    def act(self, work: Callable[[Line], T]) -> T | None:
        """What a person does with the program; None if it died, or refused it with words that are kept."""
        if self.line is None:
            return None
        self.world.ledger.forget()
        self.world.busy = self.name
        try:
            result = work(self.line)
        except Killed:
            self.killed()
            return None
        except (HotlineError, MLSError) as error:
            self.refusals.append(str(error))
            return None
        if self.wire is not None:
            self.wire.wake()
        return result

    def nudge(self) -> None:
        """The program sees that another process wrote to its vault."""
        if self.wire is not None:
            self.wire.wake()

    def renew(self, context: Context) -> None:
        """`hotline enrol install` of a new certificate: the program is started again with it."""
        self.die()
        self.context = context
        self.boot()

    # --- what it has, for checkers

    @property
    def state(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  the engine's own type
        return self.running._desk.state(CHANNEL)
