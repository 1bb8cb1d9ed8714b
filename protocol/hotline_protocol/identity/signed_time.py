"""What time it is by what both sides have signed, and who was current then (rules I15, D13).

D13 T is the earlier of both sides' latest times that persons who may write have signed in documents (in a channel of one side: that side's
    latest), each counted to at most ten minutes past its entry's `at`; T never falls
I15 whoever signed at a time is judged at that time, and at T if that is later: nobody outlives a certificate by signing an earlier time
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Side

AHEAD: Final = 10 * 60 * 1000
"""How far past its entry's `at` a signed time moves T at most, ms: a clock that is ahead, or a liar's, ends nobody's certificate."""


def settled(times: Mapping[Side, int], sides: Iterable[Side]) -> int:
    """T of a channel of `sides`, unix ms; 0 as long as one of them has signed none."""
    return min(times.get(one, 0) for one in sides)


def passed(times: dict[Side, int], author: Certificate, signed: int, at: int) -> None:
    """A document was signed at `signed` by somebody who was current then; its entry is dated `at` (unix ms)."""
    if author.side is not None and author.role in PERSON_ROLES & WRITING_ROLES:
        times[author.side] = max(times.get(author.side, 0), min(signed, at + AHEAD))


def was_current(trust: Trust, author: Certificate, signed: int, now: int) -> bool:
    """Whether a certificate was current when its holder signed something, and is so at T (`now`), both unix ms."""
    return all(trust.is_current(author, one // 1000) for one in (signed, max(signed, now)))
