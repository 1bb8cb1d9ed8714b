"""Which views there are besides Talk."""

from __future__ import annotations

from hotline_client.tui.agenda.view import AgendaView
from hotline_client.tui.meetings.view import MeetingsView
from hotline_client.tui.notices.view import NoticesView
from hotline_client.tui.parts.needs import ViewName
from hotline_client.tui.parts.state import ScreenState
from hotline_client.tui.parts.view import View
from hotline_client.tui.record.view import RecordView
from hotline_client.tui.roster.view import Roster


def other_views(state: ScreenState) -> dict[ViewName, View]:
    """Each view, made once and empty, by its name."""
    made: tuple[View, ...] = (
        AgendaView(state),
        MeetingsView(state),
        NoticesView(state),
        Roster(state),
        RecordView(state),
    )
    return {one.name_: one for one in made}
