"""Addressees as a person types and reads them: `BRAVO/deputy, BRAVO/head INFO ALPHA` (ACP 121: TO, then INFO)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from hotline_protocol.documents import Addressee
from hotline_protocol.errors import UsageError
from hotline_protocol.terms import Role, Side

INFO: Final = "INFO"
_INFO: Final = re.compile(rf"(?:^|[\s,;]){INFO}(?:\s|$)", re.IGNORECASE)

Names = Mapping[Side, str]
Addressed = tuple[tuple[Addressee, ...], tuple[Addressee, ...]]


def read_addressees(typed: str, names: Names) -> Addressed:
    """Who is to act and who only to know. `names`: what each side calls itself. UsageError says what was expected."""
    action, *info = _INFO.split(typed, maxsplit=1)
    found = (_offices(action, names), _offices(info[0] if info else "", names))
    both = found[0] + found[1]
    if len(set(both)) != len(both):
        raise UsageError("the same office is named twice")
    return found


def office_text(one: Addressee, names: Names) -> str:
    """`BRAVO/deputy`, `BRAVO`; the name raw as its delegation wrote it."""
    return f"{names[one.side]}/{one.role.value}" if one.role else names[one.side]


def addressees_text(action: Sequence[Addressee], info: Sequence[Addressee], names: Names) -> str:
    """What `read_addressees` reads; empty if nobody is named."""
    parts = [", ".join(office_text(one, names) for one in action)] if action else []
    parts += [f"{INFO} " + ", ".join(office_text(one, names) for one in info)] if info else []
    return " ".join(parts)


def _offices(typed: str, names: Names) -> tuple[Addressee, ...]:
    return tuple(_office(one.strip(), names) for one in re.split(r"[,;]", typed) if one.strip())


def _office(typed: str, names: Names) -> Addressee:
    for side, name in names.items():
        if typed.casefold() == name.casefold():
            return Addressee(side)
        delegation, slash, role = typed.rpartition("/")
        if slash and delegation.casefold() == name.casefold() and role.lower() in list(Role):
            return Addressee(side, Role(role.lower()))
    offices = " or ".join(sorted(names.values()))
    roles = ", ".join(Role)
    raise UsageError(f"expected {offices}, alone or with /ROLE (one of {roles}), got {typed!r}")
