"""What F2 would acknowledge, and when it may: only the message on its label, one second after label and text were painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hotline_client.line.views import MessageView
from hotline_client.tui.looks.tongue import t

ARMING: Final = 1.0
"""Seconds between the painting of a label and the key doing what it says."""


@dataclass(frozen=True, slots=True)
class Target:
    """A message F2 is about. `shown`: its whole text is on the screen, so that it may be acknowledged."""

    message: MessageView
    shown: bool

    @property
    def name(self) -> tuple[str, bytes, bytes | None, bool]:
        """What makes it another target: another channel, document, content, or being shown."""
        return (self.message.channel, self.message.id, self.message.content_hash, self.shown)


def choose(selected: MessageView | None, waiting: Sequence[MessageView]) -> MessageView | None:
    """The message a person points at if it waits for an answer; else the most urgent one, the oldest first."""
    if selected is not None and selected.needs_ack:
        return selected
    open_ones = [one for one in waiting if one.needs_ack]
    return min(open_ones, key=lambda one: (one.precedence.rank, one.at or one.time), default=None)


class Trigger:
    """The safety catch of F2."""

    def __init__(self) -> None:
        self.target: Target | None = None
        self._painted = 0.0

    def aim(self, target: Target | None, now: float) -> None:
        """Tell what the label says from `now` (seconds); another target arms anew."""
        if (target.name if target else None) != (self.target.name if self.target else None):
            self._painted = now
        self.target = target

    def armed(self, now: float) -> bool:
        """Whether pressing the key now does what its label says."""
        return self.target is not None and now - self._painted >= ARMING

    def label(self, now: float, here: str) -> str:
        """The words on the key; `here` is the channel on the screen."""
        if self.target is None:
            return "ACK -"
        message = self.target.message
        number = f"#{message.seq}" if message.channel == here else f"{message.channel} #{message.seq}"
        if not self.target.shown:
            return t("SHOW {number}", number=number)
        return f"ACK {number}" if self.armed(now) else t("wait {number}", number=number)
