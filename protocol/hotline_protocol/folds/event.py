"""One document as a fold sees it: what was said, by whom, and where it stands in the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from hotline_protocol.documents.body import Body
from hotline_protocol.documents.party import Party
from hotline_protocol.identity.charter import Channel


@dataclass(frozen=True, slots=True)
class Original:
    """A document that counts and that a later one is about, as far as folds need it again."""

    seq: int
    at: int
    author: Party
    hash: bytes
    body: Body = field(repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """A document that its author may send at all. `seq`: its place in the log; `at`: the entry's time by the relay; `time`: when its author
    signed it, unix ms both; `id`, `hash`: the document's.
    """

    seq: int
    at: int
    time: int
    id: bytes
    hash: bytes
    author: Party
    channel: Channel
    body: Body = field(repr=False)
    formal: bool = False
    """Whether it gets a reference number."""
    original: Original | None = None
    """What its `target` names, if that is a document that counts and stands before it."""
