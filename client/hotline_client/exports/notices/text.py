"""A notice as text: for people, in 80 columns; in the manner of its arena; and either read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hotline_client.exports.notices import emcon, navarea, notam, styles
from hotline_client.exports.notices.sheet import fold
from hotline_client.exports.notices.styles import Block, Style
from hotline_client.words.columns import WIDTH
from hotline_protocol.documents.notices import Action, Notice
from hotline_protocol.notices import form
from hotline_protocol.notices.form import FIELDS
from hotline_protocol.terms import Arena
from hotline_protocol.text import show

STYLES: Final[Mapping[Arena, Style]] = {
    Arena.AIR: notam.STYLE,
    Arena.NAVAL: navarea.STYLE,
    Arena.EM: emcon.STYLE,
}
_LABEL: Final = 16
_MARK: Final = 6


def block(notice: Notice, *, number: str = "", before: str = "") -> str:
    """The notice in the manner of its arena; `before`: the number of what it replaces or cancels."""
    return STYLES[notice.arena].write(notice, number=number, before=before)


def read_block(text: str) -> Block:
    """What `block` wrote, out of whatever stands around it. FormatError."""
    return styles.read(text, tuple(STYLES.values()))


def sheet(rows: Iterable[tuple[str, str]]) -> str:
    """Labels on the left and values beside them, harmless and in 80 columns."""
    lines: list[str] = []
    for label, value in rows:
        head = f"{f'    {label}':<{_LABEL + 4}}"
        for line in show(value, lines=True).split("\n"):
            folded = fold("", line, WIDTH - len(head))
            lines += [f"{head}{folded[0]}", *(" " * len(head) + one[_MARK:] for one in folded[1:])]
            head = " " * len(head)
    return "\n".join(one.rstrip() for one in lines)


def rows(notice: Notice) -> list[tuple[str, str]]:
    """The fields of a notice as labels and values, in the order in which a reader asks for them."""
    found: list[tuple[str, str]] = []
    given = form.to_form(notice)
    for key, value in given.items():
        if key == "arena" or (key == "precedence" and notice.action is Action.CANCEL):
            continue
        texts = [key_text(key, one) for one in form.lines(value)]
        found += [(FIELDS[key].label if not number else "", one) for number, one in enumerate(texts)]
    return found


def key_text(key: str, value: str) -> str:
    """A field's text for a person: a position a person can find, a bound that says that it is one."""
    if key == "end" and value == form.PERMANENT:
        return "PERM (until it is cancelled)"
    if key == "short_lead":
        return "SHORT, knowingly below what is agreed"
    return value


def what(notice: Notice) -> str:
    """In a few words what is done: the activity, or the effect and its first band."""
    if notice.em is not None:
        bands = form.lines(form.to_form(notice)["bands"])
        more = f" and {len(bands) - 1} more" if len(bands) > 1 else ""
        return f"{notice.em.effect} {bands[0]}{more}"
    part = notice.air or notice.naval
    return part.activity if part is not None else "cancellation"
