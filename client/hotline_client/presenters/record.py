"""A channel's log as a record: who signed it up to where, what a record file holds, and what its verification showed."""

from __future__ import annotations

from typing import Any

from hotline_client.engine.contents import body_of, text_of
from hotline_client.presenters.fields import fields
from hotline_client.presenters.references import Source, delegation
from hotline_client.words.times import dtg
from hotline_client.words.translation import Translate, english
from hotline_protocol.folds.checkpoints import Signed
from hotline_protocol.record.verify import Proven, Verdict
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show

# --- checkpoints


def checkpoint_text(line: Source, fingerprint: bytes, signed: Signed) -> str:
    """`#120 0a1b…  231204Z NOV 26  ALPHA/Alpha 1`: up to where a device has signed the log."""
    certificate = line.certificate(fingerprint)
    who = f"{delegation(line, signed.side)}/{certificate.name if certificate else '?'}"
    return f"#{signed.seq} {signed.head.hex()[:16]}  {dtg(signed.at)}  {show(who)}"


def checkpoint_record(channel: str, fingerprint: bytes, signed: Signed) -> dict[str, Any]:
    """The same for a script."""
    return {"type": "checkpoint", "channel": channel, "by": fingerprint, **fields(signed, "document")}


# --- what a file holds


def document_text(proven: Proven) -> str:
    """A document that was proven, in two lines."""
    author = proven.author
    number = f" {proven.reference}" if proven.reference else ""
    refused = f"\n    did not count: {proven.refused}" if proven.refused is not None else ""
    said = text_of(body_of(proven.content)) or proven.document.kind
    first = (
        f"#{proven.seq}{number}  {dtg(proven.document.time)}  {author.delegation}/{author.role} {author.name}"
    )
    return show(f"{first}\n    {said}{refused}", lines=True)


def document_record(proven: Proven) -> dict[str, Any]:
    """The same for a script."""
    return {
        "type": "document",
        "seq": proven.seq,
        "at": proven.at,
        "id": proven.document.id,
        "kind": proven.document.kind,
        "time": proven.document.time,
        "author": {
            name: getattr(proven.author, name)
            for name in ("name", "delegation", "role", "side", "fingerprint")
        },
        "text": text_of(body_of(proven.content)),
        "reference": proven.reference,
        "refused": proven.refused,
        "content": proven.content,
    }


# --- what its verification showed


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """What was proven, for a script."""
    record = verdict.record
    return {
        "type": "verdict",
        "channel": record.channel,
        "whole": record.whole,
        "tail": record.tail,
        "head": record.head,
        "made": record.made,
        "entries": verdict.entries,
        "documents": verdict.documents,
        "unread": verdict.unread,
        "refused": verdict.refused,
        "outside": verdict.outside,
        "vouched": {str(side): seq for side, seq in verdict.vouched.items()},
        "deviating": verdict.deviating,
    }


def verdict_text(verdict: Verdict, t: Translate = english) -> list[str]:
    """What was proven, and what was not, in sentences; the result first."""
    record = verdict.record
    names = {side: show(verdict.charter.delegation(side).delegation) for side in SIDES}
    channel, made = record.channel, dtg(record.made)
    state = "NOT IN ORDER" if verdict.deviating else "VERIFIED"
    lines = [
        t(
            "{state}: {channel} of {ours} and {theirs}, written {made}",
            state=state,
            channel=channel,
            ours=names["a"],
            theirs=names["b"],
            made=made,
        ),
        t(
            "{count} documents, each signed by the holder of a certificate of one of the two authorities.",
            count=verdict.documents,
        ),
    ]
    lines += (
        _whole(verdict, names, t)
        if record.whole
        else [t("These documents alone: nothing is shown of what came before, between or after them.")]
    )
    if verdict.refused:
        lines.append(
            t("{count} of them did not count on the device that wrote this file.", count=verdict.refused)
        )
    if verdict.outside:
        lines.append(
            t(
                "{count} more are signed and not in the log any more: a relay lost them.",
                count=verdict.outside,
            )
        )
    lines.append(
        t(
            "Not shown: who was a member, whether the relay's times are right, and revocations that the file leaves out."
        )
    )
    return lines


def _whole(verdict: Verdict, names: dict[Side, str], t: Translate) -> list[str]:
    head = verdict.record.head.hex()[:16]
    lines = [t("{count} entries without a gap, head {head}.", count=verdict.entries, head=head)]
    lines += [
        t(
            "Documents of {side} sign this log up to entry #{seq}.",
            side=names[side],
            seq=verdict.vouched.get(side, 0),
        )
        for side in SIDES
    ]
    if verdict.unread:
        lines.append(
            t("{count} messages are in the log whose words are not in this file.", count=verdict.unread)
        )
    if verdict.deviating:
        entries = ", ".join(f"#{seq}" for seq in verdict.deviating[:8])
        lines.append(
            t(
                "The authors of entries {entries} sign ANOTHER log. Either the log was put back at that time, or this record is false: compare it with the other side's.",
                entries=entries,
            )
        )
    return lines
