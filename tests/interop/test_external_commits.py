"""Joining by one's own commit, between two drivers of our engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hotline_protocol.mls.suites import SUITES
from tests.interop.driver import OURS, Driver, b64, running
from tests.interop.scenario import Party, agree, commit, gather, spread, talk


@pytest.fixture(scope="module")
def one() -> Iterator[Driver]:
    with running(OURS) as driver:
        yield driver


@pytest.fixture(scope="module")
def other() -> Iterator[Driver]:
    with running(OURS) as driver:
        yield driver


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("make", [Party.make, Party.certified], ids=["basic", "x509"])
def test_a_newcomer_commits_itself_in(
    one: Driver, other: Driver, suite: int, make: Callable[[Driver, int], Party]
) -> None:
    members = [make(one, suite), make(other, suite)]
    gather(*members)
    newcomer = make(other, suite)
    info = members[0].ask("group_info")
    message = newcomer.come_in(info["group_info"], ratchet_tree=info["ratchet_tree"], aad=b64(b"hello"))
    for seen in spread(message, newcomer, members):
        assert seen["external"]
        assert (seen["sender"], seen["aad"]) == (newcomer.index, b64(b"hello"))
        assert [shown["type"] for shown in seen["proposals"]] == ["external_init"]
    members.append(newcomer)
    agree(*members)
    for committer in members:
        commit(committer, members, "update")
    talk(members)


def test_a_pre_shared_key_enters_an_external_commit(one: Driver, other: Driver) -> None:
    first, newcomer = Party.make(one, 1), Party.make(other, 1)
    first.found()
    info = first.ask("group_info")["group_info"]
    name = b64(b"the newcomer's key")
    for driver in (one, other):
        driver.ask("psk", psk_id=name, psk=b64(b"key"))
    first.ask("process", message=newcomer.come_in(info, psks=[name]))
    agree(first, newcomer)


def test_coming_back_takes_the_former_leaf(one: Driver, other: Driver) -> None:
    first, second = Party.make(one, 1), Party.make(other, 1)
    gather(first, second)
    info = first.ask("group_info")
    stranger = Party.make(second.driver, 1)
    refused = stranger.driver.refusal(
        "external_join", identity=stranger.identity, group_info=info["group_info"], resync=True
    )
    assert refused == "usage"
    message = second.come_in(info["group_info"], resync=True, ratchet_tree=info["ratchet_tree"])
    assert first.ask("process", message=message)["external"]
    agree(first, second)
