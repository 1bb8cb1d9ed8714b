"""Enrolment of one device: its key is made in its vault, a request goes out, a certificate and the charter come in.

Rules: the private key never leaves the vault; nothing is installed that does not fit the key, the charter and now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotline_client import files
from hotline_client.vault import Vault, keyfile
from hotline_protocol.errors import CertificateError, CharterError, FormatError, UsageError
from hotline_protocol.identity.certificate import (
    Certificate,
    Request,
    device_request,
    parse_certificate,
    parse_request,
)
from hotline_protocol.identity.charter import Channel, Charter, SignedCharter
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.trust import Trust
from hotline_protocol.text import check_field


@dataclass(frozen=True, slots=True)
class Installed:
    """What a device may do from now on."""

    certificate: Certificate
    charter: Charter
    channels: tuple[Channel, ...]


def request(
    home: Path,
    name: str,
    passphrase: str,
    out: Path,
    *,
    rng: Callable[[int], bytes],
    unsafe_testing_cost: keyfile.Cost | None = None,
) -> Request:
    """Make the vault and the key in `home`, and the request for its certificate in `out`."""
    files.must_be_new(out)
    check_no_device(home)
    with (
        files.new_directory(home) as aside,
        Vault.create(aside, passphrase, rng=rng, unsafe_testing_cost=unsafe_testing_cost) as vault,
    ):
        vault.device.create_key(rng)
        der = device_request(vault.device.private_key, name)
    files.write_new(out, der)
    return parse_request(der)


def renew(home: Path, passphrase: str, name: str | None, out: Path) -> Request:
    """A new request for the key that is in the vault; the name is that of its certificate, if it has one."""
    files.must_be_new(out)
    with Vault.open(home, passphrase) as vault:
        held = vault.device.certificate
        if held is not None:
            name = parse_certificate(held).name if name is None else name
        if name is None:
            raise UsageError("this device has no certificate yet; say its name with --name")
        der = device_request(vault.device.private_key, name)
    files.write_new(out, der)
    return parse_request(der)


def check_name(name: str) -> None:
    """Refuse a name that no certificate could carry, before a key is made for it."""
    try:
        check_field(name, "the name", limit=64)
    except FormatError as error:
        raise UsageError(str(error)) from None


def check_no_device(home: Path) -> None:
    """Refuse a home that holds a device already, before a passphrase is asked for."""
    if Vault.exists(home):
        error = UsageError(f"there is a device in {home} already")
        error.add_note("write its request again with `hotline enrol renew OUT`, or choose another --profile")
        raise error
    files.must_be_absent(home)


def install(
    home: Path, passphrase: str, certificate_der: bytes, charter_bytes: bytes, *, now: int
) -> Installed:
    """Check certificate and charter against each other, this device's key and `now` (unix s), then keep both."""
    charter = _check_charter(charter_bytes)
    certificate = Trust.from_charter(charter).verify(certificate_der, at=now)
    with Vault.open(home, passphrase) as vault:
        if certificate.public_key != vault.device.private_key.public_key().public_bytes_raw():
            error = CertificateError("the certificate is for another device's key")
            error.add_note("install the certificate that was issued for this device's own request")
            raise error
        _check_same_link(vault.device.charter, charter)
        vault.device.install(certificate_der, charter_bytes)
    channels = tuple(channel for channel in charter.channels if may_use(certificate, channel))
    return Installed(certificate, charter, channels)


def _check_charter(charter_bytes: bytes) -> Charter:
    signed = SignedCharter.decode(charter_bytes)
    charter = signed.verify()
    if signed.secret is None:
        error = CharterError("this is the relay's copy of the charter, without the link secret")
        error.add_note("install with the charter file that both custodians signed")
        raise error
    return charter


def _check_same_link(held: bytes | None, charter: Charter) -> None:
    """A device's memberships and logs hang on its link: another link needs a home of its own."""
    if held is not None and SignedCharter.decode(held).content().link_id != charter.link_id:
        error = UsageError("this device belongs to another link already")
        error.add_note("enrol a device of its own for the new charter, with another --profile")
        raise error
