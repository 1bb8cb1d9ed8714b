# ruff: noqa: ARG001 - every script of a test gets the app, the pilot and the clock
from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot
from textual.widgets import Input

from hotline_client.connection.health import LineState
from hotline_client.engine.store import PutBack
from hotline_client.line.views import Halted, KnockView, Person
from hotline_client.tui.app.app import HotlineApp
from hotline_client.tui.parts.sheets import Ask, Sheet
from hotline_client.tui.parts.typed import AskTyped
from hotline_client.tui.roster.view import Roster
from hotline_client.tui.talk.composer import BURST, Composer
from hotline_client.tui.talk.timeline import Timeline
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import Precedence, Response, Role
from tests.support.memory_line import ANNA, MIRIAM, NOW, OTTO, MemoryLine, text
from tests.support.pilot import SIZES, Ticks, bar, drive, needs, ready, screen, sent

RUTH = Person("Ruth Aalto", "ALPHA", Role.OFFICER, "a", True, False, b"\x05" * 32, b"\x05" * 32)


@pytest.mark.parametrize("size", SIZES)
def test_enter_sends_one_routine_line(size: tuple[int, int]) -> None:
    line = MemoryLine([text(1, MIRIAM, "hello")])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("o", "k", "enter")
        assert sent(line) == [("send", "plenary", "ok", Precedence.ROUTINE, Response.NONE, None)]
        assert app.query_one(Composer).text == ""
        assert "QUEUED" in screen(app)

    drive(line, act, size)


def test_several_lines_need_the_second_key() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("a", "ctrl+j", "b", "enter")
        assert sent(line) == []
        await pilot.press("f9")
        assert [one[2] for one in sent(line)] == ["a\nb"]

    drive(line, act)


def test_a_pasted_text_of_several_lines_does_not_send_and_shows_what_is_invisible() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        app.query_one(Composer).post_message(events.Paste("one\r\ntwo\u202e\x1b\n"))
        await pilot.pause()
        assert sent(line) == []
        assert app.query_one(Composer).text == "one\ntwo\\u{202e}\\u{1b}\n"

    drive(line, act)


def test_letters_and_enter_that_arrive_together_are_sent() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        app.query_one(Composer)._ticks = lambda: 5.0
        await pilot.press("a", "enter")
        await pilot.pause(3 * BURST)
        assert [one[2] for one in sent(line)] == ["a"]

    drive(line, act)


def test_enter_in_a_burst_of_letters_makes_a_line() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        composer = app.query_one(Composer)
        composer._ticks = lambda: 5.0
        for key, character in (("a", "a"), ("enter", "\r"), ("b", "b"), ("enter", "\r")):
            composer.post_message(events.Key(key, character))
        await pilot.pause(3 * BURST)
        assert sent(line) == []
        assert composer.text == "a\nb\n"
        app._tick()
        assert "pasted lines are not sent by Enter: F9 sends" in bar(app, "hint")
        await pilot.press("f9")
        assert [one[2] for one in sent(line)] == ["a\nb"]

    drive(line, act)


def test_alt_enter_is_not_enter() -> None:
    HotlineApp(MemoryLine())
    keys = [one.key for one in XTermParser().feed("\x1b\r") if isinstance(one, events.Key)]
    assert keys == ["ctrl+j"]


def test_priority_needs_f9_and_a_changed_draft_takes_it_back() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("x", "ctrl+g", "ctrl+n", "enter", "enter")
        assert sent(line) == []
        assert "PRESS F9 TO SEND PRIORITY" in bar(app, "address")
        await pilot.press("y", "f9")
        assert sent(line) == []
        await pilot.press("enter", "f9")
        assert sent(line) == [("send", "plenary", "xy", Precedence.PRIORITY, Response.ROGER, None)]
        assert "ROUTINE" in bar(app, "address")

    drive(line, act)


def test_a_refused_send_keeps_the_draft() -> None:
    line = MemoryLine()
    line.refuse = "the text is too long"

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("x", "enter")
        assert app.query_one(Composer).text == "x"
        assert "NOT QUEUED: the text is too long" in bar(app, "hint")

    drive(line, act)


