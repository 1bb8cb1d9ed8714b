"""What a commit did, told and remembered: who came, went or renewed, since when each can read, and what this device cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import knocks
from hotline_client.engine.standing import Watermark
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.relay.chain import decode_entry

LOOKED_AT: Final = 1024
"""Entries that are looked at for words."""


def given_other_leaves(
    removed: Sequence[Certificate], added: Sequence[Certificate]
) -> list[tuple[Certificate, Certificate]]:
    """Devices that got another leaf: (old, new)."""
    return [(old, new) for old in removed for new in added if old.public_key == new.public_key]


def let_in(
    draft: Draft,
    seq: int,
    epoch: int,
    added: Sequence[Certificate],
    replaced: Sequence[tuple[Certificate, Certificate]],
) -> None:
    """Since which entry each device can have read. Who was in and missed nothing keeps what is known of it."""
    standing = draft.standing
    whole = {one.certificate for one in standing.knocks.values() if one.seated}
    kept = {
        new.fingerprint: standing.let_in.get(old.fingerprint, 0)
        for old, new in replaced
        if new not in added or new.fingerprint in whole
    }
    standing.let_in.update({one.fingerprint: seq for one in added})
    standing.let_in.update(kept)
    for old, new in replaced:
        mark = standing.watermarks.get(old.fingerprint)
        if mark is not None and new.fingerprint in kept:
            standing.watermarks.setdefault(new.fingerprint, Watermark(mark.delivered, mark.seen, mark.time))
    for one in (*added, *(new for _, new in replaced)):
        standing.seated[one.public_key] = (standing.generation, epoch)


def hole(draft: Draft, seq: int) -> None:
    """A device that was out of the group says where the log has words that it cannot read (L18)."""
    first, draft.standing.left = draft.standing.left + 1, 0
    taken = [one for one in draft.entries if first <= one.seq]
    stored = draft.past.entries(draft.name, first, min(seq - 1, first + LOOKED_AT))
    if any(decode_entry(one.raw).kind == "message" for one in (*stored, *taken)):
        words = f"what was said between entries {first} and {seq} cannot be read here: this device was out of the group"
        draft.event("hole", words, seq=seq)


def answered(draft: Draft, admitted: Iterable[Certificate]) -> None:
    """Knocks of devices that are in now ask for nothing any more."""
    fingerprints = {one.fingerprint for one in admitted}
    waiting = draft.standing.knocks
    for one in [knock for knock in waiting.values() if knock.certificate in fingerprints]:
        del waiting[one.id]
        draft.standing.answered.append(sha256(one.package).digest())
    del draft.standing.answered[: -knocks.MAX_ANSWERED]
    draft.what.add("roster")


def report(  # noqa: PLR0917  what a commit did
    draft: Draft,
    seq: int,
    committer: Certificate,
    added: Sequence[Certificate],
    removed: Sequence[Certificate],
    renewed: Sequence[tuple[Certificate, Certificate]],
) -> None:
    """What a commit did, one event a person, so that everybody can read it."""
    author = committer.fingerprint
    before, after = ({one.public_key for one in people} for people in (removed, added))
    for one in removed:
        if one.public_key not in after:
            draft.event("removed", f"{committer.name} removed {one.name}", seq=seq, author=author)
    for one in added:
        words = f"seated {one.name} again" if one.public_key in before else f"admitted {one.name}"
        draft.event("admitted", f"{committer.name} {words}", seq=seq, author=author)
    for old, new in renewed:
        if old.fingerprint != new.fingerprint:
            draft.event("renewed", f"{new.name} has a renewed certificate", seq=seq, author=author)
    if renewed and not (added or removed):
        draft.event("updated", f"{committer.name} renewed their key", seq=seq, author=author)
