"""The words of the screen: times, ages, persons, precedence, answers and receipts; never colour alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from hotline_client.line.views import Person
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Look
from hotline_client.tui.looks.tongue import t
from hotline_client.words import times
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


def dtg(ms: int) -> str:
    """A date-time group, `221432Z NOV 26` (ACP 121)."""
    return times.dtg(ms, t)


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
    try:
        here = datetime.fromtimestamp(ms / 1000, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return t("impossible time")
    days = (t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"))
    return f"{dtg(ms)}, {t('here {when}', when=f'{days[here.weekday()]} {here:%Y-%m-%d %H:%M}')}"


def stopwatch(ms: int) -> str:
    """Minutes and seconds, with hours if there are any: `00:41`, `2:03:10`."""
    minutes, seconds = divmod(max(0, ms // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def office(person: Person) -> str:
    """A person's delegation and role: `ALPHA/deputy`."""
    return f"{line(person.delegation)}/{person.role.value}"


def side(person: Person) -> str:
    """Whose: this very device, our delegation, or the other one."""
    return "ME" if person.me else "OWN" if person.own else "PEER"


def channel_label(name: str) -> str:
    """`PLENARY`, `CAUCUS`: the side in a caucus' wire name says nothing to its members."""
    return line(name.split(".", maxsplit=1)[0].upper(), 16)
