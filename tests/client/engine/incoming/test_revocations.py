"""Rules L10 and L14: what is sealed under the link secret, and revocation lists that commits carry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_client.engine import keys
from hotline_client.engine.desk import Desk
from hotline_client.engine.incoming import revocations
from hotline_protocol.errors import MembershipError
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.memory_relay import Wire
from tests.support.memory_vault import MemoryVault
from tests.support.people import NOW, context, crl, device, rng_of


def revoke(person: Person, name: str, *, number: int = 1) -> bytes:
    """Side a's list that names somebody of it."""
    der = crl("a", device("a", name)[2], number=number)
    person.queue("revocation", {"crl": der})
    return der


def test_no_name_is_in_the_log() -> None:
    house = House()
    dana, _ = founded(house)
    dana.admit(house.enter("a", "Noa"))
    house.settle()
    raws = b"".join(one.raw for one in dana.vault.entries(CHANNEL, 1, 99))
    assert not [name for name in (b"Dana", b"Viktor", b"Noa") if name in raws]


def test_a_knock_under_another_secret_is_refused_and_recorded() -> None:
    house = House()
    dana, _ = founded(house)
    vault = MemoryVault()
    desk = Desk(replace(context("a", "Noa"), link_secret=bytes(32)), vault, house.clock, rng_of(5))
    noa = house.people["Noa"] = Person(desk, vault, Wire(desk, house.relay))
    noa.wire.connect(CHANNEL)
    house.settle()
    assert "not sealed for this entry" in dana.events("refused-knock")[0]
    assert not dana.standing.knocks


def test_a_newcomer_knows_earlier_revocations() -> None:
    house = House()
    dana, viktor = founded(house)
    house.enter("a", "Noa")
    first = revoke(dana, "Noa")
    house.settle()
    avi = house.enter("a", "Avi")
    dana.admit(avi)
    house.settle()
    assert list(avi.standing.crls) == list(viktor.standing.crls) == [first]
    noa = avi.desk.context.identify(device("a", "Noa")[0])
    assert not avi.state.trust.is_current(noa, NOW)
    avi.restart()
    assert not avi.state.trust.is_current(noa, NOW)


def test_a_revoked_device_cannot_stop_the_channel_by_a_lie() -> None:
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    revoke(dana, "Noa")
    house.settle()
    noa.standing.head = b"x" * 32
    noa.say("I saw something else")
    house.settle(noa)
    house.settle(dana, viktor)
    for person in (dana, viktor):
        assert person.standing.halt is None
        assert person.texts() == []
        assert "revoked" in (person.documents()[-1].refused or "")


def test_members_and_newcomer_refuse_a_revoked_device_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    revoke(dana, "Noa")
    house.settle()
    with monkeypatch.context() as hostile:
        hostile.setattr(keys, "certify_commit", lambda *_given, **_more: None)
        dana.admit(noa)
    house.settle()
    for person in (dana, viktor, noa):
        assert "(M5)" in person.events("invalid-commit")[0]
    assert noa.epoch is None
    assert dana.epoch == viktor.epoch == 1


def test_a_commit_without_the_newest_lists_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    dana, viktor = founded(house)
    noa = house.enter("a", "Noa")
    revoke(dana, "Noa")
    house.settle()
    with monkeypatch.context() as hostile:
        hostile.setattr(keys, "certify_commit", lambda *_given, **_more: None)
        hostile.setattr(revocations, "newest", lambda _draft: [])
        dana.admit(noa)
    house.settle()
    assert "(L14)" in viktor.events("overtaken-commit")[0]
    assert viktor.epoch == 1


def test_a_commit_that_a_list_overtook_is_made_again() -> None:
    house = House()
    dana, viktor = founded(house)
    tom = house.enter("a", "Tom")
    dana.admit(tom)
    house.settle()
    before = viktor.epoch
    dana.commit("update", [])
    revoke(tom, "Noa")
    house.settle(tom)
    house.settle()
    assert "(L14)" in viktor.events("overtaken-commit")[0]
    assert dana.epoch == viktor.epoch == tom.epoch == (before or 0) + 1


def test_a_commit_that_a_list_overtook_reaches_the_newcomer_too() -> None:
    house = House()
    dana, viktor = founded(house)
    avi = house.enter("a", "Avi")
    tom = house.enter("a", "Tom")
    dana.admit(tom)
    house.settle()
    dana.admit(avi)
    revoke(tom, "Noa")
    house.settle(tom)
    house.settle()
    assert "(L14)" in viktor.events("overtaken-commit")[0]
    assert sorted(avi.members()) == ["Avi", "Dana", "Tom", "Viktor"]
    assert list(avi.standing.crls) == list(viktor.standing.crls)


def test_a_newcomer_refuses_what_is_no_newest_list() -> None:
    house = House()
    dana, _ = founded(house)
    old, new = crl("a", 5, number=1), crl("a", 5, 6, number=2)
    theirs = crl("b", 7)

    def judge(*crls: bytes) -> None:
        dana.step(lambda draft: revocations.trust_with(draft, list(crls)))

    dana.queue("revocation", {"crl": new})
    house.settle()
    judge(new)
    judge(new, theirs)
    for wrong in ((), (old,), (theirs,), (theirs, new), (new, new), (b"no list",)):
        with pytest.raises(MembershipError, match="L14"):
            judge(*wrong)
