"""Draws screens, by the app itself: `python -m tests.client.tui.screenshot docs/screens` those that the documents show, `--every` and
`tests/client/tui/views` those that the tests compare.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hotline_client.tui import tongue
from hotline_client.tui.app import HotlineApp
from hotline_client.tui.themes import DAY, NAMES, NIGHT
from tests.support.memory_line import NOW, MemoryLine
from tests.support.pilot import ready
from tests.support.week import HEBREW, week


@dataclass(frozen=True)
class Picture:
    """What stands on the screen when it is drawn."""

    keys: tuple[str, ...] = ()
    line: Callable[[], MemoryLine] = week
    theme: str = NIGHT
    size: tuple[int, int] = (80, 24)
    language: str = "en"


PICTURES: Final = {
    "talk": Picture(),
    "agenda": Picture(("alt+2",)),
    "meetings": Picture(("alt+3",)),
    "notices": Picture(("alt+4",)),
    "hours": Picture(("alt+4", "w"), size=(100, 30)),
    "roster": Picture(("alt+5",)),
    "record": Picture(("alt+6",)),
    "wide": Picture(size=(120, 34)),
    "form": Picture(("f6",), theme=DAY),
    "hebrew": Picture(line=lambda: week(HEBREW), language="he"),
    "russian": Picture(("alt+3",), language="ru"),
}


VIEWS: Final = ("talk", "agenda", "meetings", "notices", "roster", "record")
LANGUAGES: Final = {"en": week, "he": lambda: week(HEBREW)}
EVERY: Final = {
    f"{view}-{size[0]}x{size[1]}-{theme}-{language}": Picture(
        () if view == "talk" else (f"alt+{number}",), line, look, size, language
    )
    for number, view in enumerate(VIEWS, 1)
    for size in ((80, 24), (120, 40), (60, 20))
    for theme, look in NAMES.items()
    for language, line in LANGUAGES.items()
}
"""Every view at every size, in every theme and in both directions of writing."""


def draw(picture: Picture) -> str:
    """The SVG: no path, no host, the same at every call but for the names of its styles."""

    async def main() -> str:
        app = HotlineApp(picture.line(), clock=lambda: NOW, ticks=lambda: 0.0, theme=picture.theme)
        async with app.run_test(size=picture.size) as pilot:
            await ready(app, pilot)
            app.talk.composer.cursor_blink = False
            for key in picture.keys:
                await pilot.press(key)
                await pilot.pause()
            await pilot.pause()
            return app.export_screenshot(title="hotline tui")

    tongue.use(picture.language)
    try:
        svg = re.sub(r"terminal-\d+", "terminal", asyncio.run(main()))
    finally:
        tongue.use()
    # The screen has put Hebrew in visual order; whoever draws the SVG must not turn it round again.
    return svg.replace(
        "<text ", '<text xml:space="preserve" direction="ltr" style="unicode-bidi:bidi-override" '
    )


def main(directory: Path, *, every: bool) -> None:
    """Those of the documents, or all that the tests compare."""
    for name, picture in (EVERY if every else PICTURES).items():
        (directory / f"{name}.svg").write_text(draw(picture), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[-1]), every="--every" in sys.argv)
