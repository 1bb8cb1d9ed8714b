"""Official vectors: length prefixes (test-vectors.md, Vector Deserialization)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from tests.vectors.loading import vectors


@pytest.mark.parametrize("case", vectors("deserialization"))
def test_length_prefix(case: dict[str, Any]) -> None:
    header = bytes.fromhex(case["vlbytes_header"])
    assert codec.decode(Reader.varint, header) == case["length"]
    assert codec.varint(case["length"]) == header
