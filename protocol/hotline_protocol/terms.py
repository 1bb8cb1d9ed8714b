"""The words of the working group: sides, roles, arenas, precedence, response attributes (docs/protocol.md, Terms)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Side = Literal["a", "b"]
"""Which of the two pinned authorities: the order of the delegations in the charter."""

SIDES: Final[tuple[Side, Side]] = ("a", "b")


def other(side: Side) -> Side:
    """The opposite side."""
    return "b" if side == "a" else "a"


class Role(StrEnum):
    """What a certificate makes its holder; `observer` reads, `bot` is a program."""

    HEAD = "head"
    DEPUTY = "deputy"
    OFFICER = "officer"
    WATCH = "watch"
    OBSERVER = "observer"
    BOT = "bot"


ADMITTING_ROLES: Final = frozenset({Role.HEAD, Role.DEPUTY})
"""Roles whose holders may admit and remove members of their own side."""

WRITING_ROLES: Final = frozenset(Role) - {Role.OBSERVER}
PERSON_ROLES: Final = frozenset(Role) - {Role.BOT}


class Arena(StrEnum):
    """The three arenas of coordination."""

    AIR = "air"
    NAVAL = "naval"
    EM = "em"


class Precedence(StrEnum):
    """ACP 121 precedence, most urgent first."""

    FLASH = "FLASH"
    IMMEDIATE = "IMMEDIATE"
    PRIORITY = "PRIORITY"
    ROUTINE = "ROUTINE"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return tuple(Precedence).index(self)


class Response(StrEnum):
    """ICAO Doc 4444 CPDLC response attributes: which answer a message asks for."""

    WILCO_UNABLE = "W/U"
    AFFIRM_NEGATIVE = "A/N"
    ROGER = "R"
    ANY = "Y"
    NONE = "N"
