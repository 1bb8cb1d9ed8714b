"""The runner counts what it was given, names what failed, and never takes what it does not know for passed."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.vectors.__main__ import Progress, main
from tests.vectors.loading import FROZEN, ROOT, cases_of
from tests.vectors.running import run

KEY_SCHEDULE: Final = FROZEN / "key-schedule-004e.json"
WELCOMES: Final = FROZEN / "passive-client-welcome-004e.json"
LENGTHS: Final = [{"vlbytes_header": "04", "length": 4}, {"vlbytes_header": "4040", "length": 64}]


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `python -m tests.vectors` in this process: (exit code, lines of output)."""

    def execute(*arguments: object) -> tuple[int, list[str]]:
        code = main([str(one) for one in arguments])
        return code, capsys.readouterr().out.splitlines()

    return execute


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def failures(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.startswith("FAILED ")]


def flipped(hexed: str) -> str:
    """The same with one byte changed."""
    data = bytearray.fromhex(hexed)
    data[len(data) // 2] ^= 0x40
    return data.hex()


def test_a_good_file_passes(ran: Any) -> None:
    code, lines = ran(WELCOMES)
    assert (code, lines[-1]) == (0, "2 passed, 0 failed")
    assert lines[0].startswith(f"[1/1] {WELCOMES}: 2 passed, 0 failed")
    assert not failures(lines)


def test_one_changed_byte_fails_one_case(ran: Any, tmp_path: Path) -> None:
    cases = cases_of(WELCOMES)
    cases[1]["welcome"] = flipped(cases[1]["welcome"])
    path = written(tmp_path / "welcomes.json", cases)
    code, lines = ran(path)
    assert (code, lines[-1]) == (1, "1 passed, 1 failed")
    (failure,) = failures(lines)
    assert failure.startswith(f"FAILED {path}[1] passive-client: ")


def test_a_failure_says_what_was_expected_and_what_came(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(written(tmp_path / "lengths.json", [*LENGTHS, {"vlbytes_header": "04", "length": 5}]))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert failures(lines) == [
        f"FAILED {tmp_path}/lengths.json[2] deserialization: length: expected 5, got 4"
    ]


def test_a_single_object_is_a_file_of_one_case(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(written(tmp_path / "one.json", cases_of(KEY_SCHEDULE)[0]))
    assert (code, lines[-1]) == (0, "1 passed, 0 failed")


def test_the_name_of_a_file_says_nothing(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(written(tmp_path / "tree-math.json", [*LENGTHS, cases_of(WELCOMES)[0]]))
    assert (code, lines[-1]) == (0, "3 passed, 0 failed")


def test_an_unknown_suite_fails(ran: Any, tmp_path: Path) -> None:
    case = cases_of(KEY_SCHEDULE)[0] | {"cipher_suite": 0xF0F0}
    code, lines = ran(written(tmp_path / "suite.json", [case]))
    assert (code, lines[-1]) == (1, "0 passed, 1 failed")
    assert "cipher suite 0xf0f0 is not supported" in failures(lines)[0]


@pytest.mark.parametrize("content", [{"scripts": {}}, [{"a": 1}], [1], "text", None, {}])
def test_an_unknown_format_is_named_and_fails(ran: Any, tmp_path: Path, content: Any) -> None:
    path = tmp_path / "unknown.json"
    path.write_text(json.dumps(content))
    code, lines = ran(path)
    assert (code, lines[-1]) == (2, "0 passed, 1 failed")
    assert "unrecognised format" in failures(lines)[0]


def test_every_case_of_an_unknown_format_counts(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(written(tmp_path / "unknown.json", [{"a": 1}] * 5))
    assert (code, lines[-1]) == (2, "0 passed, 5 failed")


def test_an_unknown_case_among_known_ones_fails(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(written(tmp_path / "mixed.json", [LENGTHS[0], {"a": 1}, LENGTHS[1]]))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert failures(lines) == [
        f"FAILED {tmp_path}/mixed.json[1] case: unrecognised format: no kind of vector has the fields 'a'"
    ]


def test_an_empty_list_is_no_pass(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(written(tmp_path / "empty.json", []))
    assert (code, lines[-1]) == (1, "0 passed, 1 failed")


@pytest.mark.parametrize("content", ["no JSON", "", "[{]", "[" * 100_000])
def test_what_is_not_json_fails(ran: Any, tmp_path: Path, content: str) -> None:
    code, lines = ran(written(tmp_path / "broken.json", content))
    assert (code, lines[-1]) == (2, "0 passed, 1 failed")
    assert "not JSON" in failures(lines)[0]


def test_what_is_not_text_fails(ran: Any, tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00[")
    code, lines = ran(tmp_path / "binary.json")
    assert (code, lines[-1]) == (2, "0 passed, 1 failed")


def test_a_missing_file_fails_and_the_others_still_run(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(tmp_path / "nowhere.json", KEY_SCHEDULE)
    assert code == 2
    assert "No such file" in failures(lines)[0]
    passed, failed = lines[-1].split(", ")
    assert (passed, failed) == (f"{len(cases_of(KEY_SCHEDULE))} passed", "1 failed")


def test_a_directory_is_walked(ran: Any, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    written(tmp_path / "deeper" / "b.json", LENGTHS)
    written(tmp_path / "a.json", LENGTHS[0])
    written(tmp_path / "README.md", "not a vector")
    code, lines = ran(tmp_path)
    assert (code, lines[-1]) == (0, "3 passed, 0 failed")
    assert [line.split(":")[0] for line in lines[:-1]] == [
        f"[1/2] {tmp_path}/a.json",
        f"[2/2] {tmp_path}/deeper/b.json",
    ]


def test_a_directory_without_vectors_fails(ran: Any, tmp_path: Path) -> None:
    code, lines = ran(tmp_path)
    assert (code, lines[-1]) == (2, "0 passed, 1 failed")


@pytest.mark.parametrize(
    "change",
    [
        {"vlbytes_header": 7},
        {"vlbytes_header": "0"},
        {"vlbytes_header": "zz"},
        {"vlbytes_header": None},
        {"vlbytes_header": []},
        {"length": "4"},
        {"length": 4.0},
        {"length": None},
        {"length": -1},
    ],
)
def test_a_malformed_case_fails_and_ends_nothing(ran: Any, tmp_path: Path, change: dict[str, Any]) -> None:
    code, lines = ran(written(tmp_path / "lengths.json", [LENGTHS[0] | change, LENGTHS[1]]))
    assert (code, lines[-1]) == (1, "1 passed, 1 failed")
    assert not any("Traceback" in line for line in lines)


def test_a_traceback_is_shown_on_demand(ran: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "lengths.json", [LENGTHS[0] | {"length": 5}])
    _, lines = ran("--verbose", path)
    assert any(line.startswith("Traceback") for line in lines)
    assert lines[-1] == "0 passed, 1 failed"


def test_without_files_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "FILE_OR_DIR" in capsys.readouterr().err


def test_as_a_program(tmp_path: Path) -> None:
    """Also with -O, which must not turn the checks off."""
    bad = written(tmp_path / "bad.json", [LENGTHS[0], LENGTHS[1] | {"length": 65}])
    command = [sys.executable, "-O", "-m", "tests.vectors", str(KEY_SCHEDULE), str(bad)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == ""
    passed = len(cases_of(KEY_SCHEDULE)) + 1
    assert done.stdout.splitlines()[-1] == f"{passed} passed, 1 failed"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_every_step(tmp_path: Path) -> None:
    screen = _Terminal()
    tally = run([written(tmp_path / "lengths.json", LENGTHS)], Progress(screen, verbose=False))
    assert str(tally) == "2 passed, 0 failed"
    assert "lengths.json: 1/2\r" in screen.getvalue()
    assert screen.getvalue().endswith(" s)\n")
