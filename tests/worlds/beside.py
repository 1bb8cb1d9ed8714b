"""A second process on a machine's vault: a command in another terminal, with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_client.engine.desk import Desk
from hotline_client.line.line import Line
from hotline_protocol.errors import HotlineError
from tests.worlds.cast import CHANNEL
from tests.worlds.clock import SECOND
from tests.worlds.disks import Killed
from tests.worlds.machine import Machine
from tests.worlds.wire import Wire

PATIENCE: Final = 30 * SECOND
"""How long `hotline send` waits for its word in the log; then it says that the word is kept, and ends."""


class Beside:
    """Lives until its word is in the log, its patience ends, or the machine dies."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        world = machine.world
        desk = Desk(machine.context, machine.disk, machine.clock, machine.rng.randbytes)
        self._line = Line(desk, jitter=machine.rng.random)
        self._wire = Wire(
            machine.name, self._line, world.network, world.relays, fuse=machine.disk.fuse, guard=self._guard
        )
        self._boots = machine.boots

    def send(self, words: str) -> None:
        machine, world = self._machine, self._machine.world
        sent: list[bytes] = []

        def work() -> None:
            try:
                said = self._line.send_text(CHANNEL, words, key=f"{machine.name} {words}")
            except HotlineError as error:
                machine.refusals.append(str(error))
                return
            world.ledger.said[said] = (machine.name, words)
            sent.append(said)

        self._guard(work)
        if sent:
            self._wire.start()
            world.scheduler.after(200, machine.nudge)
            world.scheduler.after(SECOND, lambda: self._wait(sent[0], world.scheduler.now + PATIENCE))

    def _wait(self, said: bytes, until: int) -> None:
        world = self._machine.world
        if self._boots != self._machine.boots or self._machine.line is None:
            self._wire.stop()
            return
        view = self._line.message(CHANNEL, said)
        if (view is not None and view.seq is not None) or world.scheduler.now > until:
            self._wire.stop()
        else:
            world.scheduler.after(SECOND, lambda: self._wait(said, until))

    def _guard(self, work: Callable[[], None]) -> None:
        """What kills this process kills the machine."""
        if self._boots != self._machine.boots or self._machine.line is None:
            return
        self._machine.world.ledger.forget()
        self._machine.world.busy = self._machine.name
        try:
            work()
        except Killed:
            self._wire.stop()
            self._machine.killed()
