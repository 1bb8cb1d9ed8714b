"""The delegate's end of the line: vault, engine, transport, commands and terminal client. For programs: `Hotline`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotline_client.sdk import Event, Hotline, Sent

__all__ = ["Event", "Hotline", "Sent"]


def __getattr__(name: str) -> Any:
    """Load the programs' interface when it is first named: a command such as `--help` does without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hotline_client import sdk  # noqa: PLC0415

    return getattr(sdk, name)
