"""Foundings: how a channel's group begins, and how both sides together begin it again.

L13 the first commit with a founding that a head or deputy signed founds the channel; what came before is nobody's commit
L17 a later one founds the next generation with the consents of a head or deputy of each side of the channel, one of them the
    founder's own, each at most a day older than the founding by what they signed; then the group before it has ended, for everybody
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

from hotline_client.engine import keys
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming.revocations import OvertakenError
from hotline_client.engine.standing import Knock
from hotline_protocol.codec import decode
from hotline_protocol.errors import FormatError, TrustError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.statements import Founding
from hotline_protocol.relay.chain import Entry
from hotline_protocol.relay.frames import MAX_BODY
from hotline_protocol.terms import ADMITTING_ROLES

LASTING: Final = 24 * 3600 * 1000
"""How long a consent is good, ms of signed time."""


def judge(draft: Draft, entry: Entry, message: bytes, sealed: bytes) -> tuple[Founding, Certificate]:
    """The founding beside a commit, by its public part alone, so alike for members and others (L13, L17)."""
    founding = decode(keys.unseal(draft, "founding", sealed, entry.id), Founding, limit=MAX_BODY)
    standing = draft.standing
    if founding.generation <= standing.generation:
        raise OvertakenError("L13", f"generation {founding.generation} was founded by another commit")
    if founding.generation != standing.generation + 1:
        raise FormatError(
            f"the founding is of generation {founding.generation}, the next one is {standing.generation + 1}"
        )
    founder = draft.context.identify(founding.certificate)
    _check_decides(draft, founder, at=founding.time // 1000)
    founding.verify(keys.place(draft, entry.id), message, founder.public_key)
    if keys.generation_of(draft, keys.group_of(message)) != founding.generation:
        raise FormatError("the founding is of another generation than its commit")
    _check_consents(draft, founding, founder)
    return founding, founder


def _check_decides(draft: Draft, one: Certificate, *, at: int) -> None:
    """Whether its holder may have a part in a founding, at unix seconds `at`."""
    if one.role not in ADMITTING_ROLES or not may_use(one, draft.state.channel):
        raise TrustError(f"{one.name} is {one.role} and founds nothing in {draft.name}")
    if not draft.state.trust.is_current(one, at):
        raise TrustError(f"the certificate of {one.name}, who founds, is expired or revoked")


def _check_consents(draft: Draft, founding: Founding, founder: Certificate) -> None:
    if founding.generation == 0:
        if founding.consents:
            raise FormatError("the first founding names consents")
        return
    knocks = [draft.standing.consents.get(one) for one in founding.consents]
    given = [one for one in knocks if one is not None and is_fresh(one, founding.time)]
    people = [draft.person(one.certificate) for one in given]
    if [one.side for one in people] != list(draft.state.channel.sides):
        raise TrustError("the founding does not name a fresh consent of each side, side a first")
    if not any(hmac.compare_digest(one.public_key, founder.public_key) for one in people):
        raise TrustError(f"{founder.name} founds with the consents of others alone")
    for one in people:
        _check_decides(draft, one, at=founding.time // 1000)


def is_fresh(consent: Knock, time: int) -> bool:
    """Whether a consent is good for a founding that is signed at `time`, unix ms."""
    return abs(time - consent.time) <= LASTING


def agreed(draft: Draft) -> Sequence[bytes] | None:
    """The consents with which this device may found the next generation now, side `a` first; None as long as one is missing."""
    standing = draft.standing
    own = standing.own_knock
    if own is None or own.founds != standing.generation + 1 or own.id not in standing.consents:
        return None
    chosen: dict[str, bytes] = {}
    for one in standing.consents.values():
        side = draft.person(one.certificate).side
        if side is not None and is_fresh(one, draft.now) and (side != draft.me.side or one.id == own.id):
            chosen[side] = one.id
    sides = draft.state.channel.sides
    return [chosen[side] for side in sides] if set(sides) <= chosen.keys() else None
