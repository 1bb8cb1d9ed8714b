"""Minutes as they go onto paper: plain facts, gathered from the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from hotline_protocol.terms import Side


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did about the minutes, and the document that proves it. `at`: unix ms; `seq`: its entry in the log."""

    what: str
    name: str
    role: str
    delegation: str
    at: int
    seq: int
    document: bytes
    hash: bytes
    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """A delegation, with the digits of its authority's fingerprint."""

    side: Side
    name: str
    fingerprint: bytes
    digits: str


@dataclass(frozen=True, slots=True)
class Reported:
    """An item of the agenda on which the minutes report."""

    reference: str
    title: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that a reader who was not there needs. `content`: hash of the document that holds the present text."""

    channel: str
    link_id: bytes
    reference: str
    id: bytes
    content: bytes
    title: str
    text: str
    language: str
    state: str
    version: int
    authorities: tuple[Authority, ...]
    drafted: Act
    written: Act
    meeting: tuple[tuple[str, str], ...] = ()
    items: tuple[Reported, ...] = ()
    initials: dict[Side, Act] = field(default_factory=dict)
    signatures: dict[Side, Act] = field(default_factory=dict)
    reservations: tuple[Act, ...] = ()
    translations: tuple[Act, ...] = ()

    @property
    def canonical(self) -> bytes:
        """The text alone: UTF-8 exactly as it is signed, lines ended by a line feed, none after the last line."""
        return self.text.encode()

    @property
    def text_hash(self) -> bytes:
        """SHA-256 of the canonical text."""
        return sha256(self.canonical).digest()

    @property
    def acts(self) -> tuple[Act, ...]:
        """All of them in the order of the log, each once."""
        every = (
            self.drafted,
            self.written,
            *self.initials.values(),
            *self.signatures.values(),
            *self.reservations,
            *self.translations,
        )
        return tuple(sorted(dict.fromkeys(every), key=lambda one: one.seq))
