"""The composition of both delegations on a sheet: who was announced, beside who is in the group by certificate."""

from __future__ import annotations

from collections.abc import Iterator

from hotline_client.presenters.roster import composition
from hotline_client.tui.looks.cells import line, pad, paragraphs
from hotline_client.tui.looks.rows import Look, Row, Scene, fit
from hotline_client.tui.looks.tongue import t
from hotline_client.tui.parts.ports import LinePort
from hotline_protocol.terms import SIDES, Side


def composition_rows(port: LinePort, channel: str, scene: Scene, cells: int) -> list[Row]:
    """Both sides, heads and deputies with a star; what differs is said under the name."""
    return [row for side in SIDES for row in _side(port, channel, side, scene, cells)]


def _side(port: LinePort, channel: str, side: Side, scene: Scene, cells: int) -> Iterator[Row]:
    told = composition(port, channel, side, scene.now)
    yield ((scene.names[side], "strong"),)
    if not told.announced:
        words = t("nobody was announced; these are in the group by certificate")
        yield from (((one, "dim"),) for one in paragraphs(words, cells))
    name = max(10, cells - 30)
    heads = f"  {pad(t('Name'), name)} {pad(t('ANNOUNCED'), 12)} {t('CERTIFIED')}"
    yield fit(((heads, "dim"),), cells)
    for row in told.people:
        star = "* " if row.leads else "  "
        look: Look = "warn" if row.difference else "text"
        roles = f" {pad(row.announced or '-', 12)} {row.certified or '-'}"
        yield fit(((star + pad(line(row.name, name), name), look), (roles, look)), cells)
        if row.difference:
            yield from (((f"    {one}", "warn"),) for one in paragraphs(row.difference, cells - 4))
    yield (("", "text"),)
