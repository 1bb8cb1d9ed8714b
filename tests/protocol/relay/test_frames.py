"""Frames round-trip, and whatever is not exactly one of them is refused (rules R1 to R16)."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.errors import FormatError
from hotline_protocol.relay import frames as f
from hotline_protocol.relay.chain import Entry, encode_entry
from hotline_protocol.text import show

ids = st.binary(min_size=16, max_size=16)
hashes = st.binary(min_size=32, max_size=32)
seqs = st.integers(0, 2**53)
names = st.from_regex(r"[a-z][a-z.]{0,8}", fullmatch=True)
kinds = st.sampled_from(["knock", "commit", "message"])
codes = st.sampled_from(get_args(f.ErrorCode))
waits = st.none() | st.floats(0, 86_400)


def tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=4).map(tuple)


submissions = st.builds(f.Submission, kind=kinds, id=ids, after=seqs, body=st.binary(max_size=40))
client_frames = st.one_of(
    st.builds(f.Hello, link_id=hashes, certificate=st.binary(max_size=40), signature=st.binary(max_size=64)),
    st.builds(f.Append, channel=names, submissions=tuples(submissions)),
    st.builds(f.Follow, channel=names, after=seqs),
    st.builds(f.Offer, channel=names, seq=seqs, head=hashes),
    st.builds(f.Refill, channel=names, first=seqs, entries=tuples(st.binary(max_size=40))),
)
states = st.builds(
    f.ChannelState, name=names, tail=seqs, last_commit=seqs, head=hashes, recovering=st.booleans()
)
limits = st.builds(f.Limits, max_frame=seqs, max_body=seqs, max_batch=seqs, rate=seqs, burst=seqs)
answers = st.one_of(
    st.builds(f.Appended, id=ids, seq=seqs, at=seqs),
    st.builds(f.Conflict, id=ids, last_commit=seqs),
    st.builds(
        f.Rejected, id=ids, code=codes, message=st.text(st.characters(codec="utf-8")), retry_after=waits
    ),
)
entries = st.builds(Entry, at=seqs, kind=kinds, id=ids, after=seqs, body=st.binary(max_size=40))
relay_frames = st.one_of(
    st.builds(f.Challenge, nonce=hashes),
    st.builds(f.Ready, now=seqs, limits=limits, channels=tuples(states)),
    st.builds(f.Answers, channel=names, answers=tuples(answers)),
    st.builds(f.Show, channel=names, seq=seqs),
    st.builds(f.Fetch, channel=names, first=seqs),
    st.builds(f.Error, code=codes, message=st.text(st.characters(codec="utf-8")), retry_after=waits),
)


@given(client_frames)
def test_client_frames_survive(frame: f.ClientFrame) -> None:
    data = f.encode_frame(frame)
    assert f.decode_client_frame(data) == frame
    assert isinstance(msgspec.msgpack.decode(data), list)
    with pytest.raises(FormatError):
        f.decode_relay_frame(data)


@given(relay_frames)
def test_relay_frames_survive(frame: f.RelayFrame) -> None:
    data = f.encode_frame(frame)
    assert f.decode_relay_frame(data) == frame
    with pytest.raises(FormatError):
        f.decode_client_frame(data)


@given(names, st.integers(1, 2**53), st.lists(entries, max_size=4))
def test_entries_are_delivered_as_their_exact_bytes(channel: str, first: int, log: list[Entry]) -> None:
    raw = [encode_entry(entry) for entry in log]
    frame = f.Entries(channel, first, tuple(map(msgspec.Raw, raw)))
    received = f.decode_relay_frame(f.encode_frame(frame))
    assert isinstance(received, f.Entries)
    assert (received.channel, received.first) == (channel, first)
    assert [bytes(one) for one in received.entries] == raw


@given(client_frames | relay_frames, st.binary(min_size=1, max_size=3))
def test_a_frame_with_something_behind_it_is_refused(
    frame: f.ClientFrame | f.RelayFrame, rest: bytes
) -> None:
    data = f.encode_frame(frame) + rest
    for decode in (f.decode_client_frame, f.decode_relay_frame):
        with pytest.raises(FormatError):
            decode(data)


@given(client_frames | relay_frames, st.data())
def test_a_cut_frame_is_refused(frame: f.ClientFrame | f.RelayFrame, data: st.DataObject) -> None:
    whole = f.encode_frame(frame)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    for decode in (f.decode_client_frame, f.decode_relay_frame):
        with pytest.raises(FormatError):
            decode(cut)


@given(st.binary(max_size=100))
def test_rubbish_is_refused_as_a_format(data: bytes) -> None:
    for decode in (f.decode_client_frame, f.decode_relay_frame):
        with suppress(FormatError):
            decode(data)


@pytest.mark.parametrize(
    "value",
    [
        ["goodbye"],
        [],
        {"type": "follow", "channel": "air", "after": 0},
        ["follow", "air"],
        ["follow", "air", 0, 0],
        ["follow", "air", "0"],
        ["follow", "air", -1],
        ["append", "air", [["knock", b"\x01" * 16, 0]]],
        ["append", "air", [["text", b"\x01" * 16, 0, b""]]],
        ["append", "air", [["message", b"\x01" * 15, 0, b""]]],
        ["append", "air", [["message", b"\x01" * 16, -1, b""]]],
        ["\x1b[2J", 1],
    ],
)
def test_a_client_frame_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(FormatError, match="not a client frame") as caught:
        f.decode_client_frame(msgspec.msgpack.encode(value))
    assert show(str(caught.value)) == str(caught.value)


def test_hello_signs_every_part_and_nothing_else() -> None:
    nonce, link, tls = (bytes([number]) * 32 for number in range(3))
    content = f.hello_content(nonce, link, tls)
    assert content == b"hotline.v1 hello\x00" + nonce + link + tls
    others = [
        f.hello_content(link, link, tls),
        f.hello_content(nonce, nonce, tls),
        f.hello_content(nonce, link, link),
    ]
    assert len({content, *others, sha256(content).digest()}) == 5


@pytest.mark.parametrize(
    "value",
    [
        ["challenge", b"short"],
        ["answers", "air", [["appended", b"\x01" * 16, -1, 0]]],
        ["answers", "air", [["rejected", b"\x01" * 16, "because", "no"]]],
        ["error", "storage", "no", -1.0],
        ["error", "storage", "no", float("nan")],
        ["error", "storage", "no", float("inf")],
        ["entries", "air", -1, []],
        ["entries", "air", 2**63, []],
    ],
)
def test_a_relay_frame_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(FormatError, match="not a relay frame"):
        f.decode_relay_frame(msgspec.msgpack.encode(value))


def test_nesting_without_end_is_refused() -> None:
    deep = b"\x91" * 100_000
    for data in (deep, b"\x94\xa7entries\xa3air\x01\x91" + deep):
        with pytest.raises(FormatError):
            f.decode_relay_frame(data)
