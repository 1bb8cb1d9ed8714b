"""Where vectors come from: the official ones from outside the repository, our frozen ones from beside this file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hotline_protocol.mls.suites import SUITES

ROOT = Path(__file__).resolve().parents[2]
FROZEN = Path(__file__).parent / "frozen"
_OFFICIAL = Path(os.environ.get("HOTLINE_MLS_VECTORS", ROOT.parent / "shared" / "mls-vectors"))


def vectors(name: str) -> list[Any]:
    """The official vectors of that file for the suites we speak; one skipped entry where they do not lie."""
    path = _OFFICIAL / f"{name}.json"
    if not path.is_file():
        reason = f"no {name}.json in HOTLINE_MLS_VECTORS or ../shared/mls-vectors"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    return _params(path)


def frozen(name: str) -> list[Any]:
    """Our own vectors of that file."""
    return _params(FROZEN / f"{name}.json")


def unhex(vector: dict[str, Any], *names: str) -> tuple[bytes, ...]:
    """Some fields of a vector as bytes."""
    return tuple(bytes.fromhex(vector[name]) for name in names)


def _params(path: Path) -> list[Any]:
    content = json.loads(path.read_text())
    return [
        pytest.param(vector, id=f"{path.stem}-{number}")
        for number, vector in enumerate(content)
        if vector.get("cipher_suite", 1) in SUITES
    ]
