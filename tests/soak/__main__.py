"""`python -m tests.soak [--kills N] [--seed N]`: bots and a relay killed N times while virtual days pass; 1,000 take about ten minutes."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.story import FACTOR, Soak


def main() -> int:
    """One run; its numbers on stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        done = Soak(Path(directory), given.kills, given.seed).run()
    seconds = time.monotonic() - began
    days = seconds * FACTOR / 86_400
    lines = [
        f"{given.kills} times harm was done in {seconds:.0f} s, {days:.1f} virtual days; every slot is accounted for"
    ]
    lines += [f"  {count:6}  {what}" for what, count in sorted(done.items())]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
