"""How this terminal is read: the language of our own words, and who puts right-to-left text in visual order.

One setting a process, made before the first paint: words are looked up where they are painted, in presenters without a state.
Every word of ours goes through `t`; what both delegations must read alike (FLASH, WILCO, VERIFIED, references, DTG) does not.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Final

from hotline_client.words.bidi import Base, Mode

LANGUAGES: Final = {"en": "English", "ru": "русский", "he": "עברית"}
"""Interface languages by their ISO 639-1 code, each named in itself; all but English have a catalogue `words/<code>.po`."""
RIGHT_TO_LEFT: Final = frozenset({"he"})


@dataclass(slots=True)
class _Tongue:
    words: gettext.NullTranslations
    language: str
    bidi: Mode


_now = _Tongue(gettext.NullTranslations(), "en", "app")


def use(language: str = "en", bidi: Mode = "app") -> None:
    """Speak a language of `LANGUAGES` from now on, and reorder as `bidi` says."""
    _now.words, _now.language, _now.bidi = _catalogue(language), language, bidi


def bidi_mode() -> Mode:
    """Who puts right-to-left text in visual order: this program or the terminal."""
    return _now.bidi


def language() -> str:
    """The code of the language spoken."""
    return _now.language


def direction() -> Base:
    """How our own words run."""
    return "R" if _now.language in RIGHT_TO_LEFT else "L"


def t(message: str, /, **values: object) -> str:
    """Our words in the language spoken, with values set in by name; foreign values come out of `cells.line`."""
    said = _now.words.gettext(message)
    return said.format(**values) if values else said


def tn(one: str, many: str, count: int, /, **values: object) -> str:
    """Our words about `count` things, which stand in them as `{count}`."""
    return _now.words.ngettext(one, many, count).format(count=count, **values)


def N_(message: str) -> str:  # noqa: N802 - gettext's name, which its tools look for
    """Marks words that `t` gets later, out of a table."""
    return message


@lru_cache(maxsize=4)
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    # Only who reads another language waits for the library.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    source = files("hotline_client") / "tui" / "words" / f"{code}.po"
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return gettext.GNUTranslations(packed)
