"""The middle of the relay: everything pending is committed at once, and everyone is told once a turn of the event loop.

R9  nothing is answered `appended` before the store has it on disk
R12 a connection holds no queue of entries: it has a cursor into each log it follows, read as its socket drains
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal, Protocol

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.frames import Rejected, Submission
from hotline_server.log import Log
from hotline_server.ordering import Answer, Decision, LogKey
from hotline_server.store.base import Batch, Store, StoreFullError

Writer = Literal["loop", "thread"]
CROWDED_BYTES: Final = 32 * 1024 * 1024
"""Bodies that may wait for a slow disk; whoever brings more is not read until they are stored."""


class Client(Protocol):
    """A connection, as the hub sees it."""

    def answer(self, channel: str, answers: Iterable[Answer]) -> None:
        """Take answers; they are written at the next `push`."""
        ...

    def push(self) -> None:
        """Write everything that is due, in one write."""
        ...


class _Pending:
    """Submissions waiting for one log, and whose they are."""

    __slots__ = ("owners", "submissions")

    def __init__(self) -> None:
        self.submissions: list[Submission] = []
        self.owners: list[tuple[Client, int]] = []


class Hub:
    """Group commit and fan-out; everything but the commit itself runs in the event loop.

    With writer `loop` the commit blocks the loop: fastest where fsync takes well under a millisecond. With `thread` the
    loop goes on meanwhile, and what arrives is committed next.
    """

    def __init__(self, store: Store, clock: Callable[[], int], *, writer: Writer = "loop") -> None:
        self.on_failure: Callable[[StorageError], None] = lambda _: None
        """Told of every commit that failed, after its submissions were refused."""
        self._store = store
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "writer") if writer == "thread" else None
        self._logs: dict[LogKey, Log[Client]] = {}
        self._pending: dict[LogKey, _Pending] = {}
        self._due: dict[Client, None] = {}
        self._pending_bytes = 0
        self._scheduled = False
        self._writing: asyncio.Future[None] | None = None

    @property
    def crowded(self) -> bool:
        """Whether more is waiting to be stored than should be."""
        return self._pending_bytes > CROWDED_BYTES

    def log(self, key: LogKey) -> Log[Client]:
        """The log in memory."""
        log = self._logs.get(key)
        if log is None:
            log = self._logs[key] = Log(key, self._store)
        return log

    def reload(self, key: LogKey) -> None:
        """Other entries stand in a log: it is read anew. Whoever follows it must be ended."""
        self._logs.pop(key, None)

    def submit(self, client: Client, key: LogKey, submissions: Sequence[Submission]) -> None:
        """Order and store; the answers come to `client.answer`."""
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = _Pending()
        pending.submissions.extend(submissions)
        self._pending_bytes += sum(len(submission.body) for submission in submissions)
        pending.owners.append((client, len(submissions)))
        self._schedule()

    def wake(self, client: Client) -> None:
        """Have `client.push` called at the end of this turn."""
        self._due[client] = None
        self._schedule()

    def forget(self, client: Client) -> None:
        """The connection is gone; what it submitted is stored all the same."""
        self._due.pop(client, None)
        for log in self._logs.values():
            log.followers.discard(client)

    async def finish(self) -> None:
        """Commit and tell everything that is pending, then stop writing."""
        while self._pending or self._writing:
            if self._writing:
                await self._writing
            else:
                self._turn()
        self._turn()
        if self._thread:
            self._thread.shutdown()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        if self._pending and self._writing is None:
            pending, self._pending = self._pending, {}
            self._pending_bytes = 0
            if self._thread is None:
                self._store_now(pending)
            else:
                self._writing = self._loop.create_task(self._store_aside(self._thread, pending))
        due, self._due = self._due, {}
        for client in due:
            client.push()

    def _store_now(self, pending: dict[LogKey, _Pending]) -> None:
        try:
            decisions = self._store.append(_batches(pending), self._clock())
        except StorageError as error:
            self._fail(pending, error)
        else:
            self._tell(pending, decisions)

    async def _store_aside(self, thread: ThreadPoolExecutor, pending: dict[LogKey, _Pending]) -> None:
        try:
            decisions = await self._loop.run_in_executor(
                thread, self._store.append, _batches(pending), self._clock()
            )
        except StorageError as error:
            self._fail(pending, error)
        else:
            self._tell(pending, decisions)
        finally:
            self._writing = None
            self._schedule()

    def _tell(self, pending: dict[LogKey, _Pending], decisions: Sequence[Decision]) -> None:
        for (key, waiting), decision in zip(pending.items(), decisions, strict=True):
            log = self.log(key)
            if decision.raws and log.tail < decision.position.tail:
                log.grow(decision)
            self._due.update(dict.fromkeys(log.followers))
            start = 0
            for client, count in waiting.owners:
                client.answer(key.channel, decision.answers[start : start + count])
                self._due[client] = None
                start += count

    def _fail(self, pending: dict[LogKey, _Pending], error: StorageError) -> None:
        full = isinstance(error, StoreFullError)
        message = "the relay's disk is full" if full else "the relay cannot write to its disk"
        for key, waiting in pending.items():
            start = 0
            for client, count in waiting.owners:
                some = waiting.submissions[start : start + count]
                client.answer(key.channel, [Rejected(one.id, "storage", message, 5.0) for one in some])
                self._due[client] = None
                start += count
        self.on_failure(error)


def _batches(pending: dict[LogKey, _Pending]) -> list[Batch]:
    return [Batch(key, waiting.submissions) for key, waiting in pending.items()]
