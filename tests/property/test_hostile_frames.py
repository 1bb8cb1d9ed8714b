"""Hostile frames and log entries between line and relay: only the project's own errors come out."""

from __future__ import annotations

import pytest

from hotline_protocol.relay.chain import Entry, decode_entry, encode_entry
from hotline_protocol.relay.frames import (
    Answers,
    Append,
    Appended,
    ChannelState,
    Fetch,
    Follow,
    Hello,
    Limits,
    Offer,
    Ready,
    Refill,
    Show,
    Submission,
    decode_client_frame,
    decode_relay_frame,
    encode_frame,
)
from tests.property.attacks import Target, attack


def relay_targets() -> dict[str, Target]:
    hello = Hello(bytes(32), b"certificate", b"signature")
    append = Append("plenary", (Submission("message", bytes(16), 3, b"body"),) * 2)
    ready = Ready(5, Limits(1, 2, 3, 4, 5), (ChannelState("plenary", 1, 0, bytes(32)),))
    answers = Answers("plenary", (Appended(bytes(16), 7, 8),))
    return {
        "hello": (encode_frame(hello), decode_client_frame),
        "append": (encode_frame(append), decode_client_frame),
        "follow": (encode_frame(Follow("plenary", 3)), decode_client_frame),
        "offer": (encode_frame(Offer("plenary", 3, bytes(32))), decode_client_frame),
        "refill": (encode_frame(Refill("plenary", 3, (b"entry", b"another"))), decode_client_frame),
        "show": (encode_frame(Show("plenary", 3)), decode_relay_frame),
        "fetch": (encode_frame(Fetch("plenary", 3)), decode_relay_frame),
        "ready": (encode_frame(ready), decode_relay_frame),
        "answers": (encode_frame(answers), decode_relay_frame),
        "entry": (encode_entry(Entry(1, "message", bytes(16), 2, b"body")), decode_entry),
    }


@pytest.mark.parametrize("name", relay_targets())
def test_frames(name: str) -> None:
    attack(relay_targets()[name], 1500, name)
