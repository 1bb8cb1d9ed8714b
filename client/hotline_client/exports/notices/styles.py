"""Notices as blocks of text in the manner of each arena: written, and read back from what somebody pastes.

T1 a block begins with its title, which says what it is not, and ends with its last line; what stands around it is no part of it
T2 each field of the form is an item of its own; several values of one are lines of it; an item is named once
T3 the second line names the notice, what it does, and what it replaces or cancels; numbers are for people, a predecessor is found
   by whoever reads
T4 a line that is derived from others must fit them, or the block is refused
T5 what mail does to a text is undone: the same quoting before every line, blanks that do not break, lines broken between words
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hotline_client.exports.notices.sheet import fold, is_marked, unfold
from hotline_protocol.documents.notices import Action, Notice
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import form, values
from hotline_protocol.notices.form import FIELDS, Form
from hotline_protocol.terms import Arena
from hotline_protocol.text import show

MAX_BLOCK: Final = 256 * 1024
"""Characters of a block that is read."""
_UNKNOWN: Final = "(NOT NUMBERED)"
_BLANKS: Final = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f", " "))


@dataclass(frozen=True, slots=True)
class Block:
    """What a block says: the form, the action, the notice's number and that of its predecessor, empty if it names none."""

    form: Form
    action: Action
    number: str = ""
    before: str = ""
    notes: tuple[str, ...] = ()
    """What was mended of the text, in sentences."""


@dataclass(frozen=True, slots=True)
class Style:
    """`labels`: field → its item; `item`: item and its number, from 1 → the beginning of its line; `pattern`: reads that back;
    `verbs`: what an action is called; `derived`: an item that is computed from the others, and how.
    """

    arena: Arena
    title: str
    end: str
    labels: Mapping[str, str]
    item: Callable[[str, int], str]
    pattern: re.Pattern[str]
    verbs: Mapping[Action, str]
    derived: tuple[str, Callable[[Notice], str]] | None = None

    def write(self, notice: Notice, *, number: str = "", before: str = "") -> str:
        """The block of a notice, its number and that of its predecessor, in 80 columns."""
        heading = [number or _UNKNOWN, self.verbs[notice.action], before]
        lines = [self.title, " ".join(one for one in heading if one)]
        items = self._items(notice)
        for count, (label, value) in enumerate(items, 1):
            lines += fold(self.item(label, count), value)
        return "\n".join([*lines, self.end])

    def read(self, lines: list[str]) -> Block:
        """What the lines of a block between its title and its end say. FormatError."""
        action, number, before = self._heading(lines[0] if lines else "")
        items, joined = self._rejoined(lines[1:])
        found: dict[str, str] = {}
        order = self._labels()
        for line in unfold(items):
            label, value = self._item(line)
            if label in found:
                raise FormatError(f"the item {label} stands there twice")
            if found and order.index(label) < order.index(next(reversed(found))):
                raise FormatError(
                    f"the item {label} stands behind {next(reversed(found))}; a text that was wrapped may have become one"
                )
            found[label] = value
        notes = (f"{joined} lines that a mail program had wrapped were joined again",) if joined else ()
        return Block(self._form(found, action), action, number, before, notes)

    def _rejoined(self, lines: list[str]) -> tuple[list[str], int]:
        """T5: a line that is neither an item nor marked as going on was broken off the one before; how many were."""
        whole: list[str] = []
        joined = 0
        for line in lines:
            if whole and not is_marked(line) and self.pattern.match(line) is None:
                whole[-1] = f"{whole[-1]} {line.strip()}"
                joined += 1
            else:
                whole.append(line)
        return whole, joined

    def _labels(self) -> list[str]:
        return [*([self.derived[0]] if self.derived else []), *self.labels.values()]

    def _items(self, notice: Notice) -> list[tuple[str, str]]:
        items = []
        if self.derived is not None and notice.action is not Action.CANCEL:
            items.append((self.derived[0], self.derived[1](notice)))
        given = form.to_form(notice)
        for key, label in self.labels.items():
            if key in given:
                items.append((label, "\n".join(self._printed(key, one) for one in form.lines(given[key]))))
        return items

    def _printed(self, key: str, value: str) -> str:
        if key in ("start", "end") and self.derived is not None and value != form.PERMANENT:
            return values.print_digits(values.parse_time(value))
        return value

    def _heading(self, line: str) -> tuple[Action, str, str]:
        words = line.removeprefix(_UNKNOWN).split()
        number = "" if line.startswith(_UNKNOWN) or not words else words.pop(0)
        named = {verb: action for action, verb in self.verbs.items()}
        if not words or words[0] not in named or len(words) > 2:
            raise FormatError(f"expected a number and one of {', '.join(named)}, not {show(line)}")
        action = named[words[0]]
        if action is Action.NEW and len(words) == 2:
            raise FormatError("a new notice names no other")
        return action, number.lstrip("("), words[1] if len(words) == 2 else ""

    def _item(self, line: str) -> tuple[str, str]:
        match = self.pattern.match(line)
        if match is None or match["label"] not in self._labels():
            raise FormatError(f"the line {show(line)!r} is no item of a {self.title.partition(',')[0]} text")
        return match["label"], line[match.end() :]

    def _form(self, found: dict[str, str], action: Action) -> Form:
        names = {label: key for key, label in self.labels.items()}
        shown: Form = {"arena": str(self.arena)}
        for label, value in found.items():
            if label in names:
                shown[names[label]] = value.split("\n") if FIELDS[names[label]].many else value
        if self.derived is not None and self.derived[0] in found:
            _check(*self.derived, found[self.derived[0]], shown, action)
        return shown


