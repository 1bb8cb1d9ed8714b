"""What a person does on the line besides saying things: each is the work of one step on a channel."""

from __future__ import annotations

from collections.abc import Sequence

from hotline_client.engine import journal
from hotline_client.engine.draft import Draft
from hotline_client.engine.outgoing import commits, documents, sealing, upkeep
from hotline_client.engine.records import CommitIntent
from hotline_protocol.documents.talk import Ack
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.phases import Phase
from hotline_protocol.identity.statements import MAX_GENERATION
from hotline_protocol.terms import ADMITTING_ROLES


def acknowledge(draft: Draft, document: bytes, *, note: str, key: str | None) -> bytes:
    """Queue our acknowledgment of the present words of a message of the other side. UsageError."""
    sealing.check_may_write(draft, acknowledging=True)
    dialogue = journal.journal(draft).dialogues.all.get(document)
    if dialogue is not None and dialogue.phase is Phase.WITHDRAWN:
        raise UsageError("the message was withdrawn: there is nothing left to acknowledge")
    target = draft.counted(document if dialogue is None else dialogue.present)
    if target is None:
        raise UsageError("no such message in the log")
    if draft.person(target.author).side == draft.me.side:
        raise UsageError("a delegation cannot acknowledge its own message")
    return documents.queue(draft, Ack(target.id, target.content_hash, note), key=key)


def commit(draft: Draft, intent: CommitIntent, targets: Sequence[bytes]) -> bytes:
    """Queue a commit. MembershipError if others would have to refuse it."""
    item = commits.queue(draft, intent, targets)
    sealing.seal(draft, strict=item)
    return item


def knock(draft: Draft) -> None:
    """Ask to be let in, also after a removal. UsageError if we are in."""
    if draft.state.is_member:
        raise UsageError(f"this device is a member of {draft.name}")
    draft.standing.removed = False
    upkeep.knock(draft)


def consent(draft: Draft) -> int:
    """Consent to found the channel again: the generation. It is founded when the other side has consented too. UsageError."""
    standing = draft.standing
    if draft.context.certificate.role not in ADMITTING_ROLES:
        raise UsageError("only a head or deputy consents to found a channel again")
    if not standing.founded:
        raise UsageError(f"nobody has founded {draft.name} yet: `hotline roster admit --all` founds it")
    if draft.state.stopped:
        raise UsageError(f"{draft.name} stands still: `hotline log resume {draft.name}` first")
    generation = standing.generation + 1
    if generation > MAX_GENERATION:
        raise UsageError("the channel was founded as often as it can be: it needs a new charter")
    upkeep.knock(draft, founds=generation)
    return generation
