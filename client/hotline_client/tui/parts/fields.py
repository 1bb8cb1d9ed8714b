"""Forms as data: what is asked, how each answer is read and echoed, and the documents that the answers make. No widget, no line.

A field's words are labels for `tongue.t`. `read` raises FormatError or UsageError with one sentence, which is shown as one types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Row, quote
from hotline_client.tui.looks.tongue import t
from hotline_protocol.documents import Body
from hotline_protocol.documents.body import Target
from hotline_protocol.errors import HotlineError, UsageError
from hotline_protocol.text import show

Answers = Mapping[str, Any]
"""What was read from each field, by name; only of fields that are right."""


_CELLS: Final = 79
_QUOTED: Final = 3


def as_typed(text: str) -> str:
    """The reader of a field of plain words."""
    return text.strip()


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `options`: the only answers, in order, if they are few. `lines` > 1: words of several lines.
    `echo`: what an answer amounts to, such as a time in UTC and here. `wanted`: an empty answer is wrong.
    """

    name: str
    label: str
    read: Callable[[str], Any] = as_typed
    hint: str = ""
    initial: str = ""
    options: tuple[str, ...] = ()
    lines: int = 1
    wanted: bool = False
    echo: Callable[[Any], str] | None = None
    limit: int = 4000


@dataclass(frozen=True, slots=True)
class Form:
    """Questions and what becomes of the answers. `name`: its draft is kept as `form.<name>`; `make`: the documents to say, in order.

    `preview` may show rows made from what is right so far (width in cells); `ask`: a question that is put before sending, or None.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    make: Callable[[Answers], Sequence[Body]]
    preview: Callable[[Answers, int], Sequence[Row]] | None = None
    ask: Callable[[Answers], str | None] | None = None
    sent: str = ""
    facts: tuple[Row, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Reading:
    """What the answers amount to: `answers` of fields that are right, `wrong` sentences by field name."""

    answers: dict[str, Any]
    wrong: dict[str, str]


def read(form: Form, typed: Mapping[str, str]) -> Reading:
    """Read every field. The whole is judged by `documents`."""
    answers: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for one in form.fields:
        try:
            answers[one.name] = _read(one, typed.get(one.name, one.initial))
        except HotlineError as error:
            wrong[one.name] = str(error)
    return Reading(answers, wrong)


def _read(one: Field, typed: str) -> Any:
    if one.wanted and not typed.strip():
        raise UsageError(t("something is wanted here"))
    if one.options and typed not in one.options:
        options = ", ".join(filter(None, one.options))
        raise UsageError(t("{typed} is none of {options}", typed=show(typed[:40]), options=options))
    return one.read(typed)


def documents(form: Form, reading: Reading) -> Sequence[Body]:
    """The documents that the answers make. UsageError or FormatError says what is wrong with them as a whole."""
    if reading.wrong:
        name, why = next(iter(reading.wrong.items()))
        label = next(one.label for one in form.fields if one.name == name)
        raise UsageError(f"{t(label)}: {why}")
    return form.make(reading.answers)


def no_item(typed: str, items: Mapping[str, bytes]) -> str:
    """What is wrong with a number, and which there are."""
    names = ", ".join(items) or t("none")
    return t("{typed} is no item of the agenda; there are {items}", typed=show(typed), items=names)


# --- about something that stands in the log


class Titled(Protocol):
    """Whatever documents name by its id and the hash of its present content, and people by its title."""

    id: bytes
    content: bytes
    title: str


Saying = Callable[[Target, Answers], Body]
"""The document about a target that the answers make."""


@dataclass(frozen=True, slots=True)
class About:
    """What a form is about: above the questions stand its number, its title, and the first lines of `quoted`."""

    thing: Titled
    number: str
    quoted: str = ""

    def form(
        self,
        name: str,
        title: str,
        fields: Sequence[Field],
        say: Saying,
        *,
        ask: Callable[[Answers], str | None] | None = None,
        sent: str = "",
    ) -> Form:
        """A form for one document; the kind of `name` tells its drafts from those of other forms about the same."""
        thing = self.thing
        target = Target(thing.id, thing.content)
        head: Row = ((f" {self.number} {line(thing.title, 60)}", "strong"),)
        quoted = quote(self.quoted, _CELLS)[:_QUOTED] if self.quoted else []
        return Form(
            f"{name}.{thing.id.hex()}",
            title,
            tuple(fields),
            lambda given: [say(target, given)],
            ask=ask,
            sent=sent,
            facts=(head, *quoted),
        )
