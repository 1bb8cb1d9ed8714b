"""R9 and R12: nothing is answered before it is stored, everything pending is one transaction, all are told once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from hotline_protocol.errors import StorageError
from hotline_protocol.relay.frames import Appended, Rejected
from hotline_server.hub import CROWDED_BYTES, Hub, Writer
from hotline_server.ordering import Answer, LogKey
from tests.support.memory_store import MemoryStore
from tests.support.relay_link import message

AIR = LogKey(bytes(32), "air")
NAVAL = LogKey(bytes(32), "naval")


class Listener:
    """A connection that only remembers."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.pushes = 0

    def answer(self, channel: str, answers: Iterable[Answer]) -> None:  # noqa: ARG002 - the hub's signature
        self.answers += answers

    def push(self) -> None:
        self.pushes += 1


@pytest.mark.parametrize("writer", ["loop", "thread"])
def test_all_that_is_pending_is_one_transaction(writer: Writer) -> None:
    async def main() -> None:
        store = MemoryStore()
        hub = Hub(store, lambda: 7, writer=writer)
        one, two, follower = Listener(), Listener(), Listener()
        hub.log(AIR).followers.add(follower)
        first, second, third = message(), message(), message()
        hub.submit(one, AIR, [first])
        hub.submit(two, AIR, [second])
        hub.submit(one, NAVAL, [third])
        assert not one.answers
        await hub.finish()
        assert store.transactions == 1
        assert one.answers == [Appended(first.id, 1, 7), Appended(third.id, 1, 7)]
        assert two.answers == [Appended(second.id, 2, 7)]
        assert (one.pushes, two.pushes, follower.pushes) == (1, 1, 1)
        assert hub.log(AIR).tail == 2

    asyncio.run(main())


@pytest.mark.parametrize("writer", ["loop", "thread"])
def test_a_store_that_fails_accepts_nothing_and_says_so(writer: Writer) -> None:
    async def main() -> None:
        store = MemoryStore()
        store.failure = StorageError("the disk is gone")
        hub = Hub(store, lambda: 7, writer=writer)
        failures: list[StorageError] = []
        hub.on_failure = failures.append
        client, one = Listener(), message()
        hub.submit(client, AIR, [one])
        await hub.finish()
        (answer,) = client.answers
        assert isinstance(answer, Rejected)
        assert (answer.code, answer.retry_after) == ("storage", 5.0)
        assert "gone" not in answer.message, "what is wrong with the disk is for the operator"
        assert failures == [store.failure]
        assert hub.log(AIR).tail == 0

    asyncio.run(main())


def test_the_thread_takes_what_came_while_it_wrote() -> None:
    async def main() -> None:
        store = MemoryStore()
        hub = Hub(store, lambda: 7, writer="thread")
        client = Listener()
        for _ in range(50):
            hub.submit(client, AIR, [message()])
            await asyncio.sleep(0)
        await hub.finish()
        assert [answer.seq for answer in client.answers if isinstance(answer, Appended)] == list(range(1, 51))
        assert store.transactions <= 50

    asyncio.run(main())


def test_a_connection_that_is_gone_is_not_told() -> None:
    async def main() -> None:
        hub = Hub(MemoryStore(), lambda: 7)
        gone, sender = Listener(), Listener()
        hub.log(AIR).followers.add(gone)
        hub.wake(gone)
        hub.forget(gone)
        hub.submit(sender, AIR, [message()])
        await hub.finish()
        assert gone.pushes == 0
        assert sender.pushes == 1

    asyncio.run(main())


def test_it_says_when_too_much_waits_for_the_disk() -> None:
    async def main() -> None:
        hub = Hub(MemoryStore(), lambda: 7, writer="thread")
        client, body = Listener(), bytes(CROWDED_BYTES // 2)
        for expected in (False, False, True):
            hub.submit(client, AIR, [message(body)])
            assert hub.crowded is expected
        await hub.finish()
        assert not hub.crowded

    asyncio.run(main())
