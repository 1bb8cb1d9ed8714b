"""Programs on the line: what a bot's certificate allows is checked by everybody who reads it, from the log alone (B12 to B14).

B12 a document of a kind or in a channel that the limits do not name does not count
B13 of a program's documents in any span of `seconds`, by the entries' time, the first `count` count; housekeeping is not counted
B14 a program's document that refers to a program's document that refers to a program's document does not count, unless it takes back or
    corrects what its author said
"""

from __future__ import annotations

from typing import Final

from hotline_client.engine.contents import about, body_of
from hotline_client.engine.draft import Draft
from hotline_client.engine.records import DocumentRecord
from hotline_client.errors import Refused
from hotline_protocol.documents import Body
from hotline_protocol.documents.dialogue import Correction, Withdrawal
from hotline_protocol.documents.talk import Text
from hotline_protocol.errors import TrustError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.limits import HOUSEKEEPING, Limits
from hotline_protocol.terms import Role

DEEPEST: Final = 2
"""Documents of programs in a row, each about the one before."""


def check(draft: Draft, record: DocumentRecord, body: Body, author: Certificate) -> None:
    """TrustError if a document is more than its author's certificate allows. People have no limits."""
    limits = author.limits
    if limits is None or record.kind in HOUSEKEEPING:
        return
    reason = limits.why_not(record.kind, draft.name)
    reason = reason or _too_fast(draft, limits, author.fingerprint, record.at) or _too_deep(draft, body)
    if reason is not None:
        raise TrustError(reason)


def check_own(draft: Draft, kind: str) -> None:
    """The same before it is queued, so far as it can be known. Refused says what the certificate does not allow."""
    limits = draft.me.limits
    if limits is None or kind in HOUSEKEEPING:
        return
    waiting = sum(
        item.kind == "document" and item.document_kind not in HOUSEKEEPING
        for item in draft.state.outbox.values()
    )
    reason = limits.why_not(kind, draft.name)
    reason = reason or _too_fast(draft, limits, draft.me.fingerprint, draft.now, waiting)
    if reason is not None:
        raise Refused(reason)


def _too_fast(draft: Draft, limits: Limits, author: bytes, at: int, waiting: int = 0) -> str | None:
    count, seconds = limits.rate
    since = at - seconds * 1000
    said = list(draft.past.said(draft.name, author, since))
    said += [
        one.kind for one in draft.documents if one.author == author and one.refused is None and one.at > since
    ]
    if sum(kind not in HOUSEKEEPING for kind in said) + waiting < count:
        return None
    return f"this program's certificate allows {count} documents in {seconds} s"


def _too_deep(draft: Draft, body: Body | None) -> str | None:
    if isinstance(body, Withdrawal | Correction):
        return None
    for _ in range(DEEPEST):
        asked = _refers_to(body)
        found = None if asked is None else draft.counted(asked)
        if found is None or draft.person(found.author).role is not Role.BOT:
            return None
        body = body_of(found.content)
    return "programs answered programs: a person has to speak first"


def _refers_to(body: Body | None) -> bytes | None:
    return body.reply_to if isinstance(body, Text) else about(body)
