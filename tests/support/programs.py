"""The limits of the tests' programs: everything that a program can do."""

from __future__ import annotations

from hotline_protocol.documents import KINDS
from hotline_protocol.identity.charter import DEFAULT_CHANNELS
from hotline_protocol.identity.limits import Limits
from hotline_protocol.terms import Role

PROGRAM = Limits(
    kinds=tuple(sorted(name for name, kind in KINDS.items() if Role.BOT in kind.roles)),
    channels=tuple(sorted(one.name for one in DEFAULT_CHANNELS)),
    rate=(1000, 3600),
)
