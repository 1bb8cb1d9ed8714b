"""Rules C1 to C3 (C4 is the reader's: see the client's engine)."""

from __future__ import annotations

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.errors import FormatError
from hotline_protocol.relay.chain import Entry, decode_entry, encode_entry, extend, genesis
from hotline_protocol.text import show

entries = st.builds(
    Entry,
    at=st.integers(0, 2**53),
    kind=st.sampled_from(["knock", "commit", "message"]),
    id=st.binary(min_size=16, max_size=16),
    after=st.integers(0, 2**53),
    body=st.binary(max_size=200),
)
LINK = b"\x11" * 32


@given(entries)
def test_an_entry_survives_its_bytes(entry: Entry) -> None:
    raw = encode_entry(entry)
    assert decode_entry(raw) == entry
    assert msgspec.msgpack.decode(raw) == [entry.at, entry.kind, entry.id, entry.after, entry.body]


@given(entries, st.binary(min_size=1, max_size=3))
def test_an_entry_with_something_behind_it_is_refused(entry: Entry, rest: bytes) -> None:
    with pytest.raises(FormatError):
        decode_entry(encode_entry(entry) + rest)


@given(st.binary(max_size=80))
def test_rubbish_is_an_entry_or_refused(data: bytes) -> None:
    try:
        decode_entry(data)
    except FormatError:
        return


ID = b"\x22" * 16


@pytest.mark.parametrize(
    "value",
    [
        [1, "message", ID, 0],
        [1, "message", ID, 0, b"", b""],
        [1, "text", ID, 0, b""],
        [1, "message", ID, "0", b""],
        [1.5, "message", ID, 0, b""],
        {"at": 1, "kind": "message", "id": ID, "after": 0, "body": b""},
        [-1, "message", ID, 0, b""],
        [1, "message", ID, -1, b""],
        [1, "message", ID[:-1], 0, b""],
        [1, "message", ID + b"x", 0, b""],
    ],
    ids=[
        "short",
        "long",
        "kind",
        "type",
        "float",
        "map",
        "negative-at",
        "negative-after",
        "short-id",
        "long-id",
    ],
)
def test_another_shape_is_refused(value: object) -> None:
    with pytest.raises(FormatError, match="not a log entry"):
        decode_entry(msgspec.msgpack.encode(value))


def test_a_refusal_repeats_no_foreign_text() -> None:
    with pytest.raises(FormatError) as caught:
        decode_entry(msgspec.msgpack.encode([1, "\x1b]0;x\x07", ID, 0, b""]))
    assert show(str(caught.value)) == str(caught.value)


def test_the_chain_is_as_it_is_written() -> None:
    head = genesis(LINK, "plenary")
    assert head == sha256(b"hotline.v1 log" + LINK + b"plenary").digest()
    raw = encode_entry(Entry(5, "knock", b"\x01" * 16, 0, b"body"))
    assert extend(head, 1, raw) == sha256(head + b"\x00" * 7 + b"\x01" + sha256(raw).digest()).digest()


@given(st.lists(entries, min_size=2, max_size=6, unique_by=encode_entry), st.data())
def test_any_change_of_the_log_changes_the_head(log: list[Entry], data: st.DataObject) -> None:
    def head(entries: list[Entry]) -> bytes:
        result = genesis(LINK, "air")
        for seq, entry in enumerate(entries, 1):
            result = extend(result, seq, encode_entry(entry))
        return result

    place = data.draw(st.integers(0, len(log) - 2))
    swapped = [*log[:place], log[place + 1], log[place], *log[place + 2 :]]
    dropped = log[:place] + log[place + 1 :]
    doubled = [*log[: place + 1], *log[place:]]
    changed = [
        *log[:place],
        msgspec.structs.replace(log[place], body=log[place].body + b"!"),
        *log[place + 1 :],
    ]
    assert len({head(one) for one in (log, swapped, dropped, doubled, changed)}) == 5


def test_logs_of_different_channels_and_links_begin_differently() -> None:
    assert len({genesis(LINK, "air"), genesis(LINK, "em"), genesis(b"\x12" * 32, "air")}) == 3
