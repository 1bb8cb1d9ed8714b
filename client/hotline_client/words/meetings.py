"""What both sides say about a meeting, in words: the candidate times, and their last word about each part side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hotline_protocol.documents.meetings import Fits, Part
from hotline_protocol.folds.meetings import Meeting, Offer
from hotline_protocol.terms import SIDES, Side

Names = Mapping[Side, str]
Say = Callable[..., str]
"""Sets values into words, as `str.format` does; perhaps into those of another language."""


def said(meeting: Meeting, names: Names, number: int, say: Say = str.format) -> list[str]:
    """What each side says about the candidate `number`, counted from 0."""
    known = meeting.parts.get(Part.TIME)
    agreed = {} if known is None else known.agreed
    words = []
    for side in SIDES:
        if agreed.get(side) == number:
            words.append(say("{side} agrees", side=names[side]))
        elif side in meeting.answers:
            words.append(say(_FITS[meeting.answers[side][number]], side=names[side]))
    return words


_FITS: Final = {Fits.YES: "{side} yes", Fits.IF_NEEDED: "{side} if needed", Fits.NO: "{side} no"}


def side_by_side(meeting: Meeting, say: Say = str.format) -> list[tuple[str, ...]]:
    """The last word of each side about each part; what differs is said."""
    rows = []
    for part in Part:
        words = [_last_word(meeting, part, side, say) for side in SIDES]
        if meeting.agreed(part):
            verdict = "agreed"
        elif "-" in words:
            verdict = "open"
        else:
            verdict = "differs" if words[0] != words[1] else "open"
        rows.append((str(part), *words, verdict))
    return rows


def _last_word(meeting: Meeting, part: Part, side: Side, say: Say) -> str:
    """What a side agreed to, or else proposed last."""
    known = meeting.parts.get(part)
    offer = meeting.offers.get(side, Offer())
    if known is not None and side in known.agreed:
        return {
            Part.TIME: say("candidate {number}", number=known.agreed[side] + 1),
            Part.PLACE: meeting.place,
            Part.LEVEL: say(str(meeting.level)),
        }[part]
    if part is Part.TIME:
        return _candidates(meeting, offer, say)
    return offer.place or "-" if part is Part.PLACE else say(str(offer.level or "-"))


def _candidates(meeting: Meeting, offer: Offer, say: Say) -> str:
    if not offer.slots:
        return "-"
    if offer.slots != meeting.slots:
        return say("{count} other times", count=len(offer.slots))
    return (
        say("any of {count}", count=len(offer.slots))
        if len(offer.slots) > 1
        else say("candidate {number}", number=1)
    )
