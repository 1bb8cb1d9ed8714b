"""What of the hostile texts really stood on the screen: text, field and widget, by the mark before a text and the text's first cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import pyte

from hotline_client.words.bidi import has_rtl
from hotline_protocol.text import show
from tests.support.hostile_screen import SAYS
from tests.support.hostile_texts import TEXTS
from tests.support.hostile_world import FIELDS, NAMES

OWN: Final[dict[str, set[str]]] = {
    "draft": {"dr"}, "error": {"er", "sr"}, "halt": {"hk", "hr"}, "banner": {"fb", "fd", "fn", "fr"},
    "composer of a reply": {"tb"}, "palette": set(), "digits": set(), "form of record": set(), "after": set(),
}  # fmt: skip
"""Where other widgets are still seen: the fields that are this one's own."""
_MARK: Final = re.compile(r"[Qq]q([0-9a-f]{3})([a-z]{2})(.)")
_ENCLOSING: Final = re.compile("[\u0488\u0489\u20dd-\u20f0]")
"""pyte forgets what follows them; a terminal does not."""


class Seen(NamedTuple):
    """One combination: the name of a text, a field, a widget."""

    text: str
    field: str
    widget: str


def screens(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each widget that was said, with what drew its whole screen; from the tokens of the output."""
    drawn: list[str] = []
    for kind, what in pieces:
        if kind == "text":
            drawn.append(what)
        elif kind == "csi" and what.endswith("H"):
            drawn.append(f"\x1b[{what}")
        elif kind == "osc" and what.startswith(f"{SAYS};"):
            widget = what.partition(";")[2]
            if widget != "begin":
                yield widget, "".join(drawn)
            drawn = []


def seen(pieces: Iterable[tuple[str, str]], size: tuple[int, int]) -> set[Seen]:
    """Every combination of which the text itself, not only its mark, was on a terminal of that size."""
    found: set[Seen] = set()
    for widget, drawn in screens(pieces):
        own = OWN.get(widget, set(FIELDS))
        if own:
            screen = pyte.Screen(*size)
            pyte.Stream(screen).feed(_ENCLOSING.sub("", drawn))
            for row in screen.display:
                for number, field, cell in _MARK.findall(row):
                    text = NAMES[int(number, 16)]
                    if field in own and _begins(cell, show(TEXTS[text])):
                        found.add(Seen(text, field, widget))
    return found


def _begins(cell: str, shown: str) -> bool:
    """Whether a text as it must be shown can begin with that cell; from right to left it may be any of its own."""
    return cell in shown if has_rtl(shown) else unicodedata.normalize("NFD", cell)[0] == shown[0]
