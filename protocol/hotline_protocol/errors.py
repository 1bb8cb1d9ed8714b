"""What can go wrong on the line, by whose fault it is.

    HotlineError
    ├── UsageError          the local user or program asked for something that cannot be done
    ├── FormatError         bytes (a file, a frame, a document) are not what they should be
    ├── TrustError          a certificate, signature or charter does not prove what it claims
    │   ├── CertificateError
    │   ├── CharterError
    │   └── MembershipError     `certify` refused a change of a channel's membership
    ├── NotAppliedError     a document in good order that its author had no right to here and now: recorded, without effect
    ├── PeerError           the other end of a connection broke the relay protocol
    ├── ChainError          the relay's log does not match what was signed; `kind` names the deviation
    └── StorageError        a vault or store cannot be opened, read or written

Messages are lower-case sentences: what was expected, what came. They carry no secret and no unsanitised foreign text.
"""

from __future__ import annotations


class HotlineError(Exception):
    """Base class of every error the project raises on purpose."""


class UsageError(HotlineError):
    """The caller's own mistake; nothing was changed."""


class FormatError(HotlineError):
    """Bytes do not decode to what was expected here."""


class TrustError(HotlineError):
    """A proof of identity or authority failed."""


class CertificateError(TrustError):
    """A device or authority certificate is unknown, expired, revoked or unfit for its use."""


class CharterError(TrustError):
    """A charter is not signed by both authorities, or does not fit what is pinned."""


class MembershipError(TrustError):
    """A change of membership breaks a rule of `certify`; `rule` is its number in docs/protocol.md."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"{message} ({rule})")
        self.rule = rule


class NotAppliedError(HotlineError):
    """A document in good order changes nothing: its author may not do this, or not in this state, or it comes too late."""


class PeerError(HotlineError):
    """The other end sent something that the relay protocol does not allow here."""


class ChainError(HotlineError):
    """The log deviates from what was signed; `kind` is one of the names in docs/protocol.md, section Chain."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class StorageError(HotlineError):
    """A vault or store cannot be opened, read or written."""
