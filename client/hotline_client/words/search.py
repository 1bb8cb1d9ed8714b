"""Words as search knows them: of a document, of a query; without case, accents, points or the difference of ё and е."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple

import msgspec

from hotline_client.words.forms import forms, parts
from hotline_protocol.documents import decode_body, decode_document
from hotline_protocol.errors import HotlineError, UsageError

MAX_QUERY: Final = 200
"""Characters of a query."""
_TERM: Final = re.compile(r'"([^"]*)"?|(\S+)')
_TOKEN: Final = re.compile(r"[^\W_]+")
_WORD: Final = re.compile(r"[^\W_][\w\u0300-\u036f\u0591-\u05c7]*")


def folded(text: str) -> str:
    """`text` as it is compared: marks taken off, case folded."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFD", text)
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()


class Words(NamedTuple):
    """What a text is found by, folded: its words as they stand, its parts where they differ, and other forms of its words."""

    text: str
    parts: str
    forms: str


def indexed(text: str) -> Words:
    """What a text is found by."""
    plain = folded(text)
    other = dict.fromkeys(one for word in _TOKEN.findall(plain) for one in forms(word))
    return Words(plain, parts(plain), " ".join(other))


def document_words(content: bytes, reference: str | None) -> Words | None:
    """What a signed document is found by, its number included; None if it has no words."""
    try:
        body = decode_body(decode_document(content))
    except HotlineError:
        return None
    found = [] if body is None else list(_strings(body))
    return indexed("\n".join([*found, reference] if reference else found)) if found else None


def _strings(value: Any) -> Iterator[str]:
    """The words anywhere in a body; what is one of a few (a precedence, a side) is none."""
    if isinstance(value, Enum):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _strings(getattr(value, name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _strings(one)


@dataclass(frozen=True, slots=True)
class Term:
    """What must be there: words one after the other; with `begins` the last may go on."""

    words: tuple[str, ...]
    begins: bool


def terms(query: str) -> tuple[Term, ...]:
    """What a query asks for: words, "phrases", beginnings*; a number such as N-0042/26 is a phrase. UsageError if it asks nothing."""
    found: list[Term] = []
    for phrase, bare in _TERM.findall(query[:MAX_QUERY]):
        begins = bare.endswith("*") and len(bare) > 1
        words = tuple(_TOKEN.findall(folded(phrase or bare)))
        if words:
            found.append(Term(words, begins))
    if not found:
        raise UsageError('expected words, such as: exercise, "keep clear", gunn*')
    return tuple(found)


def match(asked: tuple[Term, ...]) -> str:
    """The query for SQLite's FTS5: every word stands in quotes, so that nothing in it is an operator."""
    return " AND ".join(f"({' OR '.join(_ways(one))})" for one in asked)


def _ways(term: Term) -> Iterator[str]:
    """A term is found as it stands, in parts, or, if it is one whole word, by a form that it shares."""
    goes_on = "*" if term.begins else ""
    yield f'{{text parts}} : "{" ".join(term.words)}"{goes_on}'
    apart = _TOKEN.findall(parts(" ".join(term.words)))
    if apart:
        yield f'{{text parts}} : "{" ".join(apart)}"{goes_on}'
    if len(term.words) == 1 and not term.begins:
        word = term.words[0]
        for one in (word, *shared(word)):
            yield f'forms : "{one}"'
            if one != word:
                yield f'text : "{one}"'


def shared(word: str) -> tuple[str, ...]:
    """The forms of a word that is asked for. In Hebrew and Arabic what stands before a word may be a part of it: there, the word alone."""
    return () if word[:1] > "\u0589" else forms(word)


def pieces(text: str, asked: tuple[Term, ...], around: int = 40) -> tuple[tuple[str, bool], ...]:
    """A part of `text` about the first hit, cut into what was looked for (True) and the rest."""
    hits = [one.span() for one in _WORD.finditer(text) if _is_hit(one.group(), asked)]
    begin = max(0, hits[0][0] - around) if hits else 0
    end = begin + 6 * around
    found: list[tuple[str, bool]] = [("…", False)] if begin else []
    at = begin
    for start, stop in hits:
        if stop > end:
            break
        found += [(text[at:start], False), (text[start:stop], True)]
        at = stop
    found.append((text[at:end], False))
    return tuple(one for one in found if one[0])


def _is_hit(word: str, asked: tuple[Term, ...]) -> bool:
    plain = folded(word)
    mine = {plain, *forms(plain), *_apart(plain)}
    return any(
        not mine.isdisjoint({one, *shared(one), *_apart(one)})
        or (parts(one) != "" and one in plain)
        or (term.begins and at == len(term.words) - 1 and plain.startswith(one))
        for term in asked
        for at, one in enumerate(term.words)
    )


def _apart(word: str) -> list[str]:
    """Its parts, but for single characters of a script without blanks, which are in everything."""
    return [one for one in _TOKEN.findall(parts(word)) if len(one) > 1 or one.isdigit()]
