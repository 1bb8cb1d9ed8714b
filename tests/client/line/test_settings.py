from __future__ import annotations

from hotline_client.line.settings import DeviceSettings, MemorySettings


def test_a_verification_is_of_one_certificate_and_can_be_taken_back() -> None:
    settings = MemorySettings()
    DeviceSettings(settings).set_verified(b"\x01" * 32, verified=True)
    kept = DeviceSettings(settings)
    assert kept.verified(b"\x01" * 32)
    assert not kept.verified(b"\x02" * 32)
    kept.set_verified(b"\x01" * 32, verified=False)
    assert not kept.verified(b"\x01" * 32)


def test_a_draft_is_of_one_channel_and_an_empty_one_is_forgotten() -> None:
    settings = MemorySettings()
    DeviceSettings(settings).set_draft("air", "שלום\nи вам")
    kept = DeviceSettings(settings)
    assert kept.draft("air") == "שלום\nи вам"
    assert kept.draft("plenary") == ""
    kept.set_draft("air", "")
    assert settings.setting("draft.air") is None
