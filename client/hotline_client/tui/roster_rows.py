"""The roster in rows: who knocks, who is in, with what is needed to tell them apart and to compare their devices."""

from __future__ import annotations

from collections.abc import Sequence

from hotline_client.tui.cells import line, pad, paragraphs
from hotline_client.tui.rows import Look, Row, fit
from hotline_client.tui.wording import dtg, office, side
from hotline_client.views import KnockView, MemberView, Person
from hotline_protocol.identity.digits import digits

Entry = KnockView | MemberView


def entries(knocks: Sequence[KnockView], members: Sequence[MemberView]) -> list[Entry]:
    """What the cursor walks over: the door first, then members, ours before theirs."""
    return [*knocks, *sorted(members, key=lambda one: (not one.person.own, one.index))]


def entry_row(entry: Entry, now: int, cells: int) -> Row:
    """One device on one row; `now` in unix ms, a certificate's end in unix seconds."""
    name = cells - 52
    words = (
        f"{side(entry.person):<5}{pad(office(entry.person), 16)} {pad(line(entry.person.name, name), name)} "
    )
    look: Look
    if isinstance(entry, KnockView):
        state = "KNOCKS" if entry.admissible is None else "CANNOT ADMIT"
        look = "warn" if entry.admissible is None else "bad"
    elif not entry.current:
        state, look = ("EXPIRED" if entry.expires * 1000 <= now else "REVOKED"), "bad"
    else:
        state, look = "CURRENT", "good"
    until = dtg(entry.expires * 1000)
    return fit(
        ((words, "own" if entry.person.own else "peer"), (f"{state:<13}", look), (until, "text")), cells
    )


def detail(entry: Entry | None, me: Person, cells: int) -> list[Row]:
    """What stands under the list: the digits to compare, and what may be done."""
    if entry is None:
        return [(("Nobody is here yet. A device knocks when it connects for the first time.", "dim"),)]
    person = entry.person
    rows: list[Row] = [
        ((f"{office(person)} {line(person.name, 40)}", "strong"),),
        (("device digits  ", "dim"), (digits(person.fingerprint), "strong")),
        (("Have the holder read them out over another way before you trust this device.", "dim"),),
    ]
    if isinstance(entry, KnockView):
        why = entry.admissible
        said = "a: admit this device" if why is None else f"cannot be admitted: {why[:2000]}"
        rows.extend(((one, "warn" if why is None else "bad"),) for one in paragraphs(said, cells))
    else:
        rows.append(
            ((f"leaf {entry.index}, delivered up to #{entry.delivered}, seen up to #{entry.seen}", "text"),)
        )
        rows.append(((_removal(entry, me), "dim"),))
    return [fit(row, cells) for row in rows]


def _removal(entry: MemberView, me: Person) -> str:
    if entry.person.me:
        return "this is the device you are using"
    return (
        "x: remove this device" if entry.person.side == me.side else "only its own delegation can remove it"
    )
