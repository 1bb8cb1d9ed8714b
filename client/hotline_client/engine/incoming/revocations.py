"""Revocation lists as commits carry them, so that a newcomer judges as the members do.

L14 a commit carries the newest list of each side that the log has put in force: members refuse one that differs from what
    they know; a newcomer takes the lists from the commit that brings its Welcome, and refuses older ones than it knows
"""

from __future__ import annotations

import hmac
from typing import Annotated

import msgspec

from hotline_client.engine import keys
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import times
from hotline_protocol.codec import decode, encode
from hotline_protocol.documents.document import MAX_TIME
from hotline_protocol.errors import FormatError, MembershipError, TrustError
from hotline_protocol.identity.trust import Trust
from hotline_protocol.relay.frames import MAX_BODY
from hotline_protocol.terms import Side


class Known(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a commit tells a newcomer: the newest list (DER) of each side, side `a` first, and T (unix ms)."""

    lists: list[bytes]
    time: Annotated[int, msgspec.Meta(ge=0, le=MAX_TIME)]


def newest(draft: Draft) -> list[bytes]:
    """The newest list (DER) of each side that this device knows from the log, side a's first."""
    found: dict[Side, bytes] = {}
    for der in draft.standing.crls:
        found[draft.context.trust.crl_side(der)] = der
    return [found[side] for side in sorted(found)]


def seal(draft: Draft, entry_id: bytes) -> bytes:
    """What a commit of ours carries: our newest lists and T, hidden from the relay."""
    return keys.seal(draft, "crls", encode(Known(newest(draft), times.now(draft))), entry_id)


def unseal(draft: Draft, sealed: bytes, entry_id: bytes) -> Known:
    """The lists and T in a commit, unchecked. MembershipError if they cannot be opened (L14)."""
    try:
        return decode(keys.unseal(draft, "crls", sealed, entry_id), Known, limit=MAX_BODY)
    except FormatError as error:
        raise MembershipError("L14", str(error)) from None


class OvertakenError(MembershipError):
    """A commit of somebody who had not met the newest list yet: nobody's commit, and nobody's lie. It is made again."""


def check_known(draft: Draft, crls: list[bytes]) -> None:
    """A member's rule: the commit carries exactly what we know."""
    if hmac.compare_digest(encode(crls), encode(newest(draft))):
        return
    if all(der in draft.standing.crls for der in crls):
        raise OvertakenError("L14", "a revocation list overtook the commit, which is made again with it")
    raise MembershipError("L14", "the commit does not carry the newest revocation lists of this log")


def trust_with(draft: Draft, crls: list[bytes]) -> Trust:
    """A newcomer's rule: our trust with the lists of a commit, which are at most one a side and none older than ours."""
    ours, trust = newest(draft), draft.state.trust
    try:
        sides = [trust.crl_side(der) for der in crls]
        known = {trust.crl_side(der) for der in ours}
        for der in crls:
            if der not in ours:
                trust = trust.with_crl(der)
    except TrustError as error:
        raise MembershipError("L14", str(error)) from None
    if sides != sorted(set(sides)) or not known <= set(sides):
        raise MembershipError("L14", "the commit does not carry one newest revocation list of each side")
    return trust


def learn(draft: Draft, seq: int, crls: list[bytes], trust: Trust) -> None:
    """The lists are in force from entry `seq`; `trust` is ours with them."""
    for der in crls:
        draft.standing.crls.setdefault(der, seq)
    draft.state.trust = trust
