"""A relay process: state directory, store, hub and listener from start to clean end."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import json
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from structlog.typing import FilteringBoundLogger

from hotline_protocol.errors import StorageError, UsageError
from hotline_protocol.relay.frames import Error
from hotline_server.charters import CharterDirectory
from hotline_server.context import Context
from hotline_server.hub import Hub, Writer
from hotline_server.limits import Crowd, Devices
from hotline_server.listener import listen
from hotline_server.logs import short
from hotline_server.ordering import LogKey
from hotline_server.recovery import Recoveries
from hotline_server.rules import Links
from hotline_server.settings import PRIVATE_FILE, Settings, StateDirectory
from hotline_server.store.base import Store, StoreFullError
from hotline_server.store.sqlite import SqliteStore
from hotline_server.tls import certificate_der, fingerprint, load_certificate, server_context

SWEEP_SECONDS: Final = 1.0
"""How often certificates are looked at again and `charters/` is looked at for changes."""


def unix_ms() -> int:
    """The relay's clock."""
    return time.time_ns() // 1_000_000


async def run(
    state: StateDirectory, settings: Settings, logger: FilteringBoundLogger, *, port: int, writer: Writer
) -> None:
    """Serve until SIGTERM or SIGINT; a second signal ends the process at once. StorageError if the store gives out."""
    os.umask(0o077)
    _allow_many_files()
    with (
        only_one(state),
        SqliteStore(state.database, min_free_bytes=settings.limits.min_free_bytes) as store,
    ):
        await _Relay(state, settings, logger, store, writer).serve(port)


class _Relay:
    def __init__(
        self,
        state: StateDirectory,
        settings: Settings,
        logger: FilteringBoundLogger,
        store: Store,
        writer: Writer,
    ) -> None:
        quotas = settings.limits
        self._state = state
        self._settings = settings
        self._logger = logger
        self._store = store
        self._charters = CharterDirectory(state.charters)
        self._loaded: object = None
        self._stop = asyncio.Event()
        self._failure: StorageError | None = None
        self._context = Context(
            hub=Hub(store, unix_ms, writer=writer),
            links=Links(),
            quotas=quotas,
            recoveries=Recoveries(
                store,
                int(quotas.settle_seconds * 1000),
                present=self._present,
                observe=self._observe,
                changed=self._recovered,
            ),
            crowd=Crowd(quotas),
            devices=Devices(quotas),
            tls_certificate_hash=fingerprint(certificate_der(load_certificate(state.certificate))),
            clock=unix_ms,
            logger=logger,
        )
        self._context.hub.on_failure = self._store_failed

    async def serve(self, port: int) -> None:
        tls = server_context(self._state.certificate, self._state.key)
        self._load_charters()
        server = await listen(self._context, tls, self._settings.listen, port, self._store.probe)
        self._catch_signals()
        bound = next(iter(server.sockets)).getsockname()[1]
        self._logger.info("listening", port=bound)
        print(json.dumps({"event": "listening", "port": bound}), flush=True)  # noqa: T201 - for whoever started us
        gc.collect()
        gc.freeze()
        while not await self._stopped(SWEEP_SECONDS):
            self._sweep()
        server.close(close_connections=False)
        await self._context.hub.finish()
        for connection in tuple(self._context.connections):
            connection.end(Error("shutting-down", "the relay is shutting down", 1.0))
        await server.wait_closed()
        self._logger.info("stopped")
        if self._failure is not None:
            raise self._failure

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def stop() -> None:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_DFL)
            self._logger.info("stopping")
            self._stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        loop.add_signal_handler(signal.SIGHUP, self._load_charters)

    async def _stopped(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    def _sweep(self) -> None:
        if self._charters.version() != self._loaded:
            self._load_charters()
        else:
            self._recheck()
        try:
            self._context.recoveries.sweep(unix_ms())
        except StorageError as error:
            self._store_failed(error)

    def _present(self, key: LogKey) -> set[bytes]:
        devices = (one.device_of(key) for one in self._context.connections)
        return {one for one in devices if one is not None}

    def _observe(self, event: str, key: LogKey, **facts: object) -> None:
        self._logger.info(event, link=short(key.link_id), channel=key.channel, **facts)

    def _recovered(self, key: LogKey) -> None:
        """A channel began or ended to recover: whoever uses it comes back and hears so."""
        self._context.hub.reload(key)
        for connection in tuple(self._context.connections):
            if connection.device_of(key) is not None:
                connection.end(
                    Error("recovering", f"{key.channel} began or ended to recover; come back", 0.0)
                )

    def _recheck(self) -> None:
        for connection in tuple(self._context.connections):
            connection.recheck()

    def _load_charters(self) -> None:
        self._loaded = self._charters.version()
        links, problems = self._charters.load()
        for problem in problems:
            self._logger.error("charter-refused", problem=problem)
        self._context.links.current = links
        self._logger.info("charters-loaded", links=len(links))
        self._recheck()

    def _store_failed(self, error: StorageError) -> None:
        """A full disk may be emptied; any other failure leaves the file in doubt, so start anew from what is on it."""
        self._logger.error("storage", problem=str(error))
        if not isinstance(error, StoreFullError):
            self._failure = error
            self._stop.set()


@contextmanager
def only_one(state: StateDirectory) -> Iterator[None]:
    """One relay for each state directory: the kernel lets go of the lock however the process ends."""
    try:
        descriptor = os.open(state.lock, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    except OSError as error:
        raise StorageError(f"cannot open {state.lock}: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UsageError(f"another relay runs in {state.directory}") from None
    finally:
        os.close(descriptor)


def _allow_many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
