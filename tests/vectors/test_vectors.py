"""Every case of every official file, and of our own frozen ones, by the checks that `python -m tests.vectors` makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from hotline_protocol.mls.errors import UnsupportedError
from hotline_protocol.mls.suites import SUITES
from tests.vectors.kinds import hpke_pq
from tests.vectors.loading import FROZEN, NOT_THERE, OFFICIAL, cases_of
from tests.vectors.registry import KINDS, check, kind_of

COUNTS: Final = {
    "crypto-basics": 7,
    "deserialization": 14,
    "key-schedule": 7,
    "message-protection": 7,
    "messages": 300,
    "passive-client-handling-commit": 91,
    "passive-client-random": 1,
    "passive-client-welcome": 56,
    "psk_secret": 77,
    "secret-tree": 21,
    "transcript-hashes": 7,
    "tree-math": 10,
    "tree-operations": 5,
    "tree-validation": 98,
    "treekem": 77,
    "welcome": 7,
}
"""How many cases each of the 16 official files of the working group holds."""

OFFICIAL_SUITES: Final = set(range(1, 8))

HPKE_COUNT: Final = 13
HPKE_OF_OTHERS: Final = frozenset({0, 1, 2, 3, 5, 8, 9, 10, 12})
"""Cases with a KEM or KDF that none of our suites needs: ML-KEM alone, ML-KEM with P-256 or P-384, TurboSHAKE."""

without_official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason=NOT_THERE)


def params(path: Path, numbers: frozenset[int] | None = None) -> list[Any]:
    """The cases of a file, those of these numbers or all; none where the file is not there."""
    cases = cases_of(path) if path.is_file() else []
    return [
        pytest.param(case, id=f"{path.stem}-{number}")
        for number, case in enumerate(cases)
        if numbers is None or number in numbers
    ]


HPKE = OFFICIAL / "hpke-pq.json"
FILES = [*COUNTS, *([HPKE.stem] if HPKE.is_file() else [])]
"""The HPKE vectors are not the working group's, and may be missing where its own lie."""

OWN_HPKE = frozenset(range(HPKE_COUNT)) - HPKE_OF_OTHERS
OFFICIAL_CASES = [one for name in COUNTS for one in params(OFFICIAL / f"{name}.json")]
FROZEN_CASES = [one for path in sorted(FROZEN.glob("*.json")) for one in params(path)]


@without_official
@pytest.mark.parametrize("case", [*OFFICIAL_CASES, *params(HPKE, OWN_HPKE)])
def test_official(case: dict[str, Any]) -> None:
    check(case)


@pytest.mark.parametrize("case", FROZEN_CASES)
def test_frozen(case: dict[str, Any]) -> None:
    check(case)


def test_every_suite_has_vectors() -> None:
    frozen = {case["cipher_suite"] for path in FROZEN.glob("*.json") for case in cases_of(path)}
    assert frozen | OFFICIAL_SUITES == set(SUITES)


@without_official
@pytest.mark.parametrize("case", params(HPKE, HPKE_OF_OTHERS))
def test_hpke_of_others_is_not_taken_for_ours(case: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError):
        check(case)


@without_official
@pytest.mark.parametrize("name", FILES)
def test_no_official_case_is_missing(name: str) -> None:
    cases = cases_of(OFFICIAL / f"{name}.json")
    assert len(cases) == COUNTS.get(name, HPKE_COUNT)
    assert {case.get("cipher_suite", 1) for case in cases} in (OFFICIAL_SUITES, {1})
    kinds = {kind_of(case) for case in cases}
    assert len(kinds) == 1
    assert None not in kinds


@without_official
def test_every_kind_is_tried() -> None:
    tried = {kind_of(cases_of(OFFICIAL / f"{name}.json")[0]) for name in FILES}
    assert tried | {hpke_pq.KIND} == set(KINDS)
