from __future__ import annotations

from dataclasses import replace

from hotline_client.line.views import MemberView
from hotline_client.presenters import watch
from hotline_protocol.documents.talk import Text
from hotline_protocol.documents.watch import WatchHandover, WatchTake
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import Precedence, Response, Role, Side
from tests.support.memory_line import ANNA, MIRIAM, NOW, OTTO, MemoryLine, party
from tests.support.notices import air, circle

HOUR = 3_600_000


class Story:
    """Anna relieved Otto and hands the watch back to him, naming one of two questions and a notice that is none."""

    def __init__(self, note: str = "quiet\nnight") -> None:
        self.line = MemoryLine(names=("plenary", "air"))
        say = self.line.affairs.book.say
        say(party(OTTO), WatchTake())
        self.asked = say(party(MIRIAM), Text("Yours?\nsecond line", Precedence.FLASH, Response.ROGER))
        self.other = say(party(MIRIAM), Text("And this?", Precedence.ROUTINE, Response.ROGER))
        start = NOW + 48 * HOUR
        body = air(circle(33.0, 34.0, 9000), start=start, end=start + HOUR, response=Response.NONE)
        self.notice = say(party(ANNA), body)
        say(party(ANNA), WatchTake())
        handover = WatchHandover(OTTO.fingerprint, (self.asked.id,), (b"x" * 16,), 4, bytes(32), note)
        self.handover = say(party(ANNA), handover)

    def told(self, side: Side) -> watch.WatchFacts:
        return self.line.read("plenary", lambda book: watch.facts(book, side))


def test_the_text_says_who_has_it_from_whom_and_all_of_a_handover() -> None:
    story = Story()
    words = watch.watch_text(story.line, "plenary", story.told("a"), NOW).splitlines()
    anna, otto = ANNA.fingerprint.hex()[:8], OTTO.fingerprint.hex()[:8]
    assert words == [
        f"ALPHA: {anna} has the watch of plenary since 231432Z NOV 26, taken from",
        f"  {otto}",
        f"    handed over to {otto} 231432Z NOV 26, not accepted yet:",
        "    dialogue P-0001/26 ROUTINE  Yours?",
        "    dialogue P-0002/26 ROUTINE  And this?  (NOT NAMED)",
        "    notice 78787878    (not open any more)",
        "    notice P-0001/26 ROUTINE  NOTICE air NEW, 251432Z NOV 26 to 251532Z NOV 26:",
        "      flyi…  (NOT NAMED)",
        "    quiet",
        "    night",
        f"    head after #4: {digits(bytes(32))}",
        "    IT DID NOT NAME exactly what was open when it was signed",
    ]
    assert (
        watch.watch_text(story.line, "plenary", story.told("b"), NOW)
        == "BRAVO: nobody has the watch of plenary"
    )


def test_the_record_holds_every_fact() -> None:
    story = Story()
    record = watch.watch_record(story.line, "plenary", story.told("a"))
    anna, otto = ANNA.fingerprint.hex(), OTTO.fingerprint.hex()
    assert record == {
        "type": "watch",
        "channel": "plenary",
        "side": "a",
        "holder": anna,
        "holder_name": anna[:8],
        "since": NOW,
        "taken_from": otto[:8],
        "handover": None,
        "waiting": {
            "id": story.handover.id.hex(),
            "to": otto,
            "to_name": otto[:8],
            "at": NOW,
            "dialogues": [story.asked.id.hex()],
            "notices": [(b"x" * 16).hex()],
            "seq": 4,
            "head": bytes(32).hex(),
            "complete": False,
            "note": "quiet\nnight",
        },
    }
    nobody = watch.watch_record(story.line, "plenary", story.told("b"))
    assert {name for name, value in nobody.items() if value is not None} == {"type", "channel", "side"}


def test_nothing_open_is_said() -> None:
    assert watch.open_text(MemoryLine(), "plenary", ((), ()), NOW) == ["    nothing is open"]


def test_what_is_open_elsewhere_is_no_part_of_it() -> None:
    story = Story()
    assert watch.elsewhere_text(story.line, "plenary", NOW) == ""
    assert " ".join(watch.elsewhere_text(story.line, "air", NOW).split()) == (
        "not part of this: plenary has 2 dialogues and 1 notices open (`--channel plenary`)"
    )


def test_a_handover_counts_over_our_own_log_only() -> None:
    story = Story()
    waiting = story.told("a").waiting
    assert waiting is not None
    assert watch.is_over_our_log(story.line, "plenary", waiting)
    for other in ({"seq": 99}, {"head": b"\1" * 32}):
        changed = type(waiting)(
            **{name: getattr(waiting, name) for name in waiting.__struct_fields__} | other
        )
        assert not watch.is_over_our_log(story.line, "plenary", changed)


def test_the_watch_is_for_writing_persons_of_our_side() -> None:
    def member(role: Role, *, me: bool = False, own: bool = True) -> MemberView:
        return MemberView("plenary", 0, replace(OTTO, role=role, me=me, own=own), 0, True, 0, 0)

    able = [member(Role.WATCH), member(Role.HEAD)]
    others = [
        member(Role.OBSERVER),
        member(Role.BOT),
        member(Role.HEAD, me=True),
        member(Role.HEAD, own=False),
    ]
    assert watch.colleagues([*others, *able]) == able
