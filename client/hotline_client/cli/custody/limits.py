"""The limits of a program as a custodian gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from hotline_client.words.durations import PATTERN, seconds
from hotline_protocol.documents import KINDS
from hotline_protocol.errors import CertificateError, UsageError
from hotline_protocol.identity.limits import HOUSEKEEPING, Limits
from hotline_protocol.terms import Role
from hotline_protocol.text import show

DEFAULT_RATE: Final = (60, 3600)
_RATE: Final = re.compile(rf"([0-9]{{1,6}})/({PATTERN})")


def limits_of(  # noqa: PLR0917  one for each option
    role: Role,
    arenas: Sequence[str],
    kinds: Sequence[str],
    channels: Sequence[str],
    rate: str | None,
    acts_as: str | None,
    *,
    admits: bool,
) -> Limits | None:
    """What the options say; None for a person. UsageError says what does not fit."""
    if role is not Role.BOT:
        if kinds or channels or rate or acts_as or admits:
            raise UsageError(f"--kind, --channel, --rate, --acts-as and --admits limit a bot, not a {role}")
        return None
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise UsageError(f"{show(unknown[0])} is no kind of document; there are {', '.join(sorted(KINDS))}")
    chosen = kinds or [
        name for name, kind in KINDS.items() if role in kind.roles and name not in HOUSEKEEPING
    ]
    personal = [name for name in chosen if role not in KINDS[name].roles]
    if personal and acts_as is None:
        raise UsageError(f"only persons say {personal[0]}; if this program may, say as whom with --acts-as")
    try:
        return Limits(
            kinds=tuple(sorted(set(chosen))),
            channels=tuple(sorted(set(channels or ["plenary", *arenas]))),
            rate=DEFAULT_RATE if rate is None else _rate(rate),
            acts_as=None if acts_as is None else Role(acts_as),
            admits=admits,
        ).checked()
    except CertificateError as error:
        raise UsageError(str(error)) from None


def _rate(typed: str) -> tuple[int, int]:
    match = _RATE.fullmatch(typed)
    if match is None:
        raise UsageError(f"expected so many in such a time, such as 60/1h; got {show(typed[:40])}")
    return int(match[1]), seconds(match[2])
