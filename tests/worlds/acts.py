"""What ordinarily happens: people talk, machines and networks fail, clocks are wrong, newcomers arrive."""

from __future__ import annotations

from hotline_client.line.line import Line
from hotline_protocol.documents.watch import LineCheck
from hotline_protocol.terms import Precedence, Response
from tests.worlds import persons
from tests.worlds.beside import Beside
from tests.worlds.cast import CHANNEL, revocation_list
from tests.worlds.clock import SECOND
from tests.worlds.machine import Machine
from tests.worlds.script import Event
from tests.worlds.world import World, act


@act("say")
def _say(world: World, event: Event) -> None:
    machine = world.machines.get(event.who)
    if machine is None:
        return
    precedence = Precedence(event.args.get("precedence", "ROUTINE"))
    response = Response.ROGER if event.args.get("asks") else Response.NONE
    world.say(machine, event.args["words"], precedence=precedence, response=response)


@act("ack")
def _ack(world: World, event: Event) -> None:
    """Acknowledge everything that waits for it."""

    def work(line: Line) -> None:
        for one in line.unacknowledged(CHANNEL):
            line.acknowledge(CHANNEL, one.id, key=f"ack {one.id.hex()}")

    world.machines[event.who].act(work)


@act("see")
def _see(world: World, event: Event) -> None:
    """The screen shows all there is."""
    world.machines[event.who].act(lambda line: line.mark_seen(CHANNEL, line.channel(CHANNEL).cursor))


@act("check line")
def _check_line(world: World, event: Event) -> None:
    machine = world.machines[event.who]
    machine.act(lambda line: line.say(CHANNEL, LineCheck(machine.rng.randbytes(16), 60)))


@act("look")
def _look(world: World, event: Event) -> None:
    """A person sits down and does what `doctor` says."""
    machine = world.machines.get(event.who)
    if machine is not None:
        persons.follow(world, machine)


@act("enter")
def _enter(world: World, event: Event) -> None:
    world.enter(event.who)


@act("admit")
def _admit(world: World, event: Event) -> None:
    """`hotline roster admit --all`."""
    persons.admit_all(world.machines[event.who], CHANNEL)


@act("cut")
def _cut(world: World, event: Event) -> None:
    """A machine, or a relay, reaches nobody for a while; `silent`: nobody is told."""
    world.network.cut(event.who, event.args["seconds"], told=not event.args.get("silent"))


@act("revoke")
def _revoke(world: World, event: Event) -> None:
    """The authority of `who`'s side revokes a certificate, and `who` publishes the list."""
    machine, gone = world.machines[event.who], world.machines.get(event.args["device"])
    if gone is None:
        return
    number = world.lists[machine.side] = world.lists.get(machine.side, 0) + 1
    world.revoked.setdefault(machine.side, {})[gone.context.certificate.serial] = (
        world.scheduler.now // SECOND
    )
    crl = revocation_list(machine.side, world.revoked[machine.side], number, world.scheduler.now // SECOND)
    machine.act(lambda line: line.revoke(crl))


@act("dismiss")
def _dismiss(world: World, event: Event) -> None:
    """A device is lost: its certificate is revoked, and a quarter of a minute later it is removed."""
    _revoke(world, event)
    gone = world.machines.get(event.args["device"])
    if gone is None:
        return
    gone.die()
    gone.here = False
    world.scheduler.after(15 * SECOND, lambda: _remove(world, event.who, gone))


def _remove(world: World, who: str, gone: Machine) -> None:
    fingerprint = gone.context.certificate.fingerprint

    def work(line: Line) -> None:
        places = [one.index for one in line.roster(CHANNEL) if one.person.fingerprint == fingerprint]
        if places:
            line.remove(CHANNEL, places)

    world.machines[who].act(work)


@act("partition")
def _partition(world: World, event: Event) -> None:
    """Nobody of a side reaches the relay."""
    for name, machine in list(world.machines.items()):
        if machine.side == event.args["side"]:
            world.network.cut(name, event.args["seconds"], told=False)


@act("command")
def _command(world: World, event: Event) -> None:
    """`hotline send` as a process of its own on the same vault, for a minute at most."""
    machine = world.machines[event.who]
    if machine.line is not None:
        Beside(machine).send(event.args["words"])


@act("slow")
def _slow(world: World, event: Event) -> None:
    """The whole network is that many times slower for a while."""
    world.network.slow = event.args["times"]
    world.scheduler.after(event.args["seconds"] * SECOND, lambda: setattr(world.network, "slow", 1.0))


@act("kill")
def _kill(world: World, event: Event) -> None:
    """The machine dies at the n-th `store` (before it), `stored` (after it), `send` or `sent` from now on."""
    if event.who.startswith("relay"):
        world.relays[int(event.who[5:])].fuse.left[event.args["at"]] = event.args["count"]
    else:
        world.machines[event.who].disk.fuse.left[event.args["at"]] = event.args["count"]


@act("restart")
def _restart(world: World, event: Event) -> None:
    machine = world.machines[event.who]
    if machine.line is not None:
        machine.killed()


@act("clock")
def _clock(world: World, event: Event) -> None:
    """A machine's clock is put wrong by so many seconds."""
    clock = world.relay_clock if event.who == "relay" else world.machines[event.who].clock
    clock.ahead = int(event.args["ahead"] * SECOND)
    if abs(clock.ahead) > 9 * 60 * SECOND:
        world.ledger.causes |= {"clock"}


@act("update")
def _update(world: World, event: Event) -> None:
    """A device renews its leaf key now."""
    from hotline_client.engine.outgoing import sealing, upkeep  # noqa: PLC0415

    def work(line: Line) -> None:
        def queue(draft: object) -> None:
            upkeep.renew(draft)  # type: ignore[arg-type]
            sealing.seal(draft)  # type: ignore[arg-type]

        line.act(CHANNEL, queue)

    world.machines[event.who].act(work)
