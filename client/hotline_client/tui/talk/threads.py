"""The dialogue around one message: back to where it began, and forward through what replied to it."""

from __future__ import annotations

from typing import Final

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.cells import paragraphs
from hotline_client.tui.looks.rows import Row
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.ports import LinePort
from hotline_client.tui.talk.rows import message_rows

BACK: Final = 50
"""How many steps back, and how many pages forward, are looked at."""
_PAGE: Final = 200


def thread(port: LinePort, message: MessageView) -> list[MessageView]:
    """All messages of the dialogue in log order."""
    first = message
    for _ in range(BACK):
        before = None if first.reply_to is None else port.message(first.channel, first.reply_to)
        if before is None:
            break
        first = before
    found = {first.id: first}
    after = first.seq or 0
    for _ in range(BACK):
        page = port.timeline(first.channel, after=after, limit=_PAGE)
        numbered = [one for one in page if one.seq is not None]
        for one in page:
            if one.reply_to in found:
                found[one.id] = one
        if len(numbered) < _PAGE or numbered[-1].seq is None:
            break
        after = numbered[-1].seq
    return list(found.values())


def thread_rows(port: LinePort, message: MessageView, cells: int) -> list[Row]:
    """The dialogue as on the timeline."""
    messages = thread(port, message)
    known = {one.id: one for one in messages}
    rows: list[Row] = []
    for at, one in enumerate(messages):
        rows += [*message_rows(one, cells, opens_day=at == 0, known=known.get), (("", "text"),)]
    if len(messages) == 1:
        rows += [((one, "dim"),) for one in paragraphs(t("Nothing replies to it yet: F4 does."), cells)]
    return rows
