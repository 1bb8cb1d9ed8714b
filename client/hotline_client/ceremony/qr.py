"""QR codes of a card's digits, for print and for the terminal. A code carries what a person could read out, no more."""

from __future__ import annotations

import io
from typing import Final

import segno

from hotline_protocol.identity.card import Card

_BORDER: Final = 2
_HALF_BLOCKS: Final = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}


def card_text(card: Card) -> str:
    """What the code of a card says: its delegation and its 30 digits. The card itself is too large for a code."""
    return f"HOTLINE CARD 1 {card.delegation} {card.digits}"


def svg(content: str) -> bytes:
    """`content` as an SVG file."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", scale=6, border=4)
    return out.getvalue()


def terminal(content: str) -> str:
    """`content` in half blocks, light on dark as terminals mostly are; no escape sequences."""
    rows = [tuple(row) for row in segno.make(content, error="m", micro=False).matrix_iter(border=_BORDER)]
    if len(rows) % 2:
        rows.append((0,) * len(rows[0]))
    return "\n".join(
        "".join(_HALF_BLOCKS[top, bottom] for top, bottom in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
