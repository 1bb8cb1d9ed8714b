"""Small things a person did at this device and no log holds: whose digits were compared, and drafts; kept as settings of the vault."""

from __future__ import annotations

from typing import Protocol


class Settings(Protocol):
    """Where small values are kept; the vault is one."""

    def setting(self, name: str) -> bytes | None:
        """The value, None if there is none."""

    def set_setting(self, name: str, value: bytes | None) -> None:
        """Keep a value, or forget it (None)."""


class MemorySettings:
    """Settings that live as long as the process: for a line without a vault."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def setting(self, name: str) -> bytes | None:
        """The value, None if there is none."""
        return self._values.get(name)

    def set_setting(self, name: str, value: bytes | None) -> None:
        """Keep a value, or forget it (None)."""
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value


class DeviceSettings:
    """What the settings hold, by name: `verified.<fingerprint>`, `draft.<channel>`, `draft.<channel>.<slot>`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def verified(self, fingerprint: bytes) -> bool:
        """Whether somebody here compared the digits of this certificate (SHA-256 of its DER)."""
        return self._settings.setting(f"verified.{fingerprint.hex()}") == b"1"

    def set_verified(self, fingerprint: bytes, *, verified: bool) -> None:
        """Remember, or forget, that its digits were compared."""
        self._settings.set_setting(f"verified.{fingerprint.hex()}", b"1" if verified else None)

    def draft(self, channel: str, slot: str = "") -> str:
        """What was being written in a channel, empty if nothing was. `slot`: in which form, or in reply to what."""
        return (self._settings.setting(_draft(channel, slot)) or b"").decode("utf-8", "replace")

    def set_draft(self, channel: str, text: str, slot: str = "") -> None:
        """Keep a draft, or forget it (empty)."""
        self._settings.set_setting(_draft(channel, slot), text.encode("utf-8", "replace") or None)


def _draft(channel: str, slot: str) -> str:
    return f"draft.{channel}.{slot}" if slot else f"draft.{channel}"
