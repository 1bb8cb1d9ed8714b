"""Whole channels for the engine's tests: desks over vaults in memory, joined through the relay in memory."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import commits, receipts, sealing
from hotline_client.engine.records import DocumentRecord
from hotline_protocol.codec import encode
from hotline_protocol.documents import decode_document
from hotline_protocol.relay.chain import decode_entry
from hotline_protocol.terms import Role, Side
from hotline_server.ordering import Known, LogKey, empty
from tests.support.memory_relay import MemoryRelay, Wire, settle
from tests.support.memory_vault import MemoryVault
from tests.support.people import NOW, context, link, rng_of

CHANNEL = "plenary"


class Clock:
    """Time that moves when a test says so, unix ms."""

    def __init__(self) -> None:
        self.now = NOW * 1000

    def __call__(self) -> int:
        return self.now

    def pass_(self, *, seconds: float = 0, days: float = 0) -> None:
        self.now += int(seconds * 1000 + days * 86_400_000)


@dataclass
class Person:
    """A device with its vault and its wire."""

    desk: Desk
    vault: MemoryVault
    wire: Wire

    def restart(self) -> None:
        """The process died: nothing but the vault is left."""
        old = self.desk
        self.desk = Desk(old.context, self.vault, old.clock, old.rng)
        self.wire.desk = self.desk

    def step(self, work: Any) -> Any:
        return self.desk.step(CHANNEL, work)

    def say(self, text: str, *, response: str = "N") -> bytes:
        body = {"text": text, "precedence": "ROUTINE", "response": response}
        return self.queue("text", body)

    def ack(self, target: DocumentRecord) -> bytes:
        return self.queue("ack", {"target": target.id, "hash": target.content_hash, "note": ""})

    def queue(self, kind: str, body: dict[str, Any]) -> bytes:
        def work(draft: Draft) -> bytes:
            item = draft.enqueue("document", encode(body), document_kind=kind)
            sealing.seal(draft)
            return item.id

        return bytes(self.step(work))

    def admit(self, *people: Person) -> bytes:
        wanted = {one.desk.context.certificate.fingerprint for one in people}
        knocks = [one.id for one in self.standing.knocks.values() if one.certificate in wanted]
        assert len(knocks) == len(people)
        return self.commit("admit", knocks)

    def remove(self, *people: Person) -> bytes:
        return self.commit("remove", [one.desk.context.certificate.fingerprint for one in people])

    def commit(self, intent: Any, targets: list[bytes]) -> bytes:
        def work(draft: Draft) -> bytes:
            item = commits.queue(draft, intent, targets)
            sealing.seal(draft, strict=item)
            return item

        return bytes(self.step(work))

    def see(self, seq: int) -> None:
        self.step(lambda draft: receipts.mark_seen(draft, seq))

    # --- what they have

    @property
    def state(self) -> Any:
        return self.desk.state(CHANNEL)

    @property
    def standing(self) -> Any:
        return self.state.standing

    @property
    def epoch(self) -> int | None:
        group = self.state.group
        return None if group is None else group.epoch

    def documents(self, kind: str = "text") -> list[DocumentRecord]:
        return [one for one in self.vault.documents(CHANNEL, limit=10**6) if one.kind == kind]

    def texts(self) -> list[str]:
        """The texts that count, in order."""
        return [decode_document(one.content).body["text"] for one in self.documents() if one.refused is None]

    def events(self, kind: str | None = None) -> list[str]:
        found = self.vault.events(CHANNEL, limit=10**6)
        return [f"{one.kind}: {one.text}" for one in found if kind in (None, one.kind)]

    def members(self) -> list[str]:
        group = self.state.group
        identify = self.desk.context.identify
        return [identify(one.credential.certificates[0]).name for one in group.members]


@dataclass
class House:
    """Everybody on the link."""

    clock: Clock = field(default_factory=Clock)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relay = MemoryRelay(link().charter.link_id, self.clock)

    def enter(self, side: Side, name: str, role: Role = Role.OFFICER, **more: Any) -> Person:
        """A device that connects for the first time, and so knocks."""
        vault = MemoryVault()
        rng = rng_of(int.from_bytes(sha256(name.encode()).digest()[:4], "big"))
        desk = Desk(context(side, name, role, **more), vault, self.clock, rng)
        person = self.people[name] = Person(desk, vault, Wire(desk, self.relay))
        person.wire.connect(CHANNEL)
        self.settle()
        return person

    def twin(self, person: Person) -> Person:
        """A copy of somebody's vault, used elsewhere."""
        vault = copy.deepcopy(person.vault)
        desk = Desk(person.desk.context, vault, self.clock, rng_of(99))
        twin = Person(desk, vault, Wire(desk, self.relay))
        twin.wire.connect(CHANNEL)
        return twin

    def beside(self, person: Person) -> Person:
        """A second process on the same vault, online too."""
        desk = Desk(person.desk.context, person.vault, self.clock, rng_of(77))
        second = Person(desk, person.vault, Wire(desk, self.relay))
        self.people[f"beside {len(self.people)}"] = second
        second.wire.connect(CHANNEL)
        return second

    def settle(self, *only: Person) -> None:
        settle([one.wire for one in only or self.people.values()], CHANNEL)
        if not only:
            self.clock.pass_(seconds=3)
            settle([one.wire for one in self.people.values()], CHANNEL)


def founded(house: House, ours: str = "Dana", theirs: str = "Viktor") -> tuple[Person, Person]:
    """Both heads in the plenary."""
    dana = house.enter("a", ours, Role.HEAD)
    viktor = house.enter("b", theirs, Role.HEAD)
    house.settle()
    dana.admit(viktor)
    house.settle()
    return dana, viktor


def relay_as_it_was(house: House, tail: int) -> None:
    """The relay's log is put back to its first entries."""
    log = house.relay.log(CHANNEL)
    log.raws = log.raws[:tail]
    log.known = {key: known for key, known in log.known.items() if known.seq <= tail}
    key = LogKey(house.relay.link_id, CHANNEL)
    position = empty(key)
    for seq, raw in enumerate(log.raws, 1):
        position = position.after(seq, raw)
    log.position = position


def refill(house: House, raws: list[bytes]) -> None:
    """The relay has again what it had lost."""
    log = house.relay.log(CHANNEL)
    for raw in raws[log.position.tail :]:
        seq = log.position.tail + 1
        log.raws.append(raw)
        log.known[decode_entry(raw).id] = Known(seq, raw)
        log.position = log.position.after(seq, raw)
