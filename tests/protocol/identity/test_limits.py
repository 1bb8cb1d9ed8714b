"""What a certificate lets a program do (B10, B11), and what no certificate can say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.errors import CertificateError, UsageError
from hotline_protocol.identity import x509_parts as parts
from hotline_protocol.identity.authority import issue_certificate
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.identity.charter import Channel
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.limits import HOUSEKEEPING, MAX_SIZE, OID, Limits
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Role
from tests.protocol.identity.parties import DAY, NOW, delegation, device, trust

PLAIN = Limits(kinds=("notice", "text"), channels=("air", "plenary"), rate=(60, 3600))

names = st.from_regex(r"[a-z][a-z0-9.-]{0,15}", fullmatch=True)
limits = st.builds(
    lambda kinds, channels, count, seconds, acts_as, admits: Limits(
        kinds=tuple(sorted(kinds)),
        channels=tuple(sorted(channels)),
        rate=(count, seconds),
        acts_as=acts_as,
        admits=admits,
    ),
    st.sets(names, max_size=12),
    st.sets(names, min_size=1, max_size=12),
    st.integers(1, 1000),
    st.integers(1, 86_400),
    st.sampled_from([None, *sorted(WRITING_ROLES & PERSON_ROLES)]),
    st.booleans(),
)


def issued(role: Role, given: Limits | None) -> bytes:
    issuer = delegation("a")
    request = parse_request(device_request(device(31), "Line Bot"))
    return issue_certificate(
        issuer.key,
        issuer.card.root,
        request,
        name="Line Bot",
        role=role,
        arenas=(),
        not_before=NOW,
        not_after=NOW + 10 * DAY,
        serial=31,
        limits=given,
    )


def forged(role: Role, *extensions: tuple[bytes, bool]) -> bytes:
    """What an authority of ours never issues, signed by it all the same."""
    issuer = delegation("a")
    root = x509.load_der_x509_certificate(issuer.card.root)
    subject = x509.Name(
        [
            x509.NameAttribute(parts.COMMON_NAME, "Line Bot"),
            x509.NameAttribute(parts.ORGANIZATION, issuer.card.delegation),
            x509.NameAttribute(parts.TITLE, role),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.subject)
        .public_key(Ed25519PublicKey.from_public_bytes(device(31).public_key().public_bytes_raw()))
        .serial_number(31)
        .not_valid_before(parts.moment(NOW))
        .not_valid_after(parts.moment(NOW + DAY))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(parts.key_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.private.public_key()),
            critical=False,
        )
    )
    for value, critical in extensions:
        builder = builder.add_extension(x509.UnrecognizedExtension(OID, value), critical=critical)
    return builder.sign(issuer.key.private, None).public_bytes(Encoding.DER)


@given(limits)
def test_b11_what_is_written_is_read(one: Limits) -> None:
    assert Limits.decode(one.encode()) == one


def test_b10_a_programs_certificate_is_trusted_and_says_its_limits() -> None:
    held = trust().identify(issued(Role.BOT, PLAIN))
    assert (held.side, held.limits) == ("a", PLAIN)
    assert (held.acting, held.admits) == (Role.BOT, False)
    acting = parse_certificate(
        issued(Role.BOT, msgspec.structs.replace(PLAIN, acts_as=Role.WATCH, admits=True))
    )
    assert (acting.acting, acting.admits, acting.role) == (Role.WATCH, True, Role.BOT)


def test_b10_no_program_without_and_no_person_with_limits() -> None:
    with pytest.raises(UsageError, match="needs limits"):
        issued(Role.BOT, None)
    with pytest.raises(UsageError, match="nobody else's"):
        issued(Role.OFFICER, PLAIN)
    with pytest.raises(CertificateError, match="carries no limits"):
        parse_certificate(forged(Role.BOT))
    with pytest.raises(CertificateError, match="of a person carries"):
        parse_certificate(forged(Role.HEAD, (PLAIN.encode(), False)))
    with pytest.raises(CertificateError, match="critical"):
        parse_certificate(forged(Role.BOT, (PLAIN.encode(), True)))


def _wire(**changed: Any) -> bytes:
    content = msgspec.msgpack.encode({**msgspec.to_builtins(PLAIN), **changed})
    return bytes([4, len(content)]) + content


WRONG: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no octet string": lambda: b"\x30" + PLAIN.encode()[1:],
    "more behind it": lambda: PLAIN.encode() + b"x",
    "a longer length than needed": lambda: b"\x04\x81" + PLAIN.encode()[1:],
    "kinds out of order": lambda: _wire(kinds=["text", "notice"]),
    "a kind twice": lambda: _wire(kinds=["text", "text"]),
    "no channel": lambda: _wire(channels=[]),
    "a name that cannot be": lambda: _wire(kinds=["TEXT"]),
    "no rate": lambda: _wire(rate=[0, 60]),
    "too high a rate": lambda: _wire(rate=[1001, 60]),
    "a longer window": lambda: _wire(rate=[1, 86_401]),
    "half a rate": lambda: _wire(rate=[1]),
    "another version": lambda: _wire(v=2),
    "a field more": lambda: _wire(more=1),
    "an observer": lambda: _wire(acts_as="observer"),
    "a bot as itself": lambda: _wire(acts_as="bot"),
    "a number for yes": lambda: _wire(admits=1),
    "too large": lambda: b"\x04\x82\x05\x00" + bytes(MAX_SIZE + 256),
}


@pytest.mark.parametrize("name", WRONG)
def test_b11_limits_that_no_certificate_can_say(name: str) -> None:
    with pytest.raises(CertificateError):
        parse_certificate(forged(Role.BOT, (WRONG[name](), False)))


@given(st.binary(max_size=200))
def test_b11_any_bytes_are_limits_or_refused(value: bytes) -> None:
    with contextlib.suppress(CertificateError):
        assert Limits.decode(value).encode() == value


@given(limits, st.data())
def test_b11_a_changed_bit_says_something_else_or_nothing(one: Limits, data: st.DataObject) -> None:
    value = bytearray(one.encode())
    value[data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(CertificateError):
        assert Limits.decode(bytes(value)) != one


def test_b12_what_a_program_may_say_and_where() -> None:
    assert PLAIN.why_not("text", "air") is None
    assert "kind" in (PLAIN.why_not("ack", "air") or "")
    assert "channel" in (PLAIN.why_not("text", "naval") or "")
    assert all(PLAIN.why_not(kind, "naval") is None for kind in HOUSEKEEPING)


def test_i14_a_program_enters_only_the_channels_that_its_limits_name() -> None:
    held = trust().identify(issued(Role.BOT, PLAIN))
    assert may_use(held, Channel("plenary", "ab"))
    assert not may_use(held, Channel("caucus.a", "a"))
    assert may_use(replace(held, limits=None, role=Role.OFFICER), Channel("caucus.a", "a"))
