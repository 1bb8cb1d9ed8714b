"""The form screen: fields with their labels, each judged as one types; F9 sends, Esc closes and keeps what was typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.cells import line, pad, paragraphs
from hotline_client.tui.looks.rows import Row, Span
from hotline_client.tui.looks.themes import paint
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import acts_of, bindings, help_rows, key_bar
from hotline_client.tui.parts.fields import Field, Form, documents, read
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_protocol.documents import Body
from hotline_protocol.errors import HotlineError
from hotline_protocol.text import show

LABEL: Final = 18
"""Cells of the column of labels."""
KEEP: Final = 1.0


class Choice(Widget, can_focus=True):
    """One of a few answers, all of them on the screen: the chosen one in brackets."""

    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"

    class Changed(Message):
        """Another answer is chosen."""

    def __init__(self, options: Sequence[str], value: str) -> None:
        super().__init__(markup=False)
        self._options = options
        self.value = value if value in options else options[0]

    def render_line(self, y: int) -> Strip:
        """The answers in one row; what does not fit follows the chosen one by keys."""
        del y
        spans: list[Span] = []
        for one in self._options:
            word = line(t(one)) if one else "-"
            here = one == self.value
            spans.append((f"[{word}]" if here else f" {word} ", "strong" if here else "dim"))
        if sum(len(text) for text, _ in spans) > self.size.width:
            at = self._options.index(self.value)
            spans = spans[max(0, at - 1) :]
        return paint(tuple(spans), self.size.width, self.app.theme, marked=self.has_focus)

    def step(self, by: int) -> None:
        """The next or former answer."""
        at = (self._options.index(self.value) + by) % len(self._options)
        self.value = self._options[at]
        self.refresh()
        self.post_message(self.Changed())

    def on_key(self, event: events.Key) -> None:
        """Left, right, space; or the first letter of an answer."""
        by = {"right": 1, "space": 1, "left": -1}.get(event.key)
        if by is None and event.character and event.character.isalnum():
            order = [*self._options, *self._options]
            start = self._options.index(self.value) + 1
            found = (n for n in range(start, len(order)) if order[n].lower().startswith(event.character))
            at = next(found, None)
            by = None if at is None else at - start + 1
        if by is not None:
            event.stop()
            self.step(by)

    def on_click(self) -> None:
        """The next answer."""
        self.focus()
        self.step(1)


class FieldRow(Vertical):
    """A label, the place to answer, and below it what is wrong with the answer or what it amounts to."""

    DEFAULT_CSS = f"""
    FieldRow {{ height: auto; }}
    FieldRow Horizontal {{ height: auto; }}
    FieldRow .label {{ width: {LABEL}; height: 1; }}
    FieldRow Input {{ border: none; height: 1; padding: 0; width: 1fr; }}
    FieldRow Input:focus {{ border: none; }}
    FieldRow TextArea {{ border: none; padding: 0; width: 1fr; }}
    FieldRow .below {{ margin-left: {LABEL}; }}
    """

    def __init__(self, asked: Field, typed: str) -> None:
        super().__init__()
        self.asked = asked
        self.touched = bool(typed) and typed != asked.initial
        # a text area paints what it holds as it is
        self._typed = show(typed, lines=asked.lines > 1)

    def compose(self) -> ComposeResult:
        """One line, or as many as the answer may have."""
        label = Bar(id=f"label-{self.asked.name}", ground="text")
        label.add_class("label")
        below = Bar(id=f"below-{self.asked.name}", ground="text")
        below.add_class("below")
        with Horizontal():
            yield label
            yield self._answer()
        yield below

    def _answer(self) -> Widget:
        if self.asked.options:
            return Choice(self.asked.options, self._typed)
        if self.asked.lines == 1:
            return Input(self._typed, max_length=self.asked.limit, compact=True, select_on_focus=False)
        area = TextArea(self._typed, soft_wrap=True, compact=True, tab_behavior="focus")
        area.styles.height = self.asked.lines
        return area

    def on_mount(self) -> None:
        """The label never changes."""
        star = "*" if self.asked.wanted else " "
        self.query_one(f"#label-{self.asked.name}", Bar).show(
            ((pad(t(self.asked.label), LABEL - 2), "strong"), (star, "dim"))
        )

    @property
    def typed(self) -> str:
        """The answer as it stands."""
        answer = self.answer
        return answer.text if isinstance(answer, TextArea) else answer.value

    @property
    def answer(self) -> Input | TextArea | Choice:
        """The widget that holds the answer."""
        for kind in (Input, TextArea, Choice):
            found = self.query(kind)
            if found:
                return cast("Input | TextArea | Choice", found.first())
        raise LookupError(self.asked.name)

    def judge(self, answers: dict[str, Any], wrong: dict[str, str], *, all_of_it: bool) -> None:
        """Say below the answer what is wrong with it, else what it amounts to, else how to answer."""
        name, said = self.asked.name, wrong.get(self.asked.name)
        width = max(10, self.size.width - LABEL)
        rows: list[Row] = []
        if said is not None and (self.touched or all_of_it):
            rows = [((one, "bad"),) for one in paragraphs(f"! {said}", width)]
        elif self.asked.echo is not None and name in answers and self.typed.strip():
            rows = [((one, "good"),) for one in paragraphs(f"= {self.asked.echo(answers[name])}", width)]
        elif self.asked.hint and self.answer.has_focus:
            rows = [((one, "dim"),) for one in paragraphs(t(self.asked.hint), width)]
        self.query_one(f"#below-{name}", Bar).show(*rows)


class FormScreen(Screen[bool]):
    """Fills in one form. `send` says the documents and gives None, or the sentence why not; it runs off the screen's path.

    `kept` is what was typed before, as `keep` was given it; both are one text. Closes with True once all was sent.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            one
            for one in bindings("form", priority=True)
            if one.action not in {"next_field", "previous_field"}
        ),
        *(one for one in bindings("form") if one.action in {"next_field", "previous_field"}),
    ]
    DEFAULT_CSS = """
    FormScreen #fields { height: 1fr; scrollbar-size-vertical: 1; }
    FormScreen #preview { max-height: 40%; }
    """

    def __init__(
        self,
        form: Form,
        send: Callable[[Sequence[Body]], str | None],
        *,
        channel: str,
        kept: str = "",
        keep: Callable[[str], None] = lambda _typed: None,
    ) -> None:
        super().__init__()
        self.form = form
        self._send = send
        self._channel = channel
        self._typed = _unpack(kept)
        self._kept = kept
        self._keep = keep
        self._sending = False
        self._all = False
        self._said = t("what was typed before is here again: Ctrl+L empties the form") if self._typed else ""

    def compose(self) -> ComposeResult:
        """Title, facts, fields, preview, what is wrong with the whole, keys."""
        yield Bar(id="form-title")
        yield Bar(id="form-facts", ground="text")
        with VerticalScroll(id="fields", can_focus=False):
            for one in self.form.fields:
                yield FieldRow(one, self._typed.get(one.name, one.initial))
        yield Bar(id="preview", ground="text")
        yield Bar(id="form-said")
        yield Bar(id="form-keys")

    def on_mount(self) -> None:
        """The first field hears the keys."""
        title = f" {t(self.form.title)}  │ {self._channel}"
        self.query_one("#form-title", Bar).show(((title, "strong"),))
        self.query_one("#form-facts", Bar).show(*self.form.facts)
        rows = self.rows
        if rows:
            rows[0].answer.focus()
        self.set_interval(KEEP, self.keep)
        self.call_after_refresh(self.judge)

    @property
    def rows(self) -> list[FieldRow]:
        """The fields on the screen, in order."""
        return list(self.query(FieldRow))

    def typed(self) -> dict[str, str]:
        """What stands in every field."""
        return {row.asked.name: row.typed for row in self.rows}

    def keep(self) -> None:
        """Hand on what was typed, if it changed."""
        changed = {row.asked.name: row.typed for row in self.rows if row.typed != row.asked.initial}
        packed = json.dumps(changed, ensure_ascii=False) if changed else ""
        if packed != self._kept and not self._sending:
            self._kept = packed
            self._keep(packed)

    def judge(self) -> None:
        """Read all answers, and say what each and the whole amount to."""
        if not self.is_mounted:
            return
        reading = read(self.form, self.typed())
        for row in self.rows:
            row.judge(reading.answers, reading.wrong, all_of_it=self._all)
        cells = self.size.width
        rows: Sequence[Row] = ()
        if self.form.preview is not None:
            try:
                rows = self.form.preview(reading.answers, cells)
            except (HotlineError, KeyError):
                rows = ()  # not enough is right yet to show anything
        self.query_one("#preview", Bar).show(*rows)
        self._tell(self._verdict())
        bar, zones = key_bar(acts_of("form"), cells, labels={})
        self.query_one("#form-keys", Bar).show(bar, zones=zones)

    def _verdict(self) -> str:
        if self._said:
            return self._said
        try:
            documents(self.form, read(self.form, self.typed()))
        except HotlineError as error:
            return t("not yet: {why}", why=show(str(error)))
        return t("all of it is right: F9 sends")

    def _tell(self, text: str) -> None:
        rows: list[Row] = [((one, "strong"),) for one in paragraphs(text, max(10, self.size.width))[:3]]
        self.query_one("#form-said", Bar).show(*rows)

    def _touched(self) -> None:
        focused = self.focused
        for row in self.rows:
            if focused is not None and row.answer is focused:
                row.touched = True
        self._said = ""
        self.judge()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Judge as one types."""
        event.stop()
        self._touched()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Judge as one types."""
        event.stop()
        self._touched()

    def on_choice_changed(self) -> None:
        """Judge what was chosen."""
        self._touched()

    def on_descendant_focus(self) -> None:
        """The hint of the field one is in."""
        self.judge()

    def on_resize(self) -> None:
        """Another width."""
        self.call_after_refresh(self.judge)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on, it sends nothing."""
        event.stop()
        self.action_next_field()

    def action_next_field(self) -> None:
        """To the next field."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """To the field before."""
        self.focus_previous()

    def action_cycle(self) -> None:
        """The next choice, if the field is one."""
        if isinstance(self.focused, Choice):
            self.focused.step(1)
        else:
            self._tell(t("this field is typed; it has no choices"))

    def action_form_help(self) -> None:
        """Help, forms first."""
        self.app.push_screen(Sheet(t("HELP"), lambda _cells: help_rows("form")))

    def action_keep_form(self) -> None:
        """Close; what was typed stays on this device."""
        self.keep()
        self.dismiss(False)

    def action_clear_form(self) -> None:
        """Empty every field."""
        for row in self.rows:
            answer, initial = row.answer, row.asked.initial
            if isinstance(answer, TextArea):
                answer.load_text(initial)
            elif isinstance(answer, Choice):
                answer.value = initial if initial in row.asked.options else row.asked.options[0]
                answer.refresh()
            else:
                answer.value = initial
            row.touched = False
        self._said, self._all = "", False
        self.judge()

    async def action_send_form(self) -> None:
        """F9: send, or go to the first field that is wrong."""
        if self._sending:
            return
        self._all, self._said = True, ""
        reading = read(self.form, self.typed())
        try:
            said = documents(self.form, reading)
            question = None if self.form.ask is None else self.form.ask(reading.answers)
        except HotlineError:
            wrong = (row for row in self.rows if row.asked.name in reading.wrong)
            first = next(wrong, None)
            if first is not None:
                first.answer.focus()
            self.judge()
            return
        if question is None:
            await self._deliver(said)
            return

        async def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                await self._deliver(said)

        self.app.push_screen(Ask(paragraphs(question, 70), t("send"), t("do not send")), answered)

    async def _deliver(self, said: Sequence[Body]) -> None:
        self._sending = True
        self._tell(t("sending…"))
        try:
            why = await asyncio.to_thread(self._send, said)
        finally:
            self._sending = False
        if why is None:
            self._keep("")
            self.dismiss(True)
        else:
            self._said = t("NOT SENT: {why}", why=line(why))
            self.judge()


def _unpack(kept: str) -> dict[str, str]:
    """What was typed before; nothing if it was kept by another version."""
    try:
        found = json.loads(kept) if kept else {}
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
