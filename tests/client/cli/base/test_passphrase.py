"""Passphrases come from a descriptor, a systemd credential or a prompt, and are refused when too short."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from hotline_client.cli.base import passphrase as module
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_protocol.errors import UsageError


def _pipe(data: bytes) -> int:
    read, write = os.pipe()
    os.write(write, data)
    os.close(write)
    return read


def test_a_descriptor_gives_one_line_at_a_time() -> None:
    descriptor = _pipe(b"first phrase\nsecond phrase\r\n")
    source = Passphrase(descriptor)
    assert source.existing("a") == "first phrase"
    assert source.existing("b") == "second phrase"
    with pytest.raises(UsageError, match="empty"):
        source.existing("c")
    os.close(descriptor)


def test_two_spellings_of_a_letter_are_one_passphrase() -> None:
    composed, decomposed = _pipe("caf\u00e9".encode()), _pipe("cafe\u0301".encode())
    assert Passphrase(composed).existing("x") == Passphrase(decomposed).existing("x")
    os.close(composed)
    os.close(decomposed)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\xff\xfe long enough\n", b"x" * 5000, b"tab\there and there\n"]
)
def test_what_is_no_passphrase_is_refused(data: bytes) -> None:
    descriptor = _pipe(data)
    with pytest.raises(UsageError):
        Passphrase(descriptor).existing("x")
    os.close(descriptor)


def test_a_closed_descriptor_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Passphrase(987).existing("x")


def test_the_systemd_credential_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hotline.passphrase").write_text("from the credential\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Passphrase().existing("x") == "from the credential"


def test_a_new_passphrase_must_be_long_enough_and_the_message_does_not_show_it() -> None:
    descriptor = _pipe(b"short secret"[:-1])
    with pytest.raises(UsageError, match="has 11 characters, at least 12") as caught:
        Passphrase(descriptor).new("x")
    assert "short" not in str(caught.value)
    os.close(descriptor)


def _ask(answers: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "_has_terminal", lambda: True)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    @click.command()
    @passphrase_option
    def ask(passphrase: Passphrase) -> None:
        click.echo(len(passphrase.new("the vault")))

    return CliRunner().invoke(ask, input=answers)


def test_a_typed_new_passphrase_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    good = _ask("correct horse battery\ncorrect horse battery\n", monkeypatch)
    assert good.stdout == "21\n"
    assert "correct" not in good.output
    wrong = _ask("correct horse battery\ncorrect horse buttery\n", monkeypatch)
    assert isinstance(wrong.exception, UsageError)


def test_without_a_terminal_it_says_how_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_has_terminal", lambda: False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(UsageError, match="no terminal") as caught:
        Passphrase().existing("x")
    assert "--passphrase-fd" in caught.value.__notes__[0]
