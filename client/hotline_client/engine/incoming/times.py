"""T of a channel (rules I15, D13): kept in its standing, moved by documents, told to a newcomer by the commit that lets it in (L14)."""

from __future__ import annotations

from hotline_client.engine.draft import Draft
from hotline_protocol.identity import signed_time
from hotline_protocol.identity.certificate import Certificate


def now(draft: Draft) -> int:
    """T, unix ms; 0 as long as one side has signed none."""
    return signed_time.settled(draft.standing.times, draft.sides)


def moment(draft: Draft, signed: int) -> int:
    """When something that was signed at `signed` is judged: then, or at T if that is later (unix ms)."""
    return max(signed, now(draft))


def is_current(draft: Draft, author: Certificate, signed: int) -> bool:
    """Whether the author of a document that was signed at `signed` (unix ms) was current, as far as both sides know the time."""
    return signed_time.was_current(draft.state.trust, author, signed, now(draft))


def passed(draft: Draft, author: Certificate, signed: int, at: int) -> None:
    """A current author has signed `signed` in an entry dated `at`, unix ms."""
    signed_time.passed(draft.standing.times, author, signed, at)


def told(draft: Draft, time: int) -> None:
    """A commit that lets us in says that T is `time`, unix ms. It never falls."""
    times = draft.standing.times
    times.update({side: max(times.get(side, 0), time) for side in draft.sides})
