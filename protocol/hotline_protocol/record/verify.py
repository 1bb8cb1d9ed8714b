"""Verifying a record offline (rules V3 to V10): every check is on bytes in the file and the two authorities one was given.

V3  the charter is signed by both authorities, and they are exactly the two that the verifier was given by another way
V4  the channel is one of the charter; a whole record's entries run from 1 to its tail without a gap, and their chain (C2, C3) ends in its head
V5  each document stands under an entry of kind message whose id it was made for: its authenticated data is that id
V6  it is signed (RFC 9420, 6.1) in this channel's group, in the epoch that it names, by the key of the certificate that it names
V7  that certificate was issued by one of the two authorities, and was current when it signed, and at T (I15, D13) as the documents before it
    in the file move it, under the lists in force by then
V8  the document names this channel and epoch; in a whole record, what its author saw of the log, and a log that it signs, are compared
    with the chain: where they differ the record is not in order
V9  each document of an author counts once; what the exporter's device refused counts for nothing, and only its signature is checked
V10 what stands outside the log, because a relay lost it, is signed as V5 to V7 say, for the entry that is shown with it, and counts for nothing else

The relay's time of an entry, the order after the last entry that a document vouches for, numbers, and what the exporter's
device refused are the exporter's word. Who was a member is not shown: that needs the channel's keys.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from hotline_protocol.documents import Checkpoint, Document, decode_body, decode_document
from hotline_protocol.documents.document import MAX_TIME
from hotline_protocol.errors import CertificateError, CharterError, FormatError, TrustError
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Charter, SignedCharter
from hotline_protocol.identity.digits import DigitsError, compare_digits
from hotline_protocol.identity.signed_time import passed, settled, was_current
from hotline_protocol.identity.statements import MAX_GENERATION
from hotline_protocol.identity.trust import Trust
from hotline_protocol.mls import codec as mls
from hotline_protocol.mls.content import AuthenticatedContent, WireFormat
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.record import frames
from hotline_protocol.relay.chain import Entry, decode_entry, extend, genesis
from hotline_protocol.terms import SIDES, Side

Authority = bytes | str
"""SHA-256 of an authority's root certificate, or the 30 digits of it (I1)."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A document that somebody signed. `at`: unix ms by the relay; `refused` and `reference`: the exporter's word."""

    seq: int
    at: int
    author: Certificate
    document: Document
    content: bytes = field(repr=False)
    refused: str | None = None
    reference: str | None = None


@dataclass(slots=True)
class Verdict:
    """What was shown so far. `outside`: documents that a relay lost, signed. `vouched`: by side, the last entry up to which a document of that side signs the log.

    `deviating`: entries whose author signs another log. A log that was put back once has some; so has a false record.
    """

    record: frames.Record
    charter: Charter
    entries: int = 0
    messages: int = 0
    documents: int = 0
    refused: int = 0
    outside: int = 0
    vouched: dict[Side, int] = field(default_factory=dict)
    deviating: list[int] = field(default_factory=list)

    @property
    def unread(self) -> int:
        """Messages in the log whose words are not in the file."""
        return self.messages - self.documents


class Verifier:
    """Takes the parts of a file in order. TrustError or FormatError says at which entry what is wrong."""

    def __init__(self, authorities: tuple[Authority, Authority]) -> None:
        self._given: Final = authorities
        self._record: frames.Record | None = None
        self._verdict: Verdict | None = None
        self._trust: Trust | None = None
        self._contexts: dict[tuple[bytes, int], bytes] = {}
        self._groups: frozenset[bytes] = frozenset()
        self._certificates: dict[bytes, Certificate] = {}
        self._times: dict[Side, int] = {}
        self._seen: set[tuple[bytes, bytes]] = set()
        self._heads: list[bytes] = []
        self._entry: tuple[int, Entry] | None = None
        self._answered = True

    def parts(self, parts: Iterable[frames.Part]) -> Iterator[Proven]:
        """Every document, once it is proven. The `verdict` counts only after the last."""
        for part in parts:
            try:
                proven = self._take(part)
            except MLSError as error:
                raise TrustError(f"{self._place()}: {error}") from None
            if proven is not None:
                yield proven
        self._finish()

    @property
    def verdict(self) -> Verdict:
        """What was shown."""
        if self._verdict is None:
            raise FormatError("the record holds no charter")
        return self._verdict

    def _take(self, part: frames.Part) -> Proven | None:
        match part:
            case frames.Record() if self._record is None:
                self._record = part
            case frames.Charter() if self._record is not None and self._verdict is None:
                self._begin(self._record, part)
            case _ if self._verdict is None or self._trust is None:
                raise FormatError("a record begins with what it is and its charter")
            case frames.Certificate():
                certificate = self._trust.identify(part.der)
                self._certificates[certificate.fingerprint] = certificate
            case frames.Revocations():
                self._trust = self._trust.with_crl(part.der)
            case frames.Context():
                self._context(part.encoded)
            case frames.EntryPart():
                self._take_entry(part)
            case frames.Document():
                return self._document(part)
            case frames.Outside():
                return self._outside(part)
            case _:
                raise FormatError("the record says twice what it is")
        return None

    def _begin(self, record: frames.Record, part: frames.Charter) -> None:
        charter = SignedCharter.decode(part.signed).verify()
        first, second = self._given
        if not any(_are(charter.delegations, given) for given in ((first, second), (second, first))):
            raise CharterError("the record's charter is of other authorities than the two that were given")
        if charter.channel(record.channel) is None:
            raise FormatError("the record is of a channel that its charter does not have")
        self._trust = Trust.from_charter(charter)
        self._heads = [genesis(charter.link_id, record.channel)]
        self._groups = frozenset(
            charter.group_id(record.channel, generation) for generation in range(MAX_GENERATION + 1)
        )
        self._verdict = Verdict(record, charter)

    def _context(self, encoded: bytes) -> None:
        verdict = self.verdict
        context = mls.decode(GroupContext.read, encoded)
        if context.group_id not in self._groups or context.cipher_suite != verdict.charter.suite:
            raise TrustError(f"{self._place()}: the group context is of another channel, or another suite")
        self._contexts[context.group_id, context.epoch] = encoded

    def _take_entry(self, part: frames.EntryPart) -> None:
        verdict = self.verdict
        if verdict.record.whole and part.seq != len(self._heads):
            raise FormatError(f"entry {len(self._heads)} was expected, entry {part.seq} stands there")
        entry = decode_entry(part.raw)
        if self._entry is not None and part.seq <= self._entry[0]:
            raise FormatError(f"entry {part.seq} is out of order")
        if verdict.record.whole:
            self._heads.append(extend(self._heads[-1], part.seq, part.raw))
        self._entry, self._answered = (part.seq, entry), False
        verdict.entries += 1
        verdict.messages += entry.kind == "message"

    def _document(self, part: frames.Document) -> Proven:
        if self._entry is None or self._entry[0] != part.seq or self._answered:
            raise FormatError(f"the document of entry {part.seq} does not stand under its entry")
        self._answered = True
        entry = self._entry[1]
        author, content, epoch = self._signed(entry, part)
        return self._read(part, author, content, epoch)

    def _outside(self, part: frames.Outside) -> Proven:
        verdict = self.verdict
        if not verdict.record.whole or len(self._heads) - 1 != verdict.record.tail:
            raise FormatError(f"what stood in entry {part.seq} does not stand behind the whole log")
        entry = decode_entry(part.raw)
        author, content, epoch = self._signed(entry, part)
        document = self._fitting(decode_document(content), epoch)
        self._check_current(author, document.time, 0)  # T may have passed it since
        verdict.outside += 1
        return Proven(part.seq, min(entry.at, MAX_TIME), author, document, content, "not in the log any more")

    def _signed(self, entry: Entry, part: frames.Document | frames.Outside) -> tuple[Certificate, bytes, int]:
        """Author, content and epoch of what was signed for an entry (V5, V6)."""
        verdict = self.verdict
        signed = mls.decode(AuthenticatedContent.read, part.authenticated)
        content = signed.content
        if (
            entry.kind != "message"
            or signed.wire_format != WireFormat.PRIVATE_MESSAGE
            or not isinstance(content.body, bytes)
            or content.group_id not in self._groups
            or not hmac.compare_digest(content.authenticated_data, entry.id)
        ):
            raise TrustError(f"{self._place()}: the document was made for another entry")
        author = self._author(part.author)
        context = self._contexts.get((content.group_id, content.epoch))
        if context is None:
            raise FormatError(f"{self._place()}: the group context of epoch {content.epoch} is missing")
        signed.verify(cipher_suite(verdict.charter.suite), author.public_key, context)
        return author, content.body, content.epoch

    def _author(self, fingerprint: bytes) -> Certificate:
        author = self._certificates.get(fingerprint)
        if author is None:
            raise FormatError(f"{self._place()}: its author's certificate is missing")
        return author

    def _check_current(self, author: Certificate, signed: int, now: int) -> None:
        """V7, at T (`now`, unix ms): in a whole record it is that of the exporter's device, or earlier."""
        if self._trust is None or not was_current(self._trust, author, signed, now):
            raise CertificateError(f"{self._place()}: its author's certificate had expired or was revoked")

    def _now(self) -> int:
        """T, as the documents before move it."""
        channel = self.verdict.charter.channel(self.verdict.record.channel)
        return 0 if channel is None else settled(self._times, [one for one in SIDES if one in channel.sides])

    def _fitting(self, document: Document, epoch: int) -> Document:
        if document.channel != self.verdict.record.channel or document.epoch != epoch:
            raise TrustError(f"{self._place()}: the document was written for another channel or epoch")
        return document

    def _read(self, part: frames.Document, author: Certificate, content: bytes, epoch: int) -> Proven:
        verdict = self.verdict
        document = self._fitting(decode_document(content), epoch)
        at = 0 if self._entry is None else self._entry[1].at
        if part.refused is None:
            self._check_current(author, document.time, self._now())
            passed(self._times, author, document.time, at)
            self._check_log(part.seq, author, document)
            if (author.fingerprint, document.id) in self._seen:
                raise TrustError(f"{self._place()}: a document of this id by this author came before")
            self._seen.add((author.fingerprint, document.id))
        verdict.documents += 1
        verdict.refused += part.refused is not None
        return Proven(part.seq, min(at, MAX_TIME), author, document, content, part.refused, part.reference)

    def _check_log(self, seq: int, author: Certificate, document: Document) -> None:
        """V8. What an author saw of a log that is not this one is kept for the verdict."""
        verdict = self.verdict
        if not verdict.record.whole:
            return
        claims = [document.seen]
        if document.kind == "checkpoint":
            body = decode_body(document)
            if isinstance(body, Checkpoint):
                claims.append((body.seq, body.head))
        for place, head in claims:
            ours = self._heads[place] if place < seq else None
            if ours is None or not hmac.compare_digest(ours, head):
                verdict.deviating.append(seq)
            elif author.side is not None:
                verdict.vouched[author.side] = max(verdict.vouched.get(author.side, 0), place)

    def _finish(self) -> None:
        verdict = self.verdict
        record = verdict.record
        if not record.whole:
            return
        if len(self._heads) - 1 != record.tail or not hmac.compare_digest(self._heads[-1], record.head):
            raise TrustError(
                f"the record's entries do not end in the head that it names for entry {record.tail}"
            )

    def _place(self) -> str:
        return "before the first entry" if self._entry is None else f"entry {self._entry[0]}"


def _are(cards: tuple[Card, Card], given: tuple[Authority, Authority]) -> bool:
    return all(_is(card, one) for card, one in zip(cards, given, strict=True))


def _is(card: Card, given: Authority) -> bool:
    if isinstance(given, bytes):
        return hmac.compare_digest(card.fingerprint, given)
    try:
        compare_digits(card.fingerprint, given)
    except DigitsError:
        return False
    return True
