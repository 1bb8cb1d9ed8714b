"""The pictures that the documents show are drawn by the app as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.tui.screenshot import PICTURES, draw

SCREENS = Path(__file__).parents[3] / "docs" / "screens"


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_in_the_documents_is_what_the_app_draws(name: str) -> None:
    drawn = draw(PICTURES[name])
    assert (SCREENS / f"{name}.svg").read_text("utf-8") == drawn, (
        "python -m tests.client.tui.screenshot docs/screens"
    )


def test_every_picture_is_used_and_every_used_one_is_drawn() -> None:
    shown = "".join((SCREENS.parent.parent / one).read_text("utf-8") for one in ("README.md", "docs/tour.md"))
    named = {one for one in PICTURES if f"screens/{one}.svg" in shown}
    assert named == set(PICTURES) == {one.stem for one in SCREENS.glob("*.svg")}
