"""Every view at three sizes, in every theme, in English and in Hebrew, is what it was when somebody last looked at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.tui.screenshot import EVERY, draw

VIEWS = Path(__file__).with_name("views")


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_view_looks_as_it_did(name: str) -> None:
    kept = (VIEWS / f"{name}.svg").read_text("utf-8")
    assert draw(EVERY[name]) == kept, (
        "look at it, then: python -m tests.client.tui.screenshot --every tests/client/tui/views"
    )


def test_no_picture_is_left_over() -> None:
    assert {one.stem for one in VIEWS.iterdir()} == set(EVERY)
