"""Programs in the log: what their certificates do not allow does not count with anybody (B12 to B14)."""

from __future__ import annotations

import pytest

from hotline_client.engine.incoming import programs
from hotline_client.errors import Refused
from hotline_protocol.documents import content_hash
from hotline_protocol.identity.limits import Limits
from hotline_protocol.terms import Role
from tests.client.engine.house import CHANNEL, House, Person, founded

MINUTE = 60
FEW = Limits(kinds=("text",), channels=(CHANNEL,), rate=(3, 10 * MINUTE))
ACTING = Limits(
    kinds=("ack", "text"), channels=(CHANNEL,), rate=(100, MINUTE), acts_as=Role.WATCH, admits=True
)


def refusals(person: Person, kind: str = "text") -> list[str | None]:
    return [one.refused for one in person.documents(kind)]


def joined(house: House, host: Person, name: str, limits: Limits, side: str = "a") -> Person:
    bot = house.enter("a" if side == "a" else "b", name, Role.BOT, limits=limits)
    host.admit(bot)
    house.settle()
    return bot


def test_b12_a_kind_that_the_certificate_does_not_name_counts_with_nobody() -> None:
    house = House()
    dana, viktor = founded(house)
    bot = joined(house, dana, "Line Bot", FEW)
    viktor.say("please", response="R")
    house.settle()
    bot.ack(bot.documents()[-1])
    bot.queue("checkpoint", {"seq": bot.standing.cursor, "head": bot.standing.head})
    house.settle()
    for person in (dana, viktor, bot):
        assert refusals(person, "ack") == ["a program cannot acknowledge for a person"]
        assert refusals(person, "checkpoint") == [
            "this program's certificate does not allow documents of this kind"
        ]
    assert dana.standing.awaiting


def test_b12_a_channel_that_the_certificate_does_not_name_lets_nobody_in() -> None:
    house = House()
    dana, _ = founded(house)
    elsewhere = Limits(kinds=("text",), channels=("air",), rate=(3, MINUTE))
    bot = house.enter("a", "Air Bot", Role.BOT, limits=elsewhere)
    assert CHANNEL not in bot.desk.entitled
    assert not dana.standing.knocks


def test_b13_what_is_too_fast_does_not_count_and_the_same_for_all() -> None:
    house = House()
    dana, viktor = founded(house)
    bot = joined(house, dana, "Line Bot", FEW)
    for number in range(5):
        bot.say(f"number {number}")
        house.settle()
    expected = [None] * 3 + ["this program's certificate allows 3 documents in 600 s"] * 2
    for person in (dana, viktor, bot):
        assert refusals(person) == expected
    house.clock.pass_(seconds=11 * MINUTE)
    bot.say("later")
    house.settle()
    late = house.enter("b", "Pavel")
    viktor.admit(late)
    house.settle()
    assert refusals(viktor)[-1] is None
    assert dana.texts() == viktor.texts() == ["number 0", "number 1", "number 2", "later"]


def test_b13_many_in_one_batch_are_counted_as_they_stand_in_the_log() -> None:
    house = House()
    dana, viktor = founded(house)
    bot = joined(house, dana, "Line Bot", FEW)
    for number in range(6):
        bot.say(f"number {number}")
    house.settle()
    assert [one is None for one in refusals(viktor)] == [True] * 3 + [False] * 3
    viktor.restart()
    assert [one is None for one in refusals(viktor)] == [True] * 3 + [False] * 3
    assert dana.texts() == viktor.texts()


def test_the_sender_is_told_before_anything_is_queued() -> None:
    house = House()
    dana, _ = founded(house)
    bot = joined(house, dana, "Line Bot", FEW)
    with pytest.raises(Refused, match="documents of this kind"):
        bot.step(lambda draft: programs.check_own(draft, "notice"))
    for number in range(3):
        bot.say(f"number {number}")
    with pytest.raises(Refused, match="allows 3 documents"):
        bot.step(lambda draft: programs.check_own(draft, "text"))
    bot.step(lambda draft: programs.check_own(draft, "receipt"))
    dana.step(lambda draft: programs.check_own(draft, "text"))


def test_b14_programs_that_answer_programs_are_stopped_and_a_person_starts_anew() -> None:
    house = House()
    dana, viktor = founded(house)
    wide = Limits(kinds=("text", "withdrawal"), channels=(CHANNEL,), rate=(100, MINUTE))
    ours = joined(house, dana, "Ours", wide)
    theirs = joined(house, viktor, "Theirs", wide, "b")
    first = ours.say("ping")
    house.settle()
    last, speakers = first, [theirs, ours]
    for number in range(4):
        body = {"text": f"pong {number}", "precedence": "ROUTINE", "response": "N", "reply_to": last}
        last = speakers[number % 2].queue("text", body)
        house.settle()
    words = "programs answered programs: a person has to speak first"
    for person in (dana, viktor, ours, theirs):
        # the fourth refers to what does not count
        assert refusals(person)[:3] == [None, None, words]
    asked = dana.say("Status?")
    house.settle()
    ours.queue("text", {"text": "fine", "precedence": "ROUTINE", "response": "N", "reply_to": asked})
    house.settle()
    assert refusals(viktor)[-1] is None
    said = next(one for one in ours.documents() if one.id == first)
    ours.queue("withdrawal", {"target": [first, content_hash(said.content)], "reason": "over"})
    house.settle()
    assert refusals(viktor, "withdrawal") == [None]


def test_a_program_acknowledges_and_admits_only_if_its_certificate_says_so() -> None:
    house = House()
    dana, viktor = founded(house)
    bot = joined(house, dana, "Duty Bot", ACTING)
    viktor.say("please", response="R")
    house.settle()
    bot.ack(bot.documents()[-1])
    house.settle()
    assert refusals(viktor, "ack") == [None]
    guest = house.enter("a", "Ruth")
    bot.admit(guest)
    house.settle()
    assert "Ruth" in viktor.members()
    with pytest.raises(Exception, match="only a head or deputy"):
        bot.remove(guest)

    plain = joined(house, dana, "Line Bot", FEW)
    other = house.enter("a", "Noa")
    with pytest.raises(Exception, match="only a head or deputy may admit"):
        plain.admit(other)
