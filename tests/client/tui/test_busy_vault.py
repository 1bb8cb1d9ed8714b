"""While the vault is busy, by another process or by a slow disk, a key is echoed at once: typing asks the line for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from hotline_client.tui.app.app import HotlineApp
from tests.support.memory_line import MIRIAM, MemoryLine, text
from tests.support.pilot import Ticks, drive, screen

_ASKED = (
    "timeline",
    "message",
    "unacknowledged",
    "status",
    "channels",
    "roster",
    "outbox",
    "knocks",
    "draft",
)
_TOLD = ("set_draft", "send_text", "mark_seen", "acknowledge")


def _make_busy(
    line: MemoryLine, busy: threading.Event, patch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    """Who asks the line anything waits until it is free again; on the screen's own thread that is the fault we look for."""
    screens = threading.get_ident()

    def waits(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def wait(*arguments: Any, **named: Any) -> Any:
            if busy.is_set():
                if threading.get_ident() == screens:
                    raise AssertionError(f"the screen waits for {name}")
                free.wait(10)
            return work(*arguments, **named)

        return wait

    free = threading.Event()
    for name in names:
        patch.setattr(line, name, waits(name, getattr(line, name)))
    patch.setattr(line, "free", free.set, raising=False)


def test_keys_are_echoed_while_a_draft_waits_for_the_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    line = MemoryLine([text(1, MIRIAM, "Good evening.")])
    busy = threading.Event()

    async def act(app: HotlineApp, pilot: Pilot[None], _ticks: Ticks) -> None:
        app._tick()  # what stood on the screen before was seen and written down
        _make_busy(line, busy, monkeypatch, (*_ASKED, *_TOLD))
        busy.set()
        try:
            await pilot.press(*"busy")
            keeping = app.run_worker(app.talk._keep_drafts())
            await pilot.press(*"night", "left", "backspace")
            app._tick()
            assert app.talk.composer.text == "busynigt"
            assert "busynigt" in screen(app)
            assert not keeping.is_finished
        finally:
            busy.clear()
            line.free()  # type: ignore[attr-defined]
        await keeping.wait()
        assert line.draft("plenary")

    drive(line, act)


def test_what_was_seen_is_written_down_off_the_screens_path(monkeypatch: pytest.MonkeyPatch) -> None:
    line = MemoryLine([text(1, MIRIAM, "Good evening.")])
    busy = threading.Event()
    busy.set()
    _make_busy(line, busy, monkeypatch, _TOLD)

    async def act(app: HotlineApp, pilot: Pilot[None], _ticks: Ticks) -> None:
        for _ in range(3):
            app._tick()
            await pilot.pause()
        await pilot.press(*"busy")
        assert "busy" in screen(app)
        assert line.acts == []
        busy.clear()
        line.free()  # type: ignore[attr-defined]
        await app.workers.wait_for_complete()
        assert ("seen", "plenary", 1) in line.acts

    drive(line, act)
