"""Charters on files: both orders of signing, and every exchange that a custodian must not be led to sign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hotline_client.ceremony.authority import Authority, read_card
from hotline_protocol.identity.charter import SignedCharter
from tests.client.ceremony.kit import GOOD, authority, card_of, relay_card, run


class Table:
    """Two paired authorities and a draft between them."""

    def __init__(self, tmp_path: Path) -> None:
        self.a, self.b = authority(tmp_path / "a", "ALPHA"), authority(tmp_path / "b", "BRAVO")
        for ours, theirs in ((self.a, self.b), (self.b, self.a)):
            card = card_of(theirs)
            run("authority", "pair", card, "--authority", ours, "--digits", read_card(card).digits)
        self.relay = relay_card(tmp_path / "relay.card")
        self.charter = tmp_path / "charter"

    def draft(
        self, *more: object, a: Path | None = None, b: Path | None = None, at: Path | None = None
    ) -> Any:
        cards = ["--a", a or card_of(self.a), "--b", b or card_of(self.b)]
        return run(
            "charter",
            "draft",
            *cards,
            "--relay",
            self.relay,
            "--authority",
            at or self.a,
            *more,
            self.charter,
        )

    def sign(self, at: Path, passphrase: str = GOOD) -> Any:
        return run("charter", "sign", self.charter, "--authority", at, passphrase=passphrase)


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_both_sign_in_either_order(tmp_path: Path, order: str) -> None:
    table = Table(tmp_path)
    assert table.draft().exit_code == 0
    first, second = (getattr(table, side) for side in order)
    assert "signs next" in table.sign(first).stdout
    assert "is in force" in table.sign(second).stdout
    charter = SignedCharter.decode(table.charter.read_bytes()).verify()
    assert [card.delegation for card in charter.delegations] == ["ALPHA", "BRAVO"]
    assert table.charter.stat().st_mode & 0o777 == 0o600
    twice = table.sign(first)
    assert (twice.exit_code, "signed this charter already" in twice.stderr) == (2, True)


def test_everything_in_a_charter_is_shown_before_it_is_signed(tmp_path: Path) -> None:
    table = Table(tmp_path)
    drafted = table.draft(
        "--channel", "plenary:ab", "--channel", "em:ab:em", "--ack", "flash=5m", "--purpose", "Мир"
    )
    assert drafted.exit_code == 0, drafted.output
    signing = table.sign(table.a).stderr
    for words in (
        "Мир",
        "wss://127.0.0.1:7443",
        "em: both sides, arena em",
        "within 5 min",
        "BRAVO",
        "0x004E",
    ):
        assert words in drafted.stdout
        assert words in signing
    record = json.loads(run("charter", "show", table.charter, "--json").stdout)
    assert record["ack_targets"]["FLASH"] == 300
    assert [channel["name"] for channel in record["channels"]] == ["plenary", "em"]
    assert record["signed_by"] == ["ALPHA"]
    assert "NOT SIGNED" in run("charter", "show", table.charter).stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--channel", "plenary"],
        ["--channel", "air:abc"],
        ["--channel", "air:ab:sea"],
        ["--ack", "FLASH"],
        ["--ack", "LIGHTNING=1m"],
        ["--ack", "FLASH=soon"],
        ["--channel", "UPPER CASE:ab"],
    ],
)
def test_a_draft_that_makes_no_sense_is_a_usage_error(tmp_path: Path, options: list[str]) -> None:
    table = Table(tmp_path)
    assert table.draft(*options).exit_code == 2
    assert not table.charter.exists()


def test_a_card_exchanged_after_pairing_is_refused_at_draft_and_at_signing(tmp_path: Path) -> None:
    table = Table(tmp_path)
    forged = card_of(authority(tmp_path / "evil", "BRAVO"))
    refused = table.draft(b=forged)
    assert (refused.exit_code, "is not the one this authority paired with" in refused.stderr) == (4, True)
    assert not table.charter.exists()
    # drafted elsewhere, where nobody is paired, then brought to the custodian
    assert table.draft(b=forged, at=tmp_path).exit_code == 0
    before = table.charter.read_bytes()
    refused = table.sign(table.a)
    assert (refused.exit_code, "is not the one this authority paired with" in refused.stderr) == (4, True)
    assert table.charter.read_bytes() == before


def test_an_authority_that_is_no_party_or_not_paired_does_not_sign(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.draft()
    lonely = authority(tmp_path / "c", "CHARLIE")
    assert "has not paired" in table.sign(lonely).stderr
    card = card_of(table.a)
    run("authority", "pair", card, "--authority", lonely, "--digits", read_card(card).digits)
    refused = table.sign(lonely)
    assert (refused.exit_code, "neither card is that of CHARLIE" in refused.stderr) == (4, True)


def test_a_strangers_signature_is_shown_as_wrong_and_nobody_signs_beside_it(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.draft()
    stranger = Authority.at(authority(tmp_path / "c", "CHARLIE")).unlock(GOOD).key
    unsigned = SignedCharter.decode(table.charter.read_bytes())
    forged = stranger.sign(b"hotline charter\x00" + unsigned.charter)
    table.charter.write_bytes(SignedCharter(unsigned.charter, {"b": forged}).encode())
    assert "THE SIGNATURE IS WRONG" in run("charter", "show", table.charter).stdout
    refused = table.sign(table.a)
    assert (refused.exit_code, "the signature of side b on this charter is wrong" in refused.stderr) == (
        4,
        True,
    )


def test_a_wrong_passphrase_signs_nothing(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.draft()
    before = table.charter.read_bytes()
    assert table.sign(table.a, "wrong passphrase").exit_code == 8
    assert table.charter.read_bytes() == before


def test_what_is_no_charter_or_card_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"\xc1 junk")
    assert run("charter", "show", tmp_path / "junk").exit_code == 2
    assert run("charter", "show", tmp_path / "nothing").exit_code == 2
    table = Table(tmp_path)
    assert table.draft(b=tmp_path / "junk").exit_code == 2


def test_the_relays_copy_is_the_signed_charter_without_the_secret(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.draft()
    out = tmp_path / "line.relay-charter"
    early = run("charter", "relay-copy", table.charter, out)
    assert (early.exit_code, out.exists()) == (4, False)
    table.sign(table.a)
    table.sign(table.b)
    done = run("charter", "relay-copy", table.charter, out, "--json")
    signed = SignedCharter.decode(table.charter.read_bytes())
    copy = SignedCharter.decode(out.read_bytes())
    assert copy.verify() == signed.verify()
    assert (copy.secret, out.stat().st_mode & 0o777) == (None, 0o600)
    secret = signed.link_secret()
    shown = done.output + run("charter", "show", table.charter).output
    assert secret.hex() not in shown
    assert secret not in out.read_bytes()
    assert run("charter", "relay-copy", table.charter, out).exit_code == 2
