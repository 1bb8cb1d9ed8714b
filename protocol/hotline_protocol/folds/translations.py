"""Courtesy translations: words in another language, bound to the exact original, which alone has force.

F86 a translation names a document that counts and the content that it has at that place of the log
F87 translations are kept by the hash of the original's content; the last one of an author in a language counts
F88 a translation is shown beside the original, never in its place; a new content of a document has no translations yet
"""

from __future__ import annotations

import msgspec

from hotline_protocol.documents.dialogue import Translation
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.event import Event
from hotline_protocol.terms import Side


class Rendering(msgspec.Struct, frozen=True, array_like=True):
    """A translation: by whom, into what, the words, when (unix ms), in which document."""

    author: bytes
    side: Side
    language: str
    text: str
    at: int
    document: bytes


class Translations(msgspec.Struct):
    """All translations by the hash of what they translate."""

    all: dict[bytes, list[Rendering]] = msgspec.field(default_factory=dict)

    def translate(self, event: Event, body: Translation, present: bytes | None) -> None:
        """Words in another language (F86, F87). `present`: the hash of what the named document says now, if it counts."""
        if present is None:
            raise NotAppliedError("it names no document in the log before it")
        if present != body.target.hash:
            raise NotAppliedError("it translates another content than the document has now")
        author = event.author
        new = Rendering(author.device, author.side, body.language, body.text, event.at, event.id)
        known = self.all.get(present, [])
        self.all[present] = [
            *(one for one in known if (one.author, one.language) != (new.author, new.language)),
            new,
        ]

    def of(self, content: bytes) -> list[Rendering]:
        """The translations of an exact content, in log order."""
        return self.all.get(content, [])
