"""The custodian's commands: what they make, what they refuse, and that refusals change nothing."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hotline_client.ceremony.authority import Authority, read_card
from hotline_client.cli.base import options as common
from hotline_protocol.errors import TrustError
from hotline_protocol.identity.certificate import parse_certificate
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.identity.trust import Trust
from tests.client.ceremony.kit import GOOD, authority, card_of, rehearsed, run

DAY = 86_400


def _tree(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def test_init_makes_a_private_directory_with_key_card_and_code(tmp_path: Path) -> None:
    result = run("authority", "init", "--delegation", "ALPHA", tmp_path / "a", "--json", passphrase=GOOD)
    record = json.loads(result.stdout)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "ALPHA.card",
        "ALPHA.svg",
        "authority.key",
    ]
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").iterdir()} == {0o600}
    card = read_card(Path(record["card"]))
    assert (card.delegation, card.digits, card.fingerprint.hex()) == (
        "ALPHA",
        record["digits"],
        record["fingerprint"],
    )
    assert len(record["digits"].replace(" ", "")) == 30
    assert (tmp_path / "a" / "ALPHA.svg").read_bytes().lstrip().startswith(b"<?xml")
    custody = Authority.at(tmp_path / "a").unlock(GOOD)
    assert custody.key.private_bytes() not in b"".join(_tree(tmp_path).values())
    assert "private" not in repr(custody)


def test_init_never_overwrites(tmp_path: Path) -> None:
    authority(tmp_path / "a", "ALPHA")
    before = _tree(tmp_path)
    result = run("authority", "init", "--delegation", "ALPHA", tmp_path / "a", passphrase=GOOD)
    assert result.exit_code == 2
    assert "exists already and is not overwritten" in result.stderr
    assert _tree(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "passphrase"), [("A\u202eB", GOOD), ("  ", GOOD), ("x" * 65, GOOD), ("ALPHA", "short")]
)
def test_init_refuses_bad_names_and_short_passphrases(tmp_path: Path, name: str, passphrase: str) -> None:
    result = run("authority", "init", "--delegation", name, tmp_path / "a", passphrase=passphrase)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_card_shows_digits_and_a_code_of_blocks_only(tmp_path: Path) -> None:
    authority(tmp_path / "a", "ДЕЛЬТА 1")
    result = run("authority", "card", "--authority", tmp_path / "a")
    assert read_card(card_of(tmp_path / "a")).digits in result.stdout
    assert "█" in result.stdout
    assert "\x1b" not in result.stdout


def _two(tmp_path: Path) -> tuple[Path, Path, str]:
    ours, theirs = authority(tmp_path / "a", "ALPHA"), authority(tmp_path / "b", "BRAVO")
    return ours, card_of(theirs), read_card(card_of(theirs)).digits


def test_pair_pins_the_card_whose_digits_were_typed(tmp_path: Path) -> None:
    ours, card, digits = _two(tmp_path)
    result = run("authority", "pair", card, "--authority", ours, typed=digits.replace(" ", "-") + "\n")
    assert result.exit_code == 0, result.output
    assert (ours / "peer.card").read_bytes() == card.read_bytes()
    assert digits not in result.stdout.replace(digits.replace(" ", "-"), "")
    again = run("authority", "pair", card, "--authority", ours, "--digits", digits)
    assert again.stdout == "BRAVO was paired already.\n"


@pytest.mark.parametrize("group", range(1, 7))
def test_wrong_digits_name_the_group_and_pin_nothing(tmp_path: Path, group: int) -> None:
    ours, card, digits = _two(tmp_path)
    groups = digits.split()
    groups[group - 1] = f"{(int(groups[group - 1]) + 1) % 100_000:05d}"
    result = run("authority", "pair", card, "--authority", ours, "--digits", " ".join(groups))
    assert result.exit_code == 4
    assert f"group {group} of 6 differs" in result.stderr
    assert not (ours / "peer.card").exists()


def test_at_the_prompt_a_slip_may_be_mended_twice_and_no_digits_of_the_peer_are_shown(tmp_path: Path) -> None:
    ours, card, digits = _two(tmp_path)
    wrong = "00000 " * 6
    mended = run("authority", "pair", card, "--authority", ours, typed=f"{wrong}\n{digits}\n")
    assert mended.exit_code == 0
    assert "group 1 of 6 differs" in mended.stderr
    (ours / "peer.card").unlink()
    refused = run("authority", "pair", card, "--authority", ours, typed=f"{wrong}\n" * 4)
    assert refused.exit_code == 4
    assert digits not in refused.output
    assert not (ours / "peer.card").exists()


def test_a_prompt_whose_input_ends_is_a_usage_error(tmp_path: Path) -> None:
    ours, card, _ = _two(tmp_path)
    result = run("authority", "pair", card, "--authority", ours, typed="")
    assert result.exit_code == 2
    assert "the input ended" in result.stderr


def test_pair_refuses_our_own_card_our_name_and_a_second_peer(tmp_path: Path) -> None:
    ours, card, digits = _two(tmp_path)
    own = run("authority", "pair", card_of(ours), "--authority", ours, "--digits", "1")
    assert "is the card of ALPHA itself" in own.stderr
    twin = card_of(authority(tmp_path / "t", "ALPHA"))
    assert (
        "both cards name the delegation ALPHA" in run("authority", "pair", twin, "--authority", ours).stderr
    )
    assert run("authority", "pair", card, "--authority", ours, "--digits", digits).exit_code == 0
    other = card_of(authority(tmp_path / "c", "CHARLIE"))
    result = run("authority", "pair", other, "--authority", ours, "--digits", read_card(other).digits)
    assert result.exit_code == 4
    assert "paired with another card of BRAVO" in result.stderr
    assert (ours / "peer.card").read_bytes() == card.read_bytes()


def test_a_swapped_card_is_caught_by_its_digits(tmp_path: Path) -> None:
    ours, _, digits = _two(tmp_path)
    forged = card_of(authority(tmp_path / "evil", "BRAVO"))
    assert run("authority", "pair", forged, "--authority", ours, "--digits", digits).exit_code == 4


def _request(tmp_path: Path, name: str = "Officer") -> tuple[Path, str]:
    out = tmp_path / f"{name}.request"
    result = run(
        "enrol", "request", "--name", name, out, "--home", tmp_path / name, "--json", passphrase=GOOD
    )
    assert result.exit_code == 0, result.output
    return out, json.loads(result.stdout)["digits"]


def test_approve_certifies_what_was_asked_and_registers_it(tmp_path: Path) -> None:
    ours = authority(tmp_path / "a", "ALPHA")
    request, digits = _request(tmp_path)
    words = [
        "authority",
        "approve",
        request,
        "--role",
        "officer",
        "--arena",
        "air",
        "--arena",
        "em",
        "--days",
        30,
    ]
    result = run(*words, "--authority", ours, "--digits", digits, "--json", passphrase=GOOD)
    record = json.loads(result.stdout)
    certificate = parse_certificate(Path(record["certificate"]).read_bytes())
    assert (certificate.name, certificate.delegation, certificate.role) == ("Officer", "ALPHA", "officer")
    assert certificate.arenas == {"air", "em"}
    assert certificate.not_after - certificate.not_before == 30 * DAY + 300
    listed = [
        json.loads(line)
        for line in run("authority", "list", "--authority", ours, "--json").stdout.splitlines()
    ]
    assert [(entry["name"], entry["state"], entry["serial"]) for entry in listed] == [
        ("Officer", "valid", record["serial"])
    ]
    again = run(*words, "--authority", ours, "--digits", digits, passphrase=GOOD)
    assert again.exit_code == 2
    assert "is not overwritten" in again.stderr
    assert len(run("authority", "list", "--authority", ours, "--json").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "passphrase", "code", "words"),
    [
        (["--digits", "0" * 30], GOOD, 4, "of 6 differs"),
        (["--digits", "12"], GOOD, 4, "expected 30 digits, 2 were typed"),
        ([], "another passphrase", 8, "wrong passphrase"),
        (["--days", "0"], GOOD, 2, "lives 1 to"),
        (["--days", "99999"], GOOD, 2, "lives 1 to"),
    ],
)
def test_a_refused_approval_leaves_no_certificate_and_no_register(
    tmp_path: Path, options: list[str], passphrase: str, code: int, words: str
) -> None:
    ours = authority(tmp_path / "a", "ALPHA")
    request, digits = _request(tmp_path)
    given = options if "--digits" in options else [*options, "--digits", digits]
    result = run(
        "authority", "approve", request, "--role", "watch", "--authority", ours, *given, passphrase=passphrase
    )
    assert (result.exit_code, words in result.stderr) == (code, True), result.output
    assert not request.with_suffix(".cert").exists()
    assert not (ours / "issued.jsonl").exists()


def test_a_key_that_is_not_the_cards_is_refused(tmp_path: Path) -> None:
    ours, other = authority(tmp_path / "a", "ALPHA"), authority(tmp_path / "b", "ALPHA")
    (ours / "authority.key").write_bytes((other / "authority.key").read_bytes())
    with pytest.raises(TrustError, match="one of the two was exchanged"):
        Authority.at(ours).unlock(GOOD)


def test_a_key_open_to_others_is_refused_with_the_cure(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    (done.authorities[0] / "authority.key").chmod(0o644)
    result = run(
        "authority",
        "revoke",
        "Alpha Head",
        "--reason",
        "lost",
        "--authority",
        done.authorities[0],
        passphrase=GOOD,
    )
    assert result.exit_code == 8
    assert "hint: make it yours alone: chmod 600" in result.stderr


def test_revoke_issues_numbered_lists_that_trust_applies(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    ours, words = done.authorities[0], ["authority", "revoke", "Alpha Head", "--reason", "device lost"]
    first = json.loads(
        run(*words, "--authority", ours, "--json", passphrase=done.authority_passphrases[0]).stdout
    )
    second = json.loads(
        run(*words, "--authority", ours, "--json", passphrase=done.authority_passphrases[0]).stdout
    )
    assert [(entry["number"], entry["revoked"], entry["already"]) for entry in (first, second)] == [
        (1, 1, False),
        (2, 1, True),
    ]
    trust = Trust.from_charter(SignedCharter.decode(done.charter.read_bytes()).verify())
    der = (done.directory / "device-1.cert").read_bytes()
    now = common.now()
    assert trust.verify(der, at=now).name == "Alpha Head"
    revoked = trust.with_crl(Path(first["crl"]).read_bytes()).with_crl(Path(second["crl"]).read_bytes())
    assert not revoked.is_current(revoked.identify(der), now)
    table = run("authority", "list", "--authority", ours).stdout
    assert "revoked: device lost" in table
    serial = table.splitlines()[1].split()[0]
    assert Authority.at(ours).find(serial)[0].name == "Alpha Head"


def test_revoke_needs_one_certificate_and_a_reason(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    ours = done.authorities[0]
    nobody = run("authority", "revoke", "Nobody", "--reason", "x", "--authority", ours, passphrase=GOOD)
    assert (nobody.exit_code, "no certificate was issued to Nobody" in nobody.stderr) == (2, True)
    empty = run(
        "authority", "revoke", "Alpha Head", "--reason", " ", "--authority", ours,
        passphrase=done.authority_passphrases[0],
    )  # fmt: skip
    assert (empty.exit_code, "the reason is empty" in empty.stderr) == (2, True)
    assert not (ours / "revoked.jsonl").exists()


def test_an_expired_certificate_is_listed_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = rehearsed(tmp_path)
    later = common.now() + 200 * DAY
    monkeypatch.setattr(common, "now", lambda: later)
    listed = run("authority", "list", "--authority", done.authorities[0], "--json").stdout
    assert json.loads(listed)["state"] == "expired"


def test_a_directory_without_an_authority_says_what_to_do(tmp_path: Path) -> None:
    result = run("authority", "list", "--authority", tmp_path)
    assert result.exit_code == 2
    assert "hint: name it with --authority DIR" in result.stderr


def test_a_damaged_register_is_refused_and_a_torn_line_is_not(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    register = done.authorities[0] / "issued.jsonl"
    whole = register.read_bytes()
    register.write_bytes(whole + b'{"serial":"12')
    assert len(Authority.at(done.authorities[0]).issued()) == 1
    register.write_bytes(whole.replace(b'"serial"', b"serial", 1))
    result = run("authority", "list", "--authority", done.authorities[0])
    assert (result.exit_code, "line 1 of" in result.stderr) == (8, True)
