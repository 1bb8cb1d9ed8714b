"""What a service says to systemd (sd_notify(3)): ready, alive, stopping. Without NOTIFY_SOCKET nothing is said."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping


class Notifier:
    """Sends to the socket that the service manager named."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.interval = int(microseconds) / 2e6 if microseconds.isdigit() and ours else None
        """Seconds between two signs of life; None if nobody waits for any."""

    def say(self, **words: str) -> None:
        """For instance `READY="1"`. A manager that is gone is no reason to stop."""
        if not self._address:
            return
        message = "\n".join(f"{name}={value}" for name, value in words.items())
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            # a manager that does not read must not hold up what we are for
            sender.setblocking(False)
            sender.connect(self._address)
            sender.send(message.encode())

    async def watchdog(self, alive: Callable[[], str | None]) -> None:
        """Without end: a sign of life while `alive` says how things are, silence once it says None."""
        while True:
            status = alive()
            if status is not None:
                self.say(WATCHDOG="1", STATUS=status)
            await asyncio.sleep(self.interval or 10.0)
