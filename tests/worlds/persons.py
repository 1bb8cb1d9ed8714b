"""What people do: they look at `hotline doctor`, do what it says, ring up who can help, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from hotline_client import doctor
from hotline_client.doctor import Finding
from hotline_client.engine.draft import Draft
from hotline_client.line import acts
from hotline_client.line.line import Line
from hotline_protocol.errors import UsageError
from tests.worlds.cast import ADMITTING, context
from tests.worlds.clock import SECOND
from tests.worlds.machine import Machine

if TYPE_CHECKING:
    from tests.worlds.world import World

YEAR: Final = 365 * 86_400


def findings(machine: Machine) -> list[Finding]:
    """What `hotline doctor` would print about papers, relay and channels."""
    line = machine.running
    now = line.now()
    found = [doctor._validity(machine.context.certificate, now // SECOND), *doctor.connection(line.status())]
    found += doctor.copies(line.status())
    for view in line.channels():
        found += doctor.channel(view, line, now)
    return found


def admit_all(machine: Machine, channel: str) -> bool:
    """`hotline roster admit --all`; whether there was anybody to admit."""

    def work(line: Line) -> bool:
        chosen = [one.id for one in line.knocks(channel) if one.admissible is None]
        if chosen:
            line.admit(channel, chosen)
        return bool(chosen)

    return bool(machine.act(work))


def _resume(world: World, machine: Machine, channel: str, *, shorter: bool = False) -> bool:
    """`hotline log resume`, after both sides looked at `hotline log show`; the command fetches the log at once."""
    del world
    machine.act(lambda line: line.resume(channel, shorter=shorter))
    if machine.wire is not None:
        machine.wire.restart()
    return True


def _wait(world: World, machine: Machine, channel: str) -> bool:
    """Who is told to wait looks again later."""
    del world, machine, channel
    return True


def _admit(world: World, machine: Machine, channel: str) -> bool:
    del world
    return machine.context.certificate.admits and admit_all(machine, channel)


def _ask(world: World, machine: Machine, channel: str) -> bool:
    """Ring up a head or deputy of the own side, another one each time; who is rung up does `roster admit --all`."""
    del channel
    heads = [
        one
        for one in world.machines.values()
        if one.side == machine.side
        and one is not machine
        and one.honest
        and one.line is not None
        and _decides(one)
    ]
    if not heads:
        return False
    world.calls[machine.name] = turn = world.calls.get(machine.name, -1) + 1
    return admit_all(heads[turn % len(heads)], "plenary")


def _refound(world: World, machine: Machine, channel: str) -> bool:
    """`hotline log refound`, at both ends of a telephone, when nobody of the own side in the channel can help."""
    heads = [one for one in world.honest if one.line is not None and _decides(one) and one is not machine]
    if any(one.side == machine.side and one.state.is_member for one in heads) or machine.line is None:
        return False
    if machine.running.channel(channel).consents:
        return False
    machine.act(lambda line: line.consent(channel))
    return True


def _agree(world: World, machine: Machine, channel: str) -> bool:
    """The other side asks to found the channel again, and rang up."""
    del world
    if any(one.own for one in machine.running.channel(channel).consents):
        return False
    machine.act(lambda line: line.consent(channel))
    return True


def _decides(machine: Machine) -> bool:
    return machine.context.certificate.role.value in ADMITTING


def _renew(world: World, machine: Machine, channel: str) -> bool:
    """`hotline enrol renew`, the custodian issues for a year, `hotline enrol install`: the same key, new dates."""
    del channel
    now = world.scheduler.now // SECOND // 3600 * 3600
    if machine.context.certificate.not_before >= now - 3600:
        return False
    script = world.script
    new = context(machine.name, script.suite, script.relays, not_before=now - 3600, not_after=now + YEAR)
    machine.renew(new)
    return True


def _recover(world: World, machine: Machine, channel: str) -> bool:
    """`hotline recover --yes`."""
    del world, channel
    return machine.act(lambda line: line.recover()) is not None


_Act = Callable[["World", Machine, str], bool]
WAYS: Final[tuple[tuple[re.Pattern[str], _Act], ...]] = (
    (re.compile(r"`hotline log resume (\S+)`"), _resume),
    (re.compile(r"`hotline log resume (\S+) --shorter`"), partial(_resume, shorter=True)),
    (re.compile(r"it goes on by itself once a head or deputy()"), _wait),
    (re.compile(r"`hotline roster admit --all --channel (\S+)`"), _admit),
    (re.compile(r"a head or deputy of your side admits you()"), _ask),
    (re.compile(r"none of them is in the channel: `hotline log refound (\S+)`"), _refound),
    (re.compile(r"within a day: `hotline log refound (\S+)`"), _agree),
    (re.compile(r"`hotline enrol renew`()"), _renew),
    (re.compile(r"`hotline recover`()"), _recover),
)
"""What a hint says, and what a person does who reads it. A command that mends something new gets its row here."""


def told(machine: Machine) -> Iterator[tuple[_Act, str]]:
    """What this person is told to do now."""
    for finding in findings(machine):
        for pattern, act in WAYS:
            found = pattern.search(finding.hint)
            if found is not None:
                yield act, found[1]


def follow(world: World, machine: Machine) -> bool:
    """A person sits down, looks, and does what is said; whether anything was done."""
    if machine.line is None or not machine.honest:
        return False
    done = False
    for act, channel in list(told(machine)):
        done = act(world, machine, channel) or done
    return done


def knock(machine: Machine, channel: str) -> None:
    """The screen's "knock again"."""

    def work(draft: Draft) -> None:
        try:
            acts.knock(draft)
        except UsageError:
            return

    machine.act(lambda line: line.act(channel, work))
