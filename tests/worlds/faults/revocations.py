"""A commit that a revocation list overtook (26, beyond the table): nobody did wrong, and nobody may be told so."""

from __future__ import annotations

import random

from tests.worlds.clock import SECOND
from tests.worlds.faults.base import row, seconds, talk
from tests.worlds.script import Event


@row(26, "overtaken-commit", ("no false alarm", "invalid-commit .* newest revocation lists"), noise=(0, 3))
def _overtaken(rng: random.Random) -> tuple[str, list[Event]]:
    """A device is lost while the relay cannot be reached: the list and the removal go out together."""
    cast, head, gone = rng.choice(
        [("four", "a.head", "a.officer"), ("four", "b.head", "b.officer"), ("watches", "a.head", "a.watch")]
    )
    at = seconds(10, 60, rng)
    return cast, [
        Event(at, "cut", "relay0", {"seconds": 40, "silent": True}),
        Event(at + 5 * SECOND, "dismiss", head, {"device": gone}),
        talk(at + 90 * SECOND, head, "after it"),
    ]
