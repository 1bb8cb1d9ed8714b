"""`hotline-relay` as its operator types it; `run` is in test_end_to_end.py."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline_protocol import codec
from hotline_protocol.identity.charter import Relay, SignedCharter
from hotline_server.cli import main
from tests.support.relay_link import LINK_SECRET, LinkFixture


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    directory = tmp_path / "relay"
    result = call("init", "--state", directory, "--host", "relay.example", "--port", 7443)
    assert result.exit_code == 0, result.output
    return directory


def relay_of(state: Path) -> Relay:
    return codec.decode((state / "relay.card").read_bytes(), Relay)


def test_init_makes_a_private_directory_and_a_card(state: Path) -> None:
    assert relay_of(state).url == "wss://relay.example:7443"
    for path in (state, *state.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    again = call("init", "--state", state, "--host", "relay.example")
    assert again.exit_code == 2
    assert "already belongs" in again.output


def test_init_takes_an_ipv6_address(tmp_path: Path) -> None:
    assert call("init", "--state", tmp_path / "six", "--host", "::1").exit_code == 0
    assert relay_of(tmp_path / "six").url == "wss://[::1]:7443"


def test_a_new_relay_lacks_only_a_charter(state: Path) -> None:
    result = call("check", "--state", state, "--json")
    findings = [json.loads(line) for line in result.output.splitlines()]
    assert [finding["what"] for finding in findings if finding["problem"]] == ["charters"]
    assert result.exit_code == 8


def test_charters_are_added_listed_and_checked(state: Path, tmp_path: Path) -> None:
    link = LinkFixture(relay_of(state))
    file = tmp_path / "link.charter"
    file.write_bytes(link.signed)
    added = call("charter", "add", "--state", state, file)
    assert added.exit_code == 0, added.output
    assert "North — South" in added.output
    (line,) = call("charter", "list", "--state", state, "--json").output.splitlines()
    assert json.loads(line)["link"] == link.link_id.hex()
    assert call("check", "--state", state).exit_code == 0


def test_a_charter_that_is_not_signed_by_both_is_refused(state: Path, tmp_path: Path) -> None:
    link = LinkFixture(relay_of(state))
    damaged = bytearray(link.signed)
    damaged[-1] ^= 1
    for name, data in (("damaged", bytes(damaged)), ("junk", b"junk"), ("empty", b"")):
        (tmp_path / name).write_bytes(data)
        result = call("charter", "add", "--state", state, tmp_path / name)
        assert result.exit_code == 4, name
    assert call("charter", "list", "--state", state).output == ""


def test_a_charter_for_another_relay_is_refused(state: Path, tmp_path: Path) -> None:
    call("init", "--state", tmp_path / "other", "--host", "other.example")
    (tmp_path / "link.charter").write_bytes(LinkFixture(relay_of(tmp_path / "other")).signed)
    result = call("charter", "add", "--state", state, tmp_path / "link.charter")
    assert result.exit_code == 4
    assert "pins another certificate" in result.output


def test_revocation_lists_need_their_authority_and_a_newer_number(state: Path, tmp_path: Path) -> None:
    link = LinkFixture(relay_of(state))
    device = link.device("b")

    def add(data: bytes) -> Result:
        (tmp_path / "list.crl").write_bytes(data)
        return call("charter", "crl", "--state", state, tmp_path / "list.crl")

    assert add(link.crl("b", [device])).exit_code == 2, "there is no charter yet"
    (tmp_path / "link.charter").write_bytes(link.signed)
    call("charter", "add", "--state", state, tmp_path / "link.charter")
    assert add(LinkFixture(link.relay).crl("b", [device])).exit_code == 4
    assert add(link.crl("b", [device], number=2)).exit_code == 0
    assert add(link.crl("b", [device], number=1)).exit_code == 4
    assert add(link.crl("b", [device], number=3)).exit_code == 0
    assert call("check", "--state", state).exit_code == 0


def test_check_names_what_is_wrong_and_what_to_do(state: Path) -> None:
    (state / "relay.key").chmod(0o644)
    (state / "relay.crt").write_text("not a certificate")
    (state / "log.db").write_bytes(b"not a database" * 100)
    (state / "log.db").chmod(0o600)
    result = call("check", "--state", state)
    assert result.exit_code == 8
    assert "permissions of relay.key" in result.output
    assert "chmod 600" in result.output
    assert "relay.crt" in result.output
    assert "WRONG  database" in result.output


def test_settings_are_strict(state: Path) -> None:
    with (state / "relay.toml").open("a") as file:
        file.write("rat = 5\n")
    result = call("run", "--state", state)
    assert result.exit_code == 2
    assert "rat" in result.output
    assert call("run", "--state", state / "nowhere").exit_code == 2


def test_a_charter_that_holds_the_link_secret_is_refused(state: Path, tmp_path: Path) -> None:
    signed = SignedCharter.decode(LinkFixture(relay_of(state)).signed)
    file = tmp_path / "link.charter"
    file.write_bytes(replace(signed, secret=LINK_SECRET).encode())
    result = call("charter", "add", "--state", state, file)
    assert (result.exit_code, "hotline charter relay-copy" in result.output) == (4, True)
    assert not list((state / "charters").iterdir())
