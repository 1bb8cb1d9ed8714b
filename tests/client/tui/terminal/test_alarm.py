from __future__ import annotations

from hotline_client.tui.terminal.alarm import Alarm


def test_it_rings_at_once_then_every_ten_seconds_until_nothing_waits() -> None:
    alarm = Alarm()
    assert not alarm.rings([], 100.0)
    assert alarm.rings([b"a"], 100.0)
    assert not alarm.rings([b"a"], 109.9)
    assert alarm.rings([b"a"], 110.0)
    assert alarm.rings([b"a", b"b"], 111.0)
    assert not alarm.rings([b"a", b"b"], 120.0), "one bell for both"
    assert alarm.rings([b"b"], 121.0)
    assert not alarm.rings([], 140.0)
