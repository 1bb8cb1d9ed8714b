"""How views look to a person (one harmless text) and to a script (one JSON object, ids in hex, times in unix ms)."""

from __future__ import annotations

from typing import Any

from hotline_client.line.silence import silence
from hotline_client.line.views import Mark, MessageView
from hotline_client.presenters.person import person_record, person_text
from hotline_protocol.dtg import dtg, short_dtg
from hotline_protocol.folds.phases import Phase, Urgency
from hotline_protocol.text import show

Record = dict[str, Any]


def _mark_record(mark: Mark) -> Record:
    return {"by": person_record(mark.person), "time": mark.time}


def message_record(message: MessageView) -> Record:
    """A message for a script; `cursor` names its place for `watch`."""
    return {
        "type": "message",
        "channel": message.channel,
        "seq": message.seq,
        "id": message.id.hex(),
        "kind": message.kind,
        "author": person_record(message.author) if message.author else None,
        "time": message.time,
        "at": message.at,
        "text": message.text,
        "precedence": str(message.precedence),
        "response": str(message.response),
        "hash": message.content_hash.hex() if message.content_hash else None,
        "receipt": str(message.receipt),
        "delivered": [_mark_record(mark) for mark in message.delivered],
        "seen": [_mark_record(mark) for mark in message.seen],
        "acknowledged": [_mark_record(mark) for mark in message.acknowledged],
        "needs_ack": message.needs_ack,
        "reply_to": message.reply_to.hex() if message.reply_to else None,
        "about": message.about.hex() if message.about else None,
        "action": list(message.action),
        "info": list(message.info),
        "refused": message.refused,
        "reference": message.reference,
        "phase": None if message.phase is None else str(message.phase),
        "deadline": message.deadline,
        "urgency": None if message.urgency is None else str(message.urgency),
        "answers": [
            {
                "by": person_record(one.person),
                "answer": str(one.answer),
                "reason": one.reason,
                "time": one.time,
                "present": one.present,
            }
            for one in message.answers
        ],
        "corrections": message.corrections,
        "first_text": message.first_text,
        "present": message.present.hex() if message.present else None,
        "acknowledged_before": [_mark_record(mark) for mark in message.acknowledged_before],
        "withdrawn": message.withdrawn,
        "translations": [
            {"by": person_record(one.person), "language": one.language, "text": one.text, "time": one.time}
            for one in message.translations
        ],
        "silence": None if silence(message) is None else str(silence(message)),
    }


def receipt_text(message: MessageView) -> str:
    """`ANSWERED WILCO 1432Z by BRAVO/head Viktor Orlov`, `ACKNOWLEDGED 1432Z by …`, or the plain state."""
    answer = message.answer
    if answer is not None:
        what = f"{message.receipt} {answer.answer}"
        return f"{what} {short_dtg(answer.time)} by {person_text(answer.person)}"
    if message.acknowledged:
        first = message.acknowledged[0]
        return f"ACKNOWLEDGED {short_dtg(first.time)} by {person_text(first.person)}"
    return str(message.receipt)


def message_text(message: MessageView) -> str:
    """A message for a person: a head line and the text, indented."""
    number = f"#{message.seq}" if message.seq is not None else "#-"
    number += f" {message.reference}" if message.reference is not None else ""
    author = person_text(message.author) if message.author else "the line"
    words = [number, dtg(message.time), author, str(message.precedence), str(message.response)]
    words += [
        f"{what} {show(', '.join(to))}" for what, to in (("TO", message.action), ("INFO", message.info)) if to
    ]
    words += ["WITHDRAWN"] if message.withdrawn is not None else ["CORRECTED"] if message.corrections else []
    if message.refused is not None:
        words.append(f"NOT APPLIED: {show(message.refused)}")
    elif message.kind == "event":
        words = [number, dtg(message.time), "EVENT"]
    elif message.author is not None and message.author.own:
        words.append(receipt_text(message))
    else:
        words += ["NEEDS ACK"] if message.needs_ack else []
        words += [str(message.phase)] if message.phase not in (None, Phase.NONE, Phase.WITHDRAWN) else []
    words += [str(message.urgency)] if message.urgency not in (None, Urgency.DUE) else []
    body = "\n".join(
        f"    {line}" for line in show(message.text or f"({message.kind})", lines=True).split("\n")
    )
    return "\n".join([f"{'  '.join(words)}\n{body}", *_beside(message)])


def _beside(message: MessageView) -> list[str]:
    """What stands beside the words: what they were, why they were withdrawn, what they are in other languages."""
    lines = [f"    | before the correction: {show(message.first_text)}"] if message.corrections else []
    if message.acknowledged_before:
        lines.append(f"    | acknowledged before the correction: {len(message.acknowledged_before)}")
    lines += [f"    | withdrawn: {show(message.withdrawn)}"] if message.withdrawn is not None else []
    lines += [
        f"    | {one.language} by {show(one.person.name)}: {show(one.text)}" for one in message.translations
    ]
    return lines
