"""Electromagnetic notices in the manner of an emission control message: lettered lines, plain words. It is an order to nobody."""

from __future__ import annotations

import re
from typing import Final

from hotline_client.exports.notices.styles import Style, named
from hotline_protocol.documents.notices import Action
from hotline_protocol.terms import Arena

_ALPHABET: Final = (
    "ALFA BRAVO CHARLIE DELTA ECHO FOXTROT GOLF HOTEL INDIA JULIETT KILO LIMA MIKE NOVEMBER OSCAR PAPA QUEBEC ROMEO "
    "SIERRA TANGO UNIFORM VICTOR WHISKEY XRAY YANKEE ZULU"
)
_LETTERS: Final = tuple(_ALPHABET.split())

STYLE: Final = Style(
    arena=Arena.EM,
    title="EMCON-STYLE, NOT AN ORDER",
    end="NNNN",
    labels=named(
        effect="EFFECT",
        bands="BANDS",
        exercise="STATUS",
        start="FROM",
        end="UNTIL",
        daily="DAILY",
        areas="AREA",
        exclusions="EXCEPT",
        emission="EMISSION",
        power="POWER",
        protection="PROTECTION",
        call_sign="CALL SIGN",
        frequencies="CONTACT ON",
        precedence="PRECEDENCE",
        response="ANSWER",
        short_lead="LEAD TIME",
        remarks="REMARKS",
    ),
    item=lambda label, number: f"{_LETTERS[number - 1]}. {label}: ",
    pattern=re.compile(r"[A-Z]+\. (?P<label>[A-Z ]+): ?"),
    verbs={Action.NEW: "NEW", Action.REPLACE: "REPLACES", Action.CANCEL: "CANCELS"},
)
