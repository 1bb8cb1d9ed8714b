"""Every decoder of the engine: what it reads has one encoding, and nothing else is read.

Which decoders there are is found by looking, so that a new struct cannot be forgotten.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline_protocol import mls
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.errors import MalformedError, UnsupportedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.secret_tree import SecretTree
from tests.property.decoders import DECODERS, Decoder, examples
from tests.property.engine import REFUSALS
from tests.property.fields import Fixed, Opaque, Vector, parse, walk, write
from tests.property.mutation import dice, mutate, wide
from tests.property.work import work

some = settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
every_decoder = pytest.mark.parametrize("name", DECODERS)


def _modules() -> Iterator[Any]:
    for found in pkgutil.iter_modules(mls.__path__):
        yield importlib.import_module(f"{mls.__name__}.{found.name}")


def _decoders_of(module: Any) -> Iterator[str]:
    short = module.__name__.removeprefix(f"{mls.__name__}.")
    for name, one in vars(module).items():
        if getattr(one, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(one) and name.startswith("read"):
            yield f"{short}.{name}"
        elif inspect.isclass(one):
            for method, value in vars(one).items():
                if isinstance(value, classmethod) and method.lstrip("_").startswith(("read", "decode")):
                    yield f"{short}.{name}.{method}"


def test_no_decoder_is_missing() -> None:
    found = {name for module in _modules() for name in _decoders_of(module)}
    assert {name.split(" ")[0] for name in DECODERS} == found


def _equal(one: Any, other: Any) -> bool:
    """Groups and secret trees have no equality of their own; their encodings speak for them."""
    return isinstance(one, Group | SecretTree) or bool(one == other)


@every_decoder
@some
@given(data=st.data())
def test_round_trip(name: str, data: st.DataObject) -> None:
    decoder = DECODERS[name]
    value = data.draw(decoder.values)
    encoded = decoder.encode(value)
    again = decoder.decode(encoded)
    assert decoder.encode(again) == encoded
    # A stored object leaves out what must not be stored, so it is compared from its first reading on.
    assert _equal(again, value) if decoder.is_wire else _equal(decoder.decode(encoded), again)
    assert write(parse(decoder.read, encoded)) == encoded


def _cuts(encoded: bytes, draw: st.DataObject) -> list[int]:
    """Where to cut: everywhere, or in long objects at the ends and at some places between."""
    if len(encoded) <= 100:
        return list(range(len(encoded)))
    size = len(encoded)
    between = draw.draw(st.lists(st.integers(0, size - 1), min_size=10, max_size=10))
    return [0, 1, 2, *between, size - 2, size - 1]


@every_decoder
@some
@given(data=st.data())
def test_a_prefix_and_a_trailing_byte_are_refused(name: str, data: st.DataObject) -> None:
    decoder = DECODERS[name]
    encoded = decoder.encode(data.draw(decoder.values))
    for cut in _cuts(encoded, data):
        with pytest.raises(MalformedError):
            decoder.decode(encoded[:cut])
    for extra in (b"\x00", b"\x01", b"\xff"):
        with pytest.raises(MalformedError):
            decoder.decode(encoded + extra)


@every_decoder
@some
@given(data=st.data())
def test_a_length_prefix_is_as_short_as_it_can_be(name: str, data: st.DataObject) -> None:
    """Only the one prefix is too wide: every length around it is right."""
    decoder = DECODERS[name]
    encoded = decoder.encode(data.draw(decoder.values))
    count = len(list(walk(parse(decoder.read, encoded))))
    for place in range(0, count, 1 + count // 30):
        fields = parse(decoder.read, encoded)
        holder, at = list(walk(fields))[place]
        one = holder[at]
        if not isinstance(one, Opaque | Vector):
            continue
        length = len(write([one])) - _prefix_size(write([one]))
        for size in (2, 4):
            if size <= _prefix_size(write([one])):
                continue
            one.prefix = wide(length, size)
            with pytest.raises(MalformedError, match="fewest bytes"):
                decoder.decode(write(fields))


def _prefix_size(encoded: bytes) -> int:
    return 1 << (encoded[0] >> 6)


@every_decoder
@some
@given(data=st.data(), seed=st.integers(0, 1 << 32))
def test_whatever_is_read_is_written_back(name: str, data: st.DataObject, seed: int) -> None:
    """The canonical form, seen from the other side: no two byte strings are read as the same object."""
    decoder = DECODERS[name]
    throw = dice(f"{name} {seed}")
    encoded = decoder.encode(data.draw(decoder.values))
    other = decoder.encode(data.draw(decoder.values))
    for _ in range(10):
        bad = mutate(decoder.read, encoded, throw, [other])
        try:
            value = decoder.decode(bad)
        except REFUSALS:
            continue
        if decoder.is_wire:
            assert decoder.encode(value) == bad


@every_decoder
@some
@given(noise=st.binary(max_size=200))
def test_noise_is_refused_or_read(name: str, noise: bytes) -> None:
    try:
        value = DECODERS[name].decode(noise)
    except (MalformedError, UnsupportedError):
        return
    assert DECODERS[name].encode(value) == noise or not DECODERS[name].is_wire


# --- memory and work


_SIZE = 4_000
_ITEMS = (
    b"\x00",
    b"\x01",
    b"\x02\x00",
    b"\x00\x00",
    b"\x00\x00\x00",
    b"\x00\x01\x00\x00\x00\x00",
    b"\x40\x40",
    b"\x01\x02",
)


def _swollen(decoder: Decoder, encoded: bytes, size: int) -> Iterator[bytes]:
    """The object with each of its vectors filled with many copies of the smallest items there are."""
    places = list(walk(parse(decoder.read, encoded)))
    vectors = [place for place, (holder, at) in enumerate(places) if isinstance(holder[at], Vector)]
    for place in vectors[:4]:
        fields = parse(decoder.read, encoded)
        holder, at = list(walk(fields))[place]
        for item in _ITEMS:
            holder[at] = Vector([[Fixed(item * (size // len(item)))]])
            yield write(fields)


@every_decoder
def test_memory_follows_the_input(name: str) -> None:
    """Many empty items: what they are read into is at most 64 times as large as the bytes that came."""
    decoder = DECODERS[name]
    encoded = max(map(decoder.encode, examples(decoder, 10)), key=len)
    for bad in [
        bytes(_SIZE),
        b"\x01" * _SIZE,
        b"\xbf\xff\xff\xff" * 1000,
        *_swollen(decoder, encoded, _SIZE),
    ]:
        tracemalloc.start()
        try:
            decoder.decode(bad)
        except REFUSALS:
            pass
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak <= 64 * len(bad) + 32768, f"{len(bad)} bytes became {peak}"


@every_decoder
def test_work_follows_the_input(name: str) -> None:
    """Twice as many items are twice the work, not four times."""
    decoder = DECODERS[name]
    encoded = max(map(decoder.encode, examples(decoder, 10)), key=len)

    def reading(bad: bytes) -> Callable[[], None]:
        def run() -> None:
            with contextlib.suppress(*REFUSALS):
                decoder.decode(bad)

        return run

    for bad, worse in zip(_swollen(decoder, encoded, 600), _swollen(decoder, encoded, 1200), strict=True):
        assert work(reading(worse)) < 2.6 * work(reading(bad)) + 50


def test_a_reader_of_nothing() -> None:
    with pytest.raises(MalformedError):
        Reader(b"").varint()
