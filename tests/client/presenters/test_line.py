from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from hotline_client.engine.outgoing.recovery import Recovered
from hotline_client.engine.store import PutBack
from hotline_client.line.views import ChannelView, Halted, OutboxView
from hotline_client.presenters import line as presenter
from hotline_protocol.documents.watch import (
    NONCE_SIZE,
    Attendance,
    LineCheck,
    LineEcho,
    LineMissed,
    LineStatus,
)
from tests.support.memory_line import ANNA, DAN, MIRIAM, NOW, OTTO, MemoryLine, party

NONCE = bytes(NONCE_SIZE)


def story() -> MemoryLine:
    """Of three checks the first was echoed in time, the second too late, the third is overdue; and one more is missed."""
    line = MemoryLine()
    named = cast("Any", {one.fingerprint: SimpleNamespace(name=one.name) for one in (ANNA, MIRIAM)})
    line.certificates = named
    book = line.affairs.book
    book.now = NOW - 90_000
    say = book.say
    checks = [say(party(OTTO), LineCheck(NONCE, 10)) for _ in range(4)]
    book.now += 400
    say(party(MIRIAM), LineEcho(checks[0], NONCE))
    book.now += 20_000
    say(party(DAN), LineEcho(checks[1], NONCE))
    say(party(MIRIAM), LineMissed(checks[3]))
    say(party(MIRIAM), LineStatus(Attendance.UNATTENDED, "till 0600Z"))
    return line


def told(line: MemoryLine) -> presenter.LineFacts:
    return line.read("plenary", lambda book: presenter.facts(book, line.status(), NOW))


def test_the_status_says_the_machines_the_people_and_the_checks() -> None:
    line = story()
    line.status_extra = {"reason": "slow\x1b"}
    assert presenter.status_text(line, told(line)).splitlines() == [
        "machine  UP, round trip 38 ms: slow\\u{1b}",
        "heard    BRAVO 231430Z NOV 26",
        "       ATTENDANCE  SINCE           BY           NOTE",
        "ALPHA  not said",
        "BRAVO  UNATTENDED  231430Z NOV 26  Miriam Levi  till 0600Z",
        "check #1 by ALPHA 231430Z NOV 26: ECHOED after 0.4 s by Miriam Levi",
        "check #2 by ALPHA 231430Z NOV 26: LATE after 20.4 s by ?",
        "check #3 by ALPHA 231430Z NOV 26: OVERDUE, due 231430Z NOV 26",
        "check #4 by ALPHA 231430Z NOV 26: MISSED, due 231430Z NOV 26",
    ]


def test_an_old_check_is_shown_while_nobody_put_on_record_that_it_was_missed() -> None:
    line = story()
    for _ in range(presenter.SHOWN):
        line.affairs.book.say(party(ANNA), LineCheck(NONCE, 3600))
    words = presenter.status_text(line, told(line)).splitlines()
    assert [one.split()[1] for one in words[5:]] == ["#9", "#10", "#11", "#12", "#13", "#3"]
    assert words[-1].endswith("OVERDUE, due 231430Z NOV 26")
    assert presenter.status_text(MemoryLine(), told(MemoryLine())).splitlines()[-1] == "no line check yet"


def test_a_vault_that_was_put_back_is_told_first() -> None:
    line = MemoryLine()
    line.status_extra = {"put_back": PutBack("restored", "011200Z DEC 26")}
    words = presenter.status_text(line, told(line)).splitlines()
    assert words[0] == "NOTHING IS SENT: this vault was restored from the backup of 011200Z DEC 26"
    assert presenter.status_record(line, "plenary", told(line))["put_back"] == "restored"
    done = Recovered(left=True, waiting=2, dropped=("admit",))
    assert presenter.recovered_text("air", done) == (
        "air: left the group; 2 wait and are sent once this device is in again; to be asked for again: admit"
    )
    assert presenter.recovered_record("air", done) == {
        "type": "recovered",
        "channel": "air",
        "left": True,
        "waiting": 2,
        "dropped": ("admit",),
    }
    assert (
        presenter.recovered_text("air", Recovered(left=False, waiting=0, dropped=()))
        == "air: was in no group"
    )


