"""The looks: night (black and amber), day and high contrast; each look stays apart without colour by weight, reversal and its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from hotline_client.tui.looks.rows import Look, Row
from hotline_client.tui.looks.tongue import bidi_mode, direction
from hotline_client.words.bidi import shown

NIGHT: Final = "hotline-night"
DAY: Final = "hotline-day"
CONTRAST: Final = "hotline-contrast"

NAMES: Final = {"night": NIGHT, "day": DAY, "contrast": CONTRAST}
"""What a person calls them."""

THEMES: Final = (
    Theme(
        name=NIGHT,
        primary="#ffb000",
        secondary="#c88a00",
        accent="#ffb000",
        foreground="#ffc55c",
        background="#000000",
        surface="#000000",
        panel="#1c1400",
        dark=True,
    ),
    Theme(
        name=DAY,
        primary="#004a8f",
        secondary="#30506e",
        accent="#004a8f",
        foreground="#101418",
        background="#fafafa",
        surface="#fafafa",
        panel="#dfe6ee",
        dark=False,
    ),
    Theme(
        name=CONTRAST,
        primary="#ffffff",
        secondary="#ffffff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
    ),
)


def _looks(ground: str, panel: str, colours: Mapping[Look, str]) -> dict[Look, Style]:
    bold = {"strong", "own", "key", "bad", "warn", "immediate", "priority", "flash"}
    looks = {look: Style(color=tint, bgcolor=ground, bold=look in bold) for look, tint in colours.items()}
    for look in ("bar", "key"):
        looks[look] += Style(bgcolor=panel)
    # reversed by its own colours, not by the attribute: on a selected row the attribute would cancel itself
    looks["flash"] = Style(color=ground, bgcolor=colours["flash"], bold=True)
    looks["immediate"] += Style(underline=True)
    return looks


LOOKS: Final[dict[str, dict[Look, Style]]] = {
    NIGHT: _looks(
        "#000000",
        "#1c1400",
        {
            "text": "#ffc55c",
            "dim": "#b98a35",
            "strong": "#ffe2a8",
            "own": "#ffe2a8",
            "peer": "#ffb000",
            "event": "#a87b28",
            "good": "#d6d05a",
            "warn": "#ff9d3c",
            "bad": "#ff7a5c",
            "flash": "#ff8c42",
            "immediate": "#ff9d3c",
            "priority": "#ffcf5a",
            "bar": "#e0a94a",
            "key": "#ffe2a8",
        },
    ),
    DAY: _looks(
        "#fafafa",
        "#dfe6ee",
        {
            "text": "#101418",
            "dim": "#566270",
            "strong": "#000000",
            "own": "#004a8f",
            "peer": "#7a3b00",
            "event": "#566270",
            "good": "#0a5c2b",
            "warn": "#8a4b00",
            "bad": "#a30d0d",
            "flash": "#a30d0d",
            "immediate": "#8a1c00",
            "priority": "#6b4a00",
            "bar": "#22303c",
            "key": "#004a8f",
        },
    ),
}

LOOKS[CONTRAST] = _looks(
    "#000000",
    "#000000",
    {
        "text": "#ffffff",
        "dim": "#ffffff",
        "strong": "#ffffff",
        "own": "#00ffff",
        "peer": "#ffff00",
        "event": "#ffffff",
        "good": "#00ff00",
        "warn": "#ffff00",
        "bad": "#ff8080",
        "flash": "#ffff00",
        "immediate": "#ffff00",
        "priority": "#ffff00",
        "bar": "#ffffff",
        "key": "#ffff00",
    },
)


def paint(row: Row, cells: int, theme: str, *, ground: Look = "text", marked: bool = False) -> Strip:
    """A row as exactly `cells` cells of strip; on a bar every span stands on the bar's ground; `marked` reverses it."""
    looks = LOOKS.get(theme, LOOKS[NIGHT])
    fill, mode = looks[ground], bidi_mode()
    words = direction()
    segments: list[Segment] = []
    for text, look in row:
        style = looks[look]
        if ground != "text" and look != "flash":
            style += Style(bgcolor=fill.bgcolor)
        segments.append(Segment(shown(text, mode, words=words), style))
    strip = Strip(segments).adjust_cell_length(cells, fill)
    return strip.apply_style(Style(reverse=True)) if marked else strip
