"""What one is about to send: addressees, quotes, and drafts that live by channel and reply."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from hotline_client.line.views import MessageView
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.looks.bars import Bar
from hotline_client.tui.looks.rows import words
from hotline_client.tui.talk.composing import Composition
from hotline_client.tui.talk.drafts import OPEN, Drafts
from hotline_protocol.documents import Addressee
from hotline_protocol.terms import Precedence, Response, Role
from tests.support.memory_line import MIRIAM, MemoryLine, text
from tests.support.pilot import Ticks, drive

ASKED = text(1, MIRIAM, "clear of area seven?", response=Response.ROGER)
OTHER = text(2, MIRIAM, "weather is fine")


def _rows(app: HotlineApp, name: str) -> list[str]:
    bar = app.query_one(name, Bar)
    return [words(row) for row in bar.rows] if bar.display else []


def test_addressees_are_typed_shown_sent_and_forgotten() -> None:
    line = MemoryLine([ASKED])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("ctrl+o")
        await pilot.pause()
        app.screen.query_one(Input).value = "bravo/king"
        await pilot.press("enter")
        assert "expected ALPHA or BRAVO" in words(app.screen.query_one("#typed-said", Bar).rows[0])
        app.screen.query_one(Input).value = "bravo/deputy info ALPHA/watch"
        await pilot.press("enter")
        await pilot.pause()
        assert "TO BRAVO/deputy INFO ALPHA/watch" in _rows(app, "#address")[0]
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert app.screen.query_one(Input).value == "BRAVO/deputy INFO ALPHA/watch"
        await pilot.press("escape", "g", "o")
        ticks.now += 1
        await pilot.press("enter")
        assert line.messages[-1].action == ("BRAVO/deputy",)
        assert line.messages[-1].info == ("ALPHA/watch",)
        assert "BRAVO/deputy" not in _rows(app, "#address")[0]

    drive(line, act)


def test_a_reply_quotes_what_it_replies_to_and_keeps_its_own_draft() -> None:
    line = MemoryLine([ASKED, OTHER])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        del ticks
        app.talk.composer.load_text("half a thought")
        await pilot.press("f4")
        await pilot.pause()
        assert _rows(app, "#quote") == ["re #2 BRAVO/deputy: weather is fine"]
        assert app.talk.composer.text == "half a thought", "the words go along"
        await pilot.press("f4")
        assert app.talk.composer.text == "half a thought", "and come back"
        assert _rows(app, "#quote") == []
        await pilot.press("f4")
        app.talk.composer.load_text("a reply")
        app.talk._drafts.put("a reply", app.talk.composition)
        await pilot.press("escape", "up", "f4")
        assert app.talk.composition.reply is not None
        assert app.talk.composition.reply.seq == 1
        assert "draft saved" not in _rows(app, "#address")[0]
        await pilot.press("x")
        await app.talk._keep_drafts()
        app.talk.tick()
        assert "draft saved" in _rows(app, "#address")[0]

    drive(line, act)
    stored = Drafts(line)
    assert stored.read("plenary", OTHER)[0] == "a reply"


@pytest.mark.parametrize("reply", [None, ASKED])
def test_a_draft_comes_back_with_all_that_was_set(reply: MessageView | None) -> None:
    line = MemoryLine([ASKED])
    drafts = Drafts(line)
    head = (Addressee("b", Role.HEAD),)
    set_ = Composition("plenary", Precedence.IMMEDIATE, Response.ROGER, reply, action=head, info=())
    drafts.put("שלום", set_)
    for channel, words_, slot in drafts.unkept():
        line.set_draft(channel, words_, slot)
    assert drafts.unkept() == []
    assert drafts.waiting == 1
    assert Drafts(line).opened("plenary") == ("שלום", set_)
    drafts.sent(set_)
    assert Drafts(line).opened("plenary") == ("", Composition("plenary"))
    assert drafts.waiting == 0


def test_rubbish_in_the_vault_is_plain_words() -> None:
    line = MemoryLine([ASKED])
    for raw in ("from an older version", "{", '{"text": 7}', '{"precedence": "DOOM", "text": "x"}', "[]"):
        line.set_draft("plenary", raw)
        line.set_draft("plenary", "nonsense", OPEN)
        assert Drafts(line).opened("plenary") == (raw, Composition("plenary"))
