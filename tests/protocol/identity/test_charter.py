"""Rules I8 to I11, and I16."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol import codec
from hotline_protocol.errors import CharterError, FormatError, HotlineError
from hotline_protocol.identity.authority import issue_root
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.charter import (
    DEFAULT_CHANNELS,
    Channel,
    Charter,
    Relay,
    SignedCharter,
    secret_hash,
)
from hotline_protocol.terms import SIDES, Arena, Precedence, Side, other
from tests.protocol.identity.parties import NOW, SECRET, charter, delegation, relay, signed_charter


def raw() -> dict[str, Any]:
    value: dict[str, Any] = msgpack.unpackb(charter().encode())
    return value


def test_a_draft_takes_the_agreed_defaults() -> None:
    made = charter()
    assert made.channels == DEFAULT_CHANNELS
    assert [one.name for one in made.channels] == ["plenary", "air", "naval", "em", "caucus.a", "caucus.b"]
    assert made.ack_targets[Precedence.FLASH] == 600
    assert made.suite == 0x004E
    assert made.channel("naval") == Channel("naval", "ab", Arena.NAVAL)
    assert made.channel("nowhere") is None
    assert made.delegation("b").delegation == "БРАВО"


def test_the_exact_bytes_are_the_one_encoding_and_name_the_link() -> None:
    data = charter().encode()
    assert Charter.decode(data) == charter()
    assert charter().link_id == sha256(data).digest()
    assert sha256(data).digest() != replace(charter(), purpose="Another.").link_id


def test_another_order_of_delegations_is_another_link() -> None:
    first, second = charter().delegations
    assert replace(charter(), delegations=(second, first)).link_id != charter().link_id


def test_another_encoding_of_the_same_charter_is_refused() -> None:
    shuffled = dict(reversed(list(raw().items())))
    with pytest.raises(FormatError, match="one encoding"):
        Charter.decode(codec.encode(shuffled))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"unknown": 1},
        {"suite": 2},
        {"relays": []},
        {"channels": []},
        {"ack_targets": {"FLASH": 600}},
        {"ack_targets": {"FLASH": 0, "IMMEDIATE": 1, "PRIORITY": 1, "ROUTINE": 1}},
        {"created": -1},
        {"purpose": "a\u202eb"},
        {"delegations": [{"name": "ALPHA", "root": b""}]},
    ],
)
def test_a_charter_that_says_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(HotlineError):
        Charter.decode(codec.encode({**raw(), **change}))


@pytest.mark.parametrize(
    "url",
    [
        "ws://relay.example:7443",
        "wss://relay.example",
        "wss://relay.example:0",
        "wss://relay.example:99999",
        "wss://relay.example:7443/",
        "wss://user@relay.example:7443",
        "wss://relay.example:7443?x=1",
        "wss://:7443",
        "wss://[::1:7443",
        "wss://реле.example:7443",
        "",
    ],
)
def test_a_relay_is_named_by_host_and_port_alone(url: str) -> None:
    with pytest.raises(FormatError):
        replace(charter(), relays=(Relay(url, relay().certificate),))


@pytest.mark.parametrize("url", ["wss://127.0.0.1:9", "wss://[::1]:7443", "wss://relay.example:65535"])
def test_addresses_of_relays(url: str) -> None:
    assert replace(charter(), relays=(Relay(url, relay().certificate),)).relays[0].url == url


def test_a_relay_needs_a_certificate_and_its_own_address() -> None:
    with pytest.raises(FormatError, match="X\\.509"):
        replace(charter(), relays=(Relay("wss://relay.example:1", b"no"),))
    with pytest.raises(FormatError, match="twice"):
        replace(charter(), relays=(relay(), relay()))


@pytest.mark.parametrize(
    "channels",
    [
        (Channel("plenary", "ab"), Channel("plenary", "a")),
        (Channel("Plenary", "ab"),),
        (Channel("a b", "ab"),),
        (Channel("x" * 33, "ab"),),
        tuple(Channel(f"c{number}", "ab") for number in range(33)),
    ],
)
def test_channels_have_plain_and_different_names(channels: tuple[Channel, ...]) -> None:
    with pytest.raises(FormatError):
        replace(charter(), channels=channels)


def test_two_delegations_need_two_names_and_two_keys() -> None:
    alpha = delegation("a")
    twin = Card("TWIN", issue_root(alpha.key, "TWIN", now=NOW, serial=77))
    with pytest.raises(CharterError, match="same authority key"):
        replace(charter(), delegations=(alpha.card, twin))
    namesake = Card("ALPHA", issue_root(delegation("b").key, "ALPHA", now=NOW, serial=78))
    with pytest.raises(CharterError, match="same name"):
        replace(charter(), delegations=(alpha.card, namesake))


# --- signatures


def test_a_charter_signed_by_both_stands_whoever_signed_first() -> None:
    a, b = delegation("a"), delegation("b")
    other_order = SignedCharter.unsigned(charter()).sign(b.key, b.card.root).sign(a.key, a.card.root)
    for signed in (signed_charter(), other_order):
        assert SignedCharter.decode(signed.encode()).verify() == charter()
        assert signed.signed_by() == {"a", "b"}


@pytest.mark.parametrize(("signer", "missing"), [("a", "side b, БРАВО"), ("b", "side a, ALPHA")])
def test_a_missing_signature_is_named(signer: str, missing: str) -> None:
    one = delegation(signer)
    with pytest.raises(CharterError, match=f"{missing}, is missing"):
        SignedCharter.unsigned(charter()).sign(one.key, one.card.root).verify()


@pytest.mark.parametrize("side", SIDES)
def test_a_wrong_signature_is_named(side: Side) -> None:
    good = dict(signed_charter().signatures)
    swapped = {**good, side: good[other(side)]}
    with pytest.raises(CharterError, match=f"side {side}, .* is wrong"):
        SignedCharter(charter().encode(), swapped).verify()


def test_a_signature_is_over_these_bytes_only() -> None:
    changed = replace(charter(), purpose="Another.").encode()
    with pytest.raises(CharterError, match="side a, ALPHA, is wrong"):
        SignedCharter(changed, signed_charter().signatures).verify()


def test_a_stranger_cannot_sign() -> None:
    stranger = delegation("stranger")
    with pytest.raises(CharterError, match="neither of the two"):
        SignedCharter.unsigned(charter()).sign(stranger.key, stranger.card.root)
    with pytest.raises(CharterError, match="neither of the two"):
        SignedCharter.unsigned(charter()).sign(stranger.key, delegation("a").card.root)


def test_a_side_that_does_not_exist_cannot_sign() -> None:
    data = {"v": 1, "kind": "hotline signed charter", "charter": charter().encode(), "signatures": {"c": b""}}
    with pytest.raises(FormatError):
        SignedCharter.decode(codec.encode(data))


def test_a_charter_with_a_forged_root_is_refused_when_it_is_read() -> None:
    value = raw()
    root = bytearray(value["delegations"][0]["root"])
    root[-1] ^= 1
    value["delegations"][0]["root"] = bytes(root)
    data = {"v": 1, "kind": "hotline signed charter", "charter": codec.encode(value), "signatures": {}}
    with pytest.raises(CharterError, match="cannot stand"):
        SignedCharter.decode(codec.encode(data))


@given(st.binary(max_size=300))
def test_rubbish_is_no_charter(data: bytes) -> None:
    with pytest.raises(HotlineError):
        SignedCharter.decode(data)


def test_only_version_one_is_known() -> None:
    with pytest.raises(FormatError, match="version 2"):
        replace(charter(), version=2)


def test_the_link_secret_is_fixed_by_its_hash_and_never_shown() -> None:
    signed = signed_charter()
    assert charter().secret_hash == sha256(b"hotline link secret" + SECRET).digest()
    assert SECRET not in signed.charter
    assert SignedCharter.decode(signed.encode()).link_secret() == SECRET
    assert SECRET.hex() not in repr(signed)
    assert repr(SECRET) not in repr(signed)
    assert set(raw()) >= {"secret_hash"}


def test_a_relays_copy_is_the_same_charter_without_the_secret() -> None:
    copy = SignedCharter.decode(signed_charter().relay_copy().encode())
    assert copy.verify().link_id == charter().link_id
    assert SECRET not in copy.encode()
    assert "secret" not in msgpack.unpackb(copy.encode())
    with pytest.raises(CharterError, match="holds no link secret"):
        copy.link_secret()


@pytest.mark.parametrize("secret", [bytes(32), SECRET[:31], b""])
def test_another_link_secret_is_refused_wherever_it_is_met(secret: bytes) -> None:
    wrong = replace(signed_charter(), secret=secret)
    for act in (wrong.verify, wrong.link_secret, lambda: SignedCharter.decode(wrong.encode())):
        with pytest.raises(CharterError, match="not the one whose hash"):
            act()


def test_a_short_secret_is_refused_even_under_its_own_hash() -> None:
    short = replace(charter(), secret_hash=secret_hash(b"short"))
    with pytest.raises(CharterError, match="not the one"):
        SignedCharter.unsigned(short, b"short").link_secret()


def test_a_charter_without_a_whole_secret_hash_is_refused() -> None:
    with pytest.raises(FormatError, match="hash of its link secret"):
        replace(charter(), secret_hash=b"short")
    with pytest.raises(FormatError, match="secret_hash"):
        Charter.decode(codec.encode({key: value for key, value in raw().items() if key != "secret_hash"}))


def test_a_signature_keeps_the_secret_in_the_file() -> None:
    a = delegation("a")
    assert SignedCharter.unsigned(charter(), SECRET).sign(a.key, a.card.root).secret == SECRET
