"""What must be true at the end, whatever was killed: every success is at every member once, in one order, under one head."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from tests.e2e.sending import Sender
from tests.e2e.stage import CHANNEL, Stage, agree, recomputed_head, said


def check(stage: Stage, senders: Sequence[Sender]) -> int:
    """Put every device on the line, wait until all agree, compare; the number of texts in the log."""

    async def work() -> int:
        people = [one.device.name for one in stage.made.devices]
        async with stage.online(*people) as lines:
            await agree(lines)
            held = [said(line) for line in lines]
            assert not [event for line in lines for event in line.security_events()]
            assert not [item for line in lines for item in line.outbox() if item.kind == "text"]
        assert len(held) >= 3
        assert all(one == held[0] for one in held), "members hold different texts"
        counts = Counter(text for _, _, text in held[0])
        assert max(counts.values()) == 1, f"twice in the log: {[text for text in counts if counts[text] > 1]}"
        assert len({id_ for _, id_, _ in held[0]}) == len(held[0])
        for sender in senders:
            lost = [n for n in sender.reported if f"{sender.prefix} {n}" not in counts]
            assert not lost, f"reported as sent, and not there: {lost}"
        return len(held[0])

    total = asyncio.run(work())
    for one in stage.made.devices:
        with stage.vault(one.device.name) as vault:
            stored = vault.load(CHANNEL)
            assert stored is not None
            assert recomputed_head(vault, CHANNEL, stored.standing.cursor) == stored.standing.head
    return total
