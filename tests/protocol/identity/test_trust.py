"""Rules I12, I13 and I15, and entitlement I14."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hotline_protocol.errors import CertificateError, TrustError
from hotline_protocol.identity import trust as module
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.authority import issue_certificate, issue_crl
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.identity.charter import DEFAULT_CHANNELS, Channel
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import Arena, Role
from tests.protocol.identity.parties import DAY, NOW, charter, crl, delegation, device, issue, trust

HEAD_A = issue("a", "A head", Role.HEAD, 101)
HEAD_B = issue("b", "B head", Role.HEAD, 201)
END = NOW + 100 * DAY


@pytest.mark.parametrize(("der", "side"), [(HEAD_A, "a"), (HEAD_B, "b")])
def test_the_side_is_the_root_that_issued(der: bytes, side: str) -> None:
    assert trust().identify(der).side == side
    assert trust().verify(der, at=NOW).side == side


def test_a_stranger_is_nobody() -> None:
    with pytest.raises(CertificateError, match="neither"):
        trust().identify(issue("stranger", "A head", Role.HEAD, 301))


def test_a_flipped_signature_is_nobody() -> None:
    der = bytearray(HEAD_A)
    der[-1] ^= 1
    with pytest.raises(CertificateError, match="neither"):
        trust().identify(bytes(der))


def test_a_certificate_cannot_name_the_other_delegation() -> None:
    """An authority that certifies in the other's name is found out, whatever its key can sign."""
    issuer = delegation("a")
    original = parse_certificate(HEAD_A)
    name = [(parts.COMMON_NAME, original.name), (parts.ORGANIZATION, "БРАВО"), (parts.TITLE, "head")]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in name]))
        .issuer_name(issuer.card.parsed.x509.subject)
        .public_key(device(1).public_key())
        .serial_number(5)
        .not_valid_before(parts.moment(NOW))
        .not_valid_after(parts.moment(END))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(parts.key_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.private.public_key()),
            critical=False,
        )
    )
    der = builder.sign(issuer.key.private, None).public_bytes(Encoding.DER)
    with pytest.raises(CertificateError, match="names another delegation"):
        trust().identify(der)


def test_a_device_cannot_issue() -> None:
    """A chain through a device certificate leads nowhere: only a root may issue."""
    holder = device(101)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.load_der_x509_certificate(HEAD_A).subject)
        .issuer_name(x509.load_der_x509_certificate(HEAD_A).subject)
        .public_key(Ed25519PrivateKey.from_private_bytes(b"\x09" * 32).public_key())
        .serial_number(5)
        .not_valid_before(parts.moment(NOW))
        .not_valid_after(parts.moment(END))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(parts.key_usage(authority=False), critical=True)
    )
    with pytest.raises(CertificateError, match="ML-DSA-65"):
        trust().identify(builder.sign(holder, None).public_bytes(Encoding.DER))


@pytest.mark.parametrize(
    ("at", "reason"),
    [(NOW - 1, "is not valid yet"), (NOW, None), (END, None), (END + 1, "has expired")],
)
def test_validity_is_judged_at_the_time_that_is_asked_for(at: int, reason: str | None) -> None:
    assert trust().is_current(trust().identify(HEAD_A), at) is (reason is None)
    if reason is None:
        trust().verify(HEAD_A, at=at)
    else:
        with pytest.raises(CertificateError, match=f"A head {reason}"):
            trust().verify(HEAD_A, at=at)


def test_a_certificate_does_not_outlive_its_authority_nor_precede_it() -> None:
    issuer = delegation("a")
    early = issue_certificate(
        issuer.key,
        issuer.card.root,
        parse_request(device_request(device(1), "Early")),
        name="Early",
        role=Role.HEAD,
        arenas=(),
        not_before=NOW - 5 * DAY,
        not_after=END,
        serial=6,
    )
    held = trust().identify(early)
    assert not trust().is_current(held, NOW - 2 * DAY)
    assert trust().is_current(held, NOW - DAY)


def test_one_that_was_not_identified_is_not_current() -> None:
    assert not trust().is_current(parse_certificate(HEAD_A), NOW)


def test_issuing_is_checked_once_and_time_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Trust.from_charter(charter())
    first = fresh.verify(HEAD_A, at=NOW)
    monkeypatch.setattr(module, "_is_issued_by", None)
    assert fresh.verify(HEAD_A, at=NOW + DAY) is first
    assert fresh.with_crl(crl("b", 1)).identify(HEAD_A) is first
    with pytest.raises(CertificateError, match="expired"):
        fresh.verify(HEAD_A, at=END + 1)


