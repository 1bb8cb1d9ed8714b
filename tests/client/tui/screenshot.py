"""Draws screens, by the app itself: `python -m tests.client.tui.screenshot docs/screens` those that the documents show, `--every` and
`tests/client/tui/views` those that the tests compare.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from textual.pilot import Pilot

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks import tongue
from hotline_client.tui.looks.themes import DAY, NAMES, NIGHT
from tests.support.memory_line import NOW, MemoryLine
from tests.support.pilot import ready
from tests.support.week import HEBREW, week

T = TypeVar("T")


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
SIZES: Final = ((80, 24), (120, 40), (60, 20))
LANGUAGES: Final = {"en": week, "he": lambda: week(HEBREW)}


def draw(picture: Picture) -> str:
    """The SVG: no path, no host, the same at every call but for the names of its styles."""

    async def work(app: HotlineApp, pilot: Pilot[None]) -> str:
        for key in picture.keys:
            await pilot.press(key)
            await pilot.pause()
        return await _drawn(app, pilot)

    return _with_app(picture, work)


def draw_views(size: tuple[int, int], language: str) -> dict[str, str]:
    """Every view in every theme, by name."""

    async def work(app: HotlineApp, pilot: Pilot[None]) -> dict[str, str]:
        found = {}
        for theme, look in NAMES.items():
            app.theme = look
            for number, view in enumerate(VIEWS, 1):
                await pilot.press(f"alt+{number}")
                found[f"{view}-{size[0]}x{size[1]}-{theme}-{language}"] = await _drawn(app, pilot)
        return found

    return _with_app(Picture(line=LANGUAGES[language], size=size, language=language), work)


def _with_app(picture: Picture, work: Callable[[HotlineApp, Pilot[None]], Awaitable[T]]) -> T:
    async def main() -> T:
        app = HotlineApp(picture.line(), clock=lambda: NOW, ticks=lambda: 0.0, theme=picture.theme)
        async with app.run_test(size=picture.size) as pilot:
            await ready(app, pilot)
            app.talk.composer.cursor_blink = False
            return await work(app, pilot)

    tongue.use(picture.language)
    try:
        return asyncio.run(main())
    finally:
        tongue.use()


async def _drawn(app: HotlineApp, pilot: Pilot[None]) -> str:
    """What stands on the screen once nothing changes there any more."""
    before = ""
    for _ in range(20):
        await pilot.pause()
        svg = app.export_screenshot(title="hotline tui")
        if svg == before:
            break
        before = svg
    svg = re.sub(r"terminal-\d+", "terminal", before)
    # The screen has put Hebrew in visual order; whoever draws the SVG must not turn it round again.
    return svg.replace(
        "<text ", '<text xml:space="preserve" direction="ltr" style="unicode-bidi:bidi-override" '
    )


def main(directory: Path, *, every: bool) -> None:
    """Those of the documents, or all that the tests compare."""
    drawn = {name: draw(picture) for name, picture in PICTURES.items()} if not every else {}
    for size in SIZES if every else ():
        for language in LANGUAGES:
            drawn |= draw_views(size, language)
    for name, svg in drawn.items():
        (directory / f"{name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[-1]), every="--every" in sys.argv)
