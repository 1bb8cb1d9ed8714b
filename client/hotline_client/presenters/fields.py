"""The fields of a view or of what the vault keeps, for a script: emitting them writes bytes in hex, words and numbers as they are."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def fields(view: DataclassInstance | msgspec.Struct, *left_out: str) -> dict[str, Any]:
    """By name, in order, without those left out."""
    names = (
        view.__struct_fields__ if isinstance(view, msgspec.Struct) else [one.name for one in fields_of(view)]
    )
    return {name: getattr(view, name) for name in names if name not in left_out}
