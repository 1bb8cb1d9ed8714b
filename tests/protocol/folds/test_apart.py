"""A journal apart answers as the real one would, and the real one stays as it is: over a week in which every fold has work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline_protocol.errors import NotAppliedError
from hotline_protocol.folds.apart import Apart, apart
from hotline_protocol.folds.event import Event
from hotline_protocol.folds.journal import Journal
from tests.support.week import week


def _outcome(apply: Callable[[Journal, Event], str | None], book: Journal, event: Event) -> str | None:
    try:
        return apply(book, event)
    except NotAppliedError as error:
        return f"refused: {error}"


def test_every_document_of_a_week_is_tried_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Journal.apply
    kinds: set[str] = set()

    def tried_first(book: Journal, event: Event) -> str | None:
        trial, before = apart(book), book.encode()
        expected = _outcome(real, trial, event)
        assert book.encode() == before
        assert _outcome(real, book, event) == expected
        assert trial.encode() == book.encode()
        kinds.add(type(event.body).__name__)
        return None if expected is not None and expected.startswith("refused") else expected

    monkeypatch.setattr(Journal, "apply", tried_first)
    week()
    assert len(kinds) > 15


@pytest.mark.parametrize(
    "take",
    [
        lambda one: one["k"],
        lambda one: one.get("k"),
        lambda one: one.setdefault("k", []),
        lambda one: one.pop("k"),
        lambda one: one.popitem()[1],
        lambda one: next(iter(one.values())),
        lambda one: next(iter(one.items()))[1],
        lambda one: one.copy()["k"],
        lambda one: dict(one)["k"],
        lambda one: {**one}["k"],
        lambda one: (one | {})["k"],
        lambda one: ({} | one)["k"],
    ],
)
def test_nothing_of_the_real_dict_gets_out(take: Callable[[Apart], list[int]]) -> None:
    shared: dict[str, list[int]] = {"k": [1]}
    take(Apart(shared)).append(2)
    assert shared == {"k": [1]}


def test_a_dict_apart_is_a_dict() -> None:
    one = Apart({"a": 1, "b": 2})
    one["c"] = 3
    del one["a"]
    one.update(d=4)
    assert one.setdefault("e", 5) == 5
    assert (one.get("a"), "a" in one, len(one), list(one)) == (None, False, 4, ["b", "c", "d", "e"])
    assert one == {"b": 2, "c": 3, "d": 4, "e": 5}
