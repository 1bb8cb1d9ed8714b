"""Length prefixes of vectors (test-vectors.md, Vector Deserialization)."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from tests.vectors.checking import Case, Kind, equal, unhex


def _check(case: Case) -> None:
    (header,) = unhex(case, "vlbytes_header")
    equal("length", codec.decode(Reader.varint, header), case["length"])
    equal("header", codec.varint(case["length"]), header)


KIND = Kind("deserialization", frozenset({"vlbytes_header", "length"}), _check)
