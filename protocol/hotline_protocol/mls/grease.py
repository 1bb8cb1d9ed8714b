"""GREASE: numbers that mean nothing, sent so that others keep ignoring what they do not know (RFC 9420 §13.5).

Received ones are treated as any unknown number; nothing here is for receiving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.extension import Extension

GREASE: Final = tuple(0x0A0A + 0x1010 * step for step in range(15))
"""The values reserved in every registry, 0x0A0A to 0xEAEA."""

_LONGEST: Final = 32
"""Of the data of an extension, in bytes."""


def add_grease(capabilities: Capabilities, rng: Callable[[int], bytes]) -> tuple[Capabilities, Extension]:
    """The capabilities with a random value in each list that may have one, and an extension of the value in `extensions`."""
    suite, extension, proposal, credential = (GREASE[one % len(GREASE)] for one in rng(4))
    data = rng(rng(1)[0] % (_LONGEST + 1))
    return (
        replace(
            capabilities,
            cipher_suites=_with(capabilities.cipher_suites, suite),
            extensions=_with(capabilities.extensions, extension),
            proposals=_with(capabilities.proposals, proposal),
            credentials=_with(capabilities.credentials, credential),
        ),
        Extension(extension, data),
    )


def _with(listed: tuple[int, ...], value: int) -> tuple[int, ...]:
    return listed if value in listed else (*listed, value)
