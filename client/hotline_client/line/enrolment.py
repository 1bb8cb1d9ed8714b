"""Who we are and whom we trust, as the vault of an enrolled device has it."""

from __future__ import annotations

import hmac

from hotline_client.engine.context import Context
from hotline_client.errors import NotInstalled
from hotline_client.vault import Vault
from hotline_protocol.errors import CertificateError
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.identity.trust import Trust


def context_of(vault: Vault) -> Context:
    """The charter is verified anew, the certificate proven against it.

    NotInstalled if the device is not enrolled. An expired certificate still opens the line, to read.
    """
    der, signed = vault.device.certificate, vault.device.charter
    if der is None or signed is None:
        raise NotInstalled("this device is not enrolled yet: its certificate and charter are not installed")
    papers = SignedCharter.decode(signed)
    charter, secret = papers.verify(), papers.link_secret()
    trust = Trust.from_charter(charter)
    certificate = trust.identify(der)
    key = vault.device.private_key
    if not hmac.compare_digest(key.public_key().public_bytes_raw(), certificate.public_key):
        raise CertificateError("the installed certificate is for another key than this device has")
    return Context(papers.relay_copy(), trust, certificate, key.private_bytes_raw(), secret)
