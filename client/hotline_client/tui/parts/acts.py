"""The one registry of acts: bindings, the key bar, the palette and help are made from it and nothing else.

Labels and help are words for `tongue.t`; keys are Textual's names and may be changed by id in the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from textual.binding import Binding

from hotline_client.tui.looks.rows import Look, Row, Zone, fit, width
from hotline_client.tui.looks.tongue import N_, t
from hotline_protocol.errors import UsageError

Place = Literal[
    "everywhere",
    "writing",
    "browsing",
    "message",
    "list",
    "agenda",
    "meetings",
    "minutes",
    "notices",
    "chart",
    "roster",
    "record",
    "form",
]


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person can do. `bar` orders it in the key bar (0: not there); the action is `action_<id>`."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    place: Place = "everywhere"
    bar: int = 0
    action: str = ""

    def __post_init__(self) -> None:
        """An act's action is named as the act, unless it is one with an argument."""
        if not self.action:
            object.__setattr__(self, "action", self.id)


EVERYWHERE: Final = (
    Act("help", ("f1",), N_("Help"), N_("this page"), bar=90),
    Act(
        "acknowledge",
        ("f2",),
        N_("ACK"),
        N_("acknowledge the message on the label, shown for one second or more"),
        bar=1,
    ),
    Act("next_need", ("f3",), N_("Next"), N_("go to the next thing that needs you, in any view"), bar=2),
    Act("reply", ("f4",), N_("Reply"), N_("reply to the selected or newest message; again: no reply"), bar=3),
    Act(
        "respond",
        ("f5",),
        N_("Respond"),
        N_("answer it: WILCO, UNABLE, STANDBY, ROGER, AFFIRM, NEGATIVE"),
        bar=4,
    ),
    Act("new_item", ("f6",), N_("Agenda+"), N_("propose an item of the agenda"), bar=5),
    Act("new_meeting", ("f7",), N_("Meet"), N_("propose a meeting"), bar=6),
    Act("new_notice", ("f8",), N_("Notice"), N_("announce an activity by a notice"), bar=7),
    Act(
        "confirm",
        ("f9",),
        N_("SEND"),
        N_("the second key for PRIORITY and above; sends pasted lines and forms"),
    ),
    Act("leave", ("f10", "ctrl+q"), N_("Quit"), N_("leave; asks while something waits")),
    *(
        Act(
            f"view_{name}",
            (f"alt+{number}",),
            name.upper(),
            N_("the view with that number"),
            action=f"view({number})",
        )
        for number, name in enumerate(("talk", "agenda", "meetings", "notices", "roster", "record"), 1)
    ),
    Act("next_channel", ("ctrl+pagedown", "alt+down"), N_("Channel"), N_("the next channel")),
    Act("previous_channel", ("ctrl+pageup", "alt+up"), N_("Channel back"), N_("the channel before")),
    Act("precedence", ("ctrl+g",), N_("Precedence"), N_("precedence: ROUTINE, PRIORITY, IMMEDIATE, FLASH")),
    Act("response", ("ctrl+n",), N_("Answer"), N_("the answer asked for: none, R, W/U, A/N, Y")),
    Act("address", ("ctrl+o",), N_("To"), N_("who is to act, and who only to know")),
    Act("search", ("ctrl+f",), N_("Search"), N_("search all that was written")),
    Act("palette", ("ctrl+p",), N_("Acts"), N_("everything one can do here, found by typing")),
    Act("resume", ("ctrl+r",), N_("Resume"), N_("go on after a HALT; asks for the word RESUME")),
    Act("theme", ("ctrl+t",), N_("Theme"), N_("night (black and amber), day, high contrast")),
)

WRITING: Final = (
    Act("browse", ("escape",), N_("Browse"), N_("read the timeline; deletes nothing"), "writing"),
    Act(
        "submit",
        ("enter",),
        N_("Send"),
        N_("send a text of one line; several lines or PRIORITY ask for F9"),
        "writing",
    ),
    Act(
        "newline",
        ("ctrl+j", "shift+enter", "alt+enter"),
        N_("New line"),
        N_("begin a new line"),
        "writing",
    ),
)

BROWSING: Final = (
    Act("write", ("escape", "i"), N_("Write"), N_("back to the composer"), "browsing"),
    Act("up", ("k", "up"), N_("Older"), N_("one message up"), "browsing"),
    Act("down", ("j", "down"), N_("Newer"), N_("one message down"), "browsing"),
    Act("page_up", ("pageup",), N_("Page up"), N_("one screen up"), "browsing"),
    Act("page_down", ("pagedown",), N_("Page down"), N_("one screen down"), "browsing"),
    Act("first", ("home", "g"), N_("First"), N_("the first message of the log"), "browsing"),
    Act("last", ("end", "G"), N_("Last"), N_("the newest message; stays there"), "browsing"),
    Act(
        "details",
        ("enter",),
        N_("Details"),
        N_("whole text, each person's receipts, id and hash"),
        "browsing",
    ),
)

