"""What FTS5 finds, said once more in plain Python: for stores in memory, and to hold the real ones against."""

from __future__ import annotations

import re
from typing import Final

from hotline_client.words.search import Term

_TOKEN: Final = re.compile(r"[^\W_]+")


def holds(text: str, asked: tuple[Term, ...]) -> bool:
    """Whether folded words hold all that is asked for, as FTS5 would say."""
    words = _TOKEN.findall(text)
    return all(any(_at(words, at, one) for at in range(len(words))) for one in asked)


def _at(words: list[str], at: int, term: Term) -> bool:
    here = words[at : at + len(term.words)]
    if len(here) < len(term.words) or here[:-1] != list(term.words[:-1]):
        return False
    return here[-1].startswith(term.words[-1]) if term.begins else here[-1] == term.words[-1]
