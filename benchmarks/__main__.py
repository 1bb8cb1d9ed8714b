"""`python -m benchmarks [NAME…] [--smoke]`: measures on this machine, in one run, and prints one table.

Every number that depends on the machine stands beside something bare that was measured in the same run: read the ratios.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict

from benchmarks.results import Result, table

NAMES = ("mls", "vault", "relay", "line", "tui", "folds", "notices", "bots")


def measure(name: str, *, smoke: bool) -> list[Result]:
    """All of one module, which is imported only now: the others' memory and threads are not its concern."""
    module = importlib.import_module(f"benchmarks.{name}")
    gc.collect()
    begun = time.perf_counter()
    results = list(module.run(smoke=smoke))
    print(f"{name}: {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)}; all if none")
    parser.add_argument(
        "--smoke", action="store_true", help="tiny sizes: proves that they run, measures nothing"
    )
    parser.add_argument("--json", action="store_true", help="one object a line instead of a table")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as state:
        # run marks of vaults that are thrown away
        os.environ["XDG_STATE_HOME"] = state
        _report(arguments)


def _report(arguments: argparse.Namespace) -> None:
    for name in arguments.names or NAMES:
        results = measure(name, smoke=arguments.smoke)
        if arguments.json:
            for one in results:
                print(json.dumps({"of": name, **asdict(one), "ratio": one.ratio}))
        else:
            print(f"\n{table(results, name)}\n", flush=True)


if __name__ == "__main__":
    main()
