"""Naval notices in the manner of a NAVAREA warning (IHO S-53), for eyes that know one: numbered lines, plain words. It is none."""

from __future__ import annotations

import re
from typing import Final

from hotline_client.exports.notices.styles import Style, named
from hotline_protocol.documents.notices import Action
from hotline_protocol.terms import Arena

STYLE: Final = Style(
    arena=Arena.NAVAL,
    title="NAVAREA-STYLE, NOT A NAVAREA WARNING",
    end="NNNN",
    labels=named(
        locality="LOCALITY",
        activity="ACTIVITY",
        exercise="STATUS",
        start="FROM",
        end="UNTIL",
        daily="DAILY",
        areas="AREA",
        exclusions="EXCEPT",
        shallow="UPPER DEPTH",
        deep="LOWER DEPTH",
        course="COURSE",
        speed="SPEED",
        call_sign="CALL SIGN",
        frequencies="CONTACT ON",
        precedence="PRECEDENCE",
        response="ANSWER",
        short_lead="LEAD TIME",
        remarks="REMARKS",
    ),
    item=lambda label, number: f"{number}. {label}: ",
    pattern=re.compile(r"\d+\. (?P<label>[A-Z ]+): ?"),
    verbs={Action.NEW: "NEW", Action.REPLACE: "REPLACES", Action.CANCEL: "CANCELS"},
)
