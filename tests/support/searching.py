"""What FTS5 finds, said once more in plain Python: for stores in memory, and to hold the real ones against."""

from __future__ import annotations

import re
from typing import Final

from hotline_client.words.forms import parts
from hotline_client.words.search import Term, Words, indexed, shared

_TOKEN: Final = re.compile(r"[^\W_]+")


def holds(found: Words | str | None, asked: tuple[Term, ...]) -> bool:
    """Whether the words of a document, or of a text, hold all that is asked for."""
    words = indexed(found) if isinstance(found, str) else found
    return words is not None and all(_found(words, one) for one in asked)


def _found(words: Words, term: Term) -> bool:
    text, apart, forms = (_TOKEN.findall(one) for one in words)
    pieces = tuple(_TOKEN.findall(parts(" ".join(term.words))))
    asked = [term, Term(pieces, term.begins)] if pieces else [term]
    if any(_stands(words, one) for words in (text, apart) for one in asked):
        return True
    if len(term.words) > 1 or term.begins:
        return False
    word = term.words[0]
    return word in forms or any(one in forms or one in text for one in shared(word))


def _stands(words: list[str], term: Term) -> bool:
    return any(_at(words, at, term) for at in range(len(words)))


def _at(words: list[str], at: int, term: Term) -> bool:
    here = words[at : at + len(term.words)]
    if len(here) < len(term.words) or here[:-1] != list(term.words[:-1]):
        return False
    return here[-1].startswith(term.words[-1]) if term.begins else here[-1] == term.words[-1]
