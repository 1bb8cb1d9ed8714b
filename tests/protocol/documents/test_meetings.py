from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.documents import Body, encode_body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.meetings import (
    LONGEST,
    MAX_SLOTS,
    Agreed,
    Fits,
    Level,
    MeetingAgree,
    MeetingAnswer,
    MeetingAttach,
    MeetingCancel,
    MeetingCounter,
    MeetingHeld,
    MeetingPropose,
    Part,
    Slot,
)
from hotline_protocol.errors import FormatError

ONE = Target(bytes(16), bytes(32))
SLOT = Slot(1_000, 2_000)
HASH = bytes(32)


def slots(count: int) -> tuple[Slot, ...]:
    return tuple(Slot(number * 10, number * 10 + 5) for number in range(count))


@pytest.mark.parametrize(
    "body",
    [
        MeetingPropose("talks"),
        MeetingPropose("שיחות", slots(MAX_SLOTS), "ז׳נבה", Level.EXPERTS, "two\nlines"),
        MeetingPropose("talks", (Slot(0, LONGEST),)),
        MeetingCounter(ONE, level=Level.HEADS),
        MeetingAnswer(ONE, HASH, (Fits.YES,) * MAX_SLOTS),
        MeetingAgree(ONE, tuple(Agreed(part, HASH) for part in Part)),
        MeetingAttach(ONE, ()),
        MeetingHeld(ONE),
        MeetingCancel(ONE, "illness"),
    ],
)
def test_what_can_be_said(body: Body) -> None:
    assert encode_body(body)


BAD: list[tuple[type[Body], tuple[Any, ...], dict[str, Any], str]] = [
    (MeetingPropose, ("",), {}, "the title is empty"),
    (MeetingPropose, ("x" * 201,), {}, "has 201 characters"),
    (MeetingPropose, ("two\nlines",), {}, "control or invisible"),
    (MeetingPropose, ("a\u202eb",), {}, "control or invisible"),
    (MeetingPropose, ("talks", (SLOT, SLOT)), {}, "same thing twice"),
    (MeetingPropose, ("talks", slots(MAX_SLOTS + 1)), {}, "length"),
    (MeetingPropose, ("talks", (), "x" * 201), {}, "the place has 201"),
    (MeetingPropose, ("talks", (), "", "kings"), {}, "level"),
    (MeetingPropose, ("talks",), {"note": "x" * 1001}, "the note has 1001"),
    (MeetingCounter, (ONE,), {}, "names a time, a place or a level"),
    (MeetingCounter, (ONE,), {"note": "only words"}, "names a time, a place or a level"),
    (MeetingAnswer, (ONE, HASH, ()), {}, "length"),
    (MeetingAnswer, (ONE, bytes(31), (Fits.NO,)), {}, "length"),
    (MeetingAgree, (ONE, ()), {}, "length"),
    (MeetingAgree, (ONE, (Agreed(Part.TIME, HASH), Agreed(Part.TIME, HASH, 1))), {}, "same thing twice"),
    (MeetingAgree, (ONE, (Agreed(Part.TIME, HASH, MAX_SLOTS),)), {}, "19"),
    (MeetingAgree, (ONE, (Agreed(Part.TIME, HASH, -1),)), {}, "0"),
    (MeetingAttach, (ONE, (bytes(16), bytes(16))), {}, "same thing twice"),
    (MeetingAttach, (ONE, (bytes(15),)), {}, "length"),
    (MeetingCancel, (ONE, ""), {}, "the reason is empty"),
]


@pytest.mark.parametrize(("kind", "given", "more", "words"), BAD)
def test_what_cannot_be_said(
    kind: type[Body], given: tuple[Any, ...], more: dict[str, Any], words: str
) -> None:
    with pytest.raises(FormatError) as refused:
        encode_body(kind(*given, **more))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(2, 1, "ends before it begins"), (1, 1, "ends before"), (0, LONGEST + 1, "at most 14 days")],
)
def test_a_time_is_a_period(start: int, end: int, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        Slot(start, end)


@pytest.mark.parametrize("slot", [(-1, 5), (253_402_300_799_999, 253_402_300_800_000)])
def test_times_lie_within_the_calendar(slot: tuple[int, int]) -> None:
    with pytest.raises(FormatError):
        encode_body(MeetingPropose("talks", (Slot(*slot),)))
