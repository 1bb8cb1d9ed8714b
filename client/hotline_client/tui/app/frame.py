"""The frame: it opens the line after the first paint, reads it after changes, holds the six views and paints the bars around them.

Nothing is ever acknowledged by itself: F2 does exactly what its label says, one second after the label and the whole text were
painted. Nothing slow runs here: the line is opened in a thread after the first paint, and its news arrive as events.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from textual.app import ComposeResult
from textual.widgets import ContentSwitcher

from hotline_client.connection.changes import Changed
from hotline_client.line.views import MessageView
from hotline_client.tui.app.flash import AFTER, FlashScreen
from hotline_client.tui.app.presence import presence
from hotline_client.tui.app.shell import (
    banner_rows,
    channels_row,
    halt_rows,
    hint_row,
    put_back_rows,
    standing_words,
    tabs_row,
)
from hotline_client.tui.app.status import status_row
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.themes import NIGHT, THEMES
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import acts_of, key_bar, keymap
from hotline_client.tui.parts.needs import VIEWS, ViewName, in_order
from hotline_client.tui.parts.ports import LinePort
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.view import View
from hotline_client.tui.talk.acknowledging import Target, Trigger, choose
from hotline_client.tui.talk.view import Talk
from hotline_client.tui.terminal.crash import QuietApp
from hotline_client.tui.terminal.hangup import Deadline, when_gone
from hotline_client.tui.terminal.quirks import NoColours, teach_keys
from hotline_client.tui.terminal.signals import Signals
from hotline_protocol.errors import HotlineError
from hotline_protocol.terms import WRITING_ROLES, Precedence, other

TICK: Final = 0.25
SETTLE: Final = 0.05
"""Seconds in which changes are gathered before the views are read again."""
HINT: Final = 8.0


class Frame(QuietApp):
    """The terminal client on one line, or on what opens it in a thread. `clock` gives unix ms; `ticks` seconds that only grow."""

    CSS = """
    Screen { layers: base; }
    #banner, #halt, #hint, #channels { display: none; }
    ContentSwitcher { height: 1fr; }
    """
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(
        self,
        line_port: LinePort | Callable[[], LinePort],
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        ticks: Callable[[], float] | None = None,
        theme: str = NIGHT,
    ) -> None:
        super().__init__()
        teach_keys()
        if self.no_color:
            self._filters = [NoColours()]
        self._opener = line_port
        self._clock = clock
        self._ticks = ticks or time.monotonic
        self._counting = ticks is not None
        self._look = theme
        self._state: ScreenState | None = None
        self._views: dict[ViewName, View] = {}
        self._trigger = Trigger()
        self._signals = Signals(self._write, self.bell)
        self._flashed = 0.0
        self._verified = (0, 0)
        self._presence = ""
        self._last_need: tuple[ViewName, bytes] | None = None
        self._hint: tuple[str, float] | None = None
        self.deadline = Deadline()
        """Begins when the screen is told to end."""
        self._progress: Changed | None = None
        self._following: asyncio.Task[None] | None = None
        self._settling = False
        self.failure: HotlineError | None = None
        """Why the line could not be opened: the caller's to tell."""

    # --- from the first paint to the line

    def compose(self) -> ComposeResult:
        """The bars; the views come when the line is open."""
        yield Bar(id="status")
        yield Bar(id="tabs")
        yield Bar(id="channels")
        yield Bar(id="halt")
        yield Bar(id="banner", ground="flash")
        yield ContentSwitcher(id="views")
        yield Bar(id="hint")
        yield Bar(id="keys")

    def on_mount(self) -> None:
        """Paint first; everything that costs comes after."""
        for one in THEMES:
            self.register_theme(one)
        self.theme = self._look
        self.set_keymap(keymap())
        if not self.is_headless:
            self._hear_signals()
        self._bar("status").show(((t("HOTLINE opens the vault"), "bar"),))
        self.call_after_refresh(self._begin)

    def _hear_signals(self) -> None:
        """Told to end, or the window is closed: leave as by F10, but ask nothing, or the terminal would stay as we use it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_end, number)

        def gone() -> None:
            self.deadline.begin(128 + signal.SIGHUP)
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._told_to_end, signal.SIGHUP)

        when_gone(sys.stdin.fileno(), gone)

    def _told_to_end(self, number: signal.Signals) -> None:
        self.deadline.begin(128 + number)
        if self._state is not None and self._views:
            for draft in self.talk.unkept():
                self._state.port.set_draft(*draft)
        self.exit(return_code=128 + number)

    async def on_unmount(self) -> None:
        """Stop the transport."""
        self._signals.leave()
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    async def _begin(self) -> None:
        try:
            port, others = await asyncio.to_thread(self._open_line)
        except HotlineError as error:
            self.failure = error
            self.exit(return_code=1)
            return
        state = self._state = ScreenState(port, self._clock, self._ticks)
        state.status, state.waiting = port.status(), port.unacknowledged()
        channels = port.channels()
        state.channel = channels[0].name if channels else ""
        self._flashed = self._ticks()
        talk = Talk(state, self._counting)
        self._views = {"talk": talk, **others(state)}
        switcher = self.query_one(ContentSwitcher)
        for view in self._views.values():
            view.display = view is talk
        await switcher.mount(*self._views.values())
        self._show("talk")
        self.set_interval(TICK, self._tick)
        self._following = asyncio.create_task(self._follow(port))
        self._read_again()
        self.call_after_refresh(self._tick)

    def _open_line(self) -> tuple[LinePort, Callable[[ScreenState], dict[ViewName, View]]]:
        """Off the screen's path: the line, and the views beyond Talk, which bring half the program with them."""
        from hotline_client.tui.app.views import other_views  # noqa: PLC0415 - after the first paint

        return (self._opener() if callable(self._opener) else self._opener), other_views

    async def _follow(self, port: LinePort) -> None:
        """The line runs as long as the screen; its news arrive here."""
        try:
            async with port as line_port:
                async for changed in line_port.changes():
                    self._heard(changed)
        except HotlineError as error:
            self._say(t("THE LINE STOPPED: {why}", why=line(str(error))), for_good=True)
        except Exception as error:  # noqa: BLE001 - a task's error would be lost; the quiet crash path shows it
            self._handle_exception(error)

    def _heard(self, changed: Changed) -> None:
        if "progress" in changed.what:
            self._progress = None if changed.done == changed.total else changed
        if not self._settling:
            self._settling = True
            self.set_timer(SETTLE, self._read_again)

    def _read_again(self) -> None:
        """Read again what the screen shows."""
        self._settling = False
        state = self._state
        if state is None or not self.is_running:
            return
        state.status, state.waiting = state.port.status(), state.port.unacknowledged()
        self._count_verified(state)
        self._look_at_journals(state)
        self.view.reread()
        self._tick()

    def _count_verified(self, state: ScreenState) -> None:
        """How many of the other devices in the channel had their digits compared here."""
        others = [one.person for one in state.port.roster(state.channel) if not one.person.me]
        self._verified = (sum(state.port.verified(one.fingerprint) for one in others), len(others))

    def _look_at_journals(self, state: ScreenState) -> None:
        """What needs this person, in every channel, and whether the other side's people attend."""
        if not state.channel:
            return
        names = [one.name for one in state.port.channels()]
        state.needs = in_order(
            need for name in names for view in self._views.values() for need in view.needs(name)
        )
        theirs = other(state.me.side)
        self._presence = state.port.read(state.channel, lambda book: presence(book, theirs))

    # --- what is on the screen

    @property
    def state(self) -> ScreenState:
        """What every view looks at."""
        if self._state is None:
            raise LookupError("the line is not open yet")
        return self._state

    @property
    def talk(self) -> Talk:
        """The Talk view."""
        return self.screen_stack[0].query_one(Talk)

    @property
    def view(self) -> View:
        """The view on the screen."""
        return self._views[self._current]

    @property
    def _current(self) -> ViewName:
        now = self.screen_stack[0].query_one(ContentSwitcher).current
        return next((name for name in VIEWS if now == f"view-{name}"), "talk")

    def _bar(self, name: str) -> Bar:
        return self.screen_stack[0].query_one(f"#{name}", Bar)

    def _write(self, control: str) -> None:
        """A control sequence of ours to the terminal, if this is one."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(control)

    def _show(self, name: ViewName) -> None:
        if name not in self._views:
            return
        self.screen_stack[0].query_one(ContentSwitcher).current = f"view-{name}"
        self.view.reread()
        self.view.enter()

    def _open(self, channel: str) -> None:
        if channel != self.state.channel:
            self.state.channel = channel
            self._count_verified(self.state)
            self._look_at_journals(self.state)
            self.view.reread()

    def _say(self, text: str, *, for_good: bool = False) -> None:
        self._hint = (text, float("inf") if for_good else self._ticks() + HINT)

    def _tick(self) -> None:
        """Everything that depends on time or on what was just painted."""
        if self._state is None or not self._state.channel or not self.is_running:
            return  # a timer may fire once more while the screen is taken down
        self.view.tick()
        flashes = self._flashes()
        banner, whole = banner_rows(flashes, self.size.width)
        self._bar("banner").show(*banner)
        self._signals.waiting(frozenset(one.id for one in flashes), self._ticks())
        self._take_screen(flashes)
        self._aim(flashes[0] if flashes and whole else None)
        self._paint_bars()

    def _flashes(self) -> list[MessageView]:
        urgent = [one for one in self.state.waiting if one.precedence is Precedence.FLASH and one.needs_ack]
        return sorted(urgent, key=lambda one: one.at or one.time)

    def _take_screen(self, flashes: Sequence[MessageView]) -> None:
        """A FLASH that waited a minute since it came, or since one went back to the draft, takes the screen."""
        over = self.screen if isinstance(self.screen, FlashScreen) else None
        if not flashes:
            self._flashed = self._ticks()
            if over is not None:
                over.dismiss()
            return
        place = t("1 of {count}", count=len(flashes)) if len(flashes) > 1 else ""
        if over is not None:
            over.show(flashes[0], place)
            self._flashed = self._ticks()
        elif self._ticks() - self._flashed >= AFTER:
            self.push_screen(FlashScreen(flashes[0], place, self._label))

    def _aim(self, bannered: MessageView | None) -> None:
        """Point F2; a message counts as shown only while its whole text is painted."""
        may = self.state.me.role in WRITING_ROLES
        over = self.screen if isinstance(self.screen, FlashScreen) else None
        selected = over.message if over else self.talk.timeline.selection if self._current == "talk" else None
        message = choose(selected, self.state.waiting) if may else None
        self._trigger.aim(
            Target(message, self._is_shown(message, over, bannered)) if message else None, self._ticks()
        )

    def _is_shown(self, message: MessageView, over: FlashScreen | None, bannered: MessageView | None) -> bool:
        if over is not None:
            return over.message.id == message.id and over.shows_all
        if bannered is not None and bannered.id == message.id:
            return True
        return self._current == "talk" and self.talk.timeline.is_shown(message)

    def _label(self) -> str:
        return self._trigger.label(self._ticks(), self.state.channel)

    def _paint_bars(self) -> None:
        state, cells = self.state, self.size.width
        status, here = state.status, state.here()
        if status is None:
            return
        now = self._clock()
        self._bar("status").show(
            status_row(
                status, here, state.waiting, now, cells, verified=self._verified, presence=self._presence
            )
        )
        counts: dict[ViewName, int] = {}
        for need in state.needs:
            counts[need.view] = counts.get(need.view, 0) + 1
        tabs, zones = tabs_row(self._current, counts, cells)
        self._bar("tabs").show(tabs, zones=zones)
        if len(status.channels) > 1:
            row, zones = channels_row(status.channels, state.channel, cells)
            self._bar("channels").show(row, zones=zones)
        self._bar("halt").show(*put_back_rows(status.put_back, cells), *halt_rows(here, cells))
        if self._hint is not None and self._hint[1] <= self._ticks():
            self._hint = None
        said = self._hint[0] if self._hint else self._standing()
        self._bar("hint").show(*([hint_row(said, cells)] if said else []))
        self._paint_keys(cells)

    def _standing(self) -> str:
        timeline = self.talk.timeline
        if self._current != "talk":
            return (
                standing_words(self.state.here(), self._progress, timeline.newest, follow=True)
                if self._progress
                else ""
            )
        return standing_words(self.state.here(), self._progress, timeline.newest, follow=timeline.follow)

    def _paint_keys(self, cells: int) -> None:
        labels: Mapping[str, str] = {**self.view.labels(), "acknowledge": self._label()}
        urgent = "confirm" if "confirm" in labels else None
        offered = [act for act in self.view.offered() if act.bar]
        always = sorted((act for act in acts_of("everywhere") if act.bar), key=lambda act: act.bar)
        if offered:
            always = [act for act in always if act.id in {"acknowledge", "next_need", "help"}]
        acts = [*always[:1], *offered, *always[1:]]
        row, zones = key_bar(acts, cells, labels=labels, urgent=urgent)
        self._bar("keys").show(row, zones=zones)
