"""What the documents point to is there: links, files, modules; and their prose names no class of the client."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = sorted(
    one
    for one in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md"))
    if not {"node_modules", "cases"} & set(one.parts)
)
PACKAGES: Final = {"hotline_client": "client", "hotline_server": "server", "hotline_protocol": "protocol"}
_SPAN: Final = re.compile(r"`([^`\s]+)`")
_FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_FOLDER: Final = re.compile(
    r"(?:benchmarks|client|docs|examples|protocol|requirements|server|tests)/[\w./-]+"
)
_MODULE: Final = re.compile(r"(hotline_(?:client|server|protocol))((?:\.\w+)+)")
_FILE: Final = re.compile(r"\w+\.py")


def _files() -> set[str]:
    listed = [one.name for one in ROOT.rglob("*.py") if not {".venv", "node_modules"} & set(one.parts)]
    return set(listed)


def _is_module(package: str, rest: str) -> bool:
    """A module, or a name that stands in one."""
    whole = ROOT / PACKAGES[package] / package
    *rooms, last = rest.strip(".").split(".")
    place = whole.joinpath(*rooms)
    if (place / last).is_dir() or (place / f"{last}.py").is_file():
        return True
    holder = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return holder.is_file() and re.search(rf"\b{last}\b", holder.read_text("utf-8")) is not None


@pytest.mark.parametrize("page", DOCS, ids=lambda one: str(one.relative_to(ROOT)))
def test_what_a_page_points_to_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = [
        link
        for link in re.findall(r"\]\(([^)#\s]+)", text)
        if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists()
    ]
    files = _files()
    for span in _SPAN.findall(_FENCED.sub("", text)):
        if _FOLDER.fullmatch(span):
            missing += [] if (ROOT / span).exists() else [span]
        elif module := _MODULE.fullmatch(span):
            missing += [] if _is_module(*module.groups()) else [span]
        elif _FILE.fullmatch(span):
            missing += [] if span in files else [span]
    assert missing == []


def test_no_renaming_of_a_class_went_through_the_prose() -> None:
    sources = "".join(one.read_text("utf-8") for one in (ROOT / "client").rglob("*.py"))
    classes = {
        one for one in re.findall(r"^class (\w+)", sources, re.MULTILINE) if re.search(r"[a-z][A-Z]", one)
    }
    assert "DialogueView" in classes
    found = [
        (page.name, word)
        for page in DOCS
        for word in re.findall(r"\w+", _SPAN.sub("", _FENCED.sub("", page.read_text("utf-8"))))
        if word in classes
    ]
    assert found == []
