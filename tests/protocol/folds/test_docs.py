"""docs/protocol.md says of the folds what the code does: every rule by its number, every diagram as the table draws it."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from hotline_protocol.folds import (
    agenda,
    composition,
    dialogue,
    journal,
    line,
    meetings,
    minutes,
    notices,
    translations,
    watch,
)

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "protocol.md").read_text()


@pytest.mark.parametrize(
    "fold", [agenda, composition, dialogue, journal, line, meetings, minutes, notices, translations, watch]
)
def test_every_rule_is_in_the_docs(fold: ModuleType) -> None:
    rules = re.findall(r"^(F\d+) ", fold.__doc__ or "", re.MULTILINE)
    assert rules
    assert [rule for rule in rules if DOCS.count(f"- **{rule}** ") != 1] == []


@pytest.mark.parametrize("fold", [agenda, dialogue, line, meetings, minutes, notices, watch])
def test_the_diagram_is_the_table(fold: ModuleType) -> None:
    assert f"```mermaid\n{fold.TABLE.diagram()}\n```" in DOCS
