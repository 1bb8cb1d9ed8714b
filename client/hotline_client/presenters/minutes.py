"""Minutes as they stand: the text, what each side said, initialled and signed, and what is left to do; for a person and a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from hotline_client.exports.paper.gather import gather, meeting_facts
from hotline_client.exports.paper.paper import Act, Paper
from hotline_client.presenters.fields import fields
from hotline_client.presenters.references import Source, delegations, reference
from hotline_client.words.columns import table
from hotline_client.words.times import dtg
from hotline_client.words.translation import Translate, english
from hotline_protocol.folds.agenda import Item
from hotline_protocol.folds.meetings import Meeting
from hotline_protocol.folds.minutes import Mark, MinutesState, Record, Remark
from hotline_protocol.terms import Side


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """Minutes with the paper that is made of them. UsageError if this device does not hold all that was said about them."""

    minutes: Record
    paper: Paper


def facts(line: Source, channel: str, minutes: Record) -> MinutesFacts:
    """All that is known of some minutes."""
    return MinutesFacts(minutes, gather(line, channel, minutes.id))


def text_hash(minutes: Record) -> str:
    """SHA-256 of the present text, in hex: what is initialled, signed and printed on the paper."""
    return sha256(minutes.text.encode()).hexdigest()


def missing(minutes: Record, side: Side) -> Literal["initial", "sign"] | None:
    """The next act that a side owes the present text; None if it did its part."""
    if minutes.state is MinutesState.INITIALLED:
        return "sign" if side not in minutes.signatures else None
    return "initial" if minutes.state is not MinutesState.SIGNED and side not in minutes.initials else None


# --- for a person


def attested(minutes: Record, side: Side, who: Callable[[Mark], str], t: Translate = english) -> str:
    """`initialled by Anna Berg (deputy) 231432Z NOV 26; not signed`: what a side did about the present text."""
    initial, signature = minutes.initials.get(side), minutes.signatures.get(side)
    words = [
        t("not initialled") if initial is None else _by(t("initialled"), initial, who, t),
        t("not signed") if signature is None else _by(t("signed"), signature, who, t),
    ]
    return "; ".join(words)


def _by(what: str, mark: Mark, who: Callable[[Mark], str], t: Translate) -> str:
    return t("{what} by {who} {when}", what=what, who=who(mark), when=dtg(mark.at, t))


def minutes_text(line: Source, told: MinutesFacts) -> str:
    """Minutes whole: the text, then what was said about it."""
    minutes, paper = told.minutes, told.paper
    digest = text_hash(minutes)
    lines = [
        f"{paper.reference}  {minutes.title}",
        f"    {minutes.state}, version {minutes.version}, {minutes.language}, by {_who(paper.written)}",
        f"    SHA-256 of the text {digest[:32]}",
        f"                        {digest[32:]}",
        *(f"    {name}: {value}" for name, value in paper.meeting),
        *(f"    item {one.reference}  {one.title}: {one.outcome}" for one in paper.items),
        "",
        *minutes.text.splitlines(),
        "",
    ]
    for comment in minutes.comments:
        lines += _said(f"comment by {_name(line, comment.author)}, {dtg(comment.at)}", comment.text)
    for one in paper.reservations:
        lines += _said(f"RESERVATION by {_who(one)}", one.text)
    acts = {one.document: one for one in (*paper.initials.values(), *paper.signatures.values())}
    for side in paper.authorities:
        words = attested(
            minutes, side.side, lambda mark: f"{acts[mark.document].name} ({acts[mark.document].role})"
        )
        lines.append(f"{side.name}: {words}")
    for one in paper.translations:
        lines += _said(f"courtesy translation ({one.language}) by {_who(one)}", one.text)
    return "\n".join(lines)


def _said(head: str, words: str) -> list[str]:
    return [f"{head}:", *(f"    {line}" for line in words.splitlines())]


def _who(act: Act) -> str:
    return f"{act.delegation}/{act.role} {act.name}, {dtg(act.at)}"


def _name(line: Source, fingerprint: bytes) -> str:
    known = line.certificate(fingerprint)
    return "somebody" if known is None else f"{known.delegation}/{known.role} {known.name}"


def listed(line: Source, channel: str, every: Sequence[Record]) -> str:
    """Minutes in a table, with who has initialled and signed."""
    names = delegations(line)
    rows = [
        (
            reference(line, channel, one.id),
            one.state,
            one.title,
            *(", ".join(names[side] for side in sorted(marks)) for marks in (one.initials, one.signatures)),
        )
        for one in every
    ]
    return table(("MINUTES", "STATE", "TITLE", "INITIALLED", "SIGNED"), rows)


def first_text(
    title: str, meeting: Meeting | None, items: Sequence[Item], number: Callable[[bytes], str]
) -> str:
    """A first text, as far as the log alone can say it: the meeting with what is agreed of it, and each item with its outcome.
    `number`: of a document, as a person types it.
    """
    lines = [title, ""]
    if meeting is not None:
        lines += [*(f"{name}: {value}" for name, value in meeting_facts(number(meeting.id), meeting)), ""]
    for at, item in enumerate(items, 1):
        words, outcome = item.text, str(item.state)
        lines.append(f"{at}. {item.title} ({number(item.id)})")
        lines += [f"   {outcome}: {words}" if words else f"   {outcome}", ""]
    return "\n".join(lines).rstrip("\n")


# --- for a script


def minutes_record(line: Source, channel: str, told: MinutesFacts) -> dict[str, Any]:
    """Minutes; times in unix ms."""
    minutes, paper = told.minutes, told.paper
    return {
        "type": "minutes",
        "channel": channel,
        "id": minutes.id,
        "reference": paper.reference,
        "state": minutes.state,
        "version": minutes.version,
        "title": minutes.title,
        "language": minutes.language,
        "text": minutes.text,
        "text_sha256": text_hash(minutes),
        "hash": minutes.content,
        "meeting": None if minutes.meeting is None else reference(line, channel, minutes.meeting),
        "items": [reference(line, channel, one) for one in minutes.items],
        "drafted": _act_record(paper.drafted),
        "written": _act_record(paper.written),
        "comments": [_comment_record(line, one) for one in minutes.comments],
        "reservations": [_act_record(one) for one in paper.reservations],
        "initials": {side: _act_record(one) for side, one in paper.initials.items()},
        "signatures": {side: _act_record(one) for side, one in paper.signatures.items()},
        "translations": [_act_record(one) for one in paper.translations],
        "authorities": [fields(one) for one in paper.authorities],
    }


def _act_record(act: Act) -> dict[str, Any]:
    left_out = [name for name in ("text", "language") if not getattr(act, name)]
    return {"by": act.name, **fields(act, "what", "name", *left_out)}


def _comment_record(line: Source, one: Remark) -> dict[str, Any]:
    return {"by": _name(line, one.author), "at": one.at, "document": one.document, "text": one.text}
