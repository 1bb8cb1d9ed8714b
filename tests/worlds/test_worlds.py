"""Plain worlds hold; each row of the table of faults is found on the code as it is, and no longer once it is mended."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.worlds import __main__ as command
from tests.worlds.faults import ROWS
from tests.worlds.ledger import Ledger, watching
from tests.worlds.planted import PLANTED, found_by
from tests.worlds.script import Event, Kept, Script, read_kept, write_kept
from tests.worlds.shrink import shrink
from tests.worlds.workload import plain
from tests.worlds.world import run

KEPT = sorted((Path(__file__).parent / "kept").glob("*.json"))


def kept(path: Path) -> Kept:
    return read_kept(path)


@pytest.mark.parametrize("first", range(1, 25, 6))
def test_plain_worlds_hold(first: int) -> None:
    for seed in range(first, first + 6):
        assert [str(one) for one in run(plain(seed)).violations] == [], f"world {seed}"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_kept_world_is_as_it_was_kept(path: Path) -> None:
    """Whoever mends a row says so in its worlds; from then on it must not be found in them, and nothing but what `violates` names."""
    world = kept(path)
    report = run(world.script)
    if world.mended:
        assert not ROWS[world.name].found(report), report.violations
        assert set(report.checkers) <= set(world.violates), report.violations
    elif not world.violates:
        assert [str(one) for one in report.violations] == []
    elif world.name in ROWS:
        assert ROWS[world.name].found(report), report.violations
    assert set(world.violates) <= set(report.checkers)


def test_every_row_of_the_table_has_a_generator_and_a_kept_world() -> None:
    assert sorted(row.number for row in ROWS.values()) == list(range(1, 27))
    assert {kept(path).name for path in KEPT} >= set(ROWS)


def test_one_seed_is_one_world() -> None:
    seeds = (3, 4, 5)
    forth = [run(plain(seed)).trace for seed in seeds]
    back = [run(plain(seed)).trace for seed in reversed(seeds)]
    assert forth == back[::-1]
    assert len(set(forth)) == len(seeds)


def test_a_world_of_the_default_suite_holds() -> None:
    script = msgspec.structs.replace(plain(6), suite=0x004E)
    assert [str(one) for one in run(script).violations] == []


def test_a_script_is_data(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    world = Kept("x", ROWS["silence"].script(7), ("consent",), "why")
    write_kept(path, world)
    assert read_kept(path) == world


def test_a_failing_world_shrinks_to_what_it_takes() -> None:
    events = tuple(Event(number, "say", "x", {"words": str(number)}) for number in range(40))

    def fails(script: Script) -> bool:
        return {3, 17, 31} <= {one.at for one in script.events}

    assert [one.at for one in shrink(Script(1, "four", events), fails).events] == [3, 17, 31]
    assert shrink(Script(1, "four", events), lambda _script: True).events == ()


def test_the_ledger_tells_a_key_used_twice() -> None:
    ledger = Ledger()
    ledger.seal(b"key", b"nonce", b"", b"one")
    ledger.forget()
    ledger.seal(b"key", b"nonce", b"", b"two")
    ledger.written()
    assert not ledger.twice, "what was sealed in a step that failed never went out"
    ledger.seal(b"key", b"nonce", b"", b"two")
    ledger.written()
    assert not ledger.twice, "the same again is the same ciphertext"
    ledger.seal(b"key", b"other", b"", b"three")
    ledger.written()
    assert ledger.twice == ["one AEAD key sealed two plaintexts, with another reuse guard"]


def test_the_cipher_is_as_it_was_after_a_world() -> None:
    from hotline_protocol.mls.suites import CipherSuite  # noqa: PLC0415  looked at before and after

    before = CipherSuite.seal
    with watching(Ledger()):
        assert CipherSuite.seal is not before
    assert CipherSuite.seal is before


@pytest.mark.parametrize(
    "mistake",
    [
        "a word is shown with another's letters",
        "our own commit is not merged",
        "receipts claim one entry too many",
        "followers are not told",
    ],
)
def test_a_planted_mistake_is_found(mistake: str) -> None:
    assert found_by(mistake, 40) is not None


def test_the_command_says_what_does_not_hold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["worlds", "--seeds", "1..2", "--jobs", "1"])
    assert command.main() == 0
    assert "2 worlds" in capsys.readouterr().out
    found = found_by("receipts claim one entry too many", 40)
    assert found is not None
    monkeypatch.setattr("sys.argv", ["worlds", "--world", str(found[0])])
    with PLANTED["receipts claim one entry too many"]():
        assert command.main() == 1
    said = capsys.readouterr().out
    assert "are enough" in said
    assert "true receipts: " in said
