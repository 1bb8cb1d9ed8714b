r"""Right-to-left text on a left-to-right grid: one wrapped line at a time is put in visual order, marks ride along.

`python-bidi` knows nothing of combining marks: it would leave them before their letter. Every letter that carries marks
is therefore replaced by a stand-in of the same direction, and put back afterwards together with its marks.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

from bidi import get_display

Mode = Literal["app", "terminal", "off"]
"""Who reorders: this program, the terminal itself, or nobody (both of the latter write logical order)."""

_RTL_CLASSES: Final = frozenset({"R", "AL"})
_STAND_INS: Final = {
    True: tuple(map(chr, range(0x1E800, 0x1E8C5))),  # Mende Kikakui: strong right-to-left
    False: tuple(map(chr, range(0x13000, 0x13400))),  # Egyptian hieroglyphs: strong left-to-right
}


def has_rtl(text: str) -> bool:
    """Whether any letter of `text` runs right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(one) in _RTL_CLASSES for one in text)


def base_direction(paragraph: str) -> Literal["L", "R"]:
    """The direction of a paragraph: that of its first strong letter (Unicode UAX 9, P2 and P3)."""
    for one in paragraph:
        kind = unicodedata.bidirectional(one)
        if kind == "L":
            return "L"
        if kind in _RTL_CLASSES:
            return "R"
    return "L"


def clusters(text: str) -> list[str]:
    """`text` cut into letters, each together with the combining marks that follow it."""
    if text.isascii():
        return list(text)
    found: list[str] = []
    for one in text:
        if found and unicodedata.combining(one):
            found[-1] += one
        else:
            found.append(one)
    return found


@lru_cache(maxsize=4096)
def visual(line: str, base: Literal["L", "R"] = "L") -> str:
    """One already wrapped line in visual order, left to right, for a terminal that does no reordering itself."""
    if not has_rtl(line):
        return line
    parts = clusters(line)
    taken = set(line)
    spare = {rtl: iter([one for one in pool if one not in taken]) for rtl, pool in _STAND_INS.items()}
    back: dict[str, str] = {}
    plain: list[str] = []
    for part in parts:
        stand_in = part
        if len(part) > 1:
            found = next(spare[unicodedata.bidirectional(part[0]) in _RTL_CLASSES], None)
            if found is None:
                return line
            back[found] = part
            stand_in = found
        plain.append(stand_in)
    shown = get_display("".join(plain), base_dir=base)
    return "".join(back.get(one, one) for one in str(shown))
