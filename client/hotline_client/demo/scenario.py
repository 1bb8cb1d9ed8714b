"""The working group's first days, as data: who says what, and what the counterpart answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from hotline_protocol.terms import Precedence, Response

Speaker = Literal["us", "them"]

OUR_DELEGATION: Final = "ALPHA"
THEIR_DELEGATION: Final = "BRAVO"
OUR_NAME: Final = "Dana Levi"
THEIR_NAME: Final = "Viktor Orlov"
CHANNEL: Final = "plenary"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the scenario."""

    speaker: Speaker
    text: str
    precedence: Precedence = Precedence.ROUTINE
    response: Response = Response.NONE


OPENING: Final = (
    Said("them", "Good morning. BRAVO is on the line; this channel is now attended around the clock."),
    Said("us", "בוקר טוב. משלחת ALPHA על הקו, ההצפנה אומתה מול 30 הספרות."),
    Said(
        "them",
        "Доброе утро. Подтверждаем: цифры сверены голосом, состав группы будет объявлен на первой встрече.",
    ),
    Said(
        "us",
        "Proposal for the first agenda: 1. deconfliction of flights, 2. exercise areas at sea, 3. frequencies.",
        response=Response.ROGER,
    ),
    Said(
        "them",
        "NOTICE: live firing at sea 26 NOV 0600Z to 1400Z, 33-10N 034-20E, radius 12 NM, surface to 8000 ft. "
        "Keep clear. Acknowledge.",
        Precedence.PRIORITY,
        Response.WILCO_UNABLE,
    ),
    Said(
        "them",
        "Question: first meeting on 07 DEC, morning? Place still open: we suggest a third country. Your answer?",
        response=Response.AFFIRM_NEGATIVE,
    ),
)
"""Said before the terminal client opens."""

ANSWERS: Final = (
    "Received, thank you. Passed to the head of our delegation.",
    "Принято. Ответим до 1800Z.",
    "הבנו. We will confirm the date today; the place can stay open.",
)
"""What the counterpart answers to what the user writes, in turn."""


def must_acknowledge(said: Said) -> bool:
    """Whether the other side's person acknowledges this message in the scenario."""
    return said.response is not Response.NONE
