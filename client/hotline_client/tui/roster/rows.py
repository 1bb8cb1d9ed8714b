"""The roster in rows: who knocks, who is in, with what is needed to tell them apart and to compare their devices."""

from __future__ import annotations

from collections.abc import Sequence

from hotline_client.tui.cells import line, pad, paragraphs
from hotline_client.tui.rows import Look, Row, Span, fit
from hotline_client.tui.wording import dtg, office, side
from hotline_client.views import KnockView, MemberView, Person
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.digits import digits

Entry = KnockView | MemberView


def entries(knocks: Sequence[KnockView], members: Sequence[MemberView]) -> list[Entry]:
    """What the cursor walks over: the door first, then members, ours before theirs."""
    return [*knocks, *sorted(members, key=lambda one: (not one.person.own, one.index))]


def entry_row(entry: Entry, now: int, cells: int, *, verified: bool) -> Row:
    """One device on one row; `now` in unix ms, a certificate's end in unix seconds."""
    name = max(8, cells - 48)
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
    return fit(
        (
            (words, "own" if entry.person.own else "peer"),
            (f"{state:<13}", look),
            (_compared(entry, verified=verified), "good" if verified else "dim"),
        ),
        cells,
    )


def detail(
    entry: Entry | None, me: Person, cells: int, *, verified: bool, certificate: Certificate | None
) -> list[Row]:
    """What stands under the list: the digits to compare, and what may be done."""
    if entry is None:
        return [(("Nobody is here yet. A device knocks when it connects for the first time.", "dim"),)]
    person = entry.person
    rows: list[Row] = [
        ((f"{office(person)} {line(person.name, 40)}", "strong"),),
        (("device digits  ", "dim"), _shown_digits(entry, verified=verified)),
        (("VERIFIED: these digits were compared on this device", "good"),)
        if verified
        else (("read these out to whoever wants to verify this device", "dim"),)
        if person.me
        else (("not verified: have the holder read them out another way, then press v", "warn"),),
        (
            (
                f"side {person.side}, {line(person.delegation, 24)}, {person.role.value}{_arenas(certificate)}",
                "text",
            ),
        ),
        ((_validity(entry, certificate), "text"),),
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


def _shown_digits(entry: Entry, *, verified: bool) -> Span:
    """Those of another device only once they were typed: what stands beside the question is copied, not compared (I2)."""
    if entry.person.me or verified:
        return digits(entry.person.fingerprint), "strong"
    return "hidden until they are typed", "dim"


def _compared(entry: Entry, *, verified: bool) -> str:
    if entry.person.me:
        return "this device"
    return "VERIFIED" if verified else "not verified"


def _arenas(certificate: Certificate | None) -> str:
    if certificate is None:
        return ""
    return f", arenas {' '.join(sorted(one.value for one in certificate.arenas)) or 'none'}"


def _validity(entry: Entry, certificate: Certificate | None) -> str:
    until = dtg(entry.expires * 1000)
    if certificate is None:
        return f"certificate until {until}"
    return f"certificate {certificate.serial:x}, {dtg(certificate.not_before * 1000)} to {until}"


def _removal(entry: MemberView, me: Person) -> str:
    if entry.person.me:
        return "this is the device you are using"
    return (
        "x: remove this device" if entry.person.side == me.side else "only its own delegation can remove it"
    )
