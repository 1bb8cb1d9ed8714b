"""The notices of a list as a file: GeoJSON for other maps, SVG for paper, or text in the manner of each arena."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from hotline_client.exports.notices import text
from hotline_client.tui.looks.rows import Scene
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.notices import Entry

ENDINGS = (".geojson", ".svg", ".txt")


def content(
    entries: Sequence[Entry], ending: str, scene: Scene, number: Callable[[bytes], str], *, title: str
) -> bytes:
    """The bytes. `number` is called in the thread that this runs in. UsageError if there is nothing to draw."""
    # here, so that a screen without maps does not wait for numpy, pyproj and shapely
    from hotline_client.exports.notices import geojson, picture  # noqa: PLC0415

    if ending == ".txt":
        blocks = [
            text.block(
                one.notice,
                number=number(one.id),
                before="" if one.predecessor is None else number(one.predecessor),
            )
            for one in entries
        ]
        return ("\n\n".join(blocks) + "\n").encode()
    placed = [one for one in entries if one.notice.areas]
    if not placed:
        raise UsageError("none of these notices has an area that could be drawn")
    if ending == ".geojson":
        features = [
            geojson.feature(
                one.notice, number=number(one.id), side=one.side, id=one.id.hex(), owner=scene.names[one.side]
            )
            for one in placed
        ]
        return (json.dumps(geojson.collection(features), ensure_ascii=True, indent=1) + "\n").encode()
    drawn = [
        picture.Drawn(one.notice, number(one.id), one.side, scene.names[one.side], _words(one))
        for one in placed
    ]
    return picture.svg(drawn, title=title, now=scene.now).encode()


def _words(entry: Entry) -> str:
    return ", ".join(f"{found.verdict} by side {side}" for side, found in sorted(entry.findings.items()))
