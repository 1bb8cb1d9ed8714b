"""What must be true after every world, whatever happened in it. Checkers know the ledger and the disks, and nothing of the workload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from hotline_client.engine.contents import body_of
from hotline_client.engine.records import DocumentRecord
from hotline_protocol.documents.talk import Text
from hotline_protocol.terms import WRITING_ROLES
from tests.worlds import persons
from tests.worlds.cast import CHANNEL
from tests.worlds.clock import MINUTE, SECOND
from tests.worlds.machine import Machine
from tests.worlds.world import Violation, World

EVERYTHING: Final = 10**6


def documents(machine: Machine) -> list[DocumentRecord]:
    return list(machine.disk.documents(CHANNEL, limit=EVERYTHING))


def counting(machine: Machine) -> dict[bytes, DocumentRecord]:
    return {one.id: one for one in documents(machine) if one.refused is None}


def running(world: World) -> list[Machine]:
    return [one for one in world.honest if one.line is not None]


def is_current(world: World, machine: Machine) -> bool:
    """Whether the certificate that the person has now is good now."""
    certificate, now = machine.context.certificate, world.scheduler.now // SECOND
    return certificate.not_before <= now <= certificate.not_after


def agreement(world: World) -> Iterator[str]:
    """Devices that took the same log to the same place hold the same documents, membership and folds."""
    groups: dict[tuple[int, bytes], list[Machine]] = {}
    for machine in running(world):
        standing = machine.state.standing
        if machine.state.is_member and standing.halt is None:
            groups.setdefault((standing.cursor, standing.head), []).append(machine)
    for same in groups.values():
        first = same[0]
        for other in same[1:]:
            yield from _differ(first, other)


def _differ(one: Machine, other: Machine) -> Iterator[str]:
    ours, theirs = one.state, other.state
    if ours.group.epoch_authenticator != theirs.group.epoch_authenticator:
        yield f"{one.name} and {other.name} took the same log and are in different groups"
        return
    since = max(ours.standing.joined, theirs.standing.joined)
    held = [
        {(doc.seq, doc.id, doc.author, doc.refused is None) for doc in documents(machine) if doc.seq > since}
        for machine in (one, other)
    ]
    if held[0] != held[1]:
        yield f"{one.name} and {other.name} took the same log and hold other documents"
    elif not any(doc.seq <= since for machine in (one, other) for doc in documents(machine)):
        books = [machine.running.read(CHANNEL, lambda book: book.encode()) for machine in (one, other)]
        if books[0] != books[1]:
            yield f"{one.name} and {other.name} fold the same log differently"


def nothing_lost(world: World) -> Iterator[str]:
    """What an author is shown as sent is held by every honest member that was in at its place, or the author is told who could not read it."""
    for author in running(world):
        for one in documents(author):
            if not one.own or one.refused is not None or one.kind != "text":
                continue
            view = author.running.message(CHANNEL, one.id)
            blamed = {mark.person.name for mark in getattr(view, "refused_by", ())}
            for reader in running(world):
                state = reader.state
                if reader is author or not state.is_member or state.standing.halt is not None:
                    continue
                if not state.standing.joined < one.seq <= state.standing.cursor:
                    continue
                if one.id not in counting(reader) and reader.name.replace(".", " ") not in blamed:
                    yield f"{author.name} is shown its word in entry {one.seq} as {view.receipt if view else '?'}, {reader.name} never could read it"


def said_is_said(world: World) -> Iterator[str]:
    """What a person said stands in the log in the end, unless the author's device lost its memory, or left."""
    heard = {seq for machine in running(world) for seq in counting(machine)}
    for said, (name, words) in world.ledger.said.items():
        author = world.machines[name]
        if said in heard or not author.honest or not author.here or author.line is None:
            continue
        if is_current(world, author) and world.ledger.times.get(said, 0) > world.ledger.forgetful.get(
            name, -1
        ):
            yield f"{name} said {words!r}, and it is nowhere"


def nothing_forged(world: World) -> Iterator[str]:
    """Only what was said counts, once, and nobody outside can read it."""
    raws = b"".join(world.relay.disk.raws(world.home.key))
    people = {one.context.certificate.fingerprint: one for one in world.machines.values()}
    for words in {words for _, words in world.ledger.said.values()}:
        if words.encode() in raws:
            yield f"the relay can read {words!r}"
    for reader in running(world):
        shown: set[tuple[str, str]] = set()
        for one in documents(reader):
            body = body_of(one.content)
            if one.refused is not None or not isinstance(body, Text):
                continue
            author = people.get(one.author)
            if author is not None and not author.honest:
                continue
            said = world.ledger.said.get(one.id)
            if said is None or said[1] != body.text:
                yield f"{reader.name} shows {body.text!r}, which nobody said so"
            elif said in shown:
                yield f"{reader.name} shows {body.text!r} twice"
            else:
                shown.add(said)
        if not reader.state.is_member and reader.state.standing.joined == 0 and counting(reader):
            yield f"{reader.name} was never in and reads"


