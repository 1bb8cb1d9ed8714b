"""How a kind of vector states what it expects; `assert` is not used, because the runner must check under `python -O` as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from hotline_protocol.mls.errors import MLSError, UnsupportedError

Case = dict[str, Any]
"""One case of a file, as JSON gives it."""

T = TypeVar("T")
_SHOWN = 64


@dataclass(frozen=True, slots=True)
class Kind:
    """A published format: the fields by which a case of it is known, and its whole verification.

    `check` returns if every item of the format's verification list holds; else it raises `AssertionError`, an `MLSError`,
    or what Python raises where a field is missing or of the wrong type.
    """

    name: str
    fields: frozenset[str]
    check: Callable[[Case], None]

    def recognise(self, case: object) -> bool:
        """Whether the case is of this kind."""
        return isinstance(case, dict) and self.fields <= case.keys()


def unhex(case: Case, *names: str) -> tuple[bytes, ...]:
    """Some fields of a case as bytes."""
    return tuple(bytes.fromhex(case[name]) for name in names)


def unhex_key(case: Case, name: str, length: int) -> bytes:
    """A private key as the engine takes it: the official files write some scalars of P-521 without their leading zeros."""
    return bytes.fromhex(case[name]).rjust(length, b"\x00")


def equal(what: str, got: object, expected: object) -> None:
    """The one comparison of all checks."""
    if type(got) is not type(expected) or got != expected:
        raise AssertionError(f"{what}: expected {_show(expected)}, got {_show(got)}")


def instance(what: str, value: object, expected: type[T]) -> T:
    """The value, which must be of this type."""
    if not isinstance(value, expected):
        raise AssertionError(f"{what}: expected a {expected.__name__}, got a {type(value).__name__}")  # noqa: TRY004  # a failed case, no bug
    return value


def refused(what: str, by: type[MLSError], action: Callable[[], object]) -> None:
    """The action must be refused by this type of error."""
    try:
        action()
    except by:
        return
    raise AssertionError(f"{what}: expected {by.__name__}, but it was accepted")


@contextmanager
def within(where: str) -> Iterator[None]:
    """Names the part of a case in which something fails."""
    try:
        yield
    except UnsupportedError:
        raise
    except (AssertionError, MLSError, LookupError, TypeError, ValueError) as error:
        raise AssertionError(f"{where}: {describe(error)}") from error


def describe(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, KeyError):
        text = f"no field {error}"
    elif isinstance(error, AssertionError):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def _show(value: object) -> str:
    shown = value.hex() if isinstance(value, bytes) else repr(value)
    if len(shown) <= _SHOWN:
        return shown or "nothing"
    return f"{shown[:_SHOWN]}… ({len(value) if isinstance(value, bytes) else len(shown)} in all)"
