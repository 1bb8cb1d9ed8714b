"""The one registry of acts: bindings, the key bar and help are made from it and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from hotline_client.tui.rows import Look, Row, fit, width

Place = Literal["everywhere", "writing", "browsing", "roster"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person can do. `bar` orders it in the key bar (0: not there); the action is `action_<id>`."""

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    place: Place = "everywhere"
    bar: int = 0


ACTS: Final[tuple[Act, ...]] = (
    Act("help", ("f1",), "F1", "Help", "this page", bar=9),
    Act(
        "acknowledge",
        ("f2",),
        "F2",
        "ACK",
        "acknowledge the message on the label, shown for one second or more",
        bar=1,
    ),
    Act("next_waiting", ("f3",), "F3", "Next", "go to the next message that waits for you", bar=2),
    Act("reply", ("f4",), "F4", "Reply", "reply to the selected or newest message; again: no reply", bar=3),
    Act("roster", ("f5",), "F5", "Roster", "who is in the channel and who knocks", bar=4),
    Act("precedence", ("f6",), "F6", "Prec", "precedence: ROUTINE, PRIORITY, IMMEDIATE, FLASH", bar=5),
    Act("response", ("f7",), "F7", "Answer", "the answer asked for: none, R, W/U, A/N, Y", bar=6),
    Act("next_channel", ("f8",), "F8", "Chan", "the next channel", bar=7),
    Act(
        "confirm", ("f9",), "F9", "SEND", "the second key for PRIORITY and above; sends pasted ROUTINE lines"
    ),
    Act("resume", ("ctrl+r",), "Ctrl+R", "Resume", "go on after a HALT; asks for the word RESUME"),
    Act("theme", ("ctrl+t",), "Ctrl+T", "Theme", "night (black and amber) or day"),
    Act("leave", ("f10", "ctrl+q"), "F10", "Quit", "leave; asks while something waits"),
    Act("browse", ("escape",), "Esc", "Browse", "read the timeline; deletes nothing", "writing"),
    Act(
        "submit",
        ("enter",),
        "Enter",
        "Send",
        "send a text of one line; several lines or PRIORITY ask for F9",
        "writing",
    ),
    Act(
        "newline", ("ctrl+j", "shift+enter", "alt+enter"), "Ctrl+J", "New line", "begin a new line", "writing"
    ),
    Act("channel", (), "1-9", "Channel", "that channel; Alt+1 to Alt+9 everywhere", "browsing"),
    Act("write", ("escape", "i"), "Esc i", "Write", "back to the composer", "browsing"),
    Act("up", ("k", "up"), "k ↑", "Older", "one message up", "browsing"),
    Act("down", ("j", "down"), "j ↓", "Newer", "one message down", "browsing"),
    Act("page_up", ("pageup",), "PgUp", "Page up", "one screen up", "browsing"),
    Act("page_down", ("pagedown",), "PgDn", "Page down", "one screen down", "browsing"),
    Act("first", ("home", "g"), "Home", "First", "the first message of the log", "browsing"),
    Act("last", ("end", "G"), "End", "Last", "the newest message; stays there", "browsing"),
    Act(
        "details",
        ("enter",),
        "Enter",
        "Details",
        "whole text, each person's receipts, id and hash",
        "browsing",
    ),
    Act("close", ("escape", "f5"), "Esc", "Close", "back to the timeline", "roster", bar=4),
    Act("row_up", ("k", "up"), "k ↑", "Up", "one row up", "roster"),
    Act("row_down", ("j", "down"), "j ↓", "Down", "one row down", "roster"),
    Act("admit", ("a",), "a", "Admit", "admit the device that knocks; asks first", "roster", bar=1),
    Act(
        "verify",
        ("v",),
        "v",
        "Verify",
        "type the digits its holder reads out; compared here",
        "roster",
        bar=3,
    ),
    Act("remove", ("x",), "x", "Remove", "remove a member of your own side; asks first", "roster", bar=2),
    Act("roster_help", ("f1",), "F1", "Help", "this page", "roster", bar=9),
)


def acts_of(*places: Place) -> tuple[Act, ...]:
    """The acts of some places, in the registry's order."""
    return tuple(act for act in ACTS if act.place in places)


def key_bar(acts: Iterable[Act], cells: int, *, labels: dict[str, str], urgent: str | None = None) -> Row:
    """The last line: keys with their labels. `labels` replaces the words of some; `urgent` puts one act first."""
    chosen = sorted(
        (act for act in acts if act.bar or act.id == urgent), key=lambda act: (act.id != urgent, act.bar)
    )
    items: list[tuple[str, Row]] = []
    for act in chosen:
        look: Look = "strong" if act.id == urgent else "bar"
        items.append((act.id, ((f"{act.shown} ", "key"), (f"{labels.get(act.id, act.label)}  ", look))))
    # Help stays to the last: it names what no longer fits.
    while len(items) > 2 and sum(width(row) for _, row in items) > cells + 2:
        del items[-2 if items[-1][0].endswith("help") else -1]
    spans = [span for _, row in items for span in row]
    if spans:
        spans[-1] = (spans[-1][0].rstrip(), spans[-1][1])
    return fit(tuple(spans), cells)


def help_rows(first: Place) -> list[Row]:
    """Every act, those of the view one is in first."""
    titles: dict[Place, str] = {
        "writing": "WRITING",
        "browsing": "BROWSING (Esc from the composer)",
        "roster": "ROSTER",
        "everywhere": "EVERYWHERE",
    }
    order = [first, *(place for place in titles if place != first)]
    rows: list[Row] = []
    for place in order:
        rows.append(((titles[place], "strong"),))
        rows.extend(((f"  {act.shown:<8}", "key"), (act.help, "text")) for act in acts_of(place))
        rows.append((("", "text"),))
    rows.extend(((one, "dim"),) for one in _WORDS)
    return rows


_WORDS: Final = (
    "QUEUED here, not yet with the relay   RELAYED in the log of both sides",
    "DLVD on a device of theirs   SEEN painted on a screen of theirs",
    "ACK a named person pressed the key   NEEDS ACK waits for you",
    "IN ORDER every entry taken so far fits the chain and is signed by a certified member",
    "VERIFIED 2/3 digits of 2 of the 3 other devices in this channel compared on this one",
    "Nothing is ever acknowledged by itself.",
)
