"""The forms by which a word is found besides as it stands: its stem, without the letters that a language writes before it, its parts.

Words are folded (`words.search.folded`). What a person remembers is `אזור`, `учения` or `243.0`; what stands there is `באזור`, `учений`
or `243.0MHz`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import snowballstemmer

_RUSSIAN: Final = snowballstemmer.stemmer("russian")
_ENGLISH: Final = snowballstemmer.stemmer("english")
_ARABIC: Final = snowballstemmer.stemmer("arabic")
_HEBREW_BEFORE: Final = frozenset("ובהכלמש")
"""Letters that stand for and, in, the, as, to, from, that, and are written together with the word after them."""
_MOST_BEFORE: Final = 3
_ARABIC_BEFORE: Final = re.compile(r"(?:[وف]?(?:[بك]?ال|لل)|[وفبكل])(?=\w{3})")
_SHORTEST: Final = 3
"""Letters that a form has at least: shorter ones are found in too much."""
_RUN: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)
"""A character of a script that writes words without blanks between them: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_EDGE: Final = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")


@lru_cache(maxsize=65_536)
def forms(word: str) -> tuple[str, ...]:
    """The other forms of a folded word, none of them the word itself."""
    if len(word) <= _SHORTEST:
        return ()
    first = word[0]
    found: list[str] = []
    if "\u05d0" <= first <= "\u05ea":
        rest = word
        while len(rest) > _SHORTEST and rest[0] in _HEBREW_BEFORE and len(found) < _MOST_BEFORE:
            rest = rest[1:]
            found.append(rest)
    elif "\u0621" <= first <= "\u064a":
        bare = _ARABIC_BEFORE.sub("", word, count=1) if _ARABIC_BEFORE.match(word) else word
        found = [bare, _ARABIC.stemWord(bare)]
    elif "\u0430" <= first <= "\u044f":
        found = [_RUSSIAN.stemWord(word)]
    elif first.isascii() and word.isalpha():
        found = [_ENGLISH.stemWord(word)]
    return tuple(dict.fromkeys(one for one in found if one != word and len(one) >= _SHORTEST))


def parts(text: str) -> str:
    """The text with numbers apart from letters, and each character by itself where a script knows no blanks; empty if that is the same."""
    apart = _EDGE.sub(" ", _RUN.sub(r" \1 ", text))
    return "" if apart == text else apart
