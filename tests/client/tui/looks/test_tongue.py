"""The catalogues: complete, with the same values set in, harmless, and heard by the screen in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from textual.pilot import Pilot

from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks import tongue
from hotline_client.tui.looks.rows import width
from hotline_client.tui.looks.tongue import LANGUAGES, t, tn
from hotline_client.tui.parts.acts import ACTS, help_rows
from hotline_protocol.text import show
from tests.support.memory_line import MIRIAM, MemoryLine, text
from tests.support.pilot import SIZES, Ticks, drive, screen
from tests.words.catalogues import read, said

OTHERS = sorted(set(LANGUAGES) - {"en"})
_VALUE = re.compile(r"\{(\w*)\}")


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    tongue.use()


def _messages(code: str) -> list[Message]:
    return [one for one in read(code) if one.id]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_holds_exactly_what_the_code_says(code: str) -> None:
    held = {one.id if isinstance(one.id, str) else tuple(one.id) for one in _messages(code)}
    assert held == set(said()), "python -m tests.words"
    untranslated = [one.id for one in _messages(code) if not all(_forms(one))]
    assert untranslated == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_sets_in_the_same_values(code: str) -> None:
    for one in _messages(code):
        wanted = sorted(_VALUE.findall(one.id if isinstance(one.id, str) else one.id[1]))
        for form in _forms(one):
            assert sorted(_VALUE.findall(form)) == wanted, form


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_is_harmless_and_keeps_its_edges(code: str) -> None:
    for one in _messages(code):
        first = one.id if isinstance(one.id, str) else one.id[0]
        for form in _forms(one):
            assert show(form) == form
            assert (form[:1].isspace(), form[-1:].isspace()) == (first[:1].isspace(), first[-1:].isspace())


def test_a_number_takes_its_form() -> None:
    tongue.use("ru")
    forms = [
        tn("{count} more character", "{count} more characters", count) for count in (1, 2, 5, 11, 21, 1000)
    ]
    assert forms == [
        "ещё 1 знак", "ещё 2 знака", "ещё 5 знаков", "ещё 11 знаков", "ещё 21 знак", "ещё 1000 знаков",
    ]  # fmt: skip


def test_nothing_foreign_is_a_pattern() -> None:
    assert t("NOT SENT: {why}", why="{0.__class__} {nothing}") == "NOT SENT: {0.__class__} {nothing}"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", [*OTHERS, "en"])
def test_every_view_and_the_help_come_up_in_every_language(code: str, size: tuple[int, int]) -> None:
    tongue.use(code)
    line = MemoryLine([text(1, MIRIAM, "one", reply_to=bytes(16)), text(2, MIRIAM, "{count}")])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        del ticks
        for number in range(1, 7):
            await pilot.press(f"alt+{number}")
            await pilot.pause()
            assert all(width(((one, "text"),)) <= size[0] for one in screen(app).splitlines())
        for key in ("f6", "f7", "f1", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause()
            assert screen(app).strip()
            await pilot.press("escape")

    drive(line, act, size)
    assert len(help_rows()) > len(ACTS)


def test_our_hebrew_words_run_right_to_left_around_latin_values() -> None:
    tongue.use("he")
    line = MemoryLine([text(1, MIRIAM, "one")])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        del pilot, ticks
        shown = " ".join(screen(app).split())
        assert "2m ינפל עמשנ BRAVO" in shown or "2m ינפל BRAVO" in shown
        assert "EPOCH" not in shown

    drive(line, act)
