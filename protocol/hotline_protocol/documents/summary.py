"""One line of words for every kind of document, for a timeline: raw as signed, to be sanitised by whoever shows it.

What people wrote stands after the times: digits that follow letters of a right-to-left language are drawn to their side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hotline_protocol.documents import agenda, composition, dialogue, meetings, minutes, notices, talk, watch
from hotline_protocol.documents.body import Body
from hotline_protocol.dtg import dtg


def summary(body: Body) -> str:
    """What a document says, in words; the words themselves where it is words. Empty for kinds without a line of their own."""
    say = _LINES.get(type(body))
    return say(body) if say is not None else ""


def _reasoned(what: str) -> Callable[[Any], str]:
    return lambda body: f"{what}: {body.reason}" if body.reason else what


def _proposed(body: meetings.MeetingPropose | meetings.MeetingCounter) -> str:
    parts = [dtg(one.start) for one in body.slots]
    parts += [body.place] if body.place else []
    parts += [str(body.level)] if body.level is not None else []
    return ", ".join(parts)


def _notice(body: notices.Notice) -> str:
    kind = "EXERCISE " if body.exercise else ""
    if body.action is notices.Action.CANCEL:
        return f"NOTICE {body.arena} cancels another"
    part = body.air or body.naval
    what = part.activity if part is not None else str(body.em.effect) if body.em is not None else ""
    end = "PERM" if body.end is None else dtg(body.end)
    return f"{kind}NOTICE {body.arena} {body.action}, {dtg(body.start)} to {end}: {what}"


def _handover(body: watch.WatchHandover) -> str:
    open_ = f"{len(body.dialogues)} open dialogues, {len(body.notices)} notices, entry {body.seq}"
    return f"WATCH handed over with {open_}"


def _announcement(body: composition.Announcement) -> str:
    whom = f" {body.replaces}" if body.replaces else ""
    return f"COMPOSITION: {body.name} ({body.role}) {body.change}{whom} from {dtg(body.since)}"


_LINES: Final[Mapping[type[Body], Callable[[Any], str]]] = {
    talk.Text: lambda body: body.text,
    talk.Ack: lambda body: body.note,
    dialogue.Reply: lambda body: f"{body.answer}: {body.reason}" if body.reason else str(body.answer),
    dialogue.Withdrawal: _reasoned("WITHDRAWN"),
    dialogue.Correction: lambda body: f"CORRECTED: {body.text}",
    dialogue.Translation: lambda body: f"TRANSLATION ({body.language}): {body.text}",
    agenda.AgendaPropose: lambda body: f"AGENDA proposes: {body.title}",
    agenda.AgendaCounter: lambda body: f"AGENDA counters: {body.title}",
    agenda.AgendaAccept: lambda _: "AGENDA accepts the item",
    agenda.AgendaDecline: _reasoned("AGENDA declines the item"),
    agenda.AgendaWithdraw: _reasoned("AGENDA withdraws the item"),
    agenda.AgendaAdopt: lambda body: f"AGENDA adopts {len(body.items)} items in order",
    agenda.AgendaOpen: lambda _: "AGENDA opens the item",
    agenda.AgendaOutcome: lambda body: f"AGENDA says {body.outcome}: {body.text}".removesuffix(": "),
    agenda.AgendaSilence: lambda body: f"SILENCE until {dtg(body.until)}, then {body.outcome}: {body.text}",
    agenda.AgendaObject: _reasoned("SILENCE broken"),
    agenda.AgendaAmend: lambda body: f"SILENCE broken, amended: {body.text}",
    agenda.AgendaClose: lambda _: "AGENDA closes the item",
    meetings.MeetingPropose: lambda body: f"MEETING proposed ({_proposed(body) or 'all open'}): {body.title}",
    meetings.MeetingCounter: lambda body: f"MEETING countered: {_proposed(body)}",
    meetings.MeetingAnswer: lambda body: f"MEETING times: {', '.join(body.answers)}",
    meetings.MeetingAgree: lambda body: f"MEETING agrees: {', '.join(one.part for one in body.parts)}",
    meetings.MeetingAttach: lambda body: f"MEETING is for {len(body.items)} items",
    meetings.MeetingHeld: lambda _: "MEETING was held",
    meetings.MeetingCancel: _reasoned("MEETING cancelled"),
    minutes.MinutesDraft: lambda body: f"MINUTES drafted: {body.title}",
    minutes.MinutesRevise: lambda _: "MINUTES revised",
    minutes.MinutesComment: lambda body: f"MINUTES comment: {body.text}",
    minutes.MinutesInitial: lambda _: "MINUTES initialled",
    minutes.MinutesReserve: lambda body: f"MINUTES reservation: {body.text}",
    minutes.MinutesSign: lambda _: "MINUTES signed",
    notices.Notice: _notice,
    notices.Finding: lambda body: f"NOTICE found {body.verdict}",
    watch.LineCheck: lambda body: f"LINE CHECK, answer within {body.within} s",
    watch.LineEcho: lambda _: "LINE CHECK answered",
    watch.LineMissed: lambda body: f"LINE CHECK missed: {body.note}".removesuffix(": "),
    watch.LineStatus: lambda body: f"LINE {body.attendance}: {body.note}".removesuffix(": "),
    watch.WatchTake: lambda _: "WATCH taken",
    watch.WatchHandover: _handover,
    watch.WatchAccept: lambda _: "WATCH accepted",
    composition.Announcement: _announcement,
}
