"""Transitions as tables: which act, in which states, by whom, leads where. The diagrams of docs/ are drawn from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hotline_protocol.errors import NotAppliedError
from hotline_protocol.terms import PERSON_ROLES, WRITING_ROLES, Role, Side

DECIDING_ROLES: Final = frozenset({Role.HEAD, Role.DEPUTY})
"""Who speaks for a delegation when something is decided."""
SPEAKING_ROLES: Final = WRITING_ROLES & PERSON_ROLES
"""Who may put something forward: people who write."""


class By(StrEnum):
    """Which side an act is for, seen from the one that made the present proposal."""

    OWN = "its own side"
    OTHER = "the other side"
    EITHER = "either side"
    BOTH = "both sides"


@dataclass(frozen=True, slots=True)
class Transition:
    """A row: `act`, done `by` a side through one of `roles` in a state of `before`, leads to `after`; "" leaves the state.

    With `By.BOTH` the state changes when the second side has done it too.
    """

    act: str
    before: frozenset[str]
    after: str
    by: By
    roles: frozenset[Role] = SPEAKING_ROLES


@dataclass(frozen=True, slots=True)
class Table:
    """All rows for one kind of thing, and the state it begins in. `what`: its name in sentences, as in "the item"."""

    what: str
    initial: str
    steps: tuple[Transition, ...]

    def find(self, act: str, state: str, owner: Side, side: Side, role: Role) -> Transition:
        """The row for this act, or NotAppliedError with the rule that it breaks. `owner`: who made the present proposal."""
        rows = [one for one in self.steps if one.act == act and state in one.before]
        if not rows:
            raise NotAppliedError(f"{self.what} is {state}: {act} is not possible now")
        rows = [one for one in rows if _fits(one.by, owner, side)]
        if not rows:
            whose = "the other side" if side == owner else "the side that proposed"
            raise NotAppliedError(f"{act} is for {whose} to say")
        for row in rows:
            if role in row.roles:
                return row
        raise NotAppliedError(f"a certificate with the role {role} may not {act} here")

    def why_not(self, act: str, state: str, owner: Side, side: Side, role: Role) -> str | None:
        """Why `find` refuses an act; None if it does not."""
        try:
            self.find(act, state, owner, side, role)
        except NotAppliedError as error:
            return str(error)
        return None

    def acts(self, state: str) -> frozenset[str]:
        """What can be done in this state by somebody."""
        return frozenset(one.act for one in self.steps if state in one.before)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {_name(self.initial)}"]
        lines += [
            f"    {_name(source)} --> {_name(row.after or source)}: {row.act} ({row.by})"
            for row in self.steps
            for source in sorted(row.before)
        ]
        sources = {source for row in self.steps for source in row.before}
        ends = dict.fromkeys(row.after for row in self.steps if row.after and row.after not in sources)
        return "\n".join([*lines, *(f"    {_name(end)} --> [*]" for end in ends)])


def states(*names: Iterable[str] | str) -> frozenset[str]:
    """Some states as a set."""
    return frozenset(one for name in names for one in ([name] if isinstance(name, str) else name))


def _fits(by: By, owner: Side, side: Side) -> bool:
    if by is By.OWN:
        return side == owner
    return side != owner if by is By.OTHER else True


def _name(state: str) -> str:
    return state.replace(" ", "_")
