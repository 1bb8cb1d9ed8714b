"""`python -m tests.fuzz [TARGET…] [--seconds N | --runs N | --smoke]`: fuzzes the MLS engine, guided by coverage.

Needs atheris (requirements/fuzz.txt). Every target starts from valid objects made on the spot and runs in a process of its own;
the exit code is 1 if one of them found an input that breaks the engine's promise, which is then printed in hex.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NAMES = ("decoders", "stage", "join", "secret-tree")
SMOKE = {"decoders": 20_000, "stage": 1_500, "join": 1_500, "secret-tree": 1_000}
"""Runs of each target that take some seconds."""

_BROKEN = ("crash-", "timeout-", "oom-", "leak-")
"""How the fuzzer names what it found."""

_SLOWEST = 60
"""Seconds that one input may take at most, on the slowest machine."""
_MEMORY = 2048
"""MB that the process may take at most."""


def fuzz(name: str, folder: Path, limits: list[str]) -> None:
    """Fuzz one target in this process, which ends with it."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["hotline_protocol"]):
        targets = importlib.import_module("tests.fuzz.targets")
    target = targets.TARGETS[name]
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for place, seed in enumerate(target.seeds()):
        (corpus / f"seed-{place}").write_bytes(seed)

    def mutated(data: bytes, largest: int, seed: int) -> bytes:
        changed = target.mutate(data, seed) if seed % 2 else None
        return bytes(atheris.Mutate(data, largest)) if changed is None else changed[:largest]

    options = [f"-timeout={_SLOWEST}", f"-rss_limit_mb={_MEMORY}", "-max_len=8192", "-print_final_stats=1"]
    arguments = [sys.argv[0], str(corpus), f"-artifact_prefix={folder}/", *options, *limits]
    atheris.Setup(arguments, lambda data: targets.run(target, data), custom_mutator=mutated)
    atheris.Fuzz()


def supervise(name: str, limits: list[str], corpus: Path | None) -> bool:
    """Fuzz one target in a process of its own and say how it went."""
    with tempfile.TemporaryDirectory() as made:
        folder = corpus / name if corpus else Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.fuzz", name, f"--inside={folder}", *limits]
        ended = subprocess.run(command, capture_output=True, check=False)
        output = (ended.stdout + ended.stderr).decode(errors="replace")
        broken = [one for one in sorted(folder.iterdir()) if one.name.startswith(_BROKEN)]
        if ended.returncode == 0 and not broken:
            counted = re.findall(r"number_of_executed_units: +(\d+)|Done (\d+) runs", output)
            runs = max((int(one or other) for one, other in counted), default=0)
            sys.stdout.write(f"{name}: {runs:,} runs, nothing found\n")
            return runs > 0
        found = "".join(f"{one.name}: {one.read_bytes().hex()}\n" for one in broken)
        sys.stdout.write(f"{output[-6000:]}\n{found}{name}: FAILED\n")
        return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all if none")
    how_long = parser.add_mutually_exclusive_group()
    how_long.add_argument("--seconds", type=int, help="for each target; 60 if nothing else is said")
    how_long.add_argument("--runs", type=int, help="of each target")
    how_long.add_argument("--smoke", action="store_true", help="some seconds in all: proves that it works")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what was found, to go on from it")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    chosen, limits = parser.parse_known_args()
    if chosen.inside:
        fuzz(chosen.names[0], chosen.inside, limits)
    if limits or set(chosen.names) - set(NAMES):
        parser.error(f"expected targets of {', '.join(NAMES)}")
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed: uv pip install --require-hashes -r requirements/fuzz.txt")
    results = []
    for name in chosen.names or NAMES:
        runs = SMOKE[name] if chosen.smoke else chosen.runs
        limit = f"-max_total_time={chosen.seconds or 60}" if runs is None else f"-runs={runs}"
        results.append(supervise(name, [limit], chosen.corpus))
        sys.stdout.flush()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
