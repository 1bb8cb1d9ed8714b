"""A program of one's own for each event: started without a shell, the event as JSON on its stdin, judged by its exit code.

0    the event is committed
75   try again later (EX_TEMPFAIL of sysexits.h): with back-off, in order, until `give_up` has passed since the first try
else the event is parked for a person, and the next one is taken
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hotline_protocol.errors import UsageError
from hotline_protocol.text import show

DONE: Final = 0
AGAIN: Final = 75
KILLED: Final = -1
"""The code of a handler that ran longer than it may."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
_GRACE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Handler:
    """A program with its arguments. `timeout`: s that it may run; `give_up`: s after which 75 counts as a failure."""

    argv: tuple[str, ...]
    timeout: float = 60.0
    give_up: float = 24 * 3600.0

    def __post_init__(self) -> None:
        """Refuse, before anything is read, what cannot be started."""
        if not self.argv or shutil.which(self.argv[0]) is None:
            name = show(self.argv[0]) if self.argv else "nothing"
            raise UsageError(f"the handler {name} is not there, or may not be run")

    async def run(self, event: bytes) -> int:
        """The exit code; `KILLED` if it took too long. A handler that is signalled has a negative one."""
        process = await asyncio.create_subprocess_exec(
            *self.argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, env=_environment()
        )
        try:
            async with asyncio.timeout(self.timeout):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    await process.communicate(event)
                return await process.wait()
        except TimeoutError:
            return KILLED
        finally:
            await _end(process)

    async def handle(
        self, event: bytes, *, pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> tuple[int, int]:
        """(the last exit code, how often it was tried): 0, or why it is to be parked."""
        wait, waited, attempts = _FIRST_PAUSE, 0.0, 0
        while True:
            code = await self.run(event)
            attempts += 1
            if code != AGAIN or waited >= self.give_up:
                return code, attempts
            await pause(wait)
            waited += wait
            wait = min(2 * wait, _LONGEST_PAUSE)


def read_argv(typed: str) -> tuple[str, ...]:
    """A program and its arguments as a person writes them in a shell; no shell ever sees them. UsageError."""
    try:
        return tuple(shlex.split(typed))
    except ValueError as error:
        raise UsageError(f"the command cannot be read: {error}") from None


async def run_once(argv: Sequence[str], event: bytes, timeout: float = 60.0) -> int:  # noqa: ASYNC109
    """One run; 127 if it cannot be started."""
    try:
        return await Handler(tuple(argv), timeout).run(event)
    except (UsageError, OSError):
        return 127


def _environment() -> dict[str, str]:
    """Ours, without where credentials lie."""
    return {name: value for name, value in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
