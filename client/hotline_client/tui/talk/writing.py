"""What one writes in the Talk view: the composer with its address and drafts, what Enter and F9 send, and replies."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.parts.view import Happened, Said, View
from hotline_client.tui.talk.composer import Composer
from hotline_client.tui.talk.composing import Composition, Outgoing, delegations
from hotline_client.tui.talk.drafts import Drafts
from hotline_client.tui.talk.rows import is_formal
from hotline_client.tui.talk.timeline import Timeline
from hotline_client.words.addressees import addressees_text, read_addressees
from hotline_client.words.bidi import has_rtl
from hotline_protocol.errors import HotlineError, UsageError
from hotline_protocol.terms import Precedence


class Writing(View):
    """To be mixed into a view with a `timeline`, and a `message` that acts are about."""

    def __init__(self, state: ScreenState, composer_ticks: bool = False) -> None:  # noqa: FBT001, FBT002 - tests count keys
        super().__init__(state)
        self.timeline = Timeline(state.port)
        self.composer = Composer(state.ticks if composer_ticks else None)
        self.composition = Composition("")
        self._channel = ""
        self._drafts = Drafts(state.port)

    @property
    def message(self) -> MessageView | None:
        """What acts are about."""
        raise NotImplementedError

    # --- drafts

    def unkept(self) -> list[tuple[str, str, str]]:
        """The drafts that changed since they were kept; from now on they count as kept."""
        if self._channel:
            self._drafts.put(self.composer.text, self.composition)
        return self._drafts.unkept()

    async def _keep_drafts(self) -> None:
        """Write down what changed, off the screen's path: it is there again after a kill."""
        for draft in self.unkept():
            await asyncio.to_thread(self.state.port.set_draft, *draft)

    @property
    def drafted(self) -> int:
        """How many drafts hold words that were not sent."""
        if self._channel:
            self._drafts.put(self.composer.text, self.composition)
        return self._drafts.waiting

    # --- sending

    def on_composer_submitted(self) -> None:
        """Enter: one line of ROUTINE goes; anything else asks for the second key."""
        self.composition, outgoing = self.composition.submit(self.composer.text)
        self._send(outgoing)

    def confirm(self) -> None:
        """F9: the second key, and the only one for a text that Enter does not send."""
        text, outgoing = self.composer.text, None
        if self.composition.pending is None and self.composition.precedence is Precedence.ROUTINE:
            # what Enter would not send of a paste: the key that no paste contains does
            text = text.rstrip("\n")
            self.composition, outgoing = self.composition.submit(text)
        elif self.composition.pending is None:
            self.post_message(Said(t("F9 is the second key; Enter comes first")))
        if outgoing is None:
            self.composition, outgoing = self.composition.confirm(text)
        self._send(outgoing)

    def _send(self, outgoing: Outgoing | None) -> None:
        if outgoing is None:
            self.tick()
            return
        try:
            self.state.port.send_text(
                outgoing.channel,
                outgoing.text,
                precedence=outgoing.precedence,
                response=outgoing.response,
                reply_to=outgoing.reply_to,
                action=outgoing.action,
                info=outgoing.info,
            )
        except HotlineError as error:
            self.post_message(Said(t("NOT QUEUED: {why}", why=line(str(error)))))
            self.tick()
            return
        self._drafts.sent(self.composition)
        text, self.composition = self._drafts.read(outgoing.channel)
        self.composer.load_text(text)
        self.timeline.action_last()
        self.post_message(Happened())

    def on_text_area_changed(self) -> None:
        """A changed draft takes back what waited for its second key; right-to-left text gets a preview."""
        text = self.composer.text
        pending = self.composition.pending
        if pending is not None and pending.text != text:
            self.composition = self.composition.touched()
        rows = text.split("\n")
        here = rows[min(self.composer.cursor_location[0], len(rows) - 1)]
        preview = self.query_one("#reads", Bar)
        if has_rtl(here):
            label = t("reads as") + "  "
            preview.show(((label, "dim"), (line(here, max(1, self.size.width - len(label))), "strong")))
        else:
            preview.show()
        self.tick()

    def on_composer_left(self) -> None:
        """Esc: take back a pending send, else go and read."""
        if self.composition.pending is not None:
            self.composition = self.composition.touched()
            self.tick()
        else:
            self.timeline.focus()

    def on_composer_notice(self, message: Composer.Notice) -> None:
        """The composer has something to say."""
        self.post_message(Said(message.text))

    # --- to whom, and how

    def reply(self) -> None:
        """F4: reply to what is selected, else to the newest; again takes it back."""
        message, picked = self.message, self.timeline.selection
        before, text = self.composition.touched(), self.composer.text
        again = before.reply is not None and (picked is None or picked.id == before.reply.id)
        none = again or message is None or not message.seq or not is_formal(message)
        kept, there = self._drafts.read(self._channel, None if none else message)
        if kept.strip() or not text.strip() or None not in (before.reply, there.reply):
            self._drafts.put(text, before)
            self.composition = there
            self.composer.load_text(kept)
        else:
            # one thinks of the reply after the words, or thinks better of it: they go along, unless others wait there
            self._drafts.put("", Composition(self._channel, reply=before.reply))
            self.composition = replace(before, reply=there.reply)
        self.composer.focus()
        self.tick()

    def address(self) -> None:
        """Ctrl+O: who is to act and who only to know."""
        if self.state.status is None:
            return
        names = delegations(self.state.status)
        here = self.composition

        def wrong(typed: str) -> str | None:
            try:
                action, info = read_addressees(typed, names)
            except UsageError as error:
                return line(str(error))
            self.composition = replace(here.touched(), action=action, info=info)
            return None

        example = ", ".join(line(f"{name}/deputy", 24) for name in names.values())
        lines = [
            t("Who is to act, then INFO and who only to know; nobody: everybody is to act"),
            t("such as: {example}", example=example.replace(", ", " INFO ")),
        ]
        typed = addressees_text(here.action, here.info, names)
        self.app.push_screen(AskTyped(lines, wrong, t("address"), initial=typed), lambda _done: self.tick())

    def precedence(self) -> None:
        """One step more urgent."""
        self.composition = self.composition.next_precedence()
        self.tick()

    def response(self) -> None:
        """The next answer to ask for."""
        self.composition = self.composition.next_response()
        self.tick()
