from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline_protocol.documents import Party, Text
from hotline_protocol.documents.agenda import AgendaCounter, AgendaPropose
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.dialogue import Correction, Translation
from hotline_protocol.documents.minutes import MinutesDraft, MinutesRevise
from hotline_protocol.terms import Precedence, Response
from tests.support.chronicle import BOT_B, HEAD_A, OBSERVER_A, OFFICER_A, OFFICER_B, WATCH_B, Chronicle


def words(text: str = "cease buzzer") -> Text:
    return Text(text, Precedence.FLASH, Response.WILCO_UNABLE)


def of(log: Chronicle, content: bytes) -> list[tuple[bytes, str, str]]:
    return [(one.author, one.language, one.text) for one in log.journal.translations.of(content)]


def test_the_last_translation_of_an_author_in_a_language_counts() -> None:
    log = Chronicle()
    asked = log.say(HEAD_A, words())
    for author, language, text in (
        (WATCH_B, "he", "לחדול"),
        (WATCH_B, "ru", "прекратить"),
        (BOT_B, "he", "להפסיק"),
        (WATCH_B, "he", "הפסיקו"),
    ):
        log.say(author, Translation(asked, language, text))
    assert of(log, asked.hash) == [
        (WATCH_B.device, "ru", "прекратить"),
        (BOT_B.device, "he", "להפסיק"),
        (WATCH_B.device, "he", "הפסיקו"),
    ]
    assert log.journal.dialogues.all[asked.id].content == asked.hash
    log.refused(OBSERVER_A, Translation(asked, "he", "אחר"))


def test_a_translation_is_bound_to_the_exact_original() -> None:
    log = Chronicle()
    asked = log.say(HEAD_A, words())
    log.say(WATCH_B, Translation(asked, "he", "לחדול"))
    assert "no document" in log.refused(WATCH_B, Translation(Target(bytes(16), bytes(32)), "he", "מילים"))
    assert "another content" in log.refused(WATCH_B, Translation(Target(asked.id, bytes(32)), "he", "מילים"))
    corrected = log.say(HEAD_A, Correction(asked, "stop buzzer"))
    assert "another content" in log.refused(WATCH_B, Translation(asked, "he", "מילים"))
    assert of(log, corrected.hash) == []
    assert len(of(log, asked.hash)) == 1
    log.say(WATCH_B, Translation(Target(asked.id, corrected.hash), "he", "להפסיק"))
    assert of(log, corrected.hash) == [(WATCH_B.device, "he", "להפסיק")]


def test_minutes_and_items_are_translated_as_they_stand() -> None:
    log = Chronicle()
    minutes = log.say(OFFICER_A, MinutesDraft("first meeting", "1. Corridors", "en"))
    item = log.say(OFFICER_A, AgendaPropose("corridors"))
    revised = log.say(OFFICER_B, MinutesRevise(minutes, "1. Air corridors"))
    countered = log.say(OFFICER_B, AgendaCounter(item, "air corridors"))
    for old, new in ((minutes, revised), (item, countered)):
        assert "another content" in log.refused(WATCH_B, Translation(old, "he", "מילים"))
        log.say(WATCH_B, Translation(Target(old.id, new.hash), "he", "מילים"))
        assert len(of(log, new.hash)) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from((HEAD_A, WATCH_B, BOT_B)), st.sampled_from(("he", "ru"))), max_size=12
    ),
    st.integers(0, 12),
)
def test_the_same_log_gives_the_same_translations(said: list[tuple[Party, str]], place: int) -> None:
    log = Chronicle()
    asked = log.say(HEAD_A, words())
    for number, (author, language) in enumerate(said):
        log.say(author, Translation(asked, language, f"words {number}"))
    assert log.refold() == log.refold(snapshot_after=place) == log.journal
    assert len(of(log, asked.hash)) == len(set(said))
