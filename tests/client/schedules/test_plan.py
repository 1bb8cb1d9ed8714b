"""Whatever the clock does between two looks, every slot is decided about once and in order (S10 to S15)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline_client.schedules.file import schedule_of
from hotline_client.schedules.plan import Send, Skip, decide, next_due

SINCE = 1_795_500_000

tables = st.fixed_dictionaries(
    {
        "name": st.just("x"),
        "text": st.just("x"),
        "every": st.sampled_from(["10s", "7m", "1h"]),
        "missed": st.sampled_from(["late", "skip"]),
        "grace": st.sampled_from(["0s", "30s", "10m"]),
        "give_up": st.sampled_from(["1m", "2h"]),
        "standby": st.sampled_from(["0s", "45s"]),
    }
)
looks = st.lists(st.tuples(st.integers(-7200, 20_000), st.booleans()), min_size=1, max_size=12)


@given(tables, looks)
def test_every_slot_is_decided_about_once_and_in_order(
    table: dict[str, str], moves: list[tuple[int, bool]]
) -> None:
    one = schedule_of(table)
    now, through = SINCE, None
    decided: list[int] = []
    latest = SINCE
    for move, paused in moves:
        now += move
        latest = max(latest, now)
        for decision in decide(one, since=SINCE, through=through, now=now, paused=paused):
            assert not (paused and isinstance(decision, Send))
            first = decision.first if isinstance(decision, Skip) else decision.slot
            last = decision.last if isinstance(decision, Skip) else decision.slot
            place, count = SINCE if through is None else through, 0
            while place < last:
                slot = one.recurrence.after(place)
                assert slot is not None
                assert count or slot == first
                decided.append(slot)
                place, count = slot, count + 1
            assert place == last
            if isinstance(decision, Skip):
                assert count == decision.count
            through = last
    expected, place = [], SINCE
    while (slot := one.recurrence.after(place)) is not None and slot <= latest - one.given.standby:
        expected.append(slot)
        place = slot
    assert decided == expected
    following = next_due(one, since=SINCE, through=through)
    assert following == one.recurrence.after(SINCE if through is None else through)


@given(tables, st.integers(0, 50_000))
def test_s11_never_more_than_one_late(table: dict[str, str], gone: int) -> None:
    one = schedule_of(table)
    found = list(decide(one, since=SINCE, through=None, now=SINCE + gone, paused=False))
    late = [decision for decision in found if isinstance(decision, Send) and decision.late]
    assert len(late) <= (table["missed"] == "late")
    for decision in late:
        behind = SINCE + gone - decision.slot - one.given.standby
        assert one.given.grace < behind + 1
        assert behind <= one.given.give_up + one.given.standby


@given(tables, st.integers(1, 5), st.integers(0, 50_000))
def test_s14_no_more_than_the_count(table: dict[str, str], count: int, gone: int) -> None:
    one = schedule_of({**table, "count": count})
    found = list(decide(one, since=SINCE, through=None, now=SINCE + gone, paused=False, sent=count - 1))
    assert sum(isinstance(decision, Send) for decision in found) <= 1
    assert next_due(one, since=SINCE, through=None, sent=count) is None
