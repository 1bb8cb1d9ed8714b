"""What stays the same while a line is open: the charter, whom we trust, and who we are."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Charter, SignedCharter
from hotline_protocol.identity.trust import Trust
from hotline_protocol.mls.credential import Credential, X509Credential
from hotline_protocol.mls.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Context:
    """What stays the same while a line is open: the charter, whom we trust, and who we are.

    `papers`: the charter with both signatures, without the link secret; `link_secret`: what hides knocks from the relay
    (I16). Certificates are parsed and proven once and remembered by their
    fingerprint, the newest of a device by that too.
    """

    papers: SignedCharter
    trust: Trust
    certificate: Certificate
    private_key: bytes = field(repr=False)
    link_secret: bytes = field(repr=False)
    met: dict[bytes, Certificate] = field(default_factory=dict, repr=False)
    charter: Charter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "charter", self.papers.content())

    def identify(self, der: bytes) -> Certificate:
        """Whose certificate this is, under the roots that never change. CertificateError if nobody's."""
        fingerprint = sha256(der).digest()
        known = self.met.get(fingerprint)
        if known is None:
            known = self.met[fingerprint] = self.trust.identify(der)
            newest = self.met.get(known.device)
            if newest is None or newest.not_before <= known.not_before:
                self.met[known.device] = known
        return known


def certificate_der(credential: Credential) -> bytes:
    """The end certificate of an X.509 credential; any other credential is refused."""
    if not isinstance(credential, X509Credential) or not credential.certificates:
        raise RefusedError("credential", "expected an X.509 credential with a certificate")
    return credential.certificates[0]
