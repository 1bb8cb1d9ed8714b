"""What every view looks at: the line, the time, the channel on the screen, what waits, and what is there to be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hotline_client.line.views import ChannelView, MessageView, Person, StatusView
from hotline_client.tui.looks.cells import line
from hotline_client.tui.looks.rows import Scene
from hotline_client.tui.parts.needs import Need
from hotline_client.tui.parts.ports import LinePort
from hotline_protocol.terms import Side


@dataclass
class ScreenState:
    """`clock` gives unix ms, `ticks` seconds that only grow. The shell alone writes here; views read."""

    port: LinePort
    clock: Callable[[], int]
    ticks: Callable[[], float]
    channel: str = ""
    status: StatusView | None = None
    waiting: list[MessageView] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)

    @property
    def me(self) -> Person:
        """The holder of this device's certificate."""
        return self.port.me

    def here(self) -> ChannelView | None:
        """Where the channel on the screen stands."""
        channels = self.status.channels if self.status else ()
        return next((one for one in channels if one.name == self.channel), None)

    def scene(self) -> Scene:
        """What presenters look from."""
        return Scene(
            self.me.side, self.clock(), {side: line(name, 16) for side, name in self.names().items()}
        )

    def names(self) -> Mapping[Side, str]:
        """The two delegations' names by side; foreign text."""
        peer = self.status.peer_delegation if self.status else "?"
        mine = self.me.side
        return {mine: self.me.delegation, ("b" if mine == "a" else "a"): peer}
