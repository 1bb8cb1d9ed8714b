"""A journal to try a document on: it shares what it only reads with the real one, and copies what it touches.

A channel of 100,000 documents is neither copied nor folded again to learn what one more would change.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, ValuesView
from copy import copy, deepcopy
from typing import Any, TypeVar

import msgspec

from hotline_protocol.folds.journal import Journal

S = TypeVar("S", bound=msgspec.Struct)


class Apart(dict[Any, Any]):
    """A dict whose values are copies from the moment that anybody gets them; those of the dict it was made of never leave it."""

    def __init__(self, of: dict[Any, Any]) -> None:
        super().__init__(of)
        self._ours: set[object] = set()

    def _own(self, key: object) -> None:
        if key not in self._ours and key in self:
            self[key] = deepcopy(super().__getitem__(key))

    def _own_all(self) -> None:
        for key in list(self):
            self._own(key)

    def __getitem__(self, key: object) -> Any:
        self._own(key)
        return super().__getitem__(key)

    def __setitem__(self, key: object, value: object) -> None:
        self._ours.add(key)
        super().__setitem__(key, value)

    def __iter__(self) -> Iterator[Any]:
        # of our own, or `dict(…)` and `{**…}` would take the values without asking
        return super().__iter__()

    def get(self, key: object, default: object = None) -> Any:
        """As a dict's."""
        self._own(key)
        return super().get(key, default)

    def setdefault(self, key: object, default: object = None) -> Any:
        """As a dict's."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: object, *default: object) -> Any:
        """As a dict's."""
        self._own(key)
        return super().pop(key, *default)

    def popitem(self) -> tuple[Any, Any]:
        """As a dict's."""
        self._own_all()
        return super().popitem()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # dict_values is nobody's to name
        """As a dict's; all become copies."""
        self._own_all()
        return super().values()

    def items(self) -> ItemsView[Any, Any]:  # type: ignore[override]
        """As a dict's; all become copies."""
        self._own_all()
        return super().items()

    def copy(self) -> dict[Any, Any]:
        """As a dict's; all become copies."""
        self._own_all()
        return dict(self)

    def update(self, *others: Any, **named: Any) -> None:
        """As a dict's."""
        for key, value in dict(*others, **named).items():
            self[key] = value


def apart(book: Journal) -> Journal:
    """A journal that knows all that `book` knows; whatever it is told, `book` stays as it is."""
    trial = copy(book)
    for name in book.__struct_fields__:
        fold = getattr(book, name)
        if isinstance(fold, msgspec.Struct):  # all but `seq`
            setattr(trial, name, _fold(fold))
    return trial


def _fold(fold: S) -> S:
    trial = copy(fold)
    for name in fold.__struct_fields__:
        kept = getattr(fold, name)
        setattr(trial, name, Apart(kept) if isinstance(kept, dict) else deepcopy(kept))
    return trial
