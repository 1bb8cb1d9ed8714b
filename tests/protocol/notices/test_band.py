from __future__ import annotations

import pytest

from hotline_protocol.documents.notices import Band, Effect, Em
from hotline_protocol.notices.band import compare
from hotline_protocol.notices.buffers import AGREED, Degree
from hotline_protocol.terms import Arena

MHZ = 1_000_000


@pytest.mark.parametrize(
    ("one", "other", "degree"),
    [
        ((100, 200), (200, 300), Degree.SURE),
        ((100 * MHZ, 100 * MHZ), (100 * MHZ, 100 * MHZ), Degree.SURE),
        ((1 * MHZ, 2 * MHZ), (2_025_000, 3 * MHZ), Degree.NEAR),
        ((1 * MHZ, 2 * MHZ), (2_025_001, 3 * MHZ), Degree.APART),
        ((1000 * MHZ, 2000 * MHZ), (2002 * MHZ, 3000 * MHZ), Degree.NEAR),
        ((1000 * MHZ, 2000 * MHZ), (2003 * MHZ, 3000 * MHZ), Degree.APART),
    ],
)
def test_bands(one: tuple[int, int], other: tuple[int, int], degree: Degree) -> None:
    mine, yours = Em(Effect.JAM, (Band(*one),)), Em(Effect.EMIT, (Band(*other), Band(1, 2)))
    agreed = AGREED[Arena.EM]
    assert compare(mine, yours, agreed) is compare(yours, mine, agreed) is degree
