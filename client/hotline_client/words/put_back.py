"""What a person is told of a vault that may be older than words that were said with its keys (docs/protocol.md, L36)."""

from __future__ import annotations

from typing import Literal

from hotline_client.words.translation import Translate, english

Why = Literal["older", "elsewhere", "restored", "own words"]


def put_back_text(why: Why, detail: str, t: Translate = english) -> str:
    """Why nothing is sent from this device; `detail` as in `engine.store.PutBack`."""
    match why:
        case "restored":
            return t("this vault was restored from the backup of {made}", made=detail)
        case "elsewhere":
            return t(
                "this vault was last used in another place: it was moved or copied here, and a copy of it may be in use elsewhere"
            )
        case "older":
            return t(
                "this vault was put back from a copy, or a copy of it is in use elsewhere: it lacks steps that it made on this machine"
            )
        case "own words":
            return t(
                "this vault was put back from a copy, or a copy of it is in use elsewhere: {entry} is signed by its key, and it never made it",
                entry=detail,
            )
