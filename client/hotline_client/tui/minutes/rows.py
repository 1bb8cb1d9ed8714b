"""Minutes in rows: one a line, and all of one with what each side said, initialled and signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hotline_client.presenters.minutes import attested, missing, text_hash
from hotline_client.tui.looks.cells import line, pad
from hotline_client.tui.looks.rows import Look, Row, Scene, fit, lined, quote
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import dtg
from hotline_client.tui.parts.needs import Need
from hotline_protocol.folds.minutes import RAPPORTEURS, TABLE, MinutesState, Record, Remark
from hotline_protocol.terms import SIDES, Role, Side, other

_LOOKS: Final[Mapping[MinutesState, Look]] = {
    MinutesState.DRAFT: "warn",
    MinutesState.COMMENTED: "warn",
    MinutesState.INITIALLED: "text",
    MinutesState.SIGNED: "good",
}
NameOf = Callable[[bytes], str]
"""Whoever holds the certificate with that fingerprint, harmless."""


def why_not(minutes: Record | None, act: str, side: Side, role: Role) -> str | None:
    """Why an act of the table is not possible on minutes for somebody; None if it is."""
    if minutes is None:
        return t("mark minutes first")
    why = TABLE.why_not(act, minutes.state, minutes.side, side, role)
    done = {"initial": minutes.initials, "sign": minutes.signatures}.get(act, {})
    return t("your side has done so already") if why is None and side in done else why


def minutes_row(minutes: Record, number: str, cells: int) -> Row:
    """`M-0001/26 INITIALLED  First meeting`."""
    return fit(
        (
            (f"{pad(number, 10)} ", "dim"),
            (f"{pad(minutes.state.value, 10)} ", _LOOKS[minutes.state]),
            (f"{pad(t('MINUTES'), 14)} ", "text"),
            (line(minutes.title), "text"),
        ),
        cells,
    )


def turn(minutes: Record, scene: Scene, role: Role) -> str:
    """What is left to do, and whose turn it is."""
    if minutes.state is MinutesState.SIGNED:
        return t("signed by both heads: it stays as it is")
    owed = missing(minutes, scene.me)
    if owed is None:
        return t("waits for {side}", side=scene.names[other(scene.me)])
    if owed == "initial":
        return t("YOUR TURN: initial (a), remark (m) or put another text (t)")
    if role is Role.HEAD:
        return t("YOUR TURN: sign (s); a new text (t) makes the initials void")
    return t("your head of delegation signs next")


def minutes_needs(
    minutes: Sequence[Record], channel: str, me: Side, role: Role, number: Callable[[bytes], str]
) -> list[Need]:
    """Minutes that the other side initialled or wrote and ours has not initialled, and those that wait for our head."""
    found = []
    for one in minutes:
        owed = missing(one, me)
        initial = owed == "initial" and one.side != me and role in RAPPORTEURS
        if initial or (owed == "sign" and role is Role.HEAD):
            what = t("to initial") if initial else t("to sign")
            words = f"{number(one.id)} {line(one.title, 40)}: {what}"
            found.append(Need("meetings", channel, one.id, words, _since(one)))
    return found


def _since(minutes: Record) -> int:
    marks = [one.at for one in (*minutes.initials.values(), *minutes.signatures.values())]
    return max([*marks, *(one.at for one in minutes.comments)], default=0)


def minutes_detail(
    minutes: Record, number: str, scene: Scene, cells: int, *, role: Role, name_of: NameOf
) -> list[Row]:
    """All of some minutes: where they stand, what each side did, what was said, and the text."""
    head = t(
        "{number}  MINUTES {state}, version {version}, in {language}",
        number=number,
        state=minutes.state.value,
        version=minutes.version,
        language=minutes.language,
    )
    rows: list[Row] = [((head, "strong"),), *lined(minutes.title, cells, "strong")]
    rows += lined(turn(minutes, scene, role), cells, "warn")
    for side in SIDES:
        words = attested(minutes, side, lambda mark: name_of(mark.author), t)
        rows += lined(f"{scene.names[side]}: {words}", cells)
    rows += [row for one in minutes.comments for row in _said(t("remark"), one, name_of, cells, "dim")]
    rows += [
        row for one in minutes.reservations for row in _said(t("RESERVATION"), one, name_of, cells, "warn")
    ]
    blank: Row = (("", "text"),)
    digest = text_hash(minutes)
    rows += [blank, *quote(minutes.text, cells), blank, ((t("SHA-256 of the text"), "dim"),)]
    return [*rows, ((digest[:32], "dim"),), ((digest[32:], "dim"),)]


def _said(what: str, one: Remark, name_of: NameOf, cells: int, look: Look) -> list[Row]:
    head = t("{what} by {who} {when}", what=what, who=name_of(one.author), when=dtg(one.at))
    return [*lined(head, cells, look), *quote(one.text, cells, look)]