MESSAGE: Final = (
    Act(
        "jump",
        ("number_sign",),
        N_("Jump"),
        N_("go to #120, N-0042/26, 221432Z NOV 26 or a date"),
        "message",
    ),
    Act("find", ("slash",), N_("Search"), N_("search all that was written"), "message"),
    Act("open_there", ("o",), N_("Open"), N_("open an item, a meeting or a notice in its view"), "message"),
    Act("thread", ("t",), N_("Thread"), N_("the dialogue of the selected message"), "message"),
    Act(
        "correct",
        ("c",),
        N_("Correct"),
        N_("correct a message of yours; what it said before is kept"),
        "message",
    ),
    Act("withdraw", ("w",), N_("Withdraw"), N_("withdraw a message of yours"), "message"),
    Act("translate", ("l",), N_("Translate"), N_("add a courtesy translation"), "message"),
)

LIST: Final = (
    Act("row_up", ("k", "up"), N_("Up"), N_("one row up"), "list"),
    Act("row_down", ("j", "down"), N_("Down"), N_("one row down"), "list"),
    Act("rows_up", ("pageup",), N_("Page up"), N_("one screen up"), "list"),
    Act("rows_down", ("pagedown",), N_("Page down"), N_("one screen down"), "list"),
    Act("row_first", ("home", "g"), N_("First"), N_("the first row"), "list"),
    Act("row_last", ("end", "G"), N_("Last"), N_("the last row"), "list"),
    Act("whole", ("enter",), N_("Whole"), N_("all of the marked row"), "list"),
    Act(
        "search_list",
        ("slash",),
        N_("Search"),
        N_("search all that was written"),
        "list",
        action="app.search",
    ),
    Act("to_talk", ("escape",), N_("Talk"), N_("back to the timeline"), "list"),
)

