"""Every view at three sizes, in every theme, in English and in Hebrew, is what it was when somebody last looked at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline_client.tui.looks.themes import NAMES
from tests.client.tui.screenshot import LANGUAGES, SIZES, VIEWS, draw_views

KEPT = Path(__file__).with_name("views")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_views_look_as_they_did(size: tuple[int, int], language: str) -> None:
    drawn = draw_views(size, language)
    kept = {name: (KEPT / f"{name}.svg").read_text("utf-8") for name in drawn}
    assert [name for name in drawn if drawn[name] != kept[name]] == [], (
        "look at them, then: python -m tests.client.tui.screenshot --every tests/client/tui/views"
    )


def test_no_picture_is_left_over() -> None:
    assert len(list(KEPT.iterdir())) == len(VIEWS) * len(SIZES) * len(LANGUAGES) * len(NAMES)
