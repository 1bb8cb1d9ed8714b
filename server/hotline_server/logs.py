"""The relay's own log: one JSON object a line on standard error, without content, names or bodies."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import FilteringBoundLogger

from hotline_protocol.text import show


def short(identity: bytes) -> str:
    """The first bytes of a link id or certificate hash: enough to tell two apart in a log."""
    return identity[:6].hex()


def _harmless(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: show(value) if isinstance(value, str) else value for key, value in event.items()}


def make_logger(level: str = "info") -> FilteringBoundLogger:
    """The logger of this process."""
    names = logging.getLevelNamesMapping()
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _harmless,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(names[level.upper()]),
        cache_logger_on_first_use=True,
    )
    return logger


def library_logger() -> logging.Logger:
    """A logger for the WebSocket library that says nothing: what it would say is foreign input."""
    logger = logging.getLogger("hotline_server.websockets")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    logger.setLevel(logging.CRITICAL)
    return logger
