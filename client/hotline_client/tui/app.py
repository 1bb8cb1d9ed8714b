"""The main screen: it reads views after changes, shows them through the presenter, and turns keys into acts on the line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hotline_client.bidi import has_rtl
from hotline_client.tui.acting import Target, Trigger, choose
from hotline_client.tui.acts import Place, acts_of, help_rows, key_bar
from hotline_client.tui.alarm import Alarm
from hotline_client.tui.bars import Bar
from hotline_client.tui.cells import line
from hotline_client.tui.composer import Composer, teach_alt_enter
from hotline_client.tui.composing import Composition, Outgoing, address_row
from hotline_client.tui.crash import QuietApp
from hotline_client.tui.message_rows import detail_rows
from hotline_client.tui.notices import banner_rows, halt_rows, hint_row, quit_reasons, standing_words
from hotline_client.tui.ports import LinePort
from hotline_client.tui.roster import Roster
from hotline_client.tui.seeing import Seeing, counts
from hotline_client.tui.sheets import Ask, Sheet
from hotline_client.tui.status import status_row, tabs_row
from hotline_client.tui.themes import DAY, NIGHT, THEMES
from hotline_client.tui.timeline import Timeline
from hotline_client.tui.typed import AskTyped
from hotline_client.views import Changed, ChannelView, MessageView, StatusView
from hotline_protocol.errors import HotlineError
from hotline_protocol.terms import WRITING_ROLES, Precedence

TICK: Final = 0.25
SETTLE: Final = 0.05
"""Seconds in which changes are gathered before the views are read again."""
HINT: Final = 8.0
KEEP: Final = 1.0
"""Seconds between looks at whether a draft changed and is to be kept."""


class HotlineApp(QuietApp):
    """The terminal client on one line. `clock` gives unix ms; `ticks` seconds that only grow."""

    CSS = """
    Screen { layers: base; }
    #preview, #banner, #halt, #hint { display: none; }
    """
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(",".join(act.keys), act.id, act.label, show=False, priority=True)
            for act in acts_of("everywhere")
        ),
        *(
            Binding(f"alt+{number}", f"channel({number})", "Channel", show=False, priority=True)
            for number in range(1, 10)
        ),
    ]

    def __init__(
        self,
        line_port: LinePort,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        ticks: Callable[[], float] | None = None,
        theme: str = NIGHT,
    ) -> None:
        super().__init__()
        teach_alt_enter()
        self._port = line_port
        self._clock = clock
        self._ticks = ticks or time.monotonic
        self._composer_ticks = ticks
        self._look = theme
        self._status: StatusView | None = None
        self._waiting: list[MessageView] = []
        self._channel = ""
        self._composition = Composition("")
        self._drafts: dict[str, tuple[str, Composition]] = {}
        self._trigger = Trigger()
        self._seeing: dict[str, Seeing] = {}
        self._alarm = Alarm()
        self._verified = (0, 0)
        self._kept: dict[str, str] = {}
        self._hint: tuple[str, float] | None = None
        self._progress: Changed | None = None
        self._following: asyncio.Task[None] | None = None
        self._flushing = False

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield Bar(id="status")
        yield Bar(id="tabs")
        yield Bar(id="halt")
        yield Bar(id="banner", ground="flash")
        yield Timeline(self._port)
        yield Bar(id="preview", ground="text")
        yield Bar(id="hint")
        yield Bar(id="address")
        yield Composer(self._composer_ticks)
        yield Bar(id="keys")

    def on_mount(self) -> None:
        """Paint first; everything that costs comes after."""
        for one in THEMES:
            self.register_theme(one)
        self.theme = self._look
        self._bar("status").show((("HOTLINE opens the vault", "bar"),))
        self._composer.focus()
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """Stop the transport."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Acts of the main screen rest while another screen is over it."""
        del parameters
        covered = len(self.screen_stack) > 1
        return not (covered and action in {"channel", *(act.id for act in acts_of("everywhere"))} - {"theme"})

    @property
    def _timeline(self) -> Timeline:
        return self.screen_stack[0].query_one(Timeline)

    @property
    def _composer(self) -> Composer:
        return self.screen_stack[0].query_one(Composer)

    def _bar(self, name: str) -> Bar:
        return self.screen_stack[0].query_one(f"#{name}", Bar)

    def _begin(self) -> None:
        self._status = self._port.status()
        self._waiting = self._port.unacknowledged()
        channels = self._port.channels()
        if channels:
            self._open(channels[0].name)
        if self._status.me.role not in WRITING_ROLES:
            self._composer.read_only = True
            self._say("an observer reads; this device cannot write")
        self.set_interval(TICK, self._tick)
        self.set_interval(KEEP, self._keep_drafts)
        self._following = asyncio.create_task(self._follow())
        self._tick()

    async def _follow(self) -> None:
        """The line runs as long as the screen; its news arrive here."""
        try:
            async with self._port as line_port:
                async for changed in line_port.changes():
                    self._heard(changed)
        except HotlineError as error:
            self._say(f"THE LINE STOPPED: {error}", for_good=True)
        except Exception as error:  # noqa: BLE001 - a task's error would be lost; the quiet crash path shows it
            self._handle_exception(error)

    def _heard(self, changed: Changed) -> None:
        if "progress" in changed.what:
            self._progress = None if changed.done == changed.total else changed
        if not self._flushing:
            self._flushing = True
            self.set_timer(SETTLE, self._read_again)

    def _read_again(self) -> None:
        """Read again what the screen shows."""
        self._flushing = False
        if not self.is_running:
            return
        self._status = self._port.status()
        self._waiting = self._port.unacknowledged()
        self._timeline.reread()
        self._count_verified()
        if isinstance(self.screen, Roster):
            self.screen.reread()
        self._tick()

    def _open(self, channel: str) -> None:
        """Show a channel; the draft of the one before is kept."""
        if channel == self._channel:
            return
        if self._channel:
            self._drafts[self._channel] = (self._composer.text, self._composition.touched())
        self._channel = channel
        if channel not in self._kept:
            self._kept[channel] = self._port.draft(channel)
        text, self._composition = self._drafts.pop(channel, (self._kept[channel], Composition(channel)))
        self._count_verified()
        self._composer.load_text(text)
        if channel not in self._seeing:
            self._seeing[channel] = Seeing(self._port, channel)
        self._timeline.open(channel)

    def _count_verified(self) -> None:
        """How many of the other devices in the channel had their digits compared here."""
        others = [one.person for one in self._port.roster(self._channel) if not one.person.me]
        self._verified = (sum(self._port.verified(one.fingerprint) for one in others), len(others))

    def _unkept(self) -> dict[str, str]:
        """The drafts that changed since they were kept; from now on they count as kept."""
        texts = {channel: text for channel, (text, _) in self._drafts.items()}
        if self._channel:
            texts[self._channel] = self._composer.text
        changed = {channel: text for channel, text in texts.items() if self._kept.get(channel, "") != text}
        self._kept.update(changed)
        return changed

    async def _keep_drafts(self) -> None:
        """Write down what changed, off the screen's path: it is there again after a kill."""
        if not self.is_running:
            return
        for channel, text in self._unkept().items():
            await asyncio.to_thread(self._port.set_draft, channel, text)

    def _here(self) -> ChannelView | None:
        channels = self._status.channels if self._status else ()
        return next((one for one in channels if one.name == self._channel), None)

    def _say(self, text: str, *, for_good: bool = False) -> None:
        self._hint = (line(text), float("inf") if for_good else self._ticks() + HINT)

    def _tick(self) -> None:
        """Everything that depends on time or on what was just painted."""
        if self._status is None or not self._channel or not self.is_running:
            return  # a timer may fire once more while the screen is taken down
        self._mark_seen()
        self._aim()
        self._paint_bars(self._status)

    def _mark_seen(self) -> None:
        if not self.app_focus:
            return
        mark = self._seeing[self._channel].painted(self._timeline.take_painted())
        if mark is not None:
            try:
                self._port.mark_seen(self._channel, mark)
            except HotlineError as error:
                self._say(str(error))

    def _flashes(self) -> list[MessageView]:
        urgent = [one for one in self._waiting if one.precedence is Precedence.FLASH and one.needs_ack]
        return sorted(urgent, key=lambda one: one.at or one.time)

    def _aim(self) -> None:
        """Point F2; a message counts as shown only while its whole text is painted, here or in the banner."""
        may = self._status is not None and self._status.me.role in WRITING_ROLES
        message = choose(self._timeline.selection, self._waiting) if may else None
        shown = message is not None and self._timeline.is_shown(message)
        self._trigger.aim(Target(message, shown) if message else None, self._ticks())

    def _paint_bars(self, status: StatusView) -> None:
        cells, now, here = self.size.width, self._clock(), self._here()
        self._bar("status").show(status_row(status, here, self._waiting, now, cells, verified=self._verified))
        self._bar("tabs").show(tabs_row(status.channels, self._channel, cells))
        self._bar("halt").show(*halt_rows(here, cells))
        flashes = self._flashes()
        self._bar("banner").show(*banner_rows(flashes, cells))
        if self._alarm.rings((one.id for one in flashes), self._ticks()):
            self.bell()
        if self._hint is not None and self._hint[1] <= self._ticks():
            self._hint = None
        said = (
            self._hint[0]
            if self._hint
            else standing_words(here, self._progress, self._timeline.newest, follow=self._timeline.follow)
        )
        self._bar("hint").show(*([hint_row(said, cells)] if said else []))
        self._bar("address").show(address_row(self._composition, status, cells))
        self._paint_keys(cells)

    def _paint_keys(self, cells: int) -> None:
        places = acts_of("everywhere")
        pending = self._composition.pending
        labels = {"acknowledge": self._trigger.label(self._ticks(), self._channel)}
        if pending is not None:
            labels["confirm"] = f"SEND {pending.precedence.value}"
        self._bar("keys").show(key_bar(places, cells, labels=labels, urgent="confirm" if pending else None))

    def on_composer_submitted(self) -> None:
        """Enter: one line of ROUTINE goes; anything else asks for the second key."""
        self._composition, outgoing = self._composition.submit(self._composer.text)
        self._send(outgoing)

    def action_confirm(self) -> None:
        """F9."""
        text, outgoing = self._composer.text, None
        if self._composition.pending is None and self._composition.precedence is Precedence.ROUTINE:
            # what Enter would not send of a paste: the key that no paste contains does
            text = text.rstrip("\n")
            self._composition, outgoing = self._composition.submit(text)
        elif self._composition.pending is None:
            self._say("F9 is the second key; Enter comes first")
        if outgoing is None:
            self._composition, outgoing = self._composition.confirm(text)
        self._send(outgoing)

    def _send(self, outgoing: Outgoing | None) -> None:
        if outgoing is not None:
            before = self._composition
            try:
                self._port.send_text(
                    outgoing.channel,
                    outgoing.text,
                    precedence=outgoing.precedence,
                    response=outgoing.response,
                    reply_to=outgoing.reply_to,
                )
            except HotlineError as error:
                reply = before.reply
                self._composition = Composition(
                    outgoing.channel, outgoing.precedence, outgoing.response, reply
                )
                self._say(f"NOT QUEUED: {error}")
            else:
                self._composer.load_text("")
                # at once: a draft that comes back after a kill would be sent twice
                self._kept[outgoing.channel] = ""
                self._port.set_draft(outgoing.channel, "")
                self._timeline.action_last()
                self._read_again()
                return
        self._tick()

    def on_text_area_changed(self) -> None:
        """A changed draft takes back what waited for its second key; right-to-left text gets a preview."""
        text = self._composer.text
        pending = self._composition.pending
        if pending is not None and pending.text != text:
            self._composition = self._composition.touched()
        rows = text.split("\n")
        at = min(self._composer.cursor_location[0], len(rows) - 1)
        here = rows[at]
        if has_rtl(here):
            self._bar("preview").show(
                (("reads as  ", "dim"), (line(here, max(1, self.size.width - 10)), "strong"))
            )
        else:
            self._bar("preview").show()
        self._tick()

    def on_composer_left(self) -> None:
        """Esc: take back a pending send, else go and read."""
        if self._composition.pending is not None:
            self._composition = self._composition.touched()
            self._tick()
        else:
            self._timeline.focus()

    def on_composer_notice(self, message: Composer.Notice) -> None:
        """The composer has something to say."""
        self._say(message.text)

    def on_timeline_write(self) -> None:
        """Back to writing."""
        self._composer.focus()

    def on_timeline_details(self, message: Timeline.Details) -> None:
        """All of one message."""
        self.push_screen(Sheet("MESSAGE", lambda cells: detail_rows(message.message, cells)))

    def on_app_focus(self, event: events.AppFocus) -> None:
        """Somebody looks again: only what is painted from now on counts."""
        del event
        self._timeline.reset_painted()

    def on_resize(self) -> None:
        """The bars are made for a width."""
        if self._status is not None:
            self.call_after_refresh(self._tick)

    def action_acknowledge(self) -> None:
        """F2: exactly what its label says, once it is armed."""
        # Aim first: what the key does is judged by what is on the screen now.
        self._aim()
        target, now = self._trigger.target, self._ticks()
        if target is None:
            self._say("nothing waits for an acknowledgment")
        elif not target.shown:
            self._open(target.message.channel)
            self._timeline.go_to(target.message)
        elif not self._trigger.armed(now):
            self._say("F2 arms one second after its message is on the screen")
        else:
            try:
                self._port.acknowledge(target.message.channel, target.message.id)
            except HotlineError as error:
                self._say(f"NOT ACKNOWLEDGED: {error}")
            else:
                self._read_again()
        self._tick()

    def action_next_waiting(self) -> None:
        """F3: the next that waits for an answer; if none does, the first not yet seen."""
        waiting = sorted((one for one in self._waiting if one.needs_ack), key=lambda one: one.at or one.time)
        names = [(one.channel, one.id) for one in waiting]
        selected = self._timeline.selection
        now_at = (selected.channel, selected.id) if selected else None
        following = (names.index(now_at) + 1) % len(names) if now_at in names else 0
        if waiting:
            message = waiting[following]
        else:
            unseen = self._first_unseen()
            if unseen is None:
                self._say("nothing waits for you")
                self._tick()
                return
            message = unseen
        self._open(message.channel)
        self._timeline.focus()
        self._timeline.go_to(message)
        self._tick()

    def _first_unseen(self) -> MessageView | None:
        """The first message of theirs above the watermark, looked for a few pages far."""
        after = self._seeing[self._channel].watermark if self._channel else 0
        for _ in range(20):
            page = self._port.timeline(self._channel, after=after, limit=200)
            found = next((one for one in page if one.seq is not None and counts(one)), None)
            numbers = [one.seq for one in page if one.seq is not None]
            if found is not None or not numbers:
                return found
            after = numbers[-1]
        return None

    def action_reply(self) -> None:
        """F4: reply to what is selected, else to the newest; again takes it back."""
        message = self._timeline.selection or self._timeline.newest
        reply = (
            None
            if self._composition.reply is not None or message is None or message.kind != "text"
            else message
        )
        self._composition = Composition(
            self._channel, self._composition.precedence, self._composition.response, reply
        )
        self._composer.focus()
        self._tick()

    def action_roster(self) -> None:
        """F5."""
        if self._channel:
            self.push_screen(Roster(self._port, self._channel, self._clock))

    def action_precedence(self) -> None:
        """F6."""
        self._composition = self._composition.next_precedence()
        self._tick()

    def action_response(self) -> None:
        """F7."""
        self._composition = self._composition.next_response()
        self._tick()

    def action_next_channel(self) -> None:
        """F8."""
        names = [one.name for one in self._port.channels()]
        if names:
            at = names.index(self._channel) if self._channel in names else -1
            self._open(names[(at + 1) % len(names)])
            self._tick()

    def action_channel(self, number: int) -> None:
        """The channel with that number on its tab."""
        names = [one.name for one in self._port.channels()]
        if 1 <= number <= len(names):
            self._open(names[number - 1])
        else:
            self._say(f"there is no channel {number}")
        self._tick()

    def action_resume(self) -> None:
        """Go on after a HALT, once the word was typed."""
        channel = self._channel
        here = self._here()
        if here is None or here.halted is None:
            self._say("this channel is not halted")
            self._tick()
            return

        def wrong(typed: str) -> str | None:
            return None if typed.strip() == "RESUME" else "expected the word RESUME, in capitals"

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if right:
                try:
                    self._port.resume(channel)
                except HotlineError as error:
                    self._say(f"NOT RESUMED: {error}")
                self._read_again()

        lines = [
            "Type RESUME when you agreed on the log with the other side:",
            "Everything since is checked again.",
        ]
        self.push_screen(AskTyped(lines, wrong, "resume"), done)

    def action_help(self) -> None:
        """F1: first about the view one is in."""
        place: Place = "browsing" if self._timeline.has_focus else "writing"
        self.push_screen(Sheet("HELP", lambda _cells: help_rows(place)))

    def action_theme(self) -> None:
        """Night or day."""
        self.theme = DAY if self.theme == NIGHT else NIGHT

    def action_leave(self) -> None:
        """Quit; asks while something waits."""
        for channel, text in self._unkept().items():
            self._port.set_draft(channel, text)
        drafts = [self._composer.text, *(text for text, _ in self._drafts.values())]
        reasons = quit_reasons(
            len(self._port.outbox()), len(self._waiting), sum(bool(one.strip()) for one in drafts)
        )
        if not reasons:
            self.exit()
            return
        self.push_screen(
            Ask(["Leave the line?", *reasons], "leave", "stay"), lambda yes: self.exit() if yes else None
        )