AGENDA: Final = (
    Act("accept", ("a",), N_("Accept"), N_("accept the item, so that it can be adopted"), "agenda", bar=1),
    Act("counter", ("c",), N_("Counter"), N_("propose other words for it"), "agenda", bar=2),
    Act("decline", ("d",), N_("Decline"), N_("decline it, and say why"), "agenda", bar=3),
    Act("adopt", ("p",), N_("Adopt"), N_("adopt the agenda in this order; both sides must"), "agenda", bar=4),
    Act("item_up", ("shift+up", "K"), N_("Move up"), N_("move it up in the order you would adopt"), "agenda"),
    Act(
        "item_down",
        ("shift+down", "J"),
        N_("Move down"),
        N_("move it down in the order you would adopt"),
        "agenda",
    ),
    Act("open", ("o",), N_("Open"), N_("open it: it is talked about"), "agenda", bar=5),
    Act(
        "outcome",
        ("u",),
        N_("Outcome"),
        N_("say what came of it; both sides must say the same"),
        "agenda",
        bar=6,
    ),
    Act(
        "silence",
        ("s",),
        N_("Silence"),
        N_("propose an outcome that stands unless they speak"),
        "agenda",
        bar=7,
    ),
    Act("object", ("b",), N_("Object"), N_("break the silence: object, and say why"), "agenda", bar=8),
    Act("amend", ("m",), N_("Amend"), N_("break the silence with other words"), "agenda", bar=9),
    Act("take_back", ("w",), N_("Withdraw"), N_("withdraw an item your side brought up"), "agenda", bar=10),
    Act(
        "close_item",
        ("x",),
        N_("Close"),
        N_("nothing is left to do about it; both sides must"),
        "agenda",
        bar=11,
    ),
)
MEETINGS: Final = (
    Act(
        "agree",
        ("y",),
        N_("Agree"),
        N_("agree to a time, a place or a level as it stands"),
        "meetings",
        bar=1,
    ),
    Act("reply_times", ("r",), N_("Answer"), N_("say which of the candidate times fit"), "meetings", bar=2),
    Act(
        "counter_meeting",
        ("c",),
        N_("Counter"),
        N_("propose another time, place or level"),
        "meetings",
        bar=3,
    ),
    Act("attach", ("i",), N_("Items"), N_("say which items of the agenda it is for"), "meetings", bar=4),
    Act("held", ("h",), N_("Held"), N_("say that it took place; both sides must"), "meetings", bar=5),
    Act("cancel", ("x",), N_("Cancel"), N_("cancel it, and say why"), "meetings", bar=6),
    Act("save_calendar", ("e",), N_("Export"), N_("the meetings as a calendar file"), "meetings", bar=8),
    Act("calendar", ("w",), N_("Weeks"), N_("the coming weeks"), "meetings", bar=7),
)
MINUTES: Final = (
    Act(
        "initial",
        ("a",),
        N_("Initial"),
        N_("your side holds the text for right; asks for its hash"),
        "minutes",
        bar=8,
    ),
    Act(
        "sign",
        ("s",),
        N_("Sign"),
        N_("sign as head of delegation; asks for the hash of the text"),
        "minutes",
        bar=9,
    ),
    Act("remark", ("m",), N_("Remark"), N_("say something about the text"), "minutes", bar=10),
    Act(
        "revise_minutes",
        ("t",),
        N_("Text"),
        N_("put another text; voids what was initialled"),
        "minutes",
        bar=11,
    ),
    Act(
        "reserve",
        ("v",),
        N_("Reserve"),
        N_("a reservation of your side, which stays with it"),
        "minutes",
        bar=12,
    ),
    Act(
        "save_minutes",
        ("p",),
        N_("Paper"),
        N_("the minutes as PDF, HTML, Markdown or text"),
        "minutes",
        bar=14,
    ),
    Act(
        "draft_minutes",
        ("n",),
        N_("Minutes+"),
        N_("draft minutes from the outcomes of the agenda"),
        "minutes",
        bar=13,
    ),
)
NOTICES: Final = (
    Act("replace", ("r",), N_("Replace"), N_("put another in its place at once"), "notices", bar=1),
    Act("cancel_notice", ("x",), N_("Cancel"), N_("cancel it at once"), "notices", bar=2),
    Act("block", ("t",), N_("Text"), N_("as NOTAM, NAVAREA warning or EMCON text"), "notices", bar=3),
    Act("arena", ("a",), N_("Arena"), N_("one arena at a time, or all"), "notices", bar=4),
    Act("over", ("v",), N_("Over"), N_("also what is over, or not"), "notices", bar=5),
    Act(
        "cease_buzzer", ("b",), N_("CEASE BUZZER"), N_("a FLASH: be silent in the spectrum"), "notices", bar=6
    ),
    Act("map", ("m",), N_("Map"), N_("the notices of the list on a map"), "notices", bar=7),
    Act("hours", ("w",), N_("When"), N_("when the notices of the list hold"), "notices", bar=8),
    Act(
        "save_notices",
        ("e",),
        N_("Export"),
        N_("write them to a file: GeoJSON, SVG or text"),
        "notices",
        bar=9,
    ),
)
CHART: Final = (
    Act("chart_close", ("escape", "q"), N_("Back"), N_("back to the list"), "chart", bar=1),
    Act("chart_next", ("tab", "n"), N_("Next"), N_("the next notice"), "chart", bar=2),
    Act("chart_previous", ("shift+tab", "p"), N_("Before"), N_("the notice before"), "chart"),
    Act("chart_other", ("w", "m"), N_("Map/when"), N_("the map, or when they hold"), "chart", bar=3),
    Act("chart_nearer", ("plus", "equals_sign"), N_("Nearer"), N_("less, and larger"), "chart", bar=4),
    Act("chart_further", ("minus",), N_("Further"), N_("more, and smaller"), "chart", bar=5),
    Act(
        "chart_left",
        ("left", "h"),
        N_("Left"),
        N_("to the west, or earlier"),
        "chart",
        action="chart_move(-1, 0)",
    ),
    Act(
        "chart_right",
        ("right", "l"),
        N_("Right"),
        N_("to the east, or later"),
        "chart",
        action="chart_move(1, 0)",
    ),
    Act(
        "chart_up", ("up", "k"), N_("Up"), N_("to the north, or a row up"), "chart", action="chart_move(0, 1)"
    ),
    Act(
        "chart_down",
        ("down", "j"),
        N_("Down"),
        N_("to the south, or a row down"),
        "chart",
        action="chart_move(0, -1)",
    ),
    Act("chart_fit", ("f", "enter"), N_("Fit"), N_("the marked notice, as large as it fits"), "chart", bar=6),
    Act("chart_whole", ("0",), N_("All"), N_("all of them"), "chart", bar=7),
)
ROSTER: Final = (
    Act("admit", ("a",), N_("Admit"), N_("admit the device that knocks; asks first"), "roster", bar=1),
    Act("remove", ("x",), N_("Remove"), N_("remove a member of your own side; asks first"), "roster", bar=2),
    Act(
        "verify",
        ("v",),
        N_("Verify"),
        N_("type the digits its holder reads out; compared here"),
        "roster",
        bar=3,
    ),
    Act(
        "composition",
        ("c",),
        N_("People"),
        N_("both delegations: announced, beside certified"),
        "roster",
        bar=4,
    ),
    Act(
        "refound",
        ("f",),
        N_("Found again"),
        N_("found the channel again with the other side; asks for the word FOUND"),
        "roster",
    ),
)
WATCH: Final = (
    Act(
        "take_watch",
        ("t",),
        N_("Take watch"),
        N_("take the watch; a head or deputy from whoever has it"),
        "roster",
        bar=4,
    ),
    Act(
        "hand_over",
        ("h",),
        N_("Hand over"),
        N_("hand the watch to a colleague with all that is open"),
        "roster",
        bar=5,
    ),
    Act("accept_watch", ("y",), N_("Accept"), N_("accept the watch that was handed to you"), "roster", bar=6),
    Act(
        "announce",
        ("n",),
        N_("Announce"),
        N_("tell the other side of a change in our delegation"),
        "roster",
        bar=7,
    ),
)

