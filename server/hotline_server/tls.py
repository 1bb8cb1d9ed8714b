"""The relay's TLS identity: one self-signed P-256 certificate, pinned by charters; TLS 1.3 and nothing older."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hotline_protocol.errors import StorageError
from hotline_server.settings import read_file

DAYS: Final = 3650
"""The pin in the charter is what clients trust; a short life would only force a new charter."""
MAX_PEM: Final = 64 * 1024


def make_certificate(host: str, now: dt.datetime) -> tuple[bytes, bytes, bytes]:
    """A fresh key and certificate for `host`: key PEM, certificate PEM, certificate DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return key_pem, pem, certificate.public_bytes(serialization.Encoding.DER)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def load_certificate(path: Path) -> x509.Certificate:
    """The certificate this relay serves."""
    try:
        return x509.load_pem_x509_certificate(read_file(path, limit=MAX_PEM))
    except ValueError:
        raise StorageError(f"{path} is not a PEM certificate") from None


def certificate_der(certificate: x509.Certificate) -> bytes:
    """Its exact bytes."""
    return certificate.public_bytes(serialization.Encoding.DER)


def fingerprint(der: bytes) -> bytes:
    """SHA-256 of a certificate: what `hello` signs and a person compares."""
    return sha256(der).digest()


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.3 only; no tickets, because every connection proves itself anew."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise StorageError(f"cannot use {certificate.name} with {key.name}: {error}") from None
    return context
