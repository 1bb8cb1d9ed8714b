"""A check that passes whatever it is shown proves nothing: a change to any value of a case must make its check fail."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import pytest

from hotline_protocol.mls.errors import MLSError
from tests.vectors.checking import Case, Kind
from tests.vectors.loading import NOT_THERE, OFFICIAL, cases_of
from tests.vectors.registry import KINDS, kind_of

Path = tuple[str | int, ...]

UNCHANGED: Final = {
    "hpke": {"ikmE"},  # the sender's randomness: the library draws its own
    "tree-operations": {"proposal_sender"},  # matters to an Update alone
}
"""Values that may change and a case still holds, by kind."""

UNCUT: Final = {
    "hpke": {"ikmE"},
    "secret-tree": {"sender_data.ciphertext"},  # only its beginning is sampled
}
"""Values that may lose their last byte."""

UNNEEDED: Final = {
    "hpke": {"ikmE"},
    "passive-client": {"ratchet_tree"},  # the Welcome may carry it
}
"""Fields that may be missing."""

with_examples = pytest.mark.skipif(not OFFICIAL.is_dir(), reason=NOT_THERE)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
each_kind_with_content = pytest.mark.parametrize(
    # What the messages of that kind say is free, only their shape is checked.
    "kind",
    [kind for kind in KINDS if kind.name != "messages"],
    ids=lambda kind: kind.name,
)


@with_examples
@each_kind_with_content
def test_every_changed_value_is_noticed(kind: Kind) -> None:
    case = example(kind)
    survived = {_name(path) for path in _leaves(case) if _passes(kind, _with(case, path, _other))}
    assert survived == UNCHANGED.get(kind.name, set())


@with_examples
@each_kind
def test_every_cut_value_is_noticed(kind: Kind) -> None:
    case = example(kind)
    cut = [(path, _with(case, path, _shorter)) for path in _leaves(case)]
    assert {_name(path) for path, one in cut if one != case and _passes(kind, one)} == UNCUT.get(
        kind.name, set()
    )


@with_examples
@each_kind
def test_a_missing_field_is_no_pass(kind: Kind) -> None:
    case = example(kind)
    survived = {name for name in case if _passes(kind, {key: case[key] for key in case if key != name})}
    assert survived == UNNEEDED.get(kind.name, set())


@cache
def example(kind: Kind) -> Case:
    """The smallest case of the kind that has something in each of its lists."""
    every = [
        case for path in sorted(OFFICIAL.glob("*.json")) for case in cases_of(path) if kind_of(case) is kind
    ]
    spoken = [case for case in every if case.get("cipher_suite", 1) == 1 and _passes(kind, case)]
    if not spoken:
        pytest.skip(f"no vectors of the kind {kind.name} beside the official ones")
    most = max(len({_name(path) for path in _leaves(case)}) for case in spoken)
    full = [case for case in spoken if len({_name(path) for path in _leaves(case)}) == most]
    smallest: Case = min(full, key=lambda case: len(json.dumps(case)))
    return smallest


def _passes(kind: Kind, case: Case) -> bool:
    try:
        kind.check(case)
    except (AssertionError, MLSError, LookupError, TypeError, ValueError):
        return False
    return True


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all values that hold no others; of a list, the first and the last item stand for all."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, (*path, key))
    elif isinstance(value, list):
        for index in sorted({0, len(value) - 1} & set(range(len(value)))):
            yield from _leaves(value[index], (*path, index))
    else:
        yield path


def _name(path: Path) -> str:
    return ".".join(one for one in path if isinstance(one, str))


def _with(case: Case, path: Path, change: Callable[[Any], Any]) -> Case:
    changed = copy.deepcopy(case)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    if path == ("cipher_suite",) and change is _other:
        # A neighbour may have the same hash: take one that has not.
        holder["cipher_suite"] = 7 if holder["cipher_suite"] != 7 else 1
    else:
        holder[path[-1]] = change(holder[path[-1]])
    return changed


def _other(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, int):
        return value + 1
    try:
        data = bytearray.fromhex(value)
    except ValueError:
        return f"{value}x"
    if not data:
        return "00"
    # Not the first or last byte of a private key: X25519 ignores bits there.
    data[min(len(data) // 2, 16)] ^= 1
    return data.hex()


def _shorter(value: Any) -> Any:
    return value[:-2] if isinstance(value, str) else value
