"""The forms of the record: a line check, whether our people attend, an export, a verification."""

from __future__ import annotations

from collections.abc import Callable

from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.parts.fields import Answers, Field, Form
from hotline_protocol.documents.body import MAX_NOTE
from hotline_protocol.documents.watch import Attendance, LineCheck, LineStatus
from hotline_protocol.errors import UsageError

SOONEST, LATEST = 10, 86_400
"""Seconds within which an echo can be due."""


def check_form(random: Callable[[int], bytes], size: int) -> Form:
    """A challenge to the other side's machines; `random` makes the nonce of `size` bytes."""
    return Form(
        "line.check",
        N_("CHECK THE LINE"),
        (
            Field(
                "within",
                N_("Echo within"),
                read=_seconds,
                initial="60",
                wanted=True,
                hint=N_("seconds, 10 to 86400"),
                limit=6,
            ),
        ),
        lambda given: [LineCheck(random(size), given["within"])],
        sent=N_("checking: the echo shows here"),
    )


def attendance_form() -> Form:
    """Whether our people are at the line from now on."""

    def make(given: Answers) -> list[LineStatus]:
        return [LineStatus(Attendance(given["attendance"]), given["note"])]

    options = tuple(one.value for one in Attendance)
    return Form(
        "line.attendance",
        N_("ARE OUR PEOPLE AT THE LINE?"),
        (
            Field("attendance", N_("From now on"), options=options, initial=options[0]),
            Field("note", N_("Note"), hint=N_("until when, or why"), limit=MAX_NOTE),
        ),
        make,
    )


def _seconds(typed: str) -> int:
    if not typed.strip().isascii() or not typed.strip().isdigit() or not SOONEST <= int(typed) <= LATEST:
        raise UsageError(t("expected seconds from {least} to {most}", least=SOONEST, most=LATEST))
    return int(typed)
