"""Corrections, withdrawals, translations and the silences as two delegations type them: real processes on a real relay."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from tests.client.cli.talk.test_line_commands import hotline, records
from tests.e2e.stage import Stage, devices


def shown(who: Any, reference: str) -> dict[str, Any]:
    lines = records(hotline(who, "watch", "--once", "--all", "--json", "--channel", "plenary"))
    return next(one for one in lines if one["reference"] == reference and one["kind"] == "text")


def test_words_are_corrected_translated_and_withdrawn_by_their_author(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        asked = hotline(ours, "send", "--precedence", "FLASH", "--response", "W/U", "cease buzzer", "--json")
        number = records(asked)[0]["reference"]
        assert hotline(theirs, "ack", number).returncode == 0

        assert hotline(theirs, "correct", number, "not mine").returncode == 2
        [after] = records(hotline(ours, "correct", number, "cease buzzer on 243.0", "--json"))
        assert (after["corrections"], after["text"], after["phase"]) == (1, "cease buzzer on 243.0", "OPEN")
        assert (after["acknowledged"], len(after["acknowledged_before"])) == ([], 1)
        text = hotline(theirs, "watch", "--once", "--all", "--channel", "plenary").stdout.decode()
        assert "CORRECTED  NEEDS ACK" in text
        assert "| before the correction: cease buzzer\n" in text

        assert hotline(theirs, "translate", number, "Hebrew!", "לחדול").returncode == 2
        [after] = records(hotline(theirs, "translate", number, "he", "לחדול משיבוש", "--json"))
        assert [(one["language"], one["text"]) for one in after["translations"]] == [("he", "לחדול משיבוש")]
        assert after["text"] == "cease buzzer on 243.0"

        assert hotline(theirs, "ack", number).returncode == 0
        assert [one["by"]["name"] for one in shown(ours, number)["acknowledged"]] == ["Bravo 1"]

        assert hotline(theirs, "withdraw", number, "not mine").returncode == 2
        assert hotline(ours, "withdraw", number, "").returncode == 2
        [after] = records(hotline(ours, "withdraw", number, "sent in error", "--json"))
        assert (after["phase"], after["withdrawn"], after["silence"]) == ("WITHDRAWN", "sent in error", None)
        assert hotline(theirs, "respond", number, "WILCO").returncode == 2
        assert hotline(theirs, "ack", number).returncode == 2


def test_who_waits_for_an_answer_learns_which_silence_it_is(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        ask = ("send", "--response", "W/U", "--timeout", "20s")
        assert hotline(ours, "send", "no question", "--wait-answer", "1s").returncode == 2
        late = hotline(ours, *ask, "first question", "--wait-answer", "1s")
        assert (late.returncode, b"nobody answered it within 1 s: undelivered" in late.stderr) == (6, True)
        [owed] = records(hotline(ours, "respond", "--theirs", "--json"))
        assert (owed["ours"], owed["phase"], owed["urgency"]) == (True, "OPEN", "DUE")
        assert not records(hotline(ours, "respond", "--ours", "--json"))
        [owing] = records(hotline(theirs, "respond", "--json"))
        assert (owing["ours"], owing["silence"]) == (False, None)
        listed = _once_delivered(ours, theirs)
        assert listed.splitlines()[1].strip().startswith("delivered and unseen")
        assert all(len(line) <= 80 for line in listed.splitlines())
        assert hotline(ours, "respond", "p1", "WILCO", "--theirs").returncode == 2

        for answer, code, said in (
            (("WILCO",), 0, b""),
            (("UNABLE", "--reason", "no crew"), 7, b"declined, UNABLE"),
        ):
            done: list[Any] = []
            waiting = threading.Thread(
                target=lambda done=done: done.append(hotline(ours, *ask, "again", "--wait-answer", "40s"))
            )
            waiting.start()
            question = _next_question(theirs)
            assert hotline(theirs, "respond", question, "STANDBY").returncode == 0
            assert hotline(theirs, "respond", question, *answer).returncode == 0
            waiting.join()
            assert (done[0].returncode, said in done[0].stderr) == (code, True)


def _once_delivered(ours: Any, theirs: Any) -> str:
    """What we are owed, once a receipt of the other side's device came: it says them by itself, at most every 2 s."""
    for _ in range(15):
        assert hotline(theirs, "watch", "--once", "--channel", "plenary").returncode == 0
        assert hotline(theirs, "outbox", "--drain").returncode == 0
        listed = hotline(ours, "respond", "--theirs").stdout.decode()
        if "with the relay" not in listed:
            return listed
        time.sleep(0.5)
    raise AssertionError("no receipt ever came")


def _next_question(who: Any) -> str:
    for _ in range(30):
        waiting = records(hotline(who, "respond", "--json"))
        if len(waiting) > 1:
            return f"#{waiting[-1]['seq']}"
    raise AssertionError("the question never came")


def test_words_are_found_again_whatever_their_case_and_points(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        for words in ("Gunnery at SIX", "שָׁלוֹם"):
            assert hotline(ours, "send", words).returncode == 0
        assert hotline(theirs, "watch", "--once").returncode == 0
        assert [one["text"] for one in records(hotline(theirs, "search", "gunn* six", "--json"))] == [
            "Gunnery at SIX"
        ]
        assert "שָׁלוֹם" in hotline(theirs, "search", "שלום").stdout.decode()
        assert hotline(theirs, "search", "...").returncode == 2
