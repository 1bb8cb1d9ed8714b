"""Finding what was written: by words, newest first; and by what a person types for a place in the log."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from hotline_client.engine.contents import body_of
from hotline_client.engine.desk import Desk
from hotline_client.engine.records import DocumentRecord
from hotline_client.line.timeline import Timeline
from hotline_client.line.views import Found, MessageView
from hotline_client.words.search import Term, pieces, terms
from hotline_client.words.times import zoned
from hotline_protocol.documents.dialogue import Correction
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.numbering import parse_reference
from hotline_protocol.terms import Side

_SEQ: Final = re.compile(r"#?(\d{1,12})")
LIMIT: Final = 100


def search(
    desk: Desk, timeline: Timeline, query: str, *, channel: str | None, limit: int = LIMIT
) -> list[Found]:
    """The newest messages that hold every word of the query, newest first. UsageError if it holds no word."""
    asked = terms(query)
    found: list[Found] = []
    with desk.lock:
        for name in desk.entitled if channel is None else [channel]:
            for record in desk.store.search(name, asked, limit):
                shown = _original(desk, name, record)
                found += [_found(view, record, asked) for view in timeline.views(name, [shown])]
    found.sort(key=lambda one: one.message.at or one.message.time, reverse=True)
    return _once(found)[:limit]


def _original(desk: Desk, name: str, record: DocumentRecord) -> DocumentRecord:
    """What a person knows the words by: of a correction the message that it corrected."""
    body = body_of(record.content)
    if not isinstance(body, Correction):
        return record
    return desk.store.document(name, body.target.id) or record


def _found(view: MessageView, record: DocumentRecord, asked: tuple[Term, ...]) -> Found:
    del record
    return Found(view, pieces(view.text, asked))


def _once(found: list[Found]) -> list[Found]:
    kept: dict[tuple[str, bytes], Found] = {}
    for one in found:
        kept.setdefault((one.message.channel, one.message.id), one)
    return list(kept.values())


def place(desk: Desk, channel: str, typed: str) -> int | None:
    """The seq that `#120`, `N-0042/26`, `221432Z NOV 26` or `2026-11-22` names: of a time, the first document at or after it."""
    words = typed.strip()
    match = _SEQ.fullmatch(words)
    if match is not None:
        with desk.lock:
            near = desk.store.documents(channel, after=int(match[1]) - 1, limit=1)
        return near[0].seq if near else None
    known = numbered(desk, channel, words)
    if known:
        return known[-1].seq
    when = _instant(words)
    return None if when is None else _first_at(desk, channel, when)


def numbered(desk: Desk, channel: str, typed: str, side: Side | None = None) -> list[DocumentRecord]:
    """The documents that a typed reference names, such as `N-0042/26` or `n42`; of one side, or one of each."""
    year = datetime.fromtimestamp(desk.clock() / 1000, UTC).year
    reference = parse_reference(typed, year)
    if reference is None:
        return []
    with desk.lock:
        found = desk.store.numbered(channel, reference)
        sides = [_side_of(desk, one) for one in found]
    return [one for one, author in zip(found, sides, strict=True) if side in (None, author)]


def _side_of(desk: Desk, record: DocumentRecord) -> Side | None:
    der = desk.store.certificate(record.author)
    if der is None:
        raise UsageError("the author's certificate is not in the vault")
    return desk.context.identify(der).side


def _instant(words: str) -> int | None:
    known = zoned(words)
    if known is not None:
        return known
    try:
        return int(datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def _first_at(desk: Desk, channel: str, when: int) -> int | None:
    """By halving: the relay's times never go back in a log."""
    with desk.lock:
        last = desk.store.documents(channel, limit=1)
        low, high = 0, last[0].seq if last else 0
        if not last or last[0].at < when:
            return None
        while low < high:
            middle = (low + high) // 2
            near = desk.store.documents(channel, after=middle, limit=1)
            if near and near[0].at < when:
                low = near[0].seq
            else:
                high = middle
        found = desk.store.documents(channel, after=low, limit=1)
    return found[0].seq if found else None
