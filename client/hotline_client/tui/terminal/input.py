"""What a terminal sends besides keys, taken out before it is taken for keys: late answers to questions, and controls within a paste.

K1 a terminal's answer (OSC, DCS, APC, device attributes, status) that nobody waits for any more is swallowed whole, its BEL too
K2 within a bracketed paste an ESC is a character like any other: it becomes visible, and no key comes of it
K3 a paste whose end never came has ended when the terminal was silent for a while: what is typed then is typed
Reads may end anywhere; what is not yet decided is held until the next.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable
from typing import Final

BEGIN: Final = "\x1b[200~"
END: Final = "\x1b[201~"
ESCAPE_SHOWN: Final = "\u241b"
"""SYMBOL FOR ESCAPE."""
SILENCE: Final = 1.0
"""Seconds after which a paste, or an answer, that has not ended never will."""
LONGEST: Final = 4096
"""Characters of an answer: one that is longer is none."""

_ANSWER: Final = re.compile(
    r"\x1b\](?=\d)[^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[P_](?=[0-9>!|+$G])[^\x1b]*\x1b\\"
    r"|\x1b\[[?>=][\d;]*[cn]"
)
_BEGINS: Final = re.compile(
    r"\x1b(?:\](?:\d[^\x07\x1b]*\x1b?)?|[P_](?:[0-9>!|+$G][^\x1b]*\x1b?)?|\[(?:[?>=][\d;]*|2(?:0(?:0)?)?)?)\Z"
)
"""What may become an answer, or the begin of a paste. A lone ESC is a key: it is never held."""


class TerminalInput:
    """A decoder of what a terminal sends, as `codecs.IncrementalDecoder`: bytes of whatever kind in, text for the parser of keys out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        # bytes that are no UTF-8 become U+FFFD: they would end the program
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._clock = clock
        self._held = ""
        self._pasting = False
        self._heard = clock()

    def decode(self, data: bytes, final: bool = False) -> str:  # noqa: FBT001, FBT002  the signature of codecs
        """The text that a read makes, with what earlier ones left open."""
        text = self._decoder.decode(data, final)
        now = self._clock()
        late, self._heard = now - self._heard > SILENCE, now
        out = self._give_up() if late else []
        rest, self._held = self._held + text, ""
        while rest:
            rest = self._paste(rest, out) if self._pasting else self._keys(rest, out)
        if final:
            out.append(self._held)
            self._held = ""
        return "".join(out)

    def _give_up(self) -> list[str]:
        """K3."""
        left, self._held = self._held, ""
        if self._pasting:
            self._pasting = False
            return [_harmless(left), END]
        # an answer that broke off is dropped; Alt and a bracket was a key
        return [left] if len(left) <= len("\x1b]") else []

    def _keys(self, rest: str, out: list[str]) -> str:
        """Take what is certain off the front; what is left."""
        place = rest.find("\x1b")
        if place:
            out.append(rest if place < 0 else rest[:place])
            return "" if place < 0 else rest[place:]
        if rest.startswith(BEGIN):
            self._pasting = True
            out.append(BEGIN)
            return rest[len(BEGIN) :]
        answer = _ANSWER.match(rest)
        if answer is not None:
            return rest[answer.end() :]
        if len(rest) > 1 and len(rest) <= LONGEST and _BEGINS.match(rest):
            self._held = rest
            return ""
        out.append("\x1b")
        return rest[1:]

    def _paste(self, rest: str, out: list[str]) -> str:
        end = rest.find(END)
        if end >= 0:
            self._pasting = False
            out += [_harmless(rest[:end]), END]
            return rest[end + len(END) :]
        kept = next((size for size in range(len(END) - 1, 0, -1) if rest.endswith(END[:size])), 0)
        out.append(_harmless(rest[: len(rest) - kept]))
        self._held = rest[len(rest) - kept :]
        return ""


def _harmless(pasted: str) -> str:
    """K2."""
    return pasted.replace("\x1b", ESCAPE_SHOWN)