@pytest.mark.parametrize("size", SIZES)
def test_f2_is_armed_one_second_after_its_label_and_acknowledges_exactly_that(size: tuple[int, int]) -> None:
    line = MemoryLine([needs(1), needs(2, "And this.", precedence=Precedence.FLASH)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        app._tick()
        assert "F2 wait #2" in bar(app, "keys")
        await pilot.press("f2")
        assert sent(line) == []
        ticks.now += 1
        app._tick()
        assert "F2 ACK #2" in bar(app, "keys")
        await pilot.press("f2")
        assert sent(line) == [("ack", "plenary", line.messages[1].id)]
        await pilot.press("f2")
        assert len(sent(line)) == 1, "the next target must be armed anew"

    drive(line, act, size)


def test_f2_first_shows_a_message_that_is_not_on_the_screen() -> None:
    line = MemoryLine([needs(1), *(text(n, MIRIAM, f"number {n}") for n in range(2, 60))])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        ticks.now += 5
        app._tick()
        assert "F2 SHOW #1" in bar(app, "keys")
        await pilot.press("f2")
        assert sent(line) == []
        assert "#1 PEER" in screen(app)

    drive(line, act)


def test_seen_stops_before_what_was_not_painted_and_waits_for_focus() -> None:
    line = MemoryLine([text(n, MIRIAM, f"number {n}") for n in range(1, 60)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        for _ in range(3):
            app._tick()
        assert line.acts == [], "the newest is painted, but not what came before it"
        app.app_focus = False
        app.query_one(Timeline).action_first()
        await pilot.pause()
        app._tick()
        app._tick()
        assert line.acts == []
        app.app_focus = True
        app.query_one(Timeline).reset_painted()
        await pilot.pause()
        app._tick()
        app._tick()
        await app.workers.wait_for_complete()
        assert line.acts
        assert 5 <= line.acts[-1][2] < 20, "the whole first screen, and nothing below it"

    drive(line, act)


def test_browsing_walks_pages_jumps_and_comes_back() -> None:
    line = MemoryLine([text(n, MIRIAM, f"number {n}") for n in range(1, 900)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        timeline = app.query_one(Timeline)
        await pilot.press("escape")
        assert timeline.selection == line.messages[-1]
        await pilot.press("k", "up", "j")
        assert timeline.selection == line.messages[-2]
        for _ in range(60):
            timeline.action_page_up()
        assert timeline.selection is not None
        assert (timeline.selection.seq or 0) < 600
        await pilot.press("home")
        assert timeline.selection == line.messages[0]
        for _ in range(60):
            timeline.action_page_down()
        assert (timeline.selection.seq or 0) > 300
        await pilot.press("end")
        assert timeline.follow
        assert timeline.selection == line.messages[-1]
        await pilot.press("enter")
        assert isinstance(app.screen, Sheet)
        await pilot.press("escape", "escape")
        assert app.query_one(Composer).has_focus

    drive(line, act)


def test_news_keep_a_reader_where_they_are_and_a_follower_at_the_end() -> None:
    line = MemoryLine([text(n, MIRIAM, f"number {n}") for n in range(1, 100)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        line.messages.append(text(100, MIRIAM, "news one"))
        app._read_again()
        await pilot.pause()
        assert "news one" in screen(app)
        await pilot.press("escape", "pageup", "pageup")
        before = [row[:-1] for row in screen(app).splitlines()[2:14]]
        line.messages.append(text(101, MIRIAM, "news two"))
        app._read_again()
        await pilot.pause()
        assert [row[:-1] for row in screen(app).splitlines()[2:14]] == before

    drive(line, act)


def test_changes_of_the_line_arrive() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert line.running
        line.state = LineState.DOWN
        line.tell("status")
        line.tell("progress", done=1200, total=5000)
        for _ in range(200):
            await pilot.pause(0.05)
            if "DOWN" in bar(app, "status") and "VERIFYING" in bar(app, "hint"):
                break
        assert "DOWN 00:41, retry 5s" in bar(app, "status")
        assert "VERIFYING 1,200/5,000" in bar(app, "hint")

    drive(line, act)
    assert not line.running


def test_flash_shows_a_banner_and_takes_no_focus() -> None:
    line = MemoryLine()

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        line.messages.append(needs(1, "Cease fire.", precedence=Precedence.FLASH))
        app._read_again()
        assert "FLASH #1" in bar(app, "banner")
        assert "Cease fire." in bar(app, "banner")
        assert app.query_one(Composer).has_focus

    drive(line, act)


@pytest.mark.parametrize("size", SIZES)
def test_roster_admits_and_removes_after_a_question(size: tuple[int, int]) -> None:
    line = MemoryLine()
    line.knockers = [KnockView("plenary", b"k" * 16, 9, RUTH, NOW // 1000 + 10**6, None)]

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5")
        assert isinstance(app.view, Roster)
        assert "KNOCKS" in screen(app)
        await pilot.press("a")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        assert sent(line) == []
        await pilot.press("a", "y")
        await pilot.press("j", "x")
        assert not isinstance(app.screen, Ask), "one's own device"
        await pilot.press("j", "x", "y")
        await pilot.press("j", "x")
        assert not isinstance(app.screen, Ask), "the other side's device"
        assert sent(line) == [("admit", "plenary", (b"k" * 16,)), ("remove", "plenary", (1,))]
        await pilot.press("escape")
        assert not isinstance(app.view, Roster)

    drive(line, act, size)


def test_help_reply_next_and_channels() -> None:
    line = MemoryLine([needs(1), text(2, ANNA, "mine")], names=("plenary", "air"))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("f1")
        assert "WRITING" in screen(app)
        await pilot.press("escape", "f3")
        assert app.query_one(Timeline).selection == line.messages[0]
        await pilot.press("f4")
        assert "re #1" in bar(app, "quote")
        await pilot.press("d", "ctrl+pagedown")
        assert "[air" in bar(app, "channels")
        assert app.query_one(Composer).text == ""
        await pilot.press("alt+up", "enter")
        assert sent(line) == [
            ("send", "plenary", "d", Precedence.ROUTINE, Response.NONE, line.messages[0].id)
        ]

    drive(line, act)


def test_leaving_asks_only_while_something_waits() -> None:
    line = MemoryLine([needs(1)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("ctrl+q")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        line.messages.clear()
        app._read_again()
        await pilot.press("f10")
        assert not app.is_running or app._exit

    drive(line, act)


def test_a_crash_prints_no_locals(capsys: pytest.CaptureFixture[str]) -> None:
    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        def broken() -> None:
            plaintext = "the secret meeting place"
            raise ValueError(plaintext)

        app.call_later(broken)
        await pilot.pause()

    with pytest.raises(ValueError, match="secret"):
        drive(MemoryLine(), act)
    said = capsys.readouterr()
    assert "secret meeting" not in said.err + said.out


def test_hundred_thousand_messages_open_at_once() -> None:
    line = MemoryLine([text(n, MIRIAM, f"number {n}") for n in range(1, 100_001)])

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "#100000" in screen(app)
        window = app.query_one(Timeline).window
        assert window is not None
        assert len(window.items) <= 600
        await pilot.press("escape", "home")
        assert "#1 PEER" in screen(app)

    drive(line, act)


def test_the_digits_are_compared_by_the_program_and_remembered() -> None:
    line = MemoryLine()
    right = digits(OTTO.fingerprint)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "VERIFIED 0/3" in bar(app, "status")
        await pilot.press("alt+5", "v")
        assert not isinstance(app.screen, AskTyped), "one's own device"
        await pilot.press("j", "v")
        app.screen.query_one(Input).value = wrong
        await pilot.press("enter")
        assert "group 6 of 6 differs" in screen(app)
        assert not line.verified(OTTO.fingerprint)
        app.screen.query_one(Input).value = right
        await pilot.press("enter")
        assert line.verified(OTTO.fingerprint)
        app._read_again()
        assert "VERIFIED 1/3" in bar(app, "status")

    drive(line, act)


def test_a_halt_says_what_to_do_and_is_left_by_a_typed_word() -> None:
    line = MemoryLine()
    line.extra = {"halted": Halted("fork", "two views of #9", NOW)}

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "two views of #9" in bar(app, "halt")
        assert "Ctrl+R" in bar(app, "halt")
        await pilot.press("ctrl+r", "y", "enter")
        assert sent(line) == []
        app.screen.query_one(Input).value = "RESUME"
        await pilot.press("enter")
        assert sent(line) == [("resume", "plenary")]

    drive(line, act)


def test_a_vault_that_was_put_back_says_so_everywhere_and_recovers_by_a_typed_word() -> None:
    line = MemoryLine()
    line.status_extra = {"put_back": PutBack("restored", "011200Z DEC 26")}

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        for view in "15":
            await pilot.press(f"alt+{view}")
            assert "STOPPED" in bar(app, "status")
            assert "NOTHING IS SENT" in bar(app, "halt")
            said = " ".join(bar(app, "halt").split())
            assert "restored from the backup of 011200Z DEC 26" in said
            assert "hotline recover" in said
        await pilot.press("ctrl+r", "y", "enter")
        assert sent(line) == []
        app.screen.query_one(Input).value = "RECOVER"
        line.refuse = "the log was not read to its end yet"
        await pilot.press("enter")
        assert "NOT RECOVERED: the log was not read" in bar(app, "hint")
        line.refuse = None
        await pilot.press("ctrl+r")
        app.screen.query_one(Input).value = "RECOVER"
        await pilot.press("enter")
        assert sent(line) == [("recover",)]

    drive(line, act)


def test_after_a_rollback_that_nobody_mended_the_shorter_log_is_taken() -> None:
    line = MemoryLine()
    line.extra = {"halted": Halted("rollback", "the relay's log ends at 9", NOW, lost=True, chosen=NOW)}

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "It goes on by itself" in bar(app, "halt")
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "taken as it is" in screen(app)
        app.screen.query_one(Input).value = "RESUME"
        await pilot.press("enter")
        assert sent(line) == [("resume shorter", "plenary")]

    drive(line, act)


def test_a_rollback_asks_for_a_decision_that_gives_nothing_up() -> None:
    line = MemoryLine()
    line.extra = {"halted": Halted("rollback", "the relay's log ends at 9", NOW, lost=True)}

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "fills it up again" in bar(app, "halt")
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "Nothing is given up" in screen(app)
        app.screen.query_one(Input).value = "RESUME"
        await pilot.press("enter")
        assert sent(line) == [("resume", "plenary")]

    drive(line, act)


def test_a_relay_that_lost_entries_is_told_where_one_writes() -> None:
    line = MemoryLine(names=("plenary", "air"))
    line.extra = {"recovering": True}

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert "what you write waits in the outbox" in bar(app, "halt")
        assert "RECOVERING" in bar(app, "status")
        assert "RECOVERING" in bar(app, "channels")

    drive(line, act)


def test_numbers_choose_the_view_of_their_tab_and_clicks_do_too() -> None:
    line = MemoryLine(names=("plenary", "air", "naval"))

    async def act(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("alt+5")
        assert "[5 ROSTER" in bar(app, "tabs")
        await pilot.press("1")
        assert "[1 TALK" in bar(app, "tabs")
        await pilot.press("2")
        assert app.query_one(Composer).text == "2", "a number is a number to who writes"
        await pilot.click("#channels", offset=(bar(app, "channels").index("naval"), 0))
        assert "[naval" in bar(app, "channels")
        await pilot.click("#tabs", offset=(bar(app, "tabs").index("ROSTER"), 0))
        assert isinstance(app.view, Roster)
        await pilot.click("#keys", offset=(bar(app, "keys").index("F1"), 0))
        assert isinstance(app.screen, Sheet)

    drive(line, act)


def test_a_draft_survives_a_kill_and_a_sent_one_does_not_come_back() -> None:
    line = MemoryLine()

    async def write(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        await pilot.press("o", "k")
        await app.talk._keep_drafts()

    async def send(app: HotlineApp, pilot: Pilot[None], ticks: Ticks) -> None:
        assert app.query_one(Composer).text == "ok"
        await pilot.press("enter")
        assert again.draft("plenary") == ""

    drive(line, write)
    again = MemoryLine()
    again.keepsakes = line.keepsakes
    drive(again, send)


def test_a_timer_that_fires_while_the_screen_is_taken_down_does_nothing() -> None:
    async def main() -> None:
        app = HotlineApp(MemoryLine([needs(1)]), clock=lambda: NOW)
        async with app.run_test(size=(80, 24)) as pilot:
            await ready(app, pilot)
        app._tick()
        app._read_again()

    asyncio.run(main())
