"""Prometheus metrics of a bot, on loopback only: numbers, never words, names of people or contents."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

Number = int | float
Read = Callable[[], dict[str, Number]]

_GAUGES: Final = {
    "up": "Whether the line is up (1) or down (0).",
    "outbox": "Documents that are not in the log yet.",
    "unacknowledged": "Sent slots that nobody acknowledged yet.",
    "schedules": "Schedules that are worked on.",
    "problems": "Schedules that cannot be worked on.",
    "paused": "Schedules that are paused.",
    "parked": "Events that a handler gave up on.",
    "clock_in_doubt": "Whether nothing is said because this clock and the relay's disagree (1).",
    "put_back": "Whether nothing is sent because the vault was put back from a copy (1).",
    "drift_seconds": "By how much the last slot was fired after its time.",
}
_COUNTERS: Final = {
    "slots_sent": "Slots sent in time.",
    "slots_late": "Slots sent late.",
    "slots_skipped": "Slots skipped, with a reason in the trail.",
    "slots_elsewhere": "Slots that another device of this side sent.",
    "steps": "Steps of escalations.",
    "alarms": "Alarms put on the record.",
}


class _Bot(Collector):
    def __init__(self, read: Read) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """What a scrape gets."""
        now = self._read()
        for name, words in _GAUGES.items():
            yield GaugeMetricFamily(f"hotline_bot_{name}", words, value=now[name])
        for name, words in _COUNTERS.items():
            yield CounterMetricFamily(f"hotline_bot_{name}", words, value=now[name])


def read_address(typed: str) -> tuple[str, int]:
    """`127.0.0.1:9464` or `[::1]:9464`. UsageError for any address that is not loopback."""
    host, _, port = typed.rpartition(":")
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        number = int(port)
    except ValueError:
        raise UsageError(
            f"expected an address and port such as 127.0.0.1:9464, not {show(typed[:60])}"
        ) from None
    if not address.is_loopback or not 0 < number < 65_536:
        raise UsageError("metrics are served on loopback only, such as 127.0.0.1:9464")
    return str(address), number


@contextmanager
def serving(address: tuple[str, int], read: Read) -> Iterator[None]:
    """Answer `GET /metrics` in a thread. `read` is called there."""
    registry = CollectorRegistry()
    registry.register(_Bot(read))
    host, port = address
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise UsageError(f"metrics cannot be served on {host}:{port}: {error.strerror}") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