def test_the_records_hold_every_fact() -> None:
    line = story()
    record = presenter.status_record(line, "plenary", told(line))
    first = record["checks"][0]
    echoed = next(iter(line.affairs.book.journal.line.checks.values()))
    assert first == {
        "type": "line-check",
        "channel": "plenary",
        "id": echoed.id.hex(),
        "seq": 1,
        "side": "a",
        "state": "ECHOED",
        "at": NOW - 90_000,
        "deadline": NOW - 80_000,
        "echoed_at": NOW - 89_600,
        "echoed_after": 400,
        "echoed_by": "Miriam Levi",
    }
    assert [one["state"] for one in record["checks"]] == ["ECHOED", "LATE", "OVERDUE", "MISSED"]
    assert [one["seq"] for one in record["overdue"]] == [3]
    said = {"attendance": "UNATTENDED", "by": "Miriam Levi", "at": NOW - 69_600, "note": "till 0600Z"}
    assert record["attendance"] == {"a": None, "b": said}
    rest = {name: value for name, value in record.items() if name not in ("attendance", "overdue", "checks")}
    assert rest == {
        "type": "line-status",
        "channel": "plenary",
        "machine": "UP",
        "reason": None,
        "put_back": None,
        "round_trip": 38.0,
        "peer_last_heard": NOW - 120_000,
    }


def test_what_a_side_said_of_its_people_is_one_line() -> None:
    line = story()
    said = line.affairs.book.journal.line.attendance["b"]
    assert (
        presenter.attendance_text(line, "b", said)
        == "BRAVO  UNATTENDED  231430Z NOV 26  Miriam Levi  till 0600Z"
    )


def test_where_a_channel_stands() -> None:
    view = ChannelView("plenary", "member", 7, 12, 13, b"\xab" * 32, 1, 2, 3)
    assert (
        presenter.channel_text(view) == "plenary    epoch 7    seq 12       head abababababababab  in order"
    )
    halted = ChannelView("air", "knocking", None, 0, None, bytes(32), 0, 0, 0, Halted("fork", "two\x1b", NOW))
    assert presenter.channel_text(halted).endswith("HALTED fork: two\\u{1b}")
    assert presenter.channel_text(halted).split()[1] == "knocking"
    assert presenter.channel_record(view) == {
        "type": "channel",
        "channel": "plenary",
        "phase": "member",
        "epoch": 7,
        "cursor": 12,
        "tail": 13,
        "head": b"\xab" * 32,
        "unacknowledged": 1,
        "unseen": 2,
        "outbox": 3,
        "halted": None,
        "left_out": False,
        "generation": 0,
        "consents": [],
        "disputed": [],
        "recovering": False,
    }
    assert presenter.channel_record(halted)["halted"] == halted.halted
    left_out = ChannelView("air", "member", 7, 12, None, bytes(32), 0, 0, 0, None, left_out=True)
    assert presenter.channel_text(left_out).endswith("NOT ANNOUNCED by the relay")


def test_what_is_ours_and_not_in_the_log() -> None:
    item = OutboxView("plenary", b"\xcd" * 16, "text", NOW, True, 2, "first\nsecond")
    assert (
        presenter.outbox_text(item)
        == f"{'cd' * 16}  231432Z NOV 26  plenary  text  sealed, tried 2  first\\u{{a}}second"
    )
    assert presenter.outbox_record(item) == {
        "type": "outbox",
        "channel": "plenary",
        "id": b"\xcd" * 16,
        "kind": "text",
        "time": NOW,
        "sealed": True,
        "attempts": 2,
        "text": "first\nsecond",
    }