def _check(label: str, derive: Callable[[Notice], str], given: str, shown: Form, action: Action) -> None:
    """T4; of a replacement too, whose predecessor does not matter here."""
    if action is Action.CANCEL:
        raise FormatError(f"a cancellation has no item {label}")
    right = derive(form.to_notice(shown))
    if given != right:
        raise FormatError(f"the item {label} says {show(given)}, the others come to {right}")


def read(text: str, styles: tuple[Style, ...]) -> Block:
    """What a block of whichever of these styles says. FormatError."""
    style, lines = _cut(text, styles)
    return style.read(lines)


def _cut(text: str, styles: tuple[Style, ...]) -> tuple[Style, list[str]]:
    """The lines of the one block in a text, between its title and its end (T1)."""
    if len(text) > MAX_BLOCK:
        raise FormatError(f"the text has {len(text)} characters, at most {MAX_BLOCK} are read")
    lines = text.translate(_BLANKS).replace("\r\n", "\n").split("\n")
    found = [
        (number, style, match[1])
        for number, line in enumerate(lines)
        for style in styles
        if (match := re.fullmatch(rf"([>|\s]*){re.escape(style.title)}\s*", line))
    ]
    if len(found) != 1:
        titles = " or ".join(f"`{style.title}`" for style in styles)
        raise FormatError(f"expected one block that begins with {titles}, found {len(found)}")
    start, style, quote = found[0]
    rest = [_unquoted(line, quote).rstrip() for line in lines[start + 1 :]]
    if style.end not in rest:
        raise FormatError(f"the block does not end with {style.end!r}: a part of it is missing")
    end = rest.index(style.end)
    return style, [line for line in rest[:end] if line.strip()]


def _unquoted(line: str, quote: str) -> str:
    """A line without what a mail program put before it and before the title (T5)."""
    return line.removeprefix(quote) if line.startswith(quote) else line.removeprefix(quote.rstrip())


def named(**labels: Any) -> Mapping[str, str]:
    """A table of labels in the order given, of fields that exist."""
    unknown = set(labels) - set(FIELDS)
    if unknown:
        raise ValueError(f"a style names what is no field: {', '.join(sorted(unknown))}")
    return labels
