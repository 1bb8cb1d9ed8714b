"""Members that lie in commits, and everybody's way back: L11, L13, L15 to L18, L24, L25, L50 to L54."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import revocations
from hotline_client.engine.incoming.membership import CommitBody, binding
from hotline_client.engine.outgoing import documents
from hotline_client.line import acts
from hotline_client.line.line import Line
from hotline_protocol.codec import decode, encode
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Withdrawal
from hotline_protocol.documents.watch import WatchTake
from hotline_protocol.errors import UsageError
from hotline_protocol.mls import framing
from hotline_protocol.mls.committing import Intent, make_commit
from hotline_protocol.mls.private_message import pad_to_size_class
from hotline_protocol.relay.chain import decode_entry, encode_entry
from hotline_protocol.relay.frames import MAX_BODY, Submission
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded
from tests.support.hostile_relay import HostileRelay
from tests.support.people import context
from tests.worlds.liars import spoiling

ENTRY = b"s" * 16


def tell(house: House, body: bytes) -> None:
    """Put a commit into the log, past the engine of whoever made it."""
    house.relay.append(
        CHANNEL, [Submission("commit", ENTRY, house.relay.log(CHANNEL).position.last_commit, body)]
    )


def forged(by: Person, *, nodes: int = 0, tag: bytes | None = None) -> bytes:
    """A commit of a member that is right in all that everybody sees, but of its path's lowest `nodes` the secrets are rubbish; `tag`:
    instead of the right one.
    """

    def work(draft: Draft) -> bytes:
        group = draft.group
        lists = revocations.seal(draft, ENTRY)
        aad = binding(ENTRY, draft.now, lists)
        with spoiling(nodes):
            made = make_commit(group.state, Intent(aad=aad), draft.rng, draft.now // 1000).signed
        whole = made.with_confirmation_tag(tag or made.auth.confirmation_tag or b"")
        message = framing.encode_message(group.state, group._ratchets, whole, pad_to_size_class, draft.rng)
        return encode(CommitBody(message, None, lists, None))

    return bytes(by.step(work))


ALL = 99


def everybody(house: House) -> list[Person]:
    return list(house.people.values())


def test_who_is_lost_at_a_members_lie_is_seated_again_by_its_side_without_a_person() -> None:
    house = House()
    dana, viktor = founded(house)
    noa, ida = house.enter("a", "Noa"), house.enter("a", "Ida", Role.DEPUTY)
    dana.admit(noa, ida)
    house.settle()
    tell(house, forged(viktor, nodes=1))
    house.settle(dana, noa, ida)
    assert noa.epoch == ida.epoch == 3, "they could follow"
    assert dana.standing.halt is None
    (lost,) = dana.events("lost")
    assert "Viktor" in lost
    noa.say("while she is out")
    house.settle(noa, ida)
    for _ in range(3):
        house.clock.pass_(seconds=3)
        house.settle(dana, noa, ida)
    assert sorted(noa.members()) == sorted(dana.members()) == sorted(ida.members())
    dana.say("after")
    house.settle(dana, noa, ida)
    assert noa.texts() == ida.texts() == ["while she is out", "after"]
    assert dana.texts() == ["after"]
    (hole,) = dana.events("hole")
    assert "cannot be read here" in hole


def test_a_wrong_confirmation_tag_is_nobodys_commit() -> None:
    house = House()
    dana, viktor = founded(house)
    tell(house, forged(viktor, tag=bytes(32)))
    house.settle()
    dana.say("still here")
    house.settle()
    assert dana.epoch == viktor.epoch == 1
    assert viktor.texts() == ["still here"]
    assert not dana.events("lost") + dana.events("halt")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WATCH, Role.OBSERVER, Role.BOT])
def test_the_commit_of_who_may_not_admit_is_nobodys_whatever_is_in_it(role: Role) -> None:
    house = House()
    dana, viktor = founded(house)
    liar = house.enter("b", "Liar", role)
    viktor.admit(liar)
    house.settle()
    tell(house, forged(liar, nodes=ALL))
    house.settle()
    assert dana.epoch == viktor.epoch == 2
    assert any("commits nothing" in one for one in dana.events("invalid-commit"))


def test_a_commit_is_bound_to_its_entry_and_to_the_lists_as_they_are_stored() -> None:
    house = House()
    dana, viktor = founded(house)
    pending = viktor.commit("update", [])
    form = viktor.state.outbox[pending].sealed[-1]
    tell(house, form.body)  # under another id
    house.settle(dana)
    assert dana.epoch == 1
    assert any("made for another entry" in one for one in dana.events("invalid-commit"))


# --- founding


def test_a_rubbish_commit_first_spoils_no_birth() -> None:
    house = House()
    dana = house.enter("a", "Dana", Role.HEAD)
    viktor = house.enter("b", "Viktor", Role.HEAD)
    tell(house, b"rubbish")
    house.settle()
    assert not dana.standing.founded
    dana.admit(viktor)
    house.settle()
    assert dana.epoch == viktor.epoch == 1
    assert viktor.standing.founded


def test_a_channel_of_which_everybody_is_lost_is_back_when_both_sides_heads_consent() -> None:
    house = House()
    dana, viktor = founded(house)
    karl = house.enter("b", "Karl", Role.DEPUTY)
    noa = house.enter("a", "Noa")
    viktor.admit(karl)
    dana.admit(noa)
    house.settle()
    dana.say("before")
    house.settle()
    tell(house, forged(karl, nodes=ALL))
    house.settle()
    assert dana.epoch is viktor.epoch is noa.epoch is None
    for one in (dana, viktor):
        one.step(acts.consent)
    for _ in range(4):
        house.settle()
    assert {one.standing.generation for one in everybody(house)} == {1}
    assert (
        sorted(dana.members())
        == sorted(viktor.members())
        == sorted(noa.members())
        == ["Dana", "Karl", "Noa", "Viktor"]
    )
    dana.say("after")
    house.settle()
    assert dana.texts() == viktor.texts() == noa.texts() == ["before", "after"]


def test_nobody_founds_again_with_one_sides_consent() -> None:
    house = House()
    dana, viktor = founded(house)
    dana.step(acts.consent)
    house.settle()
    assert len(viktor.standing.consents) == 1
    assert dana.standing.generation == viktor.standing.generation == 0
    assert dana.epoch == viktor.epoch == 1


def test_a_consent_that_is_older_than_a_day_founds_nothing() -> None:
    house = House()
    dana, viktor = founded(house)
    dana.step(acts.consent)
    house.settle()
    house.clock.pass_(days=1.1)
    viktor.step(acts.consent)
    house.settle()
    assert viktor.standing.generation == 0
    dana.step(acts.consent)
    house.settle()
    house.settle()
    assert dana.standing.generation == viktor.standing.generation == 1


def test_who_may_not_decide_consents_to_nothing() -> None:
    house = House()
    dana, _ = founded(house)
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    with pytest.raises(UsageError, match="head or deputy"):
        noa.step(acts.consent)


# --- renewed certificates


def renew(person: Person, side: Any, name: str, role: Role) -> None:
    """The program is started again with a certificate of later dates for the same key."""
    later = context(side, name, role, days=600)
    person.desk.context = later
    person.restart()
    person.wire.connect(CHANNEL)


@pytest.mark.parametrize("role", [Role.HEAD, Role.OFFICER, Role.OBSERVER])
def test_a_renewed_certificate_reaches_the_group_and_outlives_the_old_one(role: Role) -> None:
    house = House()
    dana, viktor = founded(house)
    person, name = dana, "Dana"
    if role is not Role.HEAD:
        person, name = house.enter("a", "Noa", role), "Noa"
        dana.admit(person)
        house.settle()
        viktor.say("got before")
        house.settle()
    renew(person, "a", name, role)
    for _ in range(3):
        house.settle()
    certificate = person.desk.context.certificate
    seats = [
        viktor.desk.context.identify(one.credential.certificates[0]) for one in viktor.state.group.members
    ]
    assert certificate.fingerprint in {one.fingerprint for one in seats}
    assert person.state.is_member
    assert person.standing.let_in.get(certificate.fingerprint, 0) <= viktor.standing.let_in.get(
        certificate.fingerprint, 0
    )


def test_who_renewed_still_owns_what_they_said_and_holds() -> None:
    """A device is its key: corrections, the watch and answers go on under the new certificate."""
    house = House()
    dana, viktor = founded(house)
    said = dana.say("first")
    dana.step(lambda draft: documents.say(draft, WatchTake()))
    house.settle()
    renew(dana, "a", "Dana", Role.HEAD)
    for _ in range(3):
        house.settle()
    dana.step(
        lambda draft: documents.say(
            draft, Withdrawal(Target(said, draft.counted(said).content_hash), "again")
        )
    )
    house.settle()
    assert not [one.refused for one in viktor.documents("withdrawal") if one.refused]
    book = Line(viktor.desk).read(CHANNEL, lambda book: book)
    assert book.watches.now["a"].holder == dana.desk.context.certificate.device
    assert Line(viktor.desk).certificate(book.watches.now["a"].holder) == dana.desk.context.certificate


def test_who_was_removed_comes_back_by_no_proof() -> None:
    house = House()
    dana, _ = founded(house)
    noa = house.enter("a", "Noa")
    dana.admit(noa)
    house.settle()
    dana.remove(noa)
    house.settle()
    noa.step(acts.knock)
    for _ in range(4):
        house.settle()
    assert noa.standing.own_knock is not None
    assert "Noa" not in dana.members()


def test_a_relay_that_spoils_the_welcome_of_a_renewal_accuses_nobody_and_is_got_over() -> None:
    house = House()
    dana, viktor = founded(house)
    noa, ida = house.enter("a", "Noa"), house.enter("a", "Ida", Role.DEPUTY)
    dana.admit(noa, ida)
    house.settle()
    log = house.relay.log(CHANNEL)
    before = len(log.raws)
    renew(noa, "a", "Noa", Role.OFFICER)
    house.settle(noa)
    dana.desk.tick(CHANNEL)
    house.settle(dana, viktor, ida)
    place, entry = next(
        (place, one)
        for place, one in enumerate(map(decode_entry, log.raws[before:]), before)
        if one.kind == "commit"
    )
    body = decode(entry.body, CommitBody, limit=MAX_BODY)
    spoiled = msgspec.structs.replace(body, welcome=(body.welcome or b"")[:-1] + b"\x00")
    real, lie = log.raws[place], encode_entry(msgspec.structs.replace(entry, body=encode(spoiled)))
    noa.wire.relay = HostileRelay(house.relay, lambda raws: [lie if one == real else one for one in raws])
    noa.wire.pull(CHANNEL)
    (told,) = noa.events("lost")
    assert "Dana" not in told
    assert noa.standing.accused is None


def test_an_old_knock_that_a_relay_shows_again_replaces_no_later_one() -> None:
    house = House()
    dana, _ = founded(house)
    noa = house.enter("a", "Noa")
    (old,) = [one for one in house.relay.log(CHANNEL).raws if decode_entry(one).kind == "knock"][-1:]
    house.clock.pass_(days=1)
    noa.step(acts.knock)
    house.settle()
    (newer,) = [one.id for one in dana.standing.knocks.values()]
    entry = decode_entry(old)
    again = encode_entry(msgspec.structs.replace(entry, at=house.clock.now))
    tail = house.relay.log(CHANNEL).position.tail
    dana.desk.entries(CHANNEL, tail + 1, [again])
    assert [one.id for one in dana.standing.knocks.values()] == [newer]


def test_a_consent_that_nobody_answered_is_taken_back_after_a_day() -> None:
    """Else whoever dates a founding back could use it for as long as it stands in the log."""
    house = House()
    dana, viktor = founded(house)
    viktor.step(acts.consent)
    house.settle()
    assert len(dana.standing.consents) == 1
    house.clock.pass_(days=1.2)
    house.settle()
    house.settle()
    assert not dana.standing.consents
    assert not viktor.standing.consents
    assert viktor.state.is_member