RECORD: Final = (
    Act(
        "check_line", ("c",), N_("Check"), N_("check that the other side's machines answer"), "record", bar=1
    ),
    Act("attend", ("a",), N_("Attend"), N_("say whether our people are at the line"), "record", bar=2),
    Act(
        "sign_log",
        ("s",),
        N_("Sign"),
        N_("sign the log as this device has it: a checkpoint"),
        "record",
        bar=3,
    ),
    Act(
        "missed", ("m",), N_("Missed"), N_("put on record that a line check was not echoed"), "record", bar=4
    ),
    Act(
        "export",
        ("e",),
        N_("Export"),
        N_("write the channel's log to a file that can be verified"),
        "record",
        bar=5,
    ),
    Act("verify_record", ("v",), N_("Verify"), N_("verify such a file"), "record", bar=6),
)

FORM: Final = (
    Act(
        "send_form",
        ("f9",),
        N_("SEND"),
        N_("send what the form says, once all of it is right"),
        "form",
        bar=1,
    ),
    Act("next_field", ("enter", "tab", "down"), N_("Next field"), N_("to the next field"), "form", bar=2),
    Act("previous_field", ("shift+tab", "up"), N_("Back"), N_("to the field before"), "form", bar=3),
    Act("cycle", ("ctrl+n",), N_("Choice"), N_("the next choice of the field"), "form", bar=4),
    Act(
        "keep_form",
        ("escape",),
        N_("Keep, close"),
        N_("close; what was typed is kept on this device"),
        "form",
        bar=5,
    ),
    Act("clear_form", ("ctrl+l",), N_("Empty"), N_("empty the form"), "form", bar=6),
    Act("form_help", ("f1",), N_("Help"), N_("this page"), "form", bar=90),
)

ACTS: Final = (
    *EVERYWHERE, *WRITING, *BROWSING, *MESSAGE, *LIST, *AGENDA, *MEETINGS, *MINUTES, *NOTICES, *CHART, *ROSTER, *WATCH, *RECORD, *FORM,
)  # fmt: skip

_changed: dict[str, tuple[str, ...]] = {}

_TOGETHER: Final[tuple[tuple[Place, ...], ...]] = (
    ("everywhere", "writing"),
    ("everywhere", "browsing", "message"),
    *(("everywhere", "list", place) for place in ("agenda", "notices", "roster", "record")),
    ("everywhere", "list", "meetings", "minutes"),
    ("form",),
    ("chart",),
)
"""Places whose keys are heard at the same time: within each a key has one meaning."""


def remap(keys: Mapping[str, Iterable[str]]) -> None:
    """Give acts other keys, by id, before the screen is made. UsageError if an id is unknown or a key would mean two things."""
    wanted = {name: tuple(given) for name, given in keys.items()}
    known = {act.id for act in ACTS}
    for name in wanted:
        if name not in known:
            raise UsageError(f"there is no act {name!r}; `hotline tui --list-keys` lists them")
    for places in _TOGETHER:
        owner: dict[str, str] = {}
        for act in acts_of(*places):
            for key in wanted.get(act.id, act.keys):
                if owner.setdefault(key, act.id) != act.id:
                    raise UsageError(f"the key {key} would mean both {owner[key]} and {act.id}")
    _changed.clear()
    _changed.update(wanted)


