"""Enrolment: a device installs what was issued for its own key under its own charter, now, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from hotline_client.ceremony.rehearse import DEVICES, Device, Rehearsed
from hotline_client.cli.base import options as common
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.terms import Arena, Role
from tests.client.ceremony.kit import GOOD, rehearsed, relay_card, run

DAY = 86_400


def _install(
    done: Rehearsed, certificate: Path, charter: Path | None = None, number: int = 1, **given: str
) -> Result:
    enrolled = done.devices[number - 1]
    return run(
        "enrol", "install", certificate, "--charter", charter or done.charter, "--home", enrolled.home,
        passphrase=given.get("passphrase", enrolled.passphrase),
    )  # fmt: skip


def test_install_says_what_the_device_may_do(tmp_path: Path) -> None:
    watch = Device("b", "Bravo Watch", Role.WATCH, (Arena.NAVAL,))
    done = rehearsed(tmp_path, *DEVICES, watch)
    result = run(
        "enrol", "install", done.directory / "device-3.cert", "--charter", done.charter,
        "--home", done.home("Bravo Watch"), "--json", passphrase=done.devices[2].passphrase,
    )  # fmt: skip
    record = json.loads(result.stdout)
    assert (record["name"], record["side"], record["role"]) == ("Bravo Watch", "b", "watch")
    assert record["channels"] == ["plenary", "naval", "caucus.b"]
    assert record["relays"] == ["wss://127.0.0.1:7443"]


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ("device-2.cert", "is for another device's key"),
        ("charter", "certificate"),
        ("none", "does not exist"),
    ],
)
def test_what_is_not_this_devices_certificate_is_refused(
    tmp_path: Path, certificate: str, words: str
) -> None:
    done = rehearsed(tmp_path)
    result = _install(done, done.directory / certificate)
    assert result.exit_code in (2, 4)
    assert words in result.stderr


def test_a_certificate_under_another_root_is_refused(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    (tmp_path / "other").mkdir()
    other = rehearsed(tmp_path / "other")
    result = _install(done, done.directory / "device-1.cert", other.charter)
    assert result.exit_code == 4
    assert "issued by neither" in result.stderr


def test_a_charter_not_signed_by_both_is_refused(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    signed = SignedCharter.decode(done.charter.read_bytes())
    half = tmp_path / "half"
    half.write_bytes(SignedCharter(signed.charter, {"a": signed.signatures["a"]}).encode())
    wrong = tmp_path / "wrong"
    wrong.write_bytes(
        SignedCharter(signed.charter, {"a": signed.signatures["a"], "b": signed.signatures["a"]}).encode()
    )
    for charter, words in (
        (half, "signature of side b, BRAVO, is missing"),
        (wrong, "side b, BRAVO, is wrong"),
    ):
        result = _install(done, done.directory / "device-1.cert", charter)
        assert result.exit_code == 4
        assert words in result.stderr


@pytest.mark.parametrize(("days", "words"), [(200, "has expired"), (-2, "not valid yet")])
def test_a_certificate_out_of_its_time_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, words: str
) -> None:
    done = rehearsed(tmp_path)
    then = common.now() + days * DAY
    monkeypatch.setattr(common, "now", lambda: then)
    result = _install(done, done.directory / "device-1.cert")
    assert result.exit_code == 4
    assert words in result.stderr


def test_a_wrong_passphrase_installs_nothing(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    result = _install(done, done.directory / "device-1.cert", passphrase="not this passphrase")
    assert result.exit_code == 8


def test_a_second_request_in_one_home_points_to_renewal(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    home = done.home("Alpha Head")
    result = run("enrol", "request", "--name", "X", tmp_path / "again", "--home", home, passphrase=GOOD)
    assert result.exit_code == 2
    assert "hotline enrol renew" in result.stderr
    assert not (tmp_path / "again").exists()


def test_renewal_asks_for_the_same_key_and_name_and_the_new_certificate_installs(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    head = done.devices[0]
    renewed = json.loads(
        run(
            "enrol",
            "renew",
            tmp_path / "r.request",
            "--home",
            head.home,
            "--json",
            passphrase=head.passphrase,
        ).stdout
    )
    assert renewed["name"] == "Alpha Head"
    approved = run(
        "authority", "approve", tmp_path / "r.request", "--role", "deputy", "--authority", done.authorities[0],
        "--digits", renewed["digits"], passphrase=done.authority_passphrases[0],
    )  # fmt: skip
    assert approved.exit_code == 0, approved.output
    result = _install(done, tmp_path / "r.cert")
    assert "deputy of ALPHA (side a)" in result.stdout


def test_a_request_that_was_lost_is_written_again(tmp_path: Path) -> None:
    words = ["--home", tmp_path / "home"]
    assert run("enrol", "request", "--name", "X", tmp_path / "one", *words, passphrase=GOOD).exit_code == 0
    assert (
        "say its name with --name" in run("enrol", "renew", tmp_path / "two", *words, passphrase=GOOD).stderr
    )
    assert run("enrol", "renew", "--name", "X", tmp_path / "two", *words, passphrase=GOOD).exit_code == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("name", ["", "\u200bX", "x" * 65])
def test_a_name_nobody_could_certify_makes_no_key(tmp_path: Path, name: str) -> None:
    result = run(
        "enrol", "request", "--name", name, tmp_path / "out", "--home", tmp_path / "home", passphrase=GOOD
    )
    assert result.exit_code == 2
    assert not (tmp_path / "home").exists()


def test_an_output_that_exists_is_refused_before_a_key_is_made(tmp_path: Path) -> None:
    card = relay_card(tmp_path / "out")
    before = card.read_bytes()
    result = run("enrol", "request", "--name", "X", card, "--home", tmp_path / "home", passphrase=GOOD)
    assert result.exit_code == 2
    assert not (tmp_path / "home").exists()
    assert card.read_bytes() == before


def test_a_device_of_one_link_takes_no_papers_of_another(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    second = done.directory / "second"
    cards = [next(path.glob("[A-Z]*.card")) for path in done.authorities]
    drafted = run(
        "charter", "draft", "--a", cards[0], "--b", cards[1], "--relay", done.relay_card, "--purpose", "another",
        "--authority", tmp_path, second,
    )  # fmt: skip
    assert drafted.exit_code == 0, drafted.output
    for ours, passphrase in zip(done.authorities, done.authority_passphrases, strict=True):
        assert run("charter", "sign", second, "--authority", ours, passphrase=passphrase).exit_code == 0
    result = _install(done, done.directory / "device-1.cert", second)
    assert result.exit_code == 2
    assert "belongs to another link" in result.stderr


def test_the_relays_copy_of_the_charter_is_refused(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    result = _install(done, done.directory / "device-1.cert", done.relay_charter)
    assert (result.exit_code, "the relay's copy of the charter" in result.stderr) == (4, True)
