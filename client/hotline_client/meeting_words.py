"""What both sides say about a meeting, in words: the candidate times, and their last word about each part side by side."""

from __future__ import annotations

from collections.abc import Mapping

from hotline_protocol.documents.meetings import Fits, Part
from hotline_protocol.folds.meetings import Meeting, Offer
from hotline_protocol.terms import SIDES, Side

Names = Mapping[Side, str]


def said(meeting: Meeting, names: Names, number: int) -> list[str]:
    """What each side says about the candidate `number`, counted from 0."""
    known = meeting.parts.get(Part.TIME)
    agreed = {} if known is None else known.agreed
    words = []
    for side in SIDES:
        if agreed.get(side) == number:
            words.append(f"{names[side]} agrees")
        elif side in meeting.answers:
            words.append(f"{names[side]} {_words(meeting.answers[side][number])}")
    return words


def _words(fits: Fits) -> str:
    return str(fits).lower()


def side_by_side(meeting: Meeting) -> list[tuple[str, ...]]:
    """The last word of each side about each part; what differs is said."""
    rows = []
    for part in Part:
        words = [_last_word(meeting, part, side) for side in SIDES]
        if meeting.agreed(part):
            verdict = "agreed"
        elif "-" in words:
            verdict = "open"
        else:
            verdict = "differs" if words[0] != words[1] else "open"
        rows.append((str(part), *words, verdict))
    return rows


def _last_word(meeting: Meeting, part: Part, side: Side) -> str:
    """What a side agreed to, or else proposed last."""
    known = meeting.parts.get(part)
    offer = meeting.offers.get(side, Offer())
    if known is not None and side in known.agreed:
        return {
            Part.TIME: f"candidate {known.agreed[side] + 1}",
            Part.PLACE: meeting.place,
            Part.LEVEL: str(meeting.level),
        }[part]
    if part is Part.TIME:
        return _candidates(meeting, offer)
    return offer.place or "-" if part is Part.PLACE else str(offer.level or "-")


def _candidates(meeting: Meeting, offer: Offer) -> str:
    if not offer.slots:
        return "-"
    if offer.slots != meeting.slots:
        return f"{len(offer.slots)} other times"
    return f"any of {len(offer.slots)}" if len(offer.slots) > 1 else "candidate 1"
