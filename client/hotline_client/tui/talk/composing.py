"""What is about to be sent: precedence, answer asked for, and the second key that anything above ROUTINE, or of several lines, needs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from hotline_client.line.views import MessageView, StatusView
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Look, Row, Span, fit, width
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.looks.wording import ANSWERS, PRECEDENCE_LOOK, channel_label, office
from hotline_client.words.addressees import addressees_text
from hotline_protocol.documents import Addressee
from hotline_protocol.terms import Precedence, Response, Side, other

PRECEDENCES: Final = (Precedence.ROUTINE, Precedence.PRIORITY, Precedence.IMMEDIATE, Precedence.FLASH)
RESPONSES: Final = (
    Response.NONE,
    Response.ROGER,
    Response.WILCO_UNABLE,
    Response.AFFIRM_NEGATIVE,
    Response.ANY,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Exactly what a send would queue."""

    channel: str
    text: str
    precedence: Precedence
    response: Response
    reply_to: bytes | None
    action: tuple[Addressee, ...] = ()
    info: tuple[Addressee, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """The state of one channel's composer, apart from its text. `pending` waits for the second key."""

    channel: str
    precedence: Precedence = Precedence.ROUTINE
    response: Response = Response.NONE
    reply: MessageView | None = field(default=None, repr=False)
    pending: Outgoing | None = field(default=None, repr=False)
    action: tuple[Addressee, ...] = ()
    info: tuple[Addressee, ...] = ()

    def next_precedence(self) -> Composition:
        """One step more urgent; after FLASH comes ROUTINE."""
        at = PRECEDENCES.index(self.precedence)
        return replace(self, precedence=PRECEDENCES[(at + 1) % len(PRECEDENCES)], pending=None)

    def next_response(self) -> Composition:
        """The next answer to ask for."""
        at = RESPONSES.index(self.response)
        return replace(self, response=RESPONSES[(at + 1) % len(RESPONSES)], pending=None)

    def submit(self, text: str) -> tuple[Composition, Outgoing | None]:
        """The first key: what goes out now, or nothing yet if a second key must confirm it."""
        reply_to = self.reply.id if self.reply else None
        outgoing = Outgoing(
            self.channel, text, self.precedence, self.response, reply_to, self.action, self.info
        )
        if not text.strip():
            return replace(self, pending=None), None
        if self.precedence is Precedence.ROUTINE and "\n" not in text:
            return self.touched(), outgoing
        return replace(self, pending=outgoing), None

    def confirm(self, text: str) -> tuple[Composition, Outgoing | None]:
        """The second key: sends only what the first was pressed for, unchanged since."""
        if self.pending is None or self.pending.text != text:
            return self.touched(), None
        return self.touched(), self.pending

    def touched(self) -> Composition:
        """The draft changed: a pending confirmation is void."""
        return self if self.pending is None else replace(self, pending=None)


def address_row(composition: Composition, status: StatusView, cells: int, *, saved: bool = False) -> Row:
    """`TO BRAVO │ plenary │ ROUTINE │ R │ signing as ALPHA/deputy │ draft saved`, or what the second key would do."""
    pending = composition.pending
    to = _to(composition, status)
    if pending is not None:
        return fit(
            (
                (
                    f" {t('PRESS F9 TO SEND')} {pending.precedence.value} {to} ",
                    PRECEDENCE_LOOK[pending.precedence],
                ),
                (" Esc: ", "bar"),
                (t("do not send"), "bar"),
            ),
            cells,
        )
    look: Look = (
        "bar" if composition.precedence is Precedence.ROUTINE else PRECEDENCE_LOOK[composition.precedence]
    )
    spans: list[Span] = [(to, "strong"), (f" │ {channel_label(composition.channel).lower()} │ ", "bar")]
    spans += [(composition.precedence.value, look), (" │ ", "bar"), (_asks(composition.response), "bar")]
    me = office(status.me)
    signing: Row = ((" │ ", "bar"), (t("signing as {who}", who=me), "bar"))
    kept: Row = ((" │ ", "bar"), (t("draft saved"), "dim")) if saved else ()
    for more in ((*signing, *kept), signing):
        if width((*spans, *more)) <= cells:
            return (*spans, *more)
    return fit((*spans, (" │ ", "bar"), (me, "bar")), cells)


def quote_row(message: MessageView, cells: int) -> Row:
    """`re #118 BRAVO/deputy: Keep clear of …`: what is being replied to."""
    who = "" if message.author is None else f" {office(message.author)}"
    words = message.text.split("\n", 1)[0]
    return fit(((f"re #{message.seq}{who}: ", "strong"), (line(words, cells), "bar")), cells)


def delegations(status: StatusView) -> dict[Side, str]:
    """What each side calls itself; foreign text."""
    mine = status.me.side
    return {mine: status.me.delegation, other(mine): status.peer_delegation}


def _to(composition: Composition, status: StatusView) -> str:
    """Whom it goes to; in a caucus nobody of the other side."""
    if composition.channel.startswith("caucus"):
        return t("TO OWN {delegation} ONLY", delegation=line(status.me.delegation, 16))
    if composition.action or composition.info:
        named = addressees_text(composition.action, composition.info, delegations(status))
        return line(f"TO {named}" if composition.action else named, 48)
    return f"TO {line(status.peer_delegation, 16)}"


def _asks(response: Response) -> str:
    if response is Response.NONE:
        return t("no answer")
    return f"{response.value} {t('asks {answer}', answer=ANSWERS[response])}"
