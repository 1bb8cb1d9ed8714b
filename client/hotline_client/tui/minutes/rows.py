"""Minutes in rows: one a line, and all of one with what each side said, initialled and signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from hotline_client.tui.looks.cells import line, pad, paragraphs
from hotline_client.tui.looks.rows import Look, Row, Scene, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import dtg
from hotline_client.tui.parts.needs import Need
from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.minutes import RAPPORTEURS, TABLE, Mark, MinutesState, Record, Remark
from hotline_protocol.terms import SIDES, Role, Side, other

_LOOKS: Final[Mapping[MinutesState, Look]] = {
    MinutesState.DRAFT: "warn",
    MinutesState.COMMENTED: "warn",
    MinutesState.INITIALLED: "text",
    MinutesState.SIGNED: "good",
}
NameOf = Callable[[bytes], str]
"""Whoever holds the certificate with that fingerprint, harmless."""


def text_hash(minutes: Record) -> str:
    """SHA-256 of the present text, in hex: what is initialled, signed and printed on the paper."""
    return sha256(minutes.text.encode()).hexdigest()


def why_not(minutes: Record | None, act: str, side: Side, role: Role) -> str | None:
    """Why an act of the table is not possible on minutes for somebody; None if it is."""
    if minutes is None:
        return t("mark minutes first")
    try:
        TABLE.find(act, minutes.state, minutes.side, side, role)
    except NotAppliedError as error:
        return str(error)
    done = {"initial": minutes.initials, "sign": minutes.signatures}.get(act, {})
    if side in done:
        return t("your side has done so already")
    return None


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
    ours = scene.me in (minutes.signatures if minutes.state is MinutesState.INITIALLED else minutes.initials)
    if ours:
        return t("waits for {side}", side=scene.names[other(scene.me)])
    if minutes.state is MinutesState.INITIALLED:
        if role is Role.HEAD:
            return t("YOUR TURN: sign (s); a new text (t) makes the initials void")
        return t("your head of delegation signs next")
    return t("YOUR TURN: initial (a), remark (m) or put another text (t)")


def minutes_needs(
    minutes: Sequence[Record], channel: str, me: Side, role: Role, number: Callable[[bytes], str]
) -> list[Need]:
    """Minutes that the other side initialled or wrote and ours has not initialled, and those that wait for our head."""
    found = []
    for one in minutes:
        initial = (
            one.state in (MinutesState.DRAFT, MinutesState.COMMENTED)
            and me not in one.initials
            and one.side != me
        )
        sign = one.state is MinutesState.INITIALLED and me not in one.signatures and role is Role.HEAD
        if (initial and role in RAPPORTEURS) or sign:
            what = t("to sign") if sign else t("to initial")
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
    rows: list[Row] = [((head, "strong"),), *_lines(minutes.title, cells, "strong")]
    rows += _lines(turn(minutes, scene, role), cells, "warn")
    for side in SIDES:
        initial = _done(t("initialled"), t("not initialled"), minutes.initials.get(side), name_of)
        signed = _done(t("signed"), t("not signed"), minutes.signatures.get(side), name_of)
        rows += _lines(f"{scene.names[side]}: {initial}; {signed}", cells, "text")
    rows += [row for one in minutes.comments for row in _said(t("remark"), one, name_of, cells, "dim")]
    rows += [
        row for one in minutes.reservations for row in _said(t("RESERVATION"), one, name_of, cells, "warn")
    ]
    rows.append((("", "text"),))
    rows += [((" │ ", "dim"), (one, "text")) for one in paragraphs(minutes.text, cells - 3)]
    digest = text_hash(minutes)
    rows += [(("", "text"),), ((t("SHA-256 of the text"), "dim"),)]
    return [*rows, ((f"{digest[:32]}", "dim"),), ((f"{digest[32:]}", "dim"),)]


def _done(yes: str, no: str, mark: Mark | None, name_of: NameOf) -> str:
    if mark is None:
        return no
    return t("{what} by {who} {when}", what=yes, who=name_of(mark.author), when=dtg(mark.at))


def _said(what: str, one: Remark, name_of: NameOf, cells: int, look: Look) -> list[Row]:
    head = t("{what} by {who} {when}", what=what, who=name_of(one.author), when=dtg(one.at))
    quoted: list[Row] = [((" │ ", "dim"), (words, look)) for words in paragraphs(one.text, cells - 3)]
    return [*_lines(head, cells, look), *quoted]


def _lines(text: str, cells: int, look: Look) -> list[Row]:
    return [((one, look),) for one in paragraphs(text, cells)]