def no_key_twice(world: World) -> Iterator[str]:
    yield from world.ledger.twice


def way_back(world: World) -> Iterator[str]:
    """Every honest, current device is in, and hears every other."""
    tail = world.relay.disk.position(world.home.key)
    ours = [one for one in world.honest if is_current(world, one)]
    for machine in ours:
        if machine.line is None:
            yield f"{machine.name} does not run"
            continue
        state = machine.state
        if state.standing.halt is not None:
            yield f"{machine.name} stands still: {state.standing.halt.reason}"
        elif not state.is_member:
            yield f"{machine.name} is outside ({machine.running.channel(CHANNEL).phase})"
        elif state.standing.head != tail.head:
            yield f"{machine.name} is in and does not follow the log: it stands at {state.standing.cursor}, the log at {tail.tail}"
        else:
            held = counting(machine)
            names = {one.name for one in ours}
            for said, author in world.probes.items():
                if author in names and said not in held:
                    yield f"{machine.name} does not hear {author}"
            if (
                machine.context.certificate.acting in WRITING_ROLES
                and machine.name not in world.probes.values()
            ):
                yield f"{machine.name} can say nothing: {machine.refusals[-1] if machine.refusals else 'no word why'}"


def no_false_alarm(world: World) -> Iterator[str]:
    """A HALT, a security event or an accusation has a cause in the script."""
    for machine in running(world):
        for one in machine.disk.events(CHANNEL, limit=EVERYTHING):
            if not one.security:
                continue
            kind = f"halt {one.text.split(': ')[1]}" if one.kind == "halt" else one.kind
            if kind not in world.ledger.causes and one.kind not in world.ledger.causes:
                yield f"{machine.name} reports {kind} without a cause: {one.text}"


def true_receipts(world: World) -> Iterator[str]:
    """Nobody is shown as having got or seen what they cannot read."""
    people = {one.context.certificate.fingerprint: one for one in running(world)}
    for author in running(world):
        for one in documents(author):
            if not one.own or one.refused is not None or one.kind != "text":
                continue
            view = author.running.message(CHANNEL, one.id)
            for mark in () if view is None else (*view.delivered, *view.seen):
                reader = people.get(mark.person.fingerprint)
                if reader is None or reader.name in world.ledger.forgetful:
                    continue
                if one.id not in counting(reader):
                    yield f"{author.name} is shown that {reader.name} got entry {one.seq}, which it never could read"
    yield from _got_and_not_shown(world)


def _got_and_not_shown(world: World) -> Iterator[str]:
    """Who has got the last words of everybody has said so by now."""
    for said, name in world.probes.items():
        author = world.machines[name]
        view = None if author.line is None else author.line.message(CHANNEL, said)
        if (
            view is None
            or view.seq is None
            or view.refused is not None
            or author.state.standing.halt is not None
        ):
            continue
        shown = {mark.person.fingerprint for mark in view.delivered}
        for reader in running(world):
            got = reader is not author and said in counting(reader) and is_current(world, reader)
            if got and reader.context.certificate.fingerprint not in shown:
                yield f"{name} is not shown that {reader.name} got its last word"


def evidence_kept(world: World) -> Iterator[str]:
    """What the other side signed is never thrown away by a command that somebody was told to give."""
    for machine in running(world):
        kept = {one.id for one in machine.disk.aside_documents(CHANNEL)} | set(counting(machine))
        gone = world.ledger.aside.get(machine.name, set()) - kept
        if gone:
            yield f"{machine.name} threw away {len(gone)} documents of others that it had"


def told(world: World) -> Iterator[str]:
    """Who does not get what is in the log, or does not get out what was said, is told so."""
    for machine in running(world):
        yield from left_alone(world, machine)


def left_alone(world: World, machine: Machine) -> Iterator[str]:
    """The same of one machine, at any time when nothing is on its way."""
    state, now = machine.state, world.scheduler.now
    if state.standing.halt is not None:
        return
    behind = world.relay.disk.position(world.home.key).tail - state.standing.cursor
    waiting = [one for one in state.outbox.values() if one.refused is None and now - one.time > 15 * MINUTE]
    if (behind > 0 or waiting) and all(one.state == "ok" for one in persons.findings(machine)):
        yield f"{machine.name} lacks {behind} entries, {len(waiting)} of its own wait, and `doctor` says all is well"


CHECKERS: Final[dict[str, Callable[[World], Iterator[str]]]] = {
    "agreement": agreement,
    "nothing lost": nothing_lost,
    "said is said": said_is_said,
    "nothing forged": nothing_forged,
    "no key twice": no_key_twice,
    "way back": way_back,
    "no false alarm": no_false_alarm,
    "true receipts": true_receipts,
    "evidence kept": evidence_kept,
    "told": told,
}


def check(world: World) -> list[Violation]:
    """All that does not hold in a world that has come to its end."""
    found = [Violation(name, words) for name, one in CHECKERS.items() for words in one(world)]
    return found + [Violation(name, words) for name, words in world.ledger.broken]
