r"""Right-to-left text on a left-to-right grid: a wrapped line is put in visual order as the last thing before it is painted.

Until then every text is in logical order, so that it is cut, searched and compared as it was written. What is foreign stands in
an isolate (UAX 9), so that it cannot pull the words and numbers around it to its side.

`python-bidi` knows nothing of combining marks and mirrors no brackets. A letter that carries marks is therefore replaced by a
stand-in of the same direction and put back with them; a bracket gets a mark of ours to ride on it, which has the bracket's level
(UAX 9, W1 and N0): where it comes out before its bracket, the bracket runs right to left and is mirrored.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

from bidi import get_display
from bidi.mirror import MIRRORED

Mode = Literal["app", "terminal", "off"]
"""Who reorders: this program, the terminal itself, or nobody (both of the latter write logical order)."""
Base = Literal["L", "R"]

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_ISOLATES: Final = frozenset({LRI, RLI, FSI, PDI})
_CONTROLS: Final = dict.fromkeys(map(ord, _ISOLATES))
_RTL_CLASSES: Final = frozenset({"R", "AL"})
_STAND_INS: Final = {
    True: tuple(map(chr, range(0x1E800, 0x1E8C5))),  # Mende Kikakui: strong right-to-left
    False: tuple(map(chr, range(0x13000, 0x13400))),  # Egyptian hieroglyphs: strong left-to-right
}
_RIDERS: Final = tuple(map(chr, range(0x1AB0, 0x1ABE)))


def has_rtl(text: str) -> bool:
    """Whether any letter of `text` runs right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(one) in _RTL_CLASSES for one in text)


def base_direction(paragraph: str) -> Base:
    """The direction of a paragraph: that of its first strong letter outside of isolates (Unicode UAX 9, P2 and P3)."""
    if paragraph.isascii():
        return "L"
    depth = 0
    for one in paragraph:
        kind = unicodedata.bidirectional(one)
        if kind in {"LRI", "RLI", "FSI"}:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif depth == 0 and kind == "L":
            return "L"
        elif depth == 0 and kind in _RTL_CLASSES:
            return "R"
    return "L"


def isolated(text: str, base: Base | None = None) -> str:
    """`text` kept from moving what stands around it; of direction `base`, or that of its first strong letter."""
    if base is None:
        return f"{FSI}{text}{PDI}" if has_rtl(text) else text
    return f"{RLI if base == 'R' else LRI}{text}{PDI}" if base == "R" or has_rtl(text) else text


def clusters(text: str) -> list[str]:
    """`text` cut into letters, each together with the combining marks that follow it."""
    if text.isascii():
        return list(text)
    found: list[str] = []
    for one in text:
        if found and unicodedata.combining(one) and found[-1] not in _ISOLATES:
            found[-1] += one
        else:
            found.append(one)
    return found


def shown(text: str, mode: Mode, *, words: Base = "L") -> str:
    """One line as the terminal is to get it. `words`: how our own words run; spaces at its ends stay where they are."""
    if text.isascii():
        return text
    if mode == "off":
        return text.translate(_CONTROLS)
    base: Base | None = "R" if words == "R" and _runs_right_to_left(text) else None
    core = text.strip(" ")
    begin = text.index(core) if base else 0
    core = core if base else text
    turned = isolated(core, base) if mode == "terminal" else visual(core, base)
    return text[:begin] + turned + text[begin + len(core) :]


def _runs_right_to_left(text: str) -> bool:
    """Whether a letter outside of isolates runs right to left: a word of ours, that is."""
    depth = 0
    for one in text:
        kind = unicodedata.bidirectional(one)
        depth += (kind in {"LRI", "RLI", "FSI"}) - (kind == "PDI")
        if depth <= 0 and kind in _RTL_CLASSES:
            return True
    return False


@lru_cache(maxsize=8192)
def visual(line: str, base: Base | None = None) -> str:
    """One already wrapped line in visual order, left to right, for a terminal that does no reordering itself."""
    if base != "R" and not has_rtl(line):
        return line.translate(_CONTROLS)
    plain, riders = _dressed(clusters(line))
    if plain is None:
        return line.translate(_CONTROLS)
    display = str(get_display("".join(plain), base_dir=base or base_direction(line))).translate(_CONTROLS)
    return _undressed(display, riders)


def _dressed(parts: list[str]) -> tuple[list[str] | None, dict[str, str]]:
    """The parts with stand-ins and riders, and what each of these stands for; None where there are too many to tell apart."""
    taken = {one for part in parts for one in part}
    spare = {rtl: iter([one for one in pool if one not in taken]) for rtl, pool in _STAND_INS.items()}
    riders = iter([one for one in _RIDERS if one not in taken])
    plain_rider = next(riders)
    back = {plain_rider: ""}
    plain: list[str] = []
    for part in parts:
        letter, marks = part[0], part[1:]
        if letter in MIRRORED:
            rider = plain_rider if not marks else next(riders, None)
            if rider is None:
                return None, back
            back[rider] = marks
            plain.append(letter + rider)
        elif marks:
            stand_in = next(spare[unicodedata.bidirectional(letter) in _RTL_CLASSES], None)
            if stand_in is None:
                return None, back
            back[stand_in] = part
            plain.append(stand_in)
        else:
            plain.append(letter)
    return plain, back


def _undressed(display: str, back: dict[str, str]) -> str:
    kept: list[str] = []
    letters = iter(display)
    for one in letters:
        if one in _RIDERS and one in back:
            bracket = next(letters, "")
            kept.append(MIRRORED.get(bracket, bracket) + back[one])
        elif one in MIRRORED:
            kept.append(one + back.get(next(letters, ""), ""))
        else:
            kept.append(back.get(one, one))
    return "".join(kept)
