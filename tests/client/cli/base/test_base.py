"""The base of every command: start-up cost, exit codes, messages without secrets, output for people and programs."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from hotline_client.cli import COMMANDS, LazyGroup, exits, hotline
from hotline_client.cli.base import output
from hotline_client.cli.base.options import home_directory, json_option
from hotline_client.words import columns
from hotline_protocol.errors import ChainError, CharterError, FormatError, PeerError, StorageError, UsageError


def _fail_with(error: BaseException, *options: str) -> Any:
    @click.group(cls=LazyGroup, commands_at={})
    def group() -> None:
        pass

    @click.command()
    @json_option
    def fail() -> None:
        raise error

    group.add_command(fail)
    return CliRunner().invoke(group, ["fail", *options])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (FormatError("x"), 2),
        (click.UsageError("x"), 2),
        (FileNotFoundError(2, "no such file", "f"), 2),
        (exits.Unreachable("x"), 3),
        (ConnectionRefusedError(111, "Connection refused"), 3),
        (TimeoutError(), 3),
        (CharterError("x"), 4),
        (ChainError("fork", "x"), 4),
        (exits.HaltedChannel("x"), 4),
        (PeerError("x"), 4),
        (exits.Refused("x"), 5),
        (exits.AckTimeout("x"), 6),
        (exits.Declined("x"), 7),
        (StorageError("x"), 8),
        (exits.KeyReused("x"), 9),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (BrokenPipeError(), 141),
        (ZeroDivisionError(), 1),
        (OSError(28, "No space left on device"), 1),
    ],
)
def test_every_kind_of_error_has_its_code(error: BaseException, code: int) -> None:
    assert _fail_with(error).exit_code == code


def test_an_error_and_its_hint_are_one_line_each_and_harmless() -> None:
    result = _fail_with(exits.hinted(UsageError("no \x1b[2Jgood\nat all"), "try \u202eagain"))
    assert result.stderr == ("hotline: error: no \\u{1b}[2Jgood\\u{a}at all\nhint: try \\u{202e}again\n")
    assert result.stdout == ""


def test_with_json_an_error_is_one_json_line() -> None:
    result = _fail_with(exits.hinted(CharterError("not \x9bsigned"), "sign it"), "--json")
    record = json.loads(result.stderr)
    assert record == {"error": "untrusted", "exit": 4, "message": "not \\u{9b}signed", "hints": ["sign it"]}


@pytest.mark.parametrize("debug", ["0", "1"])
def test_an_unexpected_error_tells_its_type_and_place_but_no_values(
    debug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DEBUG", debug)
    try:
        int("correct horse")  # an exception whose message holds the value
    except ValueError as error:
        result = _fail_with(error)
    assert result.exit_code == 1
    assert "unexpected ValueError at" in result.stderr
    assert "correct horse" not in result.output
    assert ("debug: ValueError" in result.stderr) is (debug == "1")


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom hotline_client.cli import hotline\n"
        "try: hotline.main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('cryptography','textual','rich','msgpack','msgspec','platformdirs','asyncio','segno')))"
    )
    path = [str(Path(module).resolve()) for module in sys.path if module]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0]={path!r}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
    for name, (_, summary) in COMMANDS.items():
        assert name in done.stdout
        assert summary.split()[0] in done.stdout


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_in_the_table_exists_and_helps(name: str) -> None:
    result = CliRunner().invoke(hotline, [name, "--help"])
    assert result.exit_code == 0, result.output


def test_an_unknown_command_is_a_usage_error_that_says_where_to_look() -> None:
    result = CliRunner().invoke(hotline, ["abolish"])
    assert result.exit_code == 2
    assert "No such command 'abolish'" in result.stderr
    assert "hint: see `hotline --help`" in result.stderr


def test_a_group_without_a_command_shows_its_help_and_is_a_usage_error() -> None:
    result = CliRunner().invoke(hotline, [])
    assert result.exit_code == 2
    assert "Usage: hotline" in result.stderr
    assert "\\u{a}" not in result.stderr


def _emitted(record: dict[str, Any], human: output.Human, *options: str) -> str:
    @click.command()
    @json_option
    def tell() -> None:
        output.emit(record, human)

    return CliRunner().invoke(tell, list(options), color=False).output


def test_records_are_ascii_json_whatever_foreign_text_they_hold() -> None:
    line = _emitted(
        {"name": "\u202eתל אביב\x9b", "id": b"\x01\xff", "arenas": {"naval", "air"}}, "x", "--json"
    )
    assert line.isascii()
    assert json.loads(line) == {"name": "\u202eתל אביב\x9b", "id": "01ff", "arenas": ["air", "naval"]}
    assert line.count("\n") == 1


def test_human_text_is_sanitised_and_uncoloured_off_a_terminal() -> None:
    assert (
        _emitted({}, ["from ", output.Styled("\x1b]0;x\x07", "red", bold=True)]) == "from \\u{1b}]0;x\\u{7}\n"
    )


def test_no_color_is_obeyed_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for wanted, value in ((True, ""), (False, "1")):
        monkeypatch.setenv("NO_COLOR", value)
        screen = Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        output.emit({}, output.Styled("FLASH", "red"))
        assert ("\x1b[31m" in screen.getvalue()) is wanted


def test_tables_keep_their_columns_with_wide_and_right_to_left_text() -> None:
    text = columns.table(
        ("NAME", "STATE"),
        [("北京代表", "ok"), ("דוד", "ok"), ("e\u0301mile", "ok"), ("x" * 200, "cut")],
        width=80,
    )
    header, *lines = text.split("\n")
    column = columns.cells(header[: header.index("STATE")])
    assert all(columns.cells(line) <= 80 for line in lines)
    assert [columns.cells(line[: line.rindex(" ") + 1]) for line in lines] == [column] * 4


def test_the_home_is_that_of_the_option_the_profile_or_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "env"))
    assert home_directory(None, str(tmp_path / "given")) == tmp_path / "given"
    assert home_directory(None, None) == tmp_path / "env"
    assert home_directory("watch", None) == tmp_path / "data" / "hotline" / "watch"
    monkeypatch.delenv("HOTLINE_HOME")
    assert home_directory(None, None) == tmp_path / "data" / "hotline" / "default"
    for wrong in ("../x", ".", "a/b", ""):
        if wrong:
            with pytest.raises(UsageError):
                home_directory(wrong, None)
    with pytest.raises(UsageError):
        home_directory("a", "b")


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("short", "short"),
        ("    one two three", "    one two\n      three"),
        ("a\n  b", "a\n  b"),
        ("日本 日本 日本", "日本 日本\n  日本"),
        ("onewordthatislong", "onewordthatislong"),
        ("a\x1bb", "a\\u{1b}b"),
    ],
)
def test_lines_are_broken_between_words(text: str, wrapped: str) -> None:
    assert columns.wrap(text, width=12) == wrapped
