from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_server.limits import Crowd, Devices, Quotas, TokenBucket, price
from tests.support.relay_link import message


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 500)), max_size=100))
def test_a_bucket_never_gives_more_than_rate_and_burst(draws: list[tuple[int, int]]) -> None:
    bucket, now, taken = TokenBucket.full(10, 50, 0), 0, 0
    for cost, pause in draws:
        now += pause
        if bucket.take(cost, now) == 0:
            taken += cost
    assert taken <= 50 + 10 * now / 1000 + 1e-6


def test_a_later_submission_does_not_overtake_a_refused_one() -> None:
    bucket = TokenBucket.full(10, 10, 0)
    assert bucket.take(8, 0) == 0
    wait = bucket.take(8, 0)
    assert wait == 0.6
    assert bucket.take(1, 300) > 0, "it could pay 1, but 8 came first"
    assert bucket.take(8, 600) == 0


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    bucket = TokenBucket.full(10, 10, 10_000)
    assert bucket.take(10, 10_000) == 0
    assert bucket.take(1, 0) > 0


def test_long_bodies_cost_more() -> None:
    assert price(message(b"")) == 1
    assert price(message(bytes(64 * 1024))) == 5


def test_a_device_has_so_many_connections_and_one_bucket() -> None:
    devices = Devices(Quotas(connections_per_device=2, rate=1, burst=5))
    first, second = devices.enter(b"d", 0), devices.enter(b"d", 0)
    assert first is not None
    assert first is second
    assert devices.enter(b"d", 0) is None
    assert devices.enter(b"e", 0) is not None
    first.entries.take(5, 0)
    devices.leave(b"d")
    devices.leave(b"d")
    assert devices.enter(b"f", 1000) is not None
    assert devices.enter(b"d", 1000) is first, "reconnecting does not fill the bucket"


def test_a_full_bucket_of_a_device_that_left_is_forgotten() -> None:
    devices = Devices(Quotas(rate=1, burst=5))
    first = devices.enter(b"d", 0)
    devices.leave(b"d")
    devices.enter(b"e", 10_000)
    assert devices.enter(b"d", 10_000) is not first


def test_the_crowd_is_counted_before_and_after_authentication() -> None:
    crowd = Crowd(Quotas(connections_per_address=3, unauthenticated_per_address=2, unauthenticated=3))
    assert crowd.enter("x")
    assert crowd.enter("x")
    assert not crowd.enter("x"), "two strangers from one address"
    crowd.known("x")
    assert crowd.enter("x")
    crowd.known("x")
    assert not crowd.enter("x"), "three connections from one address"
    assert crowd.enter("y")
    assert crowd.enter("z")
    assert not crowd.enter("w"), "three strangers in all"
    crowd.leave("y", known=False)
    crowd.leave("x", known=True)
    assert crowd.enter("w")


def test_a_device_commits_no_more_than_so_often_a_minute() -> None:
    purse = Devices(Quotas(commits_per_minute=3)).enter(b"d", 0)
    assert purse is not None
    assert [purse.commits.take(1, 0) > 0 for _ in range(4)] == [False, False, False, True]
    assert purse.commits.take(1, 20_000) == 0
    assert purse.entries.take(100, 20_000) == 0, "words are counted apart"


def test_a_device_adds_no_more_bytes_to_the_logs_than_a_days_worth() -> None:
    purse = Devices(Quotas(bytes_per_day=86_400)).enter(b"d", 0)
    assert purse is not None
    assert purse.bytes.take(21_600, 0) == 0, "a quarter at once"
    assert purse.bytes.take(60, 0) == pytest.approx(60, rel=0.01)
    assert purse.bytes.take(60, 60_001) == 0
