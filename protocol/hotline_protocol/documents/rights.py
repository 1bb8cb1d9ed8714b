"""Who may send which kind of document (docs/protocol.md, documents): by the role in the certificate, in words why not.

A document its author had no right to is recorded and shown with the reason, and changes nothing.
"""

from __future__ import annotations

from hotline_protocol.documents.kinds import KINDS
from hotline_protocol.errors import TrustError
from hotline_protocol.terms import WRITING_ROLES, Role
from hotline_protocol.text import show


def why_not(role: Role, kind: str) -> str | None:
    """Why a certificate of this role may not send this kind; None if it may. Unknown kinds are as free as text."""
    row = KINDS.get(kind)
    roles = WRITING_ROLES if row is None else row.roles
    if role in roles:
        return None
    if role not in WRITING_ROLES:
        return f"a certificate with the role {role} may only send receipts"
    if kind == "ack" and role is Role.BOT:
        return "a program cannot acknowledge for a person"
    return f"a certificate with the role {role} may not send a document of the kind {show(kind)}"


def check_right(role: Role, kind: str) -> None:
    """TrustError with the words of `why_not`."""
    reason = why_not(role, kind)
    if reason is not None:
        raise TrustError(reason)
