# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import TextArea

from hotline_client.line.views import Person
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.form import FormScreen
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_client.tui.talk.timeline import Timeline
from hotline_protocol.documents.dialogue import Answer, Correction, Reply, Translation, Withdrawal
from hotline_protocol.documents.talk import Text
from hotline_protocol.terms import Precedence, Response
from tests.support.memory_line import ANNA, MIRIAM, MemoryLine, party, text
from tests.support.pilot import Ticks, bar, drive, screen


def spoken(*said: tuple[Person, str, Response]) -> MemoryLine:
    """Texts that are in the journal and on the timeline alike."""
    line = MemoryLine()
    for seq, (who, words, response) in enumerate(said, 1):
        target = line.affairs.book.say(party(who), Text(words, Precedence.ROUTINE, response))
        line.messages.append(text(seq, who, words, response=response, id=target.id, content_hash=target.hash))
    return line


def test_f5_answers_with_what_is_legal_and_wants_a_reason_for_unable() -> None:
    line = spoken((MIRIAM, "Keep clear of area 3.", Response.WILCO_UNABLE))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f5")
        assert isinstance(app.screen, FormScreen)
        assert "[WILCO] UNABLE  STANDBY" in screen(app)
        assert "Keep clear of area 3." in screen(app)
        await pilot.press("right", "f9")
        assert "UNABLE needs a reason" in screen(app)
        assert line.affairs.said == []
        await pilot.press("tab", *"busy", "f9")
        await pilot.pause(0.05)
        (body,) = [body for _, body in line.affairs.said]
        assert isinstance(body, Reply)
        assert (body.answer, body.reason) == (Answer.UNABLE, "busy")
        assert not isinstance(app.screen, FormScreen)

    drive(line, act)


def test_what_asks_for_no_answer_gets_none() -> None:
    line = spoken((MIRIAM, "Good night.", Response.NONE), (ANNA, "Ours.", Response.ROGER))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f5")
        assert "does not answer its own message" in bar(app, "hint")
        await pilot.press("escape", "k", "f5")
        assert "asks for no answer" in bar(app, "hint")
        await pilot.press("c")
        assert "only who wrote a message" in bar(app, "hint")

    drive(line, act)


def test_an_own_message_is_corrected_withdrawn_and_translated() -> None:
    line = spoken((ANNA, "Area 3 is cold.", Response.ROGER))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("escape", "c")
        area = app.screen.query_one(TextArea)
        assert area.text == "Area 3 is cold."
        area.load_text("Area 3 is hot.")
        await pilot.press("f9")
        await pilot.pause(0.05)
        await pilot.press("l")
        assert isinstance(app.screen, FormScreen)
        await pilot.press("h", "e", "backspace", "backspace", "backspace", "backspace", "h", "e")
        await pilot.press("tab", *"abc", "f9")
        await pilot.pause(0.05)
        await pilot.press("w", *"wrong", "f9")
        assert isinstance(app.screen, Ask)
        await pilot.press("y")
        await pilot.pause(0.1)
        kinds = [type(body) for _, body in line.affairs.said]
        assert kinds == [Correction, Translation, Withdrawal]

    drive(line, act)


def test_a_form_that_is_left_is_there_again() -> None:
    line = spoken((MIRIAM, "Keep clear.", Response.WILCO_UNABLE))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f5", "tab", *"later", "escape")
        assert not isinstance(app.screen, FormScreen)
        await pilot.press("f5")
        assert "later" in screen(app)
        assert "what was typed before is here again" in screen(app)
        await pilot.press("ctrl+l")
        assert app.screen.query_one(TextArea).text == ""

    drive(line, act)


def test_search_goes_to_what_it_found_and_a_thread_shows_the_dialogue() -> None:
    line = spoken(
        (MIRIAM, "Gunnery at six.", Response.ROGER),
        *((ANNA, f"number {at}", Response.NONE) for at in range(40)),
    )
    line.messages[3] = text(4, ANNA, "Which area?", reply_to=line.messages[0].id)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("ctrl+f", *"gunn*")
        await pilot.pause(0.3)
        assert "1 found" in screen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.query_one(Timeline).selection == line.messages[0]
        await pilot.press("t")
        assert isinstance(app.screen, Sheet)
        assert "Which area?" in screen(app)
        await pilot.press("escape", "number_sign", *"#9", "enter")
        assert app.query_one(Timeline).selection == line.messages[8]
        await pilot.press("ctrl+p", *"thread", "enter")
        await pilot.pause(0.05)
        assert isinstance(app.screen, Sheet)

    drive(line, act)
