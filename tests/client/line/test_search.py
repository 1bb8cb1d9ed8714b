"""Searching and jumping through whole lines."""

from __future__ import annotations

import pytest

from hotline_client.line.line import Line
from hotline_protocol.documents.dialogue import Correction
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import Precedence, Response
from tests.client.engine.house import CHANNEL, House, founded


def test_a_correction_is_found_by_its_words_and_shown_as_the_message_it_corrects() -> None:
    house = House()
    dana, viktor = founded(house)
    ours, theirs = Line(dana.desk), Line(viktor.desk)
    asked = ours.send_text(CHANNEL, "gunnery at six", precedence=Precedence.PRIORITY, response=Response.ROGER)
    ours.send_text(CHANNEL, "weather is fine")
    house.settle()
    ours.say(CHANNEL, Correction(ours.target(CHANNEL, asked), "gunnery at seven"))
    house.settle()
    hits = theirs.search("gunn*")
    assert [one.message.id for one in hits] == [asked]
    assert hits[0].message.text == "gunnery at seven"
    assert ("gunnery", True) in hits[0].pieces
    assert [one.message.id for one in theirs.search("six")] == [asked], "what it said before is found too"
    assert theirs.search("nothing") == []
    with pytest.raises(UsageError):
        theirs.search("...")


def test_a_place_is_named_by_number_reference_or_time() -> None:
    house = House()
    dana, _ = founded(house)
    line = Line(dana.desk)
    asked = line.send_text(CHANNEL, "gunnery at six", precedence=Precedence.PRIORITY, response=Response.ROGER)
    house.settle()
    message = line.message(CHANNEL, asked)
    assert message is not None
    assert message.seq is not None
    assert line.place(CHANNEL, f"#{message.seq}") == message.seq
    assert message.reference is not None
    assert line.place(CHANNEL, message.reference.lower()) == message.seq
    assert line.place(CHANNEL, "2000-01-01") is not None
    assert line.place(CHANNEL, "2000-01-01T00:00Z") == line.place(CHANNEL, "#1")
    assert line.place(CHANNEL, "2099-01-01") is None
    assert line.place(CHANNEL, "nowhere") is None
    assert line.place(CHANNEL, "999999") is None
