from __future__ import annotations

import pytest

from hotline_protocol import codec
from hotline_protocol.documents import KINDS
from hotline_protocol.documents.summary import summary
from tests.protocol.documents.test_kinds import GOOD

SILENT = {"receipt", "revocation", "checkpoint"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_of_a_timeline_says_something(kind: str) -> None:
    said = summary(codec.convert(GOOD[kind], KINDS[kind].body))
    assert (said == "") is (kind in SILENT)
    assert not said.endswith(": ")
    assert "None" not in said
