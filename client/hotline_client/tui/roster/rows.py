"""The roster in rows: who knocks, who is in, with what is needed to tell them apart and to compare their devices."""

from __future__ import annotations

from collections.abc import Sequence

from hotline_client.line.views import KnockView, MemberView, Person
from hotline_client.tui.looks.cells import line, pad, paragraphs
from hotline_client.tui.looks.rows import Look, Row, Span, fit, folded
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import dtg, office, side
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
        state = t("KNOCKS") if entry.admissible is None else t("CANNOT ADMIT")
        look = "warn" if entry.admissible is None else "bad"
    elif entry.disputed:
        state, look = t("DISPUTED"), "bad"
    elif not entry.current:
        state, look = (t("EXPIRED") if entry.expires * 1000 <= now else t("REVOKED")), "bad"
    else:
        state, look = t("CURRENT"), "good"
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
        return [((t("Nobody is here yet. A device knocks when it connects for the first time."), "dim"),)]
    person = entry.person
    side_of = f"{t('side {side}', side=person.side)}, {line(person.delegation, 24)}, {person.role.value}"
    rows: list[Row] = [
        ((f"{office(person)} {line(person.name, 40)}", "strong"),),
        ((t("device digits") + "  ", "dim"), _shown_digits(entry, verified=verified)),
        (_what_to_compare(person, verified=verified),),
        ((side_of + _arenas(certificate), "text"),),
        ((_validity(entry, certificate), "text"),),
        *(((words, "text"),) for words in _limits(person)),
    ]
    if isinstance(entry, KnockView):
        why = entry.admissible
        said = t("a: admit this device") if why is None else t("cannot be admitted: {why}", why=why[:2000])
        rows += [((one, "warn" if why is None else "bad"),) for one in paragraphs(said, cells)]
    else:
        leaf = t(
            "leaf {index}, delivered up to #{delivered}, seen up to #{seen}",
            index=entry.index,
            delivered=entry.delivered,
            seen=entry.seen,
        )
        if entry.disputed:
            said = t(
                "It signs another log than this device holds: its words do not count here. Compare by voice: hotline log compare"
            )
            rows += [((one, "bad"),) for one in paragraphs(said, cells)]
        rows += [((leaf, "text"),), ((_removal(entry, me), "dim"),)]
    return [one for row in rows for one in folded(row, cells)]


def _what_to_compare(person: Person, *, verified: bool) -> Span:
    if verified:
        return t("VERIFIED: these digits were compared on this device"), "good"
    if person.me:
        return t("read these out to whoever wants to verify this device"), "dim"
    return t("not verified: have the holder read them out another way, then press v"), "warn"


def _limits(person: Person) -> list[str]:
    """What a program may do."""
    limits = person.limits
    if limits is None:
        return []
    acts = t("with the rights of: {role}", role=limits.acts_as.value) if limits.acts_as else t("as a program")
    bounds = t(
        "in {channels}, {count} in {seconds} s, {acts}",
        channels=line(", ".join(limits.channels), 80),
        count=limits.rate[0],
        seconds=limits.rate[1],
        acts=acts,
    )
    admits = ", " + t("may admit") if limits.admits else ""
    return [t("a program: may say {kinds}", kinds=line(", ".join(limits.kinds), 120)), bounds + admits]


def _shown_digits(entry: Entry, *, verified: bool) -> Span:
    """Those of another device only once they were typed: what stands beside the question is copied, not compared (I2)."""
    if entry.person.me or verified:
        return digits(entry.person.fingerprint), "strong"
    return t("hidden until they are typed"), "dim"


def _compared(entry: Entry, *, verified: bool) -> str:
    if entry.person.me:
        return t("this device")
    return "VERIFIED" if verified else t("not verified")


def _arenas(certificate: Certificate | None) -> str:
    if certificate is None:
        return ""
    names = " ".join(sorted(one.value for one in certificate.arenas)) or t("none")
    return ", " + t("arenas {names}", names=names)


def _validity(entry: Entry, certificate: Certificate | None) -> str:
    until = dtg(entry.expires * 1000)
    if certificate is None:
        return t("certificate until {until}", until=until)
    begin = dtg(certificate.not_before * 1000)
    return t(
        "certificate {serial}, {begin} to {until}", serial=f"{certificate.serial:x}", begin=begin, until=until
    )


def _removal(entry: MemberView, me: Person) -> str:
    if entry.person.me:
        return t("this is the device you are using")
    return (
        t("x: remove this device")
        if entry.person.side == me.side
        else t("only its own delegation can remove it")
    )
