"""What a device keeps opens nothing that it has read or sent: no row of its vault does, and nothing in memory (rule E7)."""

from __future__ import annotations

import copy
import gc
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from hotline_client.engine.desk import Desk
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming.membership import CommitBody
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.codec import decode
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.relay.chain import decode_entry
from hotline_protocol.terms import Role, Side
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.loot import alive
from tests.support.memory_relay import Wire
from tests.support.memory_vault import MemoryVault
from tests.support.people import context, rng_of
from tests.support.tape import Camera
from tests.support.thief import Opened, Thief

SUITE = cipher_suite(0x0001)


class FilmedHouse(House):
    """Everybody on the link. The camera sees every epoch as the first device enters it, and films the log when asked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.camera = Camera(SUITE)
        self.filmed = 0
        self.init_keys: list[bytes] = []

    def enter(self, side: Side, name: str, role: Role = Role.OFFICER, **more: Any) -> Person:
        person = super().enter(side, name, role, **more)
        self.met(person)
        return person

    def met(self, person: Person) -> None:
        knock = person.standing.own_knock
        self.init_keys.append(decode_body(KeyPackage, knock.package).init_key)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        enter, seen, camera = Draft.enter_epoch, set[int](), self.camera

        def watched(draft: Draft, group: Group) -> None:
            if group.epoch not in seen:
                seen.add(group.epoch)
                camera.enter(Group.decode(group.encode_epoch(), group.encode_ratchets()))
            enter(draft, group)

        patch.setattr(Draft, "enter_epoch", watched)

    def film(self) -> set[str]:
        """Record what the log has got since; the names of the messages, save the founding, whose epoch nobody else saw."""
        raws = self.relay.log(CHANNEL).raws
        names = set[str]()
        for seq in range(self.filmed + 1, len(raws) + 1):
            names |= self._entry(seq, raws[seq - 1])
        self.filmed = len(raws)
        return names

    def _entry(self, seq: int, raw: bytes) -> set[str]:
        entry = decode_entry(raw)
        if entry.kind == "knock":
            return set()
        name, message = f"{entry.kind} {seq}", entry.body
        if entry.kind == "commit":
            body = decode(entry.body, CommitBody)
            message = body.message
            if body.welcome is not None:
                self.camera.film(f"welcome {seq}", body.welcome)
        if not self.camera.knows(message):
            return set()
        self.camera.film(name, message)
        return {name}

    def rob(self, *stolen: object) -> Opened:
        return Thief(self.camera.tape(), *stolen).know_public_keys(*self.init_keys).work()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> FilmedHouse:
    one = FilmedHouse()
    one.watch(monkeypatch)
    return one


def test_what_was_read_and_sent_does_not_open_from_the_vault(house: FilmedHouse) -> None:
    dana, viktor = founded(house)
    dana.say("first")
    house.settle()
    house.film()
    before = copy.deepcopy((dana.vault, viktor.vault))
    dana.say("boker tov")
    viktor.say("good morning")
    house.settle()
    said = house.film()
    assert len(said) >= 2
    for one, earlier in zip((dana, viktor), before, strict=True):
        assert house.rob(earlier).shots == said
        opened = house.rob(one.vault)
        assert (opened.shots, opened.letters, opened.epochs) == (set(), set(), set())

    one_epoch = copy.deepcopy(viktor.vault)
    dana.commit("update", [])
    dana.say("in the next epoch")
    house.settle()
    later = house.film()
    assert house.rob(one_epoch).shots == later
    opened = house.rob(viktor.vault)
    assert (opened.shots, opened.letters, opened.epochs) == (set(), set(), set())


def test_a_commit_in_flight_is_forgotten_when_it_is_done(house: FilmedHouse) -> None:
    dana, _ = founded(house)
    dana.say("first")
    house.settle()
    house.film()
    dana.commit("update", [])
    in_flight = copy.deepcopy(dana.vault)
    house.settle()
    dana.say("second")
    house.settle()
    names = house.film()
    assert house.rob(in_flight).shots == {name for name in names if name.startswith("message")}
    assert house.rob(dana.vault).shots == set()


def test_the_key_of_a_knock_is_forgotten_once_somebody_was_heard(house: FilmedHouse) -> None:
    dana, viktor = founded(house)
    just_in = copy.deepcopy(viktor.vault)
    assert just_in.load(CHANNEL).standing.used_knock is not None  # type: ignore[union-attr]
    dana.say("welcome")
    house.settle()
    house.film()
    assert house.rob(just_in).letters
    assert house.rob(viktor.vault).letters == set()


def test_no_row_of_a_vault_opens_what_was_read(house: FilmedHouse, tmp_path: Path) -> None:
    dana = house.enter("a", "Dana", Role.HEAD)
    with Vault.create(
        tmp_path / "home", "passphrase", rng=os.urandom, unsafe_testing_cost=UNSAFE_TESTING_COST
    ) as vault:
        desk = Desk(context("b", "Viktor", Role.HEAD), vault, house.clock, rng_of(7))
        viktor = Person(desk, cast("MemoryVault", vault), Wire(desk, house.relay))
        house.people["Viktor"] = viktor
        viktor.wire.connect(CHANNEL)
        house.settle()
        house.met(viktor)
        dana.admit(viktor)
        house.settle()
        dana.say("first")
        house.settle()
        house.film()
        before = list(_rows(vault))
        dana.say("second")
        viktor.say("third")
        house.settle()
        said = house.film()
        assert house.rob(before).shots == said
        after = house.rob(list(_rows(vault)))
        assert (after.shots, after.letters, after.epochs) == (set(), set(), set())


def _rows(vault: Vault) -> Iterator[tuple[object, ...]]:
    """Everything in the database, decrypted."""
    for (table,) in vault._database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        yield from vault._database.rows(f"SELECT * FROM {table}")  # noqa: S608  a name of our own


def test_nothing_that_was_used_is_alive_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = frozenset({SUITE.hash_length, SUITE.key_length})
    house = FilmedHouse()
    with monkeypatch.context() as patch:
        house.watch(patch)
        dana, viktor = founded(house)
        dana.say("first")
        viktor.say("second")
        house.settle()
        used = {name: house.camera.used_by(name) for name in house.film()}
        digests = {sha256(secret).digest() for secrets in used.values() for secret in secrets}
        assert alive(digests, lengths) == digests
        del house.camera, used
    gc.collect()
    assert alive(digests, lengths) == set()
