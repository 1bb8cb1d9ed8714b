"""R13 to R16 on real sockets: what a recovering relay says, takes and refuses, and that it fills itself up again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline_protocol.relay.chain import extend, genesis
from hotline_protocol.relay.frames import (
    MAX_BATCH,
    Answers,
    Append,
    Fetch,
    Offer,
    Ready,
    Refill,
    Rejected,
    Show,
)
from hotline_protocol.terms import Role, Side
from hotline_server.backup import restore
from hotline_server.ordering import LogKey
from hotline_server.store.base import Batch
from hotline_server.store.sqlite import SqliteStore
from tests.support.relay_link import BareClient, EndedError, LinkFixture, bare_client, commit, message
from tests.support.relay_process import RelayProcess

CHANNEL = "plenary"


@pytest.fixture(params=["loop", "thread"])
def relay(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RelayProcess]:
    made = RelayProcess(
        tmp_path / "relay", limits="settle_seconds = 0.2\n", options=("--writer", request.param)
    )
    yield made
    made.__exit__(None, None, None)


@pytest.fixture
def link(relay: RelayProcess) -> LinkFixture:
    made = LinkFixture(relay.relay)
    relay.add_charter(made.signed)
    return made


def written(relay: RelayProcess, link: LinkFixture, count: int, kept: int) -> list[bytes]:
    """A log of so many entries, of which the relay has kept the first ones."""
    key = LogKey(link.link_id, CHANNEL)
    submissions = [commit(0), *(message(b"%d" % n, after=1) for n in range(1, count))]
    elsewhere = relay.state.database.with_name("elsewhere.db")
    with SqliteStore(elsewhere) as store:
        store.append([Batch(key, submissions)], 5)
        raws = store.read(key, 0, count, 1 << 30)
    with SqliteStore(relay.state.database) as store:
        store.append([Batch(key, submissions[:kept])], 5)
    return raws


def heads(link: LinkFixture, raws: list[bytes]) -> list[bytes]:
    found = [genesis(link.link_id, CHANNEL)]
    for seq, raw in enumerate(raws, 1):
        found.append(extend(found[-1], seq, raw))
    return found


def silent(done: int, total: int) -> None:
    assert done <= total


class Holder:
    """A device that has the whole log and gives what it is asked for, until the relay says that it is done."""

    def __init__(self, link: LinkFixture, raws: list[bytes], side: Side) -> None:
        self.link, self.raws, self.heads = link, raws, heads(link, raws)
        self.device = link.device(side, role=Role.HEAD)
        self.gave = 0

    async def work(self) -> EndedError:
        async with bare_client(self.link.relay.url) as client:
            await client.hello(self.link, self.device)
            await client.send(Offer(CHANNEL, len(self.raws), self.heads[-1]))
            try:
                while True:
                    await self._answer(client)
            except EndedError as end:
                return end

    async def _answer(self, client: BareClient) -> None:
        frame = await client.receive()
        if isinstance(frame, Show):
            await client.send(Offer(CHANNEL, frame.seq, self.heads[frame.seq]))
        elif isinstance(frame, Fetch):
            page = self.raws[frame.first - 1 :][:10]
            self.gave += len(page)
            await client.send(Refill(CHANNEL, frame.first, tuple(page)))


async def ready(link: LinkFixture) -> Ready:
    async with bare_client(link.relay.url) as client:
        return await client.hello(link, link.device("a"))


def test_a_restored_relay_takes_nothing_until_both_sides_gave_what_was_lost(
    relay: RelayProcess, link: LinkFixture
) -> None:
    raws = written(relay, link, 100, 30)
    restore(relay.state, None, silent)
    relay.start()

    async def story() -> None:
        async with bare_client(link.relay.url) as client:
            told = await client.hello(link, link.device("a"))
            assert all(one.recovering for one in told.channels)
            (here,) = [one for one in told.channels if one.name == CHANNEL]
            assert (here.tail, here.head) == (30, heads(link, raws)[30])
            answers = await client.append(CHANNEL, message(after=1))
            (answer,) = answers.answers
            assert isinstance(answer, Rejected)
            assert (answer.code, answer.retry_after is not None) == ("recovering", True)
            ours, theirs = Holder(link, raws, "a"), Holder(link, raws, "b")
            ends = await asyncio.gather(ours.work(), theirs.work(), client.ended())
            assert [end.code for end in ends] == ["recovering"] * 3
            assert ours.gave + theirs.gave == 70
        async with bare_client(link.relay.url) as client:
            told = await client.hello(link, link.device("b"))
            (here,) = [one for one in told.channels if one.name == CHANNEL]
            assert (here.tail, here.head, here.recovering) == (100, heads(link, raws)[-1], False)
            assert await client.follow(CHANNEL, 0, 100) == raws
            answers = await client.append(CHANNEL, message(after=1))
            assert isinstance(answers, Answers)
            assert getattr(answers.answers[0], "seq", None) == 101

    asyncio.run(story())
    relay.kill()
    relay.start()
    assert not [
        one.name for one in asyncio.run(ready(link)).channels if one.recovering and one.name == CHANNEL
    ]
    events = [json.loads(line) for line in relay.log_path.read_text().splitlines()]
    told = {one["event"]: one for one in events}
    assert {one["side"] for one in events if one["event"] == "offer"} == {"a", "b"}
    assert (told["refilling"]["first"], told["refilling"]["last"]) == (31, 100)
    assert (told["opened"]["tail"], told["opened"]["taken"]) == (100, 70)


def test_a_relay_that_does_not_know_hears_it_from_both_sides(relay: RelayProcess, link: LinkFixture) -> None:
    raws = written(relay, link, 60, 40)
    relay.start()

    async def story() -> None:
        ours, theirs = Holder(link, raws, "a"), Holder(link, raws, "b")
        ends = await asyncio.gather(ours.work(), theirs.work())
        assert {end.code for end in ends} == {"recovering"}
        (here,) = [one for one in (await ready(link)).channels if one.name == CHANNEL]
        assert here.recovering
        await asyncio.gather(ours.work(), theirs.work())
        (here,) = [one for one in (await ready(link)).channels if one.name == CHANNEL]
        assert (here.tail, here.recovering) == (60, False)

    asyncio.run(story())


def test_what_a_correct_device_never_sends_ends_its_connection(
    relay: RelayProcess, link: LinkFixture
) -> None:
    relay.start()
    head = genesis(link.link_id, CHANNEL)
    bad = {
        "not-entitled": (Role.OFFICER, Offer(CHANNEL, 0, head)),
        "unknown-channel": (Role.HEAD, Offer("none", 0, head)),
        "malformed": (Role.HEAD, Offer(CHANNEL, 0, bytes(32))),
    }
    unasked = [Refill(CHANNEL, 1, ()), Refill(CHANNEL, 0, ()), Refill(CHANNEL, 1, (b"x",) * (MAX_BATCH + 1))]

    async def end(role: Role, frame: Offer | Refill) -> str:
        async with bare_client(link.relay.url) as client:
            await client.hello(link, link.device("a", role=role))
            await client.send(frame)
            return (await client.ended()).code

    async def story() -> None:
        for code, (role, frame) in bad.items():
            assert await end(role, frame) == code
        for refill in unasked:
            assert await end(Role.HEAD, refill) == "malformed"
        assert (
            await end(Role.OFFICER, Offer("caucus.b", 0, genesis(link.link_id, "caucus.b"))) == "not-entitled"
        )

    asyncio.run(story())


def test_appends_of_other_channels_go_on_meanwhile(relay: RelayProcess, link: LinkFixture) -> None:
    raws = written(relay, link, 60, 40)
    with SqliteStore(relay.state.database) as store:
        store.recover(LogKey(link.link_id, CHANNEL))
    relay.start()

    async def story() -> None:
        async with bare_client(link.relay.url) as client:
            await client.hello(link, link.device("a"))
            await client.send(Append("air", (message(b"here"),)))
            answers = await client.receive()
            assert isinstance(answers, Answers)
            assert getattr(answers.answers[0], "seq", None) == 1
        ends = await asyncio.gather(*(Holder(link, raws, side).work() for side in ("a", "b")))
        assert {end.code for end in ends} == {"recovering"}

    asyncio.run(story())
