from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.documents import Body, encode_body
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.watch import (
    MAX_OPEN,
    NONCE_SIZE,
    Attendance,
    LineCheck,
    LineEcho,
    LineMissed,
    LineStatus,
    WatchAccept,
    WatchHandover,
    WatchTake,
)
from hotline_protocol.errors import FormatError

ONE = Target(bytes(16), bytes(32))
NONCE = bytes(NONCE_SIZE)
HASH = bytes(32)


def ids(count: int) -> tuple[bytes, ...]:
    return tuple(number.to_bytes(16, "big") for number in range(count))


@pytest.mark.parametrize(
    "body",
    [
        LineCheck(NONCE, 10),
        LineCheck(NONCE, 86_400),
        LineEcho(ONE, NONCE),
        LineMissed(ONE),
        LineStatus(Attendance.DECLINED, "two\nlines"),
        WatchTake(),
        WatchHandover(HASH, ids(MAX_OPEN), ids(MAX_OPEN), 0, HASH, "quiet night"),
        WatchAccept(ONE),
    ],
)
def test_what_can_be_said(body: Body) -> None:
    assert encode_body(body) is not None


BAD: list[tuple[type[Body], tuple[Any, ...], str]] = [
    (LineCheck, (bytes(15), 60), "length"),
    (LineCheck, (bytes(17), 60), "length"),
    (LineCheck, (NONCE, 9), "10"),
    (LineCheck, (NONCE, 86_401), "86400"),
    (LineCheck, (NONCE, 60.5), "int"),
    (LineEcho, (ONE, b""), "length"),
    (LineMissed, (ONE, "x" * 1001), "the note has 1001"),
    (LineStatus, ("AWAY",), "AWAY"),
    (LineStatus, (Attendance.ATTENDED, "a\x1bb"), "control or invisible"),
    (WatchHandover, (bytes(31), (), (), 0, HASH), "length"),
    (WatchHandover, (HASH, (bytes(16), bytes(16)), (), 0, HASH), "the dialogues name the same thing twice"),
    (WatchHandover, (HASH, (), (bytes(16), bytes(16)), 0, HASH), "the notices name the same thing twice"),
    (WatchHandover, (HASH, ids(MAX_OPEN + 1), (), 0, HASH), "length"),
    (WatchHandover, (HASH, (), (), -1, HASH), "0"),
    (WatchHandover, (HASH, (), (), 0, bytes(33)), "length"),
]


@pytest.mark.parametrize(("kind", "given", "words"), BAD)
def test_what_cannot_be_said(kind: type[Body], given: tuple[Any, ...], words: str) -> None:
    with pytest.raises(FormatError) as refused:
        encode_body(kind(*given))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
