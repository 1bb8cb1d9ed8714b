"""A world that fails, made as short as it can be and still fail in the same way: delta debugging over its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.worlds.script import Event, Script

Fails = Callable[[Script], bool]


def shrink(script: Script, fails: Fails, *, whole: Sequence[Event] = (), most: int = 400) -> Script:
    """The script with as few events as `fails` lets it, after at most `most` tries (ddmin, Zeller and Hildebrandt 2002); of those in
    `whole` none is left out.
    """
    tries = 0
    kept = [one for one in script.events if one in whole]

    def still(events: Sequence[Event]) -> bool:
        nonlocal tries
        tries += 1
        return tries <= most and fails(_with(script, kept, events))

    events = [one for one in script.events if one not in kept]
    parts = 2
    while len(events) >= 2:
        size = -(-len(events) // parts)
        for start in range(0, len(events), size):
            fewer = events[:start] + events[start + size :]
            if still(fewer):
                events, parts = fewer, max(parts - 1, 2)
                break
        else:
            if parts >= len(events):
                break
            parts = min(2 * parts, len(events))
    if len(events) == 1 and still([]):
        events = []
    return _with(script, kept, events)


def _with(script: Script, kept: Sequence[Event], events: Sequence[Event]) -> Script:
    return script.without(tuple(sorted([*kept, *events], key=lambda one: one.at)))
