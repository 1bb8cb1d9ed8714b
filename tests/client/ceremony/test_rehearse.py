"""The rehearsal: every step shown as typed, everything private, no secret anywhere it should not be."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hotline_client.ceremony import rehearse
from hotline_client.ceremony.authority import Authority
from hotline_client.ceremony.rehearse import DEVICES, Device, TypedStep
from hotline_client.cli import hotline
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol.errors import UsageError
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.terms import Role
from tests.client.ceremony.kit import rehearsed, relay_card, run


def test_it_makes_a_line_ready_to_use(tmp_path: Path) -> None:
    bot = Device("b", "Bravo Bot", Role.BOT)
    done = rehearsed(tmp_path, *DEVICES, bot)
    assert [enrolled.device for enrolled in done.devices] == [*DEVICES, bot]
    assert all(enrolled.home.is_dir() for enrolled in done.devices)
    assert SignedCharter.decode(done.charter.read_bytes()).verify().delegations[1].delegation == "BRAVO"


def test_the_steps_can_be_typed_as_they_are_shown(tmp_path: Path) -> None:
    steps: list[TypedStep] = []
    rehearse.run(
        tmp_path / "line",
        commands=hotline,
        relay_card=relay_card(tmp_path / "relay.card"),
        progress=steps.append,
        unsafe_testing_cost=UNSAFE_TESTING_COST,
    )
    verbs = [" ".join(step.typed.split()[1:3]) for step in steps]
    assert verbs == [
        "authority init", "authority init", "authority pair", "authority pair",
        "charter draft", "charter sign", "charter sign", "charter relay-copy",
        *["enrol request", "authority approve", "enrol install"] * 2,
    ]  # fmt: skip
    assert all("--passphrase-fd" not in step.typed and "--json" not in step.typed for step in steps)
    assert all(step.outcome and step.who for step in steps)


def test_everything_is_private_and_no_secret_lies_about(tmp_path: Path) -> None:
    steps: list[TypedStep] = []
    done = rehearse.run(
        tmp_path / "line",
        commands=hotline,
        relay_card=relay_card(tmp_path / "relay.card"),
        progress=steps.append,
        unsafe_testing_cost=UNSAFE_TESTING_COST,
    )
    paths = [done.directory, *done.directory.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}
    secrets = [*done.authority_passphrases, *(enrolled.passphrase for enrolled in done.devices)]
    everything = (
        b"".join(path.read_bytes() for path in paths if path.is_file()) + repr((done, steps)).encode()
    )
    seeds = [
        Authority.at(directory).unlock(passphrase).key.private_bytes()
        for directory, passphrase in zip(done.authorities, done.authority_passphrases, strict=True)
    ]
    assert not [secret for secret in secrets if secret.encode() in everything]
    assert not [seed for seed in seeds if seed in everything]


def test_the_command_prints_each_step_and_uses_the_real_cost(tmp_path: Path) -> None:
    card = relay_card(tmp_path / "relay.card")
    result = run(
        "rehearse", tmp_path / "line", "--relay-card", card, "--a", "NORTH", "--b", "SOUTH", "--json"
    )
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert records[0]["step"] == "hotline authority init --delegation NORTH authority-a"
    assert len(records) == 15
    # msgpack of 65536, 3, 4: not even a rehearsal makes weak files by way of the command line
    assert (
        b"\xce\x00\x01\x00\x00\x03\x04" in (tmp_path / "line" / "authority-a" / "authority.key").read_bytes()
    )
    again = run("rehearse", tmp_path / "line", "--relay-card", card)
    assert (again.exit_code, "is not overwritten" in again.stderr) == (2, True)


def test_without_a_relay_it_asks_the_relay_program_and_reports_its_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    result = run("rehearse", tmp_path / "line")
    assert result.exit_code == 3
    assert "hotline-relay init ended with code 1" in result.stderr


def test_two_of_a_name_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    card = relay_card(tmp_path / "relay.card")
    with pytest.raises(UsageError):
        rehearse.run(tmp_path / "line", commands=hotline, relay_card=card, delegations=("X", "X"))
    with pytest.raises(UsageError):
        rehearse.run(tmp_path / "line", commands=hotline, relay_card=card, devices=[DEVICES[0], DEVICES[0]])
    assert not (tmp_path / "line").exists()
