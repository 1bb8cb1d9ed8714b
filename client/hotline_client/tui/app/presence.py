"""What the status line says about the people of the other delegation: whether somebody has the watch, and attends the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline_client.tui.looks.tongue import t
from hotline_protocol.documents.watch import Attendance
from hotline_protocol.terms import Side

if TYPE_CHECKING:
    from hotline_protocol.folds.journal import Journal


def presence(book: Journal, side: Side) -> str:
    """`on watch`, `UNATTENDED`, `line DECLINED`; empty if that side never said."""
    declared = book.line.attendance.get(side)
    if declared is not None and declared.attendance is not Attendance.ATTENDED:
        return declared.attendance.value
    if side in book.watches.now:
        return t("on watch")
    return "" if declared is None else t("attended")
