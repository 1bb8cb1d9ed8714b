"""What the verification of a record showed, and what it did not, in sentences."""

from __future__ import annotations

from hotline_client.tui.looks.tongue import t
from hotline_protocol.dtg import dtg
from hotline_protocol.record.verify import Verdict
from hotline_protocol.terms import SIDES, Side
from hotline_protocol.text import show


def sentences(verdict: Verdict) -> list[str]:
    """The result first."""
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
    lines += _whole(verdict, names) if record.whole else [_single()]
    if verdict.refused:
        lines.append(
            t("{count} of them did not count on the device that wrote this file.", count=verdict.refused)
        )
    lines.append(
        t(
            "Not shown: who was a member, whether the relay's times are right, and revocations that the file leaves out."
        )
    )
    return lines


def _single() -> str:
    return t("These documents alone: nothing is shown of what came before, between or after them.")


def _whole(verdict: Verdict, names: dict[Side, str]) -> list[str]:
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