def test_only_so_many_certificates_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KNOWN", 2)
    fresh = Trust.from_charter(charter())
    for number in range(5):
        fresh.identify(issue("a", f"Device {number}", Role.WATCH, 500 + number))
    assert len(fresh._known) == 2


# --- revocation


def test_a_revoked_certificate_is_known_and_not_current() -> None:
    revoked = trust().with_crl(crl("a", 101))
    assert revoked.identify(HEAD_A).name == "A head"
    assert not revoked.is_current(revoked.identify(HEAD_A), NOW)
    with pytest.raises(CertificateError, match="was revoked"):
        revoked.verify(HEAD_A, at=NOW)
    assert trust().is_current(trust().identify(HEAD_A), NOW), "the trust before is as it was"


def test_a_list_revokes_on_its_own_side_only() -> None:
    same_serial_of_b = trust().with_crl(crl("b", 101))
    assert same_serial_of_b.is_current(same_serial_of_b.identify(HEAD_A), NOW)


def test_a_list_must_be_newer_than_the_last_of_its_side() -> None:
    held = trust().with_crl(crl("a", 1, number=5))
    for number in (4, 5):
        with pytest.raises(TrustError, match=f"list {number} of side a is not newer than 5"):
            held.with_crl(crl("a", 1, number=number))
    assert held.with_crl(crl("b", number=1)).with_crl(crl("a", 1, 2, number=6)).lists[0] is not None


def test_a_list_does_not_take_a_revocation_back() -> None:
    with pytest.raises(TrustError, match="takes an earlier revocation back"):
        trust().with_crl(crl("a", 1, 2)).with_crl(crl("a", 1, number=2))


def test_lists_may_be_handed_in_in_any_order() -> None:
    held = Trust.from_charter(charter(), [crl("a", 1, 2, number=2), crl("b", 7), crl("a", 1)])
    assert [one and one.number for one in held.lists] == [2, 1]


def test_whose_list_it_is() -> None:
    assert trust().crl_side(crl("a")) == "a"
    assert trust().crl_side(crl("b")) == "b"


def test_a_list_of_a_stranger_or_rubbish_is_refused() -> None:
    issuer = delegation("stranger")
    foreign = issue_crl(issuer.key, issuer.card.root, {}, number=1, now=NOW, next_update=NOW + DAY)
    broken = bytearray(crl("a", 1))
    broken[-1] ^= 1
    for der in (foreign, bytes(broken)):
        with pytest.raises(TrustError, match="neither"):
            trust().with_crl(der)
    with pytest.raises(TrustError, match="not a revocation list"):
        trust().with_crl(b"rubbish")
    with pytest.raises(TrustError, match="at most"):
        trust().with_crl(b"\x30" * 300_000)


def test_a_list_without_a_number_is_refused() -> None:
    issuer = delegation("a")
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.card.parsed.x509.subject)
        .last_update(parts.moment(NOW))
        .next_update(parts.moment(NOW + DAY))
    )
    with pytest.raises(TrustError, match="has a number"):
        trust().with_crl(builder.sign(issuer.key.private, None).public_bytes(Encoding.DER))


# --- entitlement, rule I14

ENTERS = [
    ("a", Role.HEAD, (), {"plenary", "air", "naval", "em", "caucus.a"}),
    ("b", Role.DEPUTY, (), {"plenary", "air", "naval", "em", "caucus.b"}),
    ("a", Role.OFFICER, (Arena.AIR,), {"plenary", "air", "caucus.a"}),
    ("b", Role.WATCH, (Arena.NAVAL, Arena.EM), {"plenary", "naval", "em", "caucus.b"}),
    ("a", Role.OBSERVER, (), {"plenary", "caucus.a"}),
    ("b", Role.BOT, (), {"plenary", "caucus.b"}),
]


@pytest.mark.parametrize(("side", "role", "arenas", "channels"), ENTERS)
def test_who_enters_which_channel(
    side: str, role: Role, arenas: tuple[Arena, ...], channels: set[str]
) -> None:
    number = 600 + sum(len(arena) for arena in arenas) + 10 * list(Role).index(role)
    held = trust().identify(issue(side, f"{side} {role}", role, number, arenas=arenas))
    assert {channel.name for channel in DEFAULT_CHANNELS if may_use(held, channel)} == channels


def test_one_of_no_side_enters_nothing() -> None:
    held = replace(trust().identify(HEAD_A), side=None)
    assert not any(may_use(held, channel) for channel in (*DEFAULT_CHANNELS, Channel("x", "ab")))
