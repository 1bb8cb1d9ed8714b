"""How minutes look to a person and to a script."""

from __future__ import annotations

from typing import Any

from hotline_client.exports.paper.paper import Act, Paper
from hotline_client.line.line import Line
from hotline_client.presenters.references import reference
from hotline_protocol.dtg import dtg
from hotline_protocol.folds.minutes import Record, Remark


def record(line: Line, channel: str, found: Record, paper: Paper) -> dict[str, Any]:
    """Minutes for a script; times in unix ms, hashes and ids in hex."""
    return {
        "type": "minutes",
        "channel": channel,
        "id": found.id,
        "reference": paper.reference,
        "state": str(found.state),
        "version": found.version,
        "title": found.title,
        "language": found.language,
        "text": found.text,
        "text_sha256": paper.text_hash,
        "hash": found.content,
        "meeting": None if found.meeting is None else reference(line, channel, found.meeting),
        "items": [reference(line, channel, one) for one in found.items],
        "drafted": _act(paper.drafted),
        "written": _act(paper.written),
        "comments": [_remark(line, one) for one in found.comments],
        "reservations": [_act(one) for one in paper.reservations],
        "initials": {side: _act(one) for side, one in paper.initials.items()},
        "signatures": {side: _act(one) for side, one in paper.signatures.items()},
        "translations": [_act(one) for one in paper.translations],
        "authorities": [
            {"side": one.side, "name": one.name, "fingerprint": one.fingerprint, "digits": one.digits}
            for one in paper.authorities
        ],
    }


def _act(act: Act) -> dict[str, Any]:
    said = {
        "by": act.name,
        "role": act.role,
        "delegation": act.delegation,
        "at": act.at,
        "seq": act.seq,
        "document": act.document,
        "hash": act.hash,
    }
    said |= {"text": act.text} if act.text else {}
    return said | ({"language": act.language} if act.language else {})


def _remark(line: Line, one: Remark) -> dict[str, Any]:
    return {"by": _name(line, one.author), "at": one.at, "document": one.document, "text": one.text}


def text(line: Line, found: Record, paper: Paper) -> str:
    """Minutes for a person, whole: the text, then what was said about it."""
    lines = [
        f"{paper.reference}  {found.title}",
        f"    {found.state}, version {found.version}, {found.language}, by {_who(paper.written)}",
        f"    SHA-256 of the text {paper.text_hash.hex()[:32]}",
        f"                        {paper.text_hash.hex()[32:]}",
        *(f"    {name}: {value}" for name, value in paper.meeting),
        *(f"    item {one.reference}  {one.title}: {one.outcome}" for one in paper.items),
        "",
        *found.text.splitlines(),
        "",
    ]
    for comment in found.comments:
        lines += _said(f"comment by {_name(line, comment.author)}, {dtg(comment.at)}", comment.text)
    for one in paper.reservations:
        lines += _said(f"RESERVATION by {_who(one)}", one.text)
    for side in paper.authorities:
        initial, signature = paper.initials.get(side.side), paper.signatures.get(side.side)
        lines.append(f"{side.name}: {_mark('initialled', initial)}; {_mark('signed', signature)}")
    for one in paper.translations:
        lines += _said(f"courtesy translation ({one.language}) by {_who(one)}", one.text)
    return "\n".join(lines)


def _said(head: str, words: str) -> list[str]:
    return [f"{head}:", *(f"    {line}" for line in words.splitlines())]


def _mark(what: str, act: Act | None) -> str:
    return f"not {what}" if act is None else f"{what} by {act.name} ({act.role}) {dtg(act.at)}"


def _who(act: Act) -> str:
    return f"{act.delegation}/{act.role} {act.name}, {dtg(act.at)}"


def _name(line: Line, fingerprint: bytes) -> str:
    certificate = line.certificate(fingerprint)
    return (
        "somebody"
        if certificate is None
        else f"{certificate.delegation}/{certificate.role} {certificate.name}"
    )
