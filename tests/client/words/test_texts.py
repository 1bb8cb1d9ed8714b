"""Texts as other programs hand them over, and words on a command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline_client.words.texts import arguments, decoded, read_toml
from hotline_protocol.errors import FormatError, UsageError
from hotline_protocol.text import check_field

CASES = Path(__file__).parents[2] / "cases" / "stdin"


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"plain", None, "plain"),
        (b"\xef\xbb\xbfCEASE BUZZER", None, "CEASE BUZZER"),
        ("CEASE".encode("utf-16"), None, "CEASE"),
        ("CEASE".encode("utf-32"), None, "CEASE"),
        (b"one\r\ntwo\r\n", None, "one\ntwo\n"),
        (b"one\rtwo", None, "one\ntwo"),
        ("cafe\u0301".encode(), None, "caf\u00e9"),
        ("שלום".encode("cp1255"), "windows-1255", "שלום"),
        ("привет".encode("cp1251"), "windows-1251", "привет"),
        ("über".encode("latin-1"), "ISO-8859-1", "über"),
    ],
)
def test_the_words_are_those_that_were_written(content: bytes, encoding: str | None, words: str) -> None:
    assert decoded(content, "the text", encoding=encoding) == words


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        ("über".encode("latin-1"), None, r"the text is not UTF-8 \(byte 1 is 0xFC\); save it as UTF-8"),
        ("שלום".encode("cp1255"), None, "not UTF-8"),
        (b"\x00\x01\xff\xfe\x00", None, "zero bytes"),
        (b"text\x00more", None, "zero bytes"),
        (b"x", "rot13", "rot13 is no encoding that is known; expected one of utf-8"),
        (b"\xff\xfeC", None, "not UTF-16"),
    ],
)
def test_nothing_is_guessed(content: bytes, encoding: str | None, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        decoded(content, "the text", encoding=encoding)


@pytest.mark.parametrize("name", sorted(one.name for one in CASES.iterdir()))
def test_what_people_pipe_in_is_text(name: str) -> None:
    words = decoded((CASES / name).read_bytes(), "the text").removesuffix("\n")
    assert check_field(words, "the text", limit=1000, lines=True) == words
    assert "\r" not in words


def test_words_of_a_command_line_are_composed_and_those_that_are_no_text_are_named(tmp_path: Path) -> None:
    there = tmp_path / "cafe\u0301"
    there.touch()
    assert arguments(["send", "cafe\u0301", str(there)]) == ["send", "caf\u00e9", str(there)]
    with pytest.raises(UsageError, match=r"argument 2, .*, is not UTF-8"):
        arguments(["send", "bad \udcff"])


def test_a_table_is_read_as_any_editor_saves_it(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xef\xbb\xbfname = 'x'\r\nlist = [1,\r\n2]\r\n")
    assert read_toml(file, "the table") == {"name": "x", "list": [1, 2]}
    file.write_bytes(b"name = ")
    with pytest.raises(FormatError, match=r"x\.toml is no TOML"):
        read_toml(file, "the table")
