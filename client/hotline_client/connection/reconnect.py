"""The connection to the relay: TLS to exactly the pinned certificate, one session after another, nothing kept here.

T1  the relay's certificate is the one the charter pins, and its hash is what `hello` signs; the subprotocol must be ours
T3  what breaks the relay protocol ends the session, is recorded, and is tried again after a back-off
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ssl
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from hotline_client.connection.health import Health, LineState
from hotline_client.connection.session import Driver, RelayError, RelaySession, RestartError
from hotline_protocol.errors import HotlineError, PeerError
from hotline_protocol.identity.charter import Relay
from hotline_protocol.relay import frames
from hotline_protocol.text import show

OPEN_TIMEOUT: Final = 10.0
FIRST_DELAY: Final = 0.5
LONGEST_DELAY: Final = 30.0
_NO_CHECK_TIME: Final = 0x200000
"""`X509_V_FLAG_NO_CHECK_TIME` of OpenSSL, for which the library has no name."""


def tls_context(certificate: bytes) -> ssl.SSLContext:
    """A context that trusts exactly this certificate (DER), and no authority of the web (T1)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    # the charter says which certificate counts, not its dates, which a wrong clock here would misjudge
    context.verify_flags = ssl.VerifyFlags(
        context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    )
    context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(certificate))
    return context


def check_pin(connection: ClientConnection, certificate: bytes) -> bytes:
    """The hash of the peer's certificate, if it is the pinned one and the peer speaks our protocol."""
    tls = connection.transport.get_extra_info("ssl_object")
    presented = tls.getpeercert(binary_form=True) if tls is not None else None
    found = sha256(presented or b"").digest()
    if not hmac.compare_digest(found, sha256(certificate).digest()):
        raise PeerError("the relay's certificate is not the one that the charter pins")
    if connection.subprotocol != frames.SUBPROTOCOL:
        raise PeerError(f"the relay does not speak {frames.SUBPROTOCOL}")
    return found


class Connection:
    """Keeps one session alive for as long as it runs; tells of its health by a callback."""

    def __init__(
        self,
        driver: Driver,
        relays: Sequence[Relay],
        *,
        clock: Callable[[], int],
        jitter: Callable[[], float],
        health_changed: Callable[[Health], None],
    ) -> None:
        self._driver = driver
        self._relays = relays
        self._clock = clock
        self._jitter = jitter
        self._health_changed = health_changed
        self._session: RelaySession | None = None
        self._hurry = asyncio.Event()
        self._failures = 0
        self.health = Health(since=clock())

    async def run(self) -> None:
        """Connect, work, and connect again, until cancelled. Relays are tried in the charter's order."""
        while True:
            relay = self._relays[self._failures % len(self._relays)]
            retry_after = 0.0
            try:
                await self._connect(relay)
            except RestartError:
                continue
            except (HotlineError, WebSocketException, OSError) as error:
                self._failed(error, relay)
                retry_after = getattr(error, "retry_after", None) or 0.0
            finally:
                self._session = None
            await self._pause(min(max(self._delay(), retry_after), 3600.0))

    async def _connect(self, relay: Relay) -> None:
        """One session, from the TCP connection to its end, which is always an exception."""
        async with connect(
            relay.url,
            ssl=tls_context(relay.certificate),
            subprotocols=[Subprotocol(frames.SUBPROTOCOL)],
            compression=None,
            max_size=frames.MAX_FRAME,
            open_timeout=OPEN_TIMEOUT,
            close_timeout=1.0,
            ping_interval=None,
            proxy=None,
        ) as connection:
            found = check_pin(connection, relay.certificate)
            session = RelaySession(self._driver, connection, found, self._pong)
            async with asyncio.timeout(OPEN_TIMEOUT):
                await session.open()
            self._session, self._failures = session, 0
            self.health.retry_at = None
            self._set(LineState.UP, None, relay.url)
            await session.run()

    def wake(self) -> None:
        """There may be something to send. Call it in the loop's thread."""
        if self._session is not None:
            self._session.wake()

    def restart(self) -> None:
        """Begin a new session at once. Call it in the loop's thread."""
        self._hurry.set()
        if self._session is not None:
            self._session.restart()

    def _delay(self) -> float:
        """Seconds until the next attempt: twice as long each time, and never at the same time as everybody else."""
        longest = min(LONGEST_DELAY, FIRST_DELAY * (1 << min(self._failures, 10)))
        self._failures += 1
        return longest * (0.5 + self._jitter() / 2)

    async def _pause(self, delay: float) -> None:
        self.health.retry_at = self._clock() + int(delay * 1000)
        self._health_changed(self.health)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._hurry.wait()
        self._hurry.clear()

    def _failed(self, error: Exception, relay: Relay) -> None:
        known = isinstance(error, HotlineError)
        reason = str(error) if known else f"{type(error).__name__}: {show(str(error))[:200]}"
        self._set(LineState.DOWN, reason, relay.url)
        if isinstance(error, PeerError) and not isinstance(error, RelayError):
            self._driver.misbehaved(reason)

    def _pong(self, round_trip: float | None) -> None:
        """A pong came after `round_trip` ms, or is late (T4)."""
        if round_trip is None:
            self._set(LineState.DEGRADED, "the relay answers late", self.health.relay)
            return
        self.health.round_trip = round_trip
        self._set(LineState.UP, None, self.health.relay)

    def _set(self, state: LineState, reason: str | None, relay: str | None) -> None:
        health = self.health
        if health.state is not state:
            health.since = self._clock()
        if state is LineState.DOWN:
            health.round_trip = None
        health.state, health.reason, health.relay = state, reason, relay
        self._health_changed(health)
