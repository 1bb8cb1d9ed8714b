"""The holder of a certificate as it names them, and what a program among them may do; for a person and for a script."""

from __future__ import annotations

from typing import Any

from hotline_client.line.views import Person
from hotline_client.presenters.fields import fields
from hotline_protocol.identity.limits import Limits
from hotline_protocol.text import show


def person_text(person: Person) -> str:
    """`BRAVO/head Viktor Orlov`."""
    return f"{show(person.delegation)}/{person.role} {show(person.name)}"


def person_record(person: Person) -> dict[str, Any]:
    """For a script."""
    return fields(person, "limits")


def limits_rows(limits: Limits | None) -> list[tuple[str, str]]:
    """What a program may do, as labels and values; nothing for a person."""
    if limits is None:
        return []
    count, span = limits.rate
    return [
        ("may say", ", ".join(limits.kinds) or "nothing but receipts"),
        ("in", ", ".join(limits.channels)),
        ("at most", f"{count} documents in {span} s"),
        ("acts as", str(limits.acts_as or "a program")),
        ("admits", "YES, devices of our side" if limits.admits else "nobody"),
    ]


def limits_record(limits: Limits | None) -> dict[str, Any] | None:
    """For a script; None for a person."""
    return None if limits is None else fields(limits, "v")