def keys(act: Act) -> tuple[str, ...]:
    """The keys of an act as they are now."""
    return _changed.get(act.id, act.keys)


def keymap() -> dict[str, str]:
    """What was changed, as Textual takes it."""
    return {name: ",".join(given) for name, given in _changed.items()}


def bindings(*places: Place, priority: bool = False) -> Iterator[Binding]:
    """Textual's bindings for the acts of some places."""
    for act in acts_of(*places):
        yield Binding(",".join(act.keys), act.action, act.label, id=act.id, show=False, priority=priority)


def acts_of(*places: Place) -> tuple[Act, ...]:
    """The acts of some places, in the registry's order."""
    return tuple(act for act in ACTS if act.place in places)


_NAMES: Final = {
    "escape": "Esc", "enter": "Enter", "pageup": "PgUp", "pagedown": "PgDn", "number_sign": "#", "slash": "/",
    "up": "↑", "down": "↓", "home": "Home", "end": "End", "space": "Space", "tab": "Tab",
    "plus": "+", "minus": "-", "equals_sign": "=", "left": "←", "right": "→",
}  # fmt: skip


def shown(act: Act) -> str:
    """The keys of an act in words: `F2`, `k ↑`, `Ctrl+G`."""
    return " ".join(_key(one) for one in keys(act)[:2])


def _key(name: str) -> str:
    *mods, last = name.split("+")
    word = _NAMES.get(last, last.upper() if mods or (last[:1] == "f" and last[1:].isdigit()) else last)
    return "+".join([*(mod.capitalize() for mod in mods), word])


def key_bar(
    acts: Iterable[Act], cells: int, *, labels: Mapping[str, str], urgent: str | None = None
) -> tuple[Row, tuple[Zone, ...]]:
    """The last line: keys with their labels, and which cells of it stand for which act. `labels` replaces the words of some;
    `urgent` puts one act first.
    """
    leading = [act for act in acts_of("everywhere") if act.id == urgent]
    chosen = [*leading, *(act for act in acts if act.id != urgent)]
    items: list[tuple[str, Row]] = []
    for act in chosen:
        look: Look = "strong" if act.id == urgent else "bar"
        first = _key(keys(act)[0]) if keys(act) else ""
        items.append((act.id, ((f"{first} ", "key"), (f"{labels.get(act.id) or t(act.label)}  ", look))))
    # Help stays to the last: it names what no longer fits. The gap after the last one may go.
    while len(items) > 2 and sum(width(row) for _, row in items) > cells + 2:
        del items[-2 if items[-1][0].endswith("help") else -1]
    zones: list[Zone] = []
    at = 0
    for name, row in items:
        zones.append(Zone(0, at, at + width(row), f"app.perform('{name}')"))
        at += width(row)
    spans = [span for _, row in items for span in row]
    if at > cells and spans:
        words, look = spans[-1]
        spans[-1] = (words.removesuffix("  "), look)
    return fit(tuple(spans), cells), tuple(zones)


def help_rows(*first: Place) -> list[Row]:
    """Every act, those of the view one is in first."""
    titles: dict[Place, str] = {
        "writing": t("WRITING"),
        "browsing": t("BROWSING (Esc from the composer)"),
        "message": t("THE SELECTED MESSAGE"),
        "list": t("LISTS"),
        "agenda": t("AGENDA"),
        "meetings": t("MEETINGS"),
        "minutes": t("MINUTES"),
        "notices": t("NOTICES"),
        "chart": t("MAP AND HOURS"),
        "roster": t("ROSTER"),
        "record": t("RECORD"),
        "form": t("FORMS"),
        "everywhere": t("EVERYWHERE"),
    }
    order = [*first, *(place for place in titles if place not in first)]
    rows: list[Row] = []
    for place in order:
        acts = acts_of(place)
        if acts:
            rows.append(((titles[place], "strong"),))
            rows.extend(((f"  {shown(act):<14} ", "key"), (t(act.help), "text")) for act in acts)
            rows.append((("", "text"),))
    rows.extend(((one, "dim"),) for one in _words())
    return rows


def _words() -> tuple[str, ...]:
    return (
        t("QUEUED here, not yet with the relay   SENT in the log of both sides"),
        t("DLVD on a device of theirs   SEEN painted on a screen of theirs"),
        t("ACK a named person pressed the key   NEEDS ACK waits for you"),
        t("IN ORDER every entry taken so far fits the chain and is signed by a certified member"),
        t("VERIFIED 2/3 digits of 2 of the 3 other devices in this channel compared on this one"),
        t("Nothing is ever acknowledged by itself."),
    )
