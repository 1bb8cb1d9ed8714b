"""Receipts fold to one state in any order; nobody without the right moves anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import (
    Ack,
    Party,
    Receipt,
    ReceiptState,
    Target,
    Watermark,
    advance,
    receipt_state,
    why_ack_fails,
)
from hotline_protocol.documents.dialogue import Answer
from hotline_protocol.errors import FormatError
from hotline_protocol.terms import Role

AUTHOR = Party(b"author", "a", Role.OFFICER)
COLLEAGUE = Party(b"colleague", "a", Role.HEAD)
PEER = Party(b"peer", "b", Role.WATCH)
WATCHER = Party(b"watcher", "b", Role.OBSERVER)
PROGRAM = Party(b"program", "b", Role.BOT)
MEMBERS = [AUTHOR, COLLEAGUE, PEER, WATCHER, PROGRAM]
MESSAGE = Target(5, AUTHOR, bytes(32))
GOOD = Ack(bytes(16), bytes(32))

receipts = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.builds(Receipt, st.integers(0, 12), st.integers(0, 12)))
)


def fold(said: list[tuple[Party, Receipt]]) -> dict[bytes, Watermark]:
    marks: dict[bytes, Watermark] = {}
    for party, receipt in said:
        old = marks.get(party.device, Watermark())
        new = advance(old, receipt, seq=100)
        assert new.delivered >= max(old.delivered, new.seen)
        assert new.seen >= old.seen
        marks[party.device] = new
    return marks


@given(receipts, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_gives_the_same_state(
    said: list[tuple[Party, Receipt]], random: st.DataObject
) -> None:
    shuffled = said + said[: len(said) // 2]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(said)


def state(
    said: list[tuple[Party, Receipt]], acks: tuple[Party, ...] = (), *, one_sided: bool = False
) -> ReceiptState:
    """How far `MESSAGE` got."""
    marks = fold(said)
    others = [party for party in MEMBERS if party != AUTHOR and party.device in marks]
    return receipt_state(
        AUTHOR.side,
        one_sided=one_sided,
        delivered=[one.side for one in others if marks[one.device].delivered >= MESSAGE.seq],
        seen=[one.side for one in others if marks[one.device].seen >= MESSAGE.seq],
        acknowledged=[one.side for one in acks],
    )


@given(receipts, receipts)
def test_more_receipts_never_make_less(
    said: list[tuple[Party, Receipt]], more: list[tuple[Party, Receipt]]
) -> None:
    order = list(ReceiptState)
    assert order.index(state(said + more)) >= order.index(state(said))


@given(receipts, st.booleans())
def test_receipts_alone_never_acknowledge(said: list[tuple[Party, Receipt]], one_sided: bool) -> None:  # noqa: FBT001
    assert state(said, one_sided=one_sided) is not ReceiptState.ACKNOWLEDGED


def test_the_states_in_turn() -> None:
    assert state([]) is ReceiptState.RELAYED
    assert state([(PEER, Receipt(4, 4))]) is ReceiptState.RELAYED
    assert state([(COLLEAGUE, Receipt(9, 9))]) is ReceiptState.RELAYED
    assert state([(PEER, Receipt(5, 4))]) is ReceiptState.DELIVERED
    assert state([(PEER, Receipt(0, 5))]) is ReceiptState.SEEN
    assert state([(PEER, Receipt(5, 0)), (WATCHER, Receipt(6, 6))]) is ReceiptState.SEEN
    assert state([], (COLLEAGUE,)) is ReceiptState.RELAYED
    assert state([], (PEER,)) is ReceiptState.ACKNOWLEDGED


def test_in_a_channel_of_one_side_the_others_are_the_recipients() -> None:
    assert (
        state([(COLLEAGUE, Receipt(5, 0)), (AUTHOR, Receipt(9, 9))], one_sided=True) is ReceiptState.DELIVERED
    )
    assert state([(COLLEAGUE, Receipt(5, 5))], (COLLEAGUE,), one_sided=True) is ReceiptState.SEEN
    assert state([(AUTHOR, Receipt(9, 9))], one_sided=True) is ReceiptState.RELAYED


def test_a_receipt_speaks_of_what_is_before_it() -> None:
    for receipt in (Receipt(7, 0), Receipt(0, 7), Receipt(8, 8)):
        with pytest.raises(FormatError, match="it stands at 7"):
            advance(Watermark(), receipt, seq=7)
    assert advance(Watermark(), Receipt(6, 2), seq=7) == Watermark(6, 2)


@pytest.mark.parametrize(
    ("ack", "by", "target", "reason"),
    [
        (GOOD, PEER, MESSAGE, None),
        (GOOD, PROGRAM, MESSAGE, "program"),
        (GOOD, WATCHER, MESSAGE, "only send receipts"),
        (GOOD, COLLEAGUE, MESSAGE, "own message"),
        (GOOD, AUTHOR, MESSAGE, "own message"),
        (GOOD, PEER, None, "not in the log"),
        (Ack(bytes(16), b"\x01" * 32), PEER, MESSAGE, "another content"),
    ],
)
def test_who_may_acknowledge_what(ack: Ack, by: Party, target: Target | None, reason: str | None) -> None:
    why = why_ack_fails(ack, by, target)
    assert (why is None) == (reason is None)
    assert reason is None or reason in (why or "")


def test_an_answer_is_further_than_an_acknowledgement_and_standing_by_is_none() -> None:
    for answer, reached in (
        (None, ReceiptState.ACKNOWLEDGED),
        (Answer.STANDBY, ReceiptState.ACKNOWLEDGED),
        (Answer.WILCO, ReceiptState.ANSWERED),
        (Answer.UNABLE, ReceiptState.DECLINED),
        (Answer.NEGATIVE, ReceiptState.DECLINED),
    ):
        state = receipt_state(
            "a", one_sided=False, delivered=["b"], seen=["b"], acknowledged=["b"], answer=answer
        )
        assert state is reached
