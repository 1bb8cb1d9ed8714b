"""What every connection of one relay shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from hotline_protocol.relay.frames import Error
from hotline_server.hub import Hub
from hotline_server.limits import Crowd, Devices, Quotas
from hotline_server.ordering import LogKey
from hotline_server.recovery import Recoveries
from hotline_server.rules import Links


class Endable(Protocol):
    """A connection that can be checked again and ended."""

    def device_of(self, key: LogKey) -> bytes | None:
        """The certificate hash of its device, if that may use this log."""
        ...

    def recheck(self) -> None:
        """End it if its certificate or charter no longer holds."""
        ...

    def end(self, error: Error, reason: str = "") -> None:
        """Say why, and close. `reason` is for the log."""
        ...


@dataclass(slots=True)
class Context:
    """`clock` gives unix ms; `tls_certificate_hash` is SHA-256 of the DER this relay serves."""

    hub: Hub
    links: Links
    quotas: Quotas
    crowd: Crowd
    devices: Devices
    tls_certificate_hash: bytes
    recoveries: Recoveries
    clock: Callable[[], int]
    logger: FilteringBoundLogger
    connections: set[Endable] = field(default_factory=set)
