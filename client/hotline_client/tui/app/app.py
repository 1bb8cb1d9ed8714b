"""The terminal client: what views ask for and what keys mean everywhere, on the frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from hotline_client.tui.app.flash import FlashScreen
from hotline_client.tui.app.frame import Frame
from hotline_client.tui.app.palette import Palette
from hotline_client.tui.app.shell import quit_reasons
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.themes import THEMES
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.parts.acts import ACTS, Place, acts_of, bindings, help_rows
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.needs import VIEWS, ViewName
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Fill, Said, Show
from hotline_client.tui.talk.seeing import first_unseen
from hotline_protocol.documents import Body
from hotline_protocol.errors import HotlineError


class HotlineApp(Frame):
    """See `Frame` for its arguments."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("everywhere", priority=True)]

    # --- what views ask for

    def on_said(self, message: Said) -> None:
        """Words for the hint line."""
        self._say(message.text, for_good=message.for_good)
        self._tick()

    def on_happened(self) -> None:
        """A view changed the line."""
        self._read_again()

    def on_show(self, message: Show) -> None:
        """Another view, perhaps in another channel, perhaps at one row."""
        self._go(message.view, message.id, message.channel or self.state.channel)

    def _go(self, view: ViewName, document: bytes | None, channel: str) -> None:
        self._open(channel)
        self._show(view)
        if document is not None:
            self.view.mark(document)
        self._tick()

    def on_fill(self, message: Fill) -> None:
        """A form, over everything else."""
        state, form, channel = self.state, message.form, self.state.channel
        slot = f"form.{form.name}"

        def send(said: Sequence[Body]) -> str | None:
            try:
                for body in said:
                    state.port.say(channel, body)
            except HotlineError as error:
                return str(error)
            return None

        def closed(sent: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if sent:
                self._say(t(form.sent) if form.sent else t("queued; it counts when it stands in the log"))
            self._read_again()

        screen = FormScreen(
            form,
            send,
            channel=channel,
            kept=state.port.draft(channel, slot),
            keep=lambda typed: state.port.set_draft(channel, typed, slot),
        )
        self.push_screen(screen, closed)

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Acts of the shell rest while another screen is over it, except F2 over a FLASH, and all until the line is open."""
        del parameters
        ours = {"view", "channel", *(act.id for act in acts_of("everywhere"))} - {"theme", "leave"}
        if action not in ours:
            return True
        if self._state is None:
            return False
        return len(self.screen_stack) == 1 or (
            action == "acknowledge" and isinstance(self.screen, FlashScreen)
        )

    def on_app_focus(self) -> None:
        """Somebody looks again: only what is painted from now on counts."""
        if self._state is not None:
            self.talk.looked_away()

    def on_resize(self) -> None:
        """The bars are made for a width."""
        self.call_after_refresh(self._tick)

    def action_acknowledge(self) -> None:
        """F2: exactly what its label says, once it is armed."""
        # Aim first: what the key does is judged by what is on the screen now.
        self._tick()
        target, now = self._trigger.target, self._ticks()
        if target is None:
            self._say(t("nothing waits for an acknowledgment"))
        elif not target.shown:
            if not isinstance(self.screen, FlashScreen):
                self._go("talk", target.message.id, target.message.channel)
        elif not self._trigger.armed(now):
            self._say(t("F2 arms one second after its message is on the screen"))
        else:
            try:
                self.state.port.acknowledge(target.message.channel, target.message.id)
            except HotlineError as error:
                self._say(t("NOT ACKNOWLEDGED: {why}", why=line(str(error))))
            else:
                self._read_again()
        self._tick()

    def action_next_need(self) -> None:
        """F3: the next thing that needs this person; if nothing does, the first message not yet seen."""
        needs = self.state.needs
        at = next((at for at, one in enumerate(needs) if (one.view, one.id) == self._last_need), -1)
        if needs:
            need = needs[(at + 1) % len(needs)]
            self._last_need = (need.view, need.id)
            self._go(need.view, need.id, need.channel)
            return
        unseen = first_unseen(self.state.port, self.state.channel, self.talk.watermark)
        if unseen is None:
            self._say(t("nothing waits for you"))
            self._tick()
        else:
            self._go("talk", unseen.id, unseen.channel)

    def action_reply(self) -> None:
        """F4."""
        if self._current != "talk":
            self._show("talk")
        self.talk.reply()

    def action_respond(self) -> None:
        """F5: answer what the view marks."""
        self.view.respond()

    def action_new_item(self) -> None:
        """F6."""
        self._views["agenda"].new()

    def action_new_meeting(self) -> None:
        """F7."""
        self._views["meetings"].new()

    def action_new_notice(self) -> None:
        """F8."""
        self._views["notices"].new()

    def action_confirm(self) -> None:
        """F9."""
        if self._current == "talk":
            self.talk.confirm()

    def action_precedence(self) -> None:
        """The composer's."""
        self.talk.precedence()

    def action_response(self) -> None:
        """The composer's."""
        self.talk.response()

    def action_address(self) -> None:
        """The composer's."""
        if self._current != "talk":
            self._show("talk")
        self.talk.address()

    def action_view(self, number: int) -> None:
        """The view with that number on its tab."""
        if 1 <= number <= len(VIEWS):
            self._show(VIEWS[number - 1])
            self._tick()

    def action_channel(self, number: int) -> None:
        """The channel at that place of the row."""
        names = [one.name for one in self.state.port.channels()]
        if 1 <= number <= len(names):
            self._open(names[number - 1])
        self._tick()

    def action_next_channel(self) -> None:
        """The next channel."""
        self._step_channel(1)

    def action_previous_channel(self) -> None:
        """The channel before."""
        self._step_channel(-1)

    def _step_channel(self, by: int) -> None:
        names = [one.name for one in self.state.port.channels()]
        if names:
            at = names.index(self.state.channel) if self.state.channel in names else -1
            self._open(names[(at + by) % len(names)])
            self._tick()

    def action_search(self) -> None:
        """Search, wherever one is."""
        self.talk.search()

    def action_palette(self) -> None:
        """Everything one can do here, found by typing."""
        places: tuple[Place, ...] = ("everywhere", *self.view.help_places())

        def chosen(action: str | None) -> None:
            if action is not None:
                self.run_worker(self.action_perform(action), exclusive=True)

        self.push_screen(Palette(acts_of(*places)), chosen)

    async def action_perform(self, act: str) -> None:
        """Do an act by its id, where it belongs: in what has the focus, in the view, or here."""
        action = next((one.action for one in ACTS if one.id == act), act)
        for place in (self.focused, self.screen, self.view, self):
            if place is not None and hasattr(place, f"action_{action.partition('(')[0]}"):
                await self.run_action(action, default_namespace=place)
                return

    def action_resume(self) -> None:
        """Go on after a HALT, or with a vault that was put back, once the word was typed."""
        channel, here = self.state.channel, self.state.here()
        if self.state.status is not None and self.state.status.put_back is not None:
            self._recover()
            return
        if here is None or here.halted is None:
            self._say(t("this channel is not halted"))
            self._tick()
            return

        shorter = bool(here.halted.chosen)
        then = t("Everything since is checked again.")
        if shorter:
            then = t("The relay's log is taken as it is. What is not in it is kept here, signed.")
        elif here.halted.lost:
            then = t("Nothing is given up: the relay gets back what it lost.")
        lines = [t("Type RESUME when you agreed on the log with the other side:"), then]
        not_done = N_("NOT RESUMED: {why}")
        resume = partial(self.state.port.resume, channel, shorter=shorter)
        self._ask_for("RESUME", lines, t("resume"), resume, not_done)

    def _recover(self) -> None:
        """Leave the groups that a copy of this vault may be in too."""
        lines = [
            t("Type RECOVER when no copy of this vault runs anywhere:"),
            t("This device leaves its groups and asks to be admitted anew. What it holds is kept."),
        ]
        not_done = N_("NOT RECOVERED: {why}")
        self._ask_for("RECOVER", lines, t("recover"), self.state.port.recover, not_done)

    def _ask_for(
        self, word: str, lines: list[str], label: str, act: Callable[[], object], not_done: str
    ) -> None:
        """Do what nobody does by mistake, once the word was typed; `not_done`: how a refusal is said."""

        def wrong(typed: str) -> str | None:
            return None if typed.strip() == word else t("expected the word {word}, in capitals", word=word)

        def done(right: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if right:
                try:
                    act()
                except HotlineError as error:
                    self._say(t(not_done, why=line(str(error))))
                self._read_again()

        self.push_screen(AskTyped(lines, wrong, label), done)

    def action_help(self) -> None:
        """F1: first about the view one is in."""
        places = self.view.help_places()
        self.push_screen(Sheet(t("HELP"), lambda _cells: help_rows(*places)))

    def action_theme(self) -> None:
        """The next look."""
        names = [one.name for one in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_leave(self) -> None:
        """Quit; asks while something waits."""
        if self._state is None:
            self.exit()
            return
        for draft in self.talk.unkept():
            self.state.port.set_draft(*draft)
        reasons = quit_reasons(len(self.state.port.outbox()), len(self.state.waiting), self.talk.drafted)
        if not reasons:
            self.exit()
            return
        self.push_screen(
            Ask([t("Leave the line?"), *reasons], t("leave"), t("stay")),
            lambda yes: self.exit() if yes else None,
        )
