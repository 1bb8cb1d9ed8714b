from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from hotline_protocol.relay.frames import MAX_BATCH, Entries, decode_relay_frame
from hotline_server.log import CACHE_BYTES, MESSAGE_BYTES, Log, websocket_frame
from hotline_server.ordering import LogKey
from hotline_server.store.base import Batch
from tests.support.memory_store import MemoryStore
from tests.support.relay_link import message

KEY = LogKey(bytes(32), "air")


def entries(log: Log[object], after: int) -> Entries:
    data = log.after(after).data
    header = 4 if data[1] == 126 else 10 if data[1] == 127 else 2
    frame = decode_relay_frame(data[header:])
    assert isinstance(frame, Entries)
    assert len(frame.entries) == log.after(after).entries
    return frame


def filled(count: int, body: bytes = b"") -> tuple[MemoryStore, Log[object]]:
    store = MemoryStore()
    log: Log[object] = Log(KEY, store)
    for _ in range(count):
        (decision,) = store.append([Batch(KEY, [message(body)])], 1)
        log.grow(decision)
    return store, log


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_websocket_frames_have_the_shortest_length(size: int) -> None:
    payload = bytes(size)
    assert websocket_frame(payload) == Frame(Opcode.BINARY, payload).serialize(mask=False)


def test_whoever_stands_at_the_same_place_gets_the_same_object() -> None:
    _, log = filled(3)
    assert log.after(1) is log.after(1)
    assert entries(log, 1).first == 2
    assert len(entries(log, 1).entries) == 2


def test_a_message_grows_with_the_log_and_is_bounded() -> None:
    store, log = filled(MAX_BATCH + 5)
    assert len(entries(log, 0).entries) == MAX_BATCH
    assert len(entries(log, MAX_BATCH).entries) == 5
    log.grow(store.append([Batch(KEY, [message()])], 1)[0])
    assert len(entries(log, MAX_BATCH).entries) == 6


def test_large_entries_make_short_messages() -> None:
    _, log = filled(4, bytes(MESSAGE_BYTES // 2 + 1))
    assert len(entries(log, 0).entries) == 2


def test_what_memory_forgot_is_read_from_the_store() -> None:
    body = bytes(CACHE_BYTES // 8)
    store, log = filled(20, body)
    seen: list[bytes] = []
    while len(seen) < 20:
        frame = entries(log, len(seen))
        assert frame.first == len(seen) + 1
        seen += [bytes(raw) for raw in frame.entries]
    assert seen == store.read(KEY, 0, 100, 1 << 40)


def test_a_log_that_exists_is_taken_up_where_it_stands() -> None:
    store, _ = filled(5)
    again: Log[object] = Log(KEY, store)
    assert again.tail == 5
    assert len(entries(again, 2).entries) == 3
