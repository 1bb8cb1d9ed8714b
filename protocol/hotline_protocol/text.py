r"""The one sanitiser: every string that is not a literal of ours passes here before a terminal, a log or an export.

C0 and C1 controls, ESC, bidi controls, zero-width characters, tags, surrogates, noncharacters and private-use
characters become visible escapes such as `\u{202e}`. Newline and tab survive only where a caller asks for lines.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from hotline_protocol.errors import FormatError

_ZERO_WIDTH: Final = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS: Final = frozenset({"Mn", "Me"})
"""By category: many marks that stack, such as U+0488, have no combining class."""
_NON_JOINER: Final = "\u200c"
_SELECTORS: Final = "\ufe0e\ufe0f"
_CONTEXTUAL: Final = frozenset(_NON_JOINER + "\u200d" + _SELECTORS)
_EMOJI: Final = frozenset({"So", "Sm"})
_KEYCAPS: Final = "0123456789#*"
_VIRAMA: Final = 9
"""Canonical combining class."""
MAX_MARKS: Final = 8
"""Combining marks shown on one base character; more are noise meant to hurt a renderer."""


def _unsafe(character: str) -> bool:
    return (
        unicodedata.category(character) in _UNSAFE_CATEGORIES
        or character in _ZERO_WIDTH
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def escape(character: str) -> str:
    """The visible form of one character that must not reach a terminal."""
    return f"\\u{{{ord(character):x}}}"


def show(value: str, *, lines: bool = False) -> str:
    """`value` made harmless for one line of a terminal or log; with `lines`, newline and tab survive."""
    if value.isascii() and value.isprintable():
        return value
    kept: list[str] = []
    marks = 0
    for character in value:
        if lines and character in "\n\t":
            kept.append(character)
            marks = 0
        elif _unsafe(character):
            kept.append(escape(character))
            marks = 0
        elif unicodedata.category(character) in _MARKS:
            marks += 1
            kept.append(character if marks <= MAX_MARKS else escape(character))
        else:
            kept.append(character)
            marks = 0
    return "".join(kept)


def check_field(value: str, what: str, *, limit: int, lines: bool = False) -> str:
    """Refuse a signed field with anything that acts or hides, and one that is empty, longer than `limit` characters or not NFC.

    Joiners and variation selectors are text where a language or an emoji needs them (see `_is_text`); `show` makes them visible.
    """
    if not value.strip():
        raise FormatError(f"{what} is empty")
    if len(value) > limit:
        raise FormatError(f"{what} has {len(value)} characters, at most {limit} are allowed")
    if not unicodedata.is_normalized("NFC", value):
        raise FormatError(f"{what} is not in Unicode normalization form C")
    # each character once: a backlog is checked message by message, and most of a text are repetitions
    distinct = dict.fromkeys(value)
    for character in distinct:
        if (
            _unsafe(character)
            and not (lines and character in "\n\t")
            and not (character in _CONTEXTUAL and _is_text(character, value))
        ):
            raise FormatError(f"{what} contains the control or invisible character {escape(character)}")
    if (
        any(unicodedata.category(character) in _MARKS for character in distinct)
        and _tallest(value) > MAX_MARKS
    ):
        raise FormatError(f"{what} stacks more than {MAX_MARKS} combining marks on one character")
    return value


def _is_text(character: str, value: str) -> bool:
    """Whether a joiner or variation selector stands in all its places where it is a part of a word or an emoji."""
    return all(_fits(value, match.start()) for match in re.finditer(character, value))


def _fits(value: str, at: int) -> bool:
    """After RFC 5892, appendix A.1 and A.2: a joiner after a virama, or a non-joiner between Arabic letters; after UTS 51: a joiner
    between two emoji, a selector behind one or in a keycap.
    """
    before, after = value[:at], value[at + 1 : at + 2]
    if value[at] in _SELECTORS:
        keycap = before[-1:] in _KEYCAPS and before[-1:] != "" and after == "\u20e3"
        return keycap or unicodedata.category(before[-1:] or " ") in _EMOJI
    if unicodedata.combining(before[-1:] or " ") == _VIRAMA:
        return True
    if value[at] == _NON_JOINER:
        letter = next((one for one in reversed(before) if unicodedata.category(one) not in _MARKS), " ")
        return unicodedata.bidirectional(letter) == "AL" and unicodedata.bidirectional(after or " ") == "AL"
    emoji = before.rstrip("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")[-1:]
    return unicodedata.category(emoji or " ") in _EMOJI and unicodedata.category(after or " ") in _EMOJI


def _tallest(value: str) -> int:
    """Of the stacks of combining marks, the tallest."""
    tallest = marks = 0
    for character in value:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        tallest = max(tallest, marks)
    return tallest
