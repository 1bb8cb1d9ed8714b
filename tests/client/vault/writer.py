"""A process that writes to a vault until it is killed: `python -m tests.client.vault.writer HOME COUNT`.

Each step adds two entries behind what is there and prints the version once `commit` has returned. A step that another
process was faster with is done again.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from hotline_client.engine.store import GroupBlobs, StaleError
from hotline_client.vault import Vault
from tests.client.vault.samples import batch, item, reopen

CHANNEL = "plenary"


def step(vault: Vault) -> int | None:
    stored = vault.load(CHANNEL)
    version, cursor = (0, 0) if stored is None else (stored.version, stored.standing.cursor)
    done = tuple(one.id for one in stored.outbox) if stored is not None else ()
    changes = replace(
        batch(cursor + 1, cursor + 2),
        group=GroupBlobs(b"tree %d" % (version + 1), b"ratchets %d" % (version + 1)),
        outbox=(item(f"item {version + 1}", version + 1),),
        outbox_done=done,
    )
    try:
        return vault.commit(CHANNEL, version, changes)
    except StaleError:
        return None


def main() -> None:
    home, count = Path(sys.argv[1]), int(sys.argv[2])
    with reopen(home) as vault:
        while count > 0:
            version = step(vault)
            if version is not None:
                print(version, flush=True)  # noqa: T201 - what the test listens to
                count -= 1


if __name__ == "__main__":
    main()
