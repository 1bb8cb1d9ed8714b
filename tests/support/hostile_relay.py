"""A relay that lies to whoever asks it: an honest relay's logs, doctored on the way to one victim."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotline_protocol.relay.chain import Entry, decode_entry, encode_entry, extend, genesis
from hotline_protocol.relay.frames import Appended, ChannelState, Submission
from hotline_server.ordering import Answer
from tests.support.memory_relay import MemoryRelay

Doctor = Callable[[list[bytes]], list[bytes]]


class HostileRelay(MemoryRelay):
    """Shows the honest log as `doctor` makes it, and passes submissions on unless told to swallow them."""

    def __init__(self, honest: MemoryRelay, doctor: Doctor) -> None:
        super().__init__(honest.link_id, honest.clock)
        self.honest = honest
        self.doctor = doctor
        self.swallow = False
        self.promise: int | None = None

    def view(self, channel: str) -> list[bytes]:
        return self.doctor(list(self.honest.log(channel).raws))

    def append(self, channel: str, submissions: Sequence[Submission]) -> list[Answer]:
        if not self.swallow:
            return self.honest.append(channel, submissions)
        tail = self.promise if self.promise is not None else len(self.view(channel)) + 1
        return [Appended(one.id, tail + place, self.clock()) for place, one in enumerate(submissions)]

    def announce(self, channel: str) -> ChannelState:
        head, last_commit = genesis(self.link_id, channel), 0
        raws = self.view(channel)
        for seq, raw in enumerate(raws, 1):
            head = extend(head, seq, raw)
            if kind_of(raw) == "commit":
                last_commit = seq
        return ChannelState(channel, len(raws), last_commit, head)

    def read(self, channel: str, after: int, limit: int) -> tuple[int, list[bytes]]:
        return after + 1, self.view(channel)[after : after + limit]


def kind_of(raw: bytes) -> str:
    try:
        return decode_entry(raw).kind
    except Exception:  # noqa: BLE001  a doctored entry may be anything
        return "broken"


def drop(seq: int) -> Doctor:
    return lambda raws: raws[: seq - 1] + raws[seq:]


def swap(seq: int) -> Doctor:
    """Entries `seq` and `seq + 1` change places."""
    return lambda raws: [*raws[: seq - 1], raws[seq], raws[seq - 1], *raws[seq + 1 :]]


def insert(seq: int, raw: bytes) -> Doctor:
    """`raw` stands at `seq`, what was there moves on."""
    return lambda raws: [*raws[: seq - 1], raw, *raws[seq - 1 :]]


def repeat(seq: int) -> Doctor:
    """Entry `seq` comes twice."""
    return lambda raws: [*raws[:seq], *raws[seq - 1 :]]


def flip(seq: int, offset: int, bit: int = 0) -> Doctor:
    """One bit of entry `seq` is another."""

    def doctor(raws: list[bytes]) -> list[bytes]:
        changed = bytearray(raws[seq - 1])
        changed[offset % len(changed)] ^= 1 << bit
        return [*raws[: seq - 1], bytes(changed), *raws[seq:]]

    return doctor


def cut(length: int) -> Doctor:
    """The log ends after `length` entries."""
    return lambda raws: raws[:length]


def replace(seq: int, raw: bytes) -> Doctor:
    return lambda raws: [*raws[: seq - 1], raw, *raws[seq:]]


def relabel(raw: bytes, **fields: object) -> bytes:
    """The entry with other fields around the same body."""
    entry = decode_entry(raw)
    old = {name: getattr(entry, name) for name in Entry.__struct_fields__}
    return encode_entry(Entry(**{**old, **fields}))
