"""Both sides gather the same paper from the same log."""

from __future__ import annotations

import pytest

from hotline_client.exports.paper.gather import gather
from hotline_client.exports.paper.write import write
from hotline_client.line.line import Line
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Translation
from hotline_protocol.documents.meetings import Agreed, MeetingAgree, MeetingPropose, Part, Slot
from hotline_protocol.documents.minutes import (
    MinutesComment,
    MinutesDraft,
    MinutesInitial,
    MinutesReserve,
    MinutesRevise,
    MinutesSign,
)
from hotline_protocol.errors import UsageError
from tests.client.engine.house import CHANNEL, House, founded
from tests.client.exports.paper.sample import TEXT


def test_both_sides_write_the_same_bytes_from_the_same_log() -> None:
    house = House()
    dana, viktor = founded(house)
    ours, theirs = Line(dana.desk), Line(viktor.desk)
    start = house.clock() + 86_400_000
    proposal = MeetingPropose("first meeting", (Slot(start, start + 3_600_000),), "Nicosia")
    meeting = ours.say(CHANNEL, proposal)
    house.settle()
    place = Agreed(Part.PLACE, theirs.target(CHANNEL, meeting).hash)
    theirs.say(CHANNEL, MeetingAgree(theirs.target(CHANNEL, meeting), (place,)))
    house.settle()
    minutes = ours.say(CHANNEL, MinutesDraft("first meeting", "first words", "en", meeting))
    house.settle()

    def target() -> Target:
        return Target(minutes, ours.read(CHANNEL, lambda book: book.minutes.all[minutes].content))

    theirs.say(CHANNEL, MinutesComment(target(), "which corridors?"))
    house.settle()
    theirs.say(CHANNEL, MinutesRevise(target(), TEXT))
    house.settle()
    ours.say(CHANNEL, Translation(target(), "he", "מילים"))
    for line in (ours, theirs):
        line.say(CHANNEL, MinutesInitial(target()))
        house.settle()
    theirs.say(CHANNEL, MinutesReserve(target(), "subject to approval"))
    house.settle()
    for line in (ours, theirs):
        line.say(CHANNEL, MinutesSign(target()))
        house.settle()
    paper = gather(ours, CHANNEL, minutes)
    assert (paper.state, paper.version, paper.text) == ("SIGNED", 2, TEXT)
    assert [one.what for one in paper.acts] == [
        "drafted",
        "revised",
        "translated (he)",
        *["initialled"] * 2,
        "reserved",
        *["signed"] * 2,
    ]
    assert paper.meeting == (("Meeting", "P-0001/26  first meeting"), ("Place", "Nicosia"))
    assert (paper.signatures["a"].name, paper.signatures["b"].name) == ("Dana", "Viktor")
    before = {kind: write(paper, kind) for kind in ("text", "md", "html", "pdf")}
    ours.send_text(CHANNEL, "something else")
    house.clock.pass_(days=3)
    house.settle()
    for line in (ours, theirs):
        assert {kind: write(gather(line, CHANNEL, minutes), kind) for kind in before} == before
    with pytest.raises(UsageError):
        gather(ours, CHANNEL, bytes(16))
