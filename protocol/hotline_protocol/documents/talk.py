"""Words between people and what readers say about them: text, receipt, acknowledgement; and two facts about the line itself."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from hotline_protocol.documents.body import Body, Kind, check_distinct, check_note, check_text
from hotline_protocol.documents.document import Count, Hash, Id
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Precedence, Response, Role, Side

MAX_ADDRESSEES: Final = 32
"""For action, and for information."""
MAX_CRL: Final = 64 * 1024
"""Bytes of a certificate revocation list."""


class Addressee(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """An office: a delegation's side and a role in it; without a role the whole delegation."""

    side: Side
    role: Role | None = None


Addressees = Annotated[tuple[Addressee, ...], msgspec.Meta(max_length=MAX_ADDRESSEES)]


class Text(Body, frozen=True):
    """Words, with their urgency (ACP 121) and the answer they ask for (ICAO Doc 4444). `reply_to`: a document id.

    `action`, `info`: who is to act on it and who only to know (ACP 121); without any, everybody in the channel is to act (D11).
    """

    text: str
    precedence: Precedence
    response: Response
    reply_to: Id | None = None
    action: Addressees = ()
    info: Addressees = ()

    def __post_init__(self) -> None:
        """Refuse text that is empty, too long, not NFC or holds invisible characters, and an addressee named twice."""
        check_text(self.text, "the text")
        check_distinct(self.action + self.info, "the addressees")

    def __repr__(self) -> str:
        """Without the words."""
        return f"Text(precedence={self.precedence}, response={self.response}, {len(self.text)} characters)"


class Receipt(Body, frozen=True):
    """Cumulative watermarks of the author's device: it has, and has shown, every entry up to these seqs."""

    delivered: Count
    seen: Count


class Ack(Body, frozen=True):
    """The author, a person, has read the document `target` with this content hash."""

    target: Id
    hash: Hash
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a note that could not be shown as it is."""
        check_note(self.note, "the note")


class Revocation(Body, frozen=True):
    """A list of revoked certificates (DER CRL), signed by the author's own authority."""

    crl: Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_CRL)]


class Checkpoint(Body, frozen=True):
    """The author's device signs that the head after entry `seq` is `head`."""

    seq: Count
    head: Hash


KINDS: Final = {
    "text": Kind(Text, WRITING_ROLES, formal=True),
    "receipt": Kind(Receipt, frozenset(Role), line=False),
    "ack": Kind(Ack, WRITING_ROLES & PERSON_ROLES),
    "revocation": Kind(Revocation, WRITING_ROLES),
    "checkpoint": Kind(Checkpoint, WRITING_ROLES, line=False),
}
