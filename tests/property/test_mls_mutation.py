"""Hostile MLS: valid messages and their insides with fields changed, sent by outsiders, and by members who sign their lies.

Whatever comes of it, only the engine's own refusals come out, nothing of the receiver changes, and what is accepted can be
worked with. The changes follow from a fixed seed; `HOTLINE_FUZZ` multiplies the rounds.
"""

from __future__ import annotations

import contextlib
import os

import pytest

from hotline_protocol.mls.errors import MLSError
from tests.property.cases import Case, insiders, outsiders
from tests.property.decoders import DECODERS
from tests.property.engine import REFUSALS, kept, omniscient, world
from tests.property.mutation import dice, mutate
from tests.protocol.mls.parties import snapshot

ROUNDS = int(os.environ.get("HOTLINE_FUZZ", "1"))
SUITES = (0x0001, 0x0002, 0x004E)


def attack(case: Case, rounds: int, seed: str, others: list[bytes]) -> int:
    """Send so many changed objects; tells how many were accepted."""
    throw, accepted = dice(seed), 0
    before = None if case.victim is None else snapshot(case.victim)
    for _ in range(rounds * ROUNDS):
        bad = mutate(case.read, case.good, throw, others)
        try:
            case.take(bad)
            accepted += 1
        except REFUSALS:
            pass
        except BaseException as error:
            raise AssertionError(f"{type(error).__name__} escapes for {bad.hex()}") from error
        assert case.victim is None or snapshot(case.victim) == before, bad.hex()
    return accepted


def _others(cases: dict[str, Case], name: str) -> list[bytes]:
    """What may lend its fields to this case."""
    return [case.good for case in cases.values() if case.read == cases[name].read]


@pytest.mark.parametrize("suite_id", SUITES)
@pytest.mark.parametrize("name", outsiders())
def test_an_outsider(suite_id: int, name: str) -> None:
    cases = outsiders(suite_id)
    cases[name].take(cases[name].good)
    attack(cases[name], 60 if suite_id == 0x0001 else 10, f"outsider {name}", _others(cases, name))


@pytest.mark.parametrize("suite_id", SUITES)
@pytest.mark.parametrize("name", insiders())
def test_an_insider(suite_id: int, name: str) -> None:
    cases = insiders(suite_id)
    cases[name].take(cases[name].good)
    attack(cases[name], 60 if suite_id == 0x0001 else 10, f"insider {name}", _others(cases, name))


@pytest.mark.parametrize("name", [*outsiders(), *insiders()])
def test_whoever_computes_every_tag_right(name: str) -> None:
    """The checks behind the signatures, tags and hashes must hold by themselves."""
    cases = outsiders() | insiders()
    with omniscient():
        cases[name].take(cases[name].good)
        attack(cases[name], 80, f"omniscient {name}", _others(cases, name))


def test_all_knowing_senders_are_believed() -> None:
    """The attack above would prove nothing if its lies were refused for their signatures."""
    with omniscient():
        assert attack(outsiders()["public proposal"], 60, "believed", []) > 0
        assert attack(insiders()["proposal psk"], 60, "believed", []) > 0


@pytest.mark.parametrize("name", [name for name, one in DECODERS.items() if one.kept])
def test_what_was_stored(name: str) -> None:
    """A damaged store is refused as malformed or read as it stands; nothing else comes out."""
    decoder = DECODERS[name]
    good = [decoder.encode(one) for one in kept()[decoder.kept]]
    attack(Case(good[0], decoder.read, decoder.decode), 60, f"stored {name}", good)


def test_the_members_still_understand_each_other() -> None:
    """After all of it: the group that was attacked is as good as new."""
    w = world()
    with contextlib.suppress(MLSError):
        w.bob.stage(b"\x00\x01\x00\x01", now=0)
    assert w.alice.epoch_authenticator == w.bob.epoch_authenticator == w.carol.epoch_authenticator
