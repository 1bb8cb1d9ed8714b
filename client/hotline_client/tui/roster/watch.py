"""The watch in rows and forms: who has it on each side, what a handover names, and the acts of taking and handing over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hotline_client.line.views import ChannelView, MemberView
from hotline_client.presenters.watch import Open, colleagues, facts, is_over_our_log
from hotline_client.tui.looks.cells import line, paragraphs
from hotline_client.tui.looks.rows import Row, Scene, fit
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.tui.looks.wording import channel_label, dtg
from hotline_client.tui.parts.fields import Answers, Field, Form
from hotline_client.tui.parts.ports import LinePort, number
from hotline_protocol.documents.body import MAX_NOTE, MAX_TITLE
from hotline_protocol.documents.composition import Announcement, Change
from hotline_protocol.documents.watch import WatchHandover
from hotline_protocol.folds.journal import Journal
from hotline_protocol.folds.watch import Handover
from hotline_protocol.terms import PERSON_ROLES, SIDES, Role
from hotline_protocol.text import check_field, show


def watch_rows(book: Journal, scene: Scene, holder: Callable[[bytes], str], cells: int) -> list[Row]:
    """Who has the watch on each side."""
    rows: list[Row] = []
    for side in SIDES:
        told, name = facts(book, side), scene.names[side]
        if told.watch is None:
            rows.append(fit(((t("WATCH {side}: nobody", side=name), "warn"),), cells))
        else:
            who, since = holder(told.watch.holder), dtg(told.watch.since)
            words = t("WATCH {side}: {who} since {time}", side=name, who=who, time=since)
            rows.append(fit(((words, "good"),), cells))
        if told.waiting is not None:
            words = t("  handed to {who}, not accepted yet", who=holder(told.waiting.to))
            rows.append(fit(((words, "warn"),), cells))
    return rows


def named_rows(port: LinePort, channel: str, named: Open, cells: int = 76) -> list[str]:
    """What is open, a line each."""
    lines = []
    for what, ids in ((t("dialogue"), named[0]), (t("notice"), named[1])):
        for one in ids:
            message = port.message(channel, one)
            words = "" if message is None else line(message.text.replace("\n", " "), cells - 24)
            lines.append(f"{what} {number(port, channel, one)} {words}")
    return lines or [t("nothing is open")]


def why_another_log(port: LinePort, channel: str, waiting: Handover) -> str | None:
    """Why a handover must not be accepted: it was signed over another log than ours."""
    if is_over_our_log(port, channel, waiting):
        return None
    return t(
        "the handover was signed over another log up to #{seq}: do not take it, tell your security officer",
        seq=waiting.seq,
    )


def choices(members: Sequence[MemberView]) -> dict[str, bytes]:
    """Who of our side could have the watch: certificates by a name that tells them apart."""
    able = [one.person for one in colleagues(members) if one.current]
    # as it is read back from the form: harmless, and without spaces around it
    names = [show(one.name).strip() for one in able]
    return {
        name if name and names.count(name) == 1 else f"{name} {one.fingerprint.hex()[:8]}".strip(): one.device
        for name, one in zip(names, able, strict=True)
    }


def handover_form(
    channel: ChannelView, people: Mapping[str, bytes], named: Open, lines: Sequence[str]
) -> Form:
    """The watch to somebody, with all that is open as this device has it."""

    def make(given: Answers) -> list[WatchHandover]:
        to = people[given["to"]]
        return [WatchHandover(to, named[0], named[1], channel.cursor, channel.head, given["note"])]

    facts: list[Row] = [
        ((f" {t('signed over the log up to #{seq}, with all that is open:', seq=channel.cursor)}", "strong"),)
    ]
    facts += [((f"   {one}", "text"),) for one in lines[:10]]
    if len(lines) > 10:
        facts.append(((f"   {t('and {count} more', count=len(lines) - 10)}", "dim"),))
    return Form(
        f"watch.handover.{channel_label(channel.name)}",
        N_("HAND THE WATCH OVER"),
        (
            Field("to", N_("To"), options=tuple(people), initial=next(iter(people))),
            Field("note", N_("Note"), lines=3, limit=MAX_NOTE, hint=N_("what else to know")),
        ),
        make,
        facts=tuple(facts),
        ask=lambda given: t("Hand the watch to {who} with exactly this?", who=line(given["to"], 40)),
        sent=N_("handed over; the other has it once it is accepted"),
    )


def announcement_form(now: int) -> Form:
    """A change of our delegation, told to the other side."""

    def name(typed: str) -> str:
        check_field(typed.strip(), "the name", limit=MAX_TITLE)
        return typed.strip()

    def make(given: Answers) -> list[Announcement]:
        change, role = Change(given["change"]), Role(given["role"])
        return [Announcement(change, given["name"], role, now, given["replaces"], given["note"])]

    roles = tuple(role.value for role in Role if role in PERSON_ROLES)
    return Form(
        "roster.announce",
        N_("ANNOUNCE A CHANGE OF OUR DELEGATION"),
        (
            Field("change", N_("Change"), options=tuple(Change), initial=Change.JOINS.value),
            Field("name", N_("Name"), read=name, wanted=True, limit=MAX_TITLE),
            Field("role", N_("Role"), options=roles, initial=roles[0]),
            Field("replaces", N_("Replaces"), limit=MAX_TITLE),
            Field("note", N_("Note"), lines=2, limit=MAX_NOTE),
        ),
        make,
        facts=tuple(
            ((f" {one}", "dim"),)
            for one in paragraphs(
                t("It admits and removes nobody: certificates do that. The other side sees it as announced."),
                76,
            )
        ),
    )
