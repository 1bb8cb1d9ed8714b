"""The socket of the relay: TLS 1.3, WebSocket with our subprotocol, and `/healthz` on the same port."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Final, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.frames import MAX_FRAME_BEFORE_AUTH, SUBPROTOCOL
from hotline_server.connection import RelayConnection
from hotline_server.context import Context
from hotline_server.logs import library_logger

CLOSE_SECONDS: Final = 3.0
WRITE_LIMIT: Final = 128 * 1024
BACKLOG: Final = 1024


async def listen(
    context: Context, tls: ssl.SSLContext, host: str, port: int, probe: Callable[[], None]
) -> Server:
    """Start listening. `probe` raises StorageError when the relay is not fit to take entries."""
    factory = partial(RelayConnection, context)
    quotas = context.quotas
    return await serve(
        _handle,
        host,
        port,
        ssl=tls,
        ssl_handshake_timeout=quotas.hello_seconds,
        create_connection=cast("type[ServerConnection]", factory),
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        process_request=partial(_answer_http, probe),
        server_header=None,
        open_timeout=quotas.hello_seconds,
        ping_interval=quotas.ping_interval,
        ping_timeout=quotas.ping_timeout,
        close_timeout=CLOSE_SECONDS,
        max_size=MAX_FRAME_BEFORE_AUTH,
        write_limit=WRITE_LIMIT,
        logger=library_logger(),
        backlog=BACKLOG,
    )


async def _handle(connection: ServerConnection) -> None:
    if isinstance(connection, RelayConnection):
        await connection.run()


def _answer_http(
    probe: Callable[[], None], connection: ServerConnection, request: Request
) -> Response | None:
    """What is not a WebSocket to `/`: the health of the store, or nothing."""
    path = request.path.partition("?")[0]
    if path == "/":
        return None
    if path != "/healthz":
        return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
    try:
        probe()
    except StorageError:
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "storage\n")
    return connection.respond(HTTPStatus.OK, "ok\n")
