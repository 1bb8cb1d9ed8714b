"""The words of the screen: times, ages, persons, precedence, answers and receipts; never colour alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from hotline_client.line.views import Answered, Mark, MessageView, Person, Receipt
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Look
from hotline_client.tui.looks.tongue import t
from hotline_client.words import times
from hotline_protocol.documents.dialogue import DECLINING, Answer
from hotline_protocol.dtg import MONTHS
from hotline_protocol.terms import Precedence, Response

ANSWERS: Final = {
    Response.WILCO_UNABLE: "WILCO/UNABLE",
    Response.AFFIRM_NEGATIVE: "AFFIRM/NEGATIVE",
    Response.ROGER: "ROGER",
    Response.ANY: "ANY",
    Response.NONE: "NONE",
}

PRECEDENCE_LOOK: Final[dict[Precedence, Look]] = {
    Precedence.FLASH: "flash",
    Precedence.IMMEDIATE: "immediate",
    Precedence.PRIORITY: "priority",
    Precedence.ROUTINE: "dim",
}


def _moment(ms: int) -> datetime | None:
    """None for a signed time no calendar has: a hostile author may write any number."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def clock(ms: int) -> str:
    """`1432Z`."""
    moment = _moment(ms)
    return moment.strftime("%H%MZ") if moment else "????Z"


def dtg(ms: int) -> str:
    """A date-time group, `221432Z NOV 26` (ACP 121)."""
    return times.dtg(ms, t)


def day(ms: int) -> str:
    """`22 NOV 2026`."""
    moment = _moment(ms)
    return f"{moment:%d} {MONTHS[moment.month - 1]} {moment.year}" if moment else t("impossible date")


def age(ms: int) -> str:
    """`40s`, `2m`, `3h`, `5d`."""
    seconds = max(0, ms // 1000)
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def remaining(ms: int) -> str:
    """`1d 4h`, `3h 20m`, `12m`: to the minute, rounded down."""
    minutes = max(0, ms // 60_000)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"


def here_and_utc(ms: int) -> str:
    """`241200Z NOV 26, here Tue 2026-11-24 14:00`: a time in UTC and in the zone of this machine, side by side."""
    moment = _moment(ms)
    if moment is None:
        return t("impossible time")
    here = moment.astimezone()
    days = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))
    return f"{dtg(ms)}, {t('here {when}', when=f'{days[here.weekday()]} {here:%Y-%m-%d %H:%M}')}"


def stopwatch(ms: int) -> str:
    """`00:41`, `2:03:10`."""
    minutes, seconds = divmod(max(0, ms // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def office(person: Person) -> str:
    """`ALPHA/deputy`."""
    return f"{line(person.delegation)}/{person.role.value}"


def side(person: Person) -> str:
    """Whose: this very device, our delegation, or the other one."""
    return "ME" if person.me else "OWN" if person.own else "PEER"


def channel_label(name: str) -> str:
    """`PLENARY`, `CAUCUS`: the side in a caucus' wire name says nothing to its members."""
    return line(name.split(".", maxsplit=1)[0].upper(), 16)


def receipt(message: MessageView) -> tuple[str, Look]:
    """How far one of our messages got, in words."""
    state = message.receipt
    if state is Receipt.REFUSED:
        return t("FAILED {why}", why=line(message.refused or "", 60)).rstrip(), "bad"
    if state in (Receipt.ANSWERED, Receipt.DECLINED) and (answer := message.answer):
        return answered(answer)
    if state is Receipt.ACKNOWLEDGED and (mark := _latest(message.acknowledged)):
        return t("ACK {when} by {who}", when=clock(mark.time), who=office(mark.person)), "good"
    if state is Receipt.SEEN and (mark := _latest(message.seen)):
        return t("SEEN {when} by {who}", when=clock(mark.time), who=office(mark.person)), "text"
    if state is Receipt.DELIVERED and (mark := _latest(message.delivered)):
        return t("DLVD {when} to {who}", when=clock(mark.time), who=office(mark.person)), "text"
    words: dict[Receipt, tuple[str, Look]] = {
        Receipt.QUEUED: (t("QUEUED here, not yet sent"), "warn"),
        Receipt.RELAYED: (t("SENT, not yet delivered"), "dim"),
        Receipt.DELIVERED: ("DLVD", "text"),
        Receipt.SEEN: ("SEEN", "text"),
    }
    return words.get(state, (state.value, "text"))


def answered(answer: Answered) -> tuple[str, Look]:
    """An answer in words: what, when, by which office; a no and a STANDBY do not look like a yes."""
    look: Look = (
        "bad" if answer.answer in DECLINING else "warn" if answer.answer is Answer.STANDBY else "good"
    )
    return f"{answer.answer} {t('{when} by {who}', when=clock(answer.time), who=office(answer.person))}", look


def trail(message: MessageView) -> str:
    """All steps up to where a message of ours is: `QUEUED → SENT → DLVD → SEEN`."""
    steps = (Receipt.QUEUED, Receipt.RELAYED, Receipt.DELIVERED, Receipt.SEEN, Receipt.ACKNOWLEDGED)
    if message.receipt not in steps:
        return message.receipt.value
    short = {Receipt.RELAYED: "SENT", Receipt.DELIVERED: "DLVD", Receipt.ACKNOWLEDGED: "ACK"}
    return " → ".join(short.get(step, step.value) for step in steps[: steps.index(message.receipt) + 1])


def _latest(marks: tuple[Mark, ...]) -> Mark | None:
    """The first act of the other side; one of our own delegation only if there is none of theirs."""
    theirs = [mark for mark in marks if not mark.person.own]
    return min(theirs or marks, key=lambda mark: mark.time, default=None)
