"""What the ceremony's tests share: a relay card, and the command line run in this process with throw-away costs."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hotline_client.ceremony import rehearse
from hotline_client.ceremony.rehearse import Rehearsed, Throwaway
from hotline_client.cli import hotline
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST
from hotline_protocol import codec
from hotline_protocol.identity.charter import Relay

GOOD = "correct horse battery staple"


def relay_card(path: Path, url: str = "wss://127.0.0.1:7443") -> Path:
    """A relay card with a certificate that no relay has the key of."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, None)
    )
    path.write_bytes(codec.encode(Relay(url, certificate.public_bytes(Encoding.DER))))
    return path


def run(*words: object, passphrase: str | None = None, typed: str | None = None) -> Result:
    """One command in this process. `typed` is what a person types at prompts."""
    given = [str(word) for word in words]
    descriptor = None
    if passphrase is not None:
        descriptor, write = os.pipe()
        os.write(write, passphrase.encode())
        os.close(write)
        given += ["--passphrase-fd", str(descriptor)]
    try:
        return CliRunner().invoke(hotline, given, input=typed, obj=Throwaway(UNSAFE_TESTING_COST))
    finally:
        if descriptor is not None:
            os.close(descriptor)


def rehearsed(tmp_path: Path, *devices: rehearse.Device) -> Rehearsed:
    """Both delegations, the charter and the devices, in `tmp_path / "line"`."""
    return rehearse.run(
        tmp_path / "line",
        commands=hotline,
        relay_card=relay_card(tmp_path / "relay.card"),
        devices=devices or rehearse.DEVICES,
        unsafe_testing_cost=UNSAFE_TESTING_COST,
    )


def authority(directory: Path, name: str) -> Path:
    """A new authority behind GOOD."""
    result = run("authority", "init", "--delegation", name, directory, passphrase=GOOD)
    assert result.exit_code == 0, result.output
    return directory


def card_of(directory: Path) -> Path:
    """The card file of an authority."""
    return next(path for path in directory.glob("*.card") if path.name != "peer.card")
