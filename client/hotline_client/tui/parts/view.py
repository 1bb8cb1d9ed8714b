"""A view: what fills the screen between the bars. It shows the state, offers acts, and asks the shell by messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.acts import Act, Place, acts_of
from hotline_client.tui.parts.fields import Form
from hotline_client.tui.parts.needs import Need, ViewName
from hotline_client.tui.parts.sheets import Ask
from hotline_client.tui.parts.state import ScreenState
from hotline_protocol.documents import Body
from hotline_protocol.errors import HotlineError


class Said(Message):
    """Something a person must know; `for_good` stays until something else is said."""

    def __init__(self, text: str, *, for_good: bool = False) -> None:
        super().__init__()
        self.text = text
        self.for_good = for_good


class Fill(Message):
    """A form is to be filled in for the channel on the screen."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form


class Show(Message):
    """Another view is to be shown; with `id` the row of that document marked, in `channel` if it is not the present one."""

    def __init__(self, view: ViewName, id: bytes | None = None, channel: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__()
        self.view: ViewName = view
        self.id = id
        self.channel = channel


class Happened(Message):
    """The line was changed by an act of this view: everything is to be read again."""


class View(Widget):
    """See the methods. A view is made once, empty; `reread` fills it, and is called again whenever something changed."""

    DEFAULT_CSS = "View { width: 1fr; height: 1fr; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"app.view({number})", "View", show=False) for number in range(1, 7)
    ]
    name_: ClassVar[ViewName]
    place: ClassVar[Place]

    def __init__(self, state: ScreenState) -> None:
        super().__init__(id=f"view-{self.name_}", markup=False)
        self.state = state

    def reread(self) -> None:
        """Something changed, or the channel did."""

    def tick(self) -> None:
        """Four times a second while the view is on the screen."""

    def enter(self) -> None:
        """The view came onto the screen: take the focus."""

    def mark(self, document: bytes) -> None:
        """Mark the row of a document."""
        del document

    def new(self) -> None:
        """Begin something new of this view's kind, by a form."""

    def respond(self) -> None:
        """Answer what is marked."""
        self.post_message(Said(t("there is nothing to answer here")))

    def say(self, body: Body) -> None:
        """Say a document in the channel on the screen, and tell what came of it."""
        try:
            self.state.port.say(self.state.channel, body)
        except HotlineError as error:
            self.post_message(Said(t("NOT SENT: {why}", why=line(str(error)))))
        else:
            self.post_message(Said(t("queued; it counts when it stands in the log")))
            self.post_message(Happened())

    def ask(self, lines: Sequence[str], verb: str, body: Body) -> None:
        """Say a document once a person said yes to these words."""

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                self.say(body)

        shown = [one for words in lines for one in paragraphs(words, 70)]
        self.app.push_screen(Ask(shown, verb, t("leave as it is")), answered)

    def tell(self, text: str) -> None:
        """Words for the hint line."""
        self.post_message(Said(text))

    def needs(self, channel: str) -> Iterable[Need]:
        """What of this view's affairs in a channel waits for this device's holder."""
        del channel
        return ()

    def offered(self) -> Iterable[Act]:
        """The acts that make sense for what is marked now, for the key bar."""
        return acts_of(self.place)

    def labels(self) -> Mapping[str, str]:
        """Other words for some acts, by id."""
        return {}

    def help_places(self) -> tuple[Place, ...]:
        """What help tells first."""
        return (self.place,)
