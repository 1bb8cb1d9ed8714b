"""Who is in: commits of the log.

L11 a commit is bound to its entry, a time and its lists by what it signs in clear; what all see alike is judged first (public part,
    then `certify` over the whole tree), then what this member alone can tell; an invalid one is named, skipped by everyone, and
    changes nothing
L12 a Welcome is opened with our knock; its whole tree is certified before we are in
L18 a member whose own part of a valid commit does not open is lost there: it leaves, and asks to be seated anew

Foundings (L13, L17): `foundings`. Revocation lists in commits (L14): `revocations`.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from hotline_client.engine import keys
from hotline_client.engine.context import certificate_der
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import arrivals, foundings, revocations, times
from hotline_client.engine.records import OutboxItem, Sealed
from hotline_client.engine.standing import OwnKnock
from hotline_client.engine.store import PutBack
from hotline_protocol.codec import decode
from hotline_protocol.errors import HotlineError, MembershipError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.signed_time import AHEAD
from hotline_protocol.identity.statements import Founding
from hotline_protocol.mls.errors import MLSError, PrivatelyRefusedError, RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.state import Member
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.relay.chain import Entry
from hotline_protocol.relay.frames import MAX_BODY


class CommitBody(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The body of a commit entry. `lists`: sealed under the link secret, see `revocations`; `founding`: likewise, see `foundings`."""

    message: bytes
    welcome: bytes | None
    lists: bytes
    founding: bytes | None


def binding(entry_id: bytes, time: int, lists: bytes) -> bytes:
    """What a commit signs in clear (L11): its entry, when it was made (unix ms), and the lists beside it as they are stored."""
    return entry_id + time.to_bytes(8) + sha256(lists).digest()


def _signed_time(entry: Entry, body: CommitBody) -> int:
    """When the commit was made, unix ms by its author; RefusedError unless it is bound to its entry and lists (L11)."""
    signed = keys.authenticated_data(body.message)
    time = int.from_bytes(signed[len(entry.id) :][:8])
    expected = binding(entry.id, time, body.lists)
    if not hmac.compare_digest(signed, expected):
        raise RefusedError("replay", "the commit was made for another entry, or with other lists")
    return time


def commit(draft: Draft, seq: int, entry: Entry) -> None:
    """One commit entry (L11, L12, L13)."""
    body = decode(entry.body, CommitBody, limit=MAX_BODY)
    time = _signed_time(entry, body)
    own = _own_form(draft, body.message)
    if body.founding is not None:
        _founding(draft, seq, entry, body, own, time)
    elif own is not None:
        _own_commit(draft, seq, entry, body, *own, time)
    elif draft.state.is_member:
        _by_member(draft, seq, entry, body, time)
    elif (answered := _answered(draft, body, draft.standing.own_knock)) is not None:
        _by_newcomer(draft, seq, entry, body, answered, time)


def _founding(  # noqa: PLR0917  one step of L13, told everything it is about
    draft: Draft, seq: int, entry: Entry, body: CommitBody, own: tuple[OutboxItem, Sealed] | None, time: int
) -> None:
    """The group before it has ended for everybody; in the new one are those who made it, and those whom its Welcome names."""
    founding, founder = foundings.judge(draft, entry, body.message, body.founding or b"")
    draft.met(founder.der)
    _begin(draft, seq, founding, founder)
    answered = _answered(draft, body, draft.standing.own_knock)
    if own is not None:
        _own_commit(draft, seq, entry, body, *own, time)
    elif founder.public_key == draft.context.certificate.public_key and not draft.standing.resuming:
        draft.put_back(PutBack("own words", f"entry {seq} of {draft.name}"))
    elif answered is not None:
        _by_newcomer(draft, seq, entry, body, answered, time)


def _begin(draft: Draft, seq: int, founding: Founding, founder: Certificate) -> None:
    standing = draft.standing
    if draft.state.is_member:
        draft.leave()
    draft.make_stale()
    words = "opened the channel" if founding.generation == 0 else "opened the channel again, by both consents"
    draft.event("founded", f"{founder.name} {words}", seq=seq, author=founder.fingerprint)
    standing.foundings[founding.generation] = seq
    standing.consents.clear()
    standing.removed = False


def _own_form(draft: Draft, message: bytes) -> tuple[OutboxItem, Sealed] | None:
    """Our own commit is known by its message, which the others judge, and not by what the relay stored around it (L11)."""
    for item in draft.state.outbox.values():
        for form in item.sealed:
            if form.staged and hmac.compare_digest(decode(form.body, CommitBody).message, message):
                return item, form
    return None


def _by_member(draft: Draft, seq: int, entry: Entry, body: CommitBody, time: int) -> None:
    """A member judges an entry as a commit first, and as a Welcome only if it is none: whoever stores it may have changed that part.

    Our knock may be answered again if members refused the commit that let us in (L14): nobody else is in our group then. Once
    somebody was heard there, no second Welcome counts.
    """
    try:
        _commit_of_others(draft, seq, entry, body, time)
    except (HotlineError, MLSError):
        answered = _answered(draft, body, draft.standing.used_knock)
        if answered is None:
            raise
        _welcome(draft, seq, entry, body, answered, time)


def _by_newcomer(  # noqa: PLR0917  one step of L12, told everything it is about
    draft: Draft, seq: int, entry: Entry, body: CommitBody, answered: OwnKnock, time: int
) -> None:
    """A spoiled Welcome costs its newcomer a new knock: for the others the old one is answered."""
    try:
        _welcome(draft, seq, entry, body, answered, time)
    except (HotlineError, MLSError):
        draft.standing.own_knock = None
        raise


def _answered(draft: Draft, body: CommitBody, own: OwnKnock | None) -> OwnKnock | None:
    """`own` if the commit's Welcome names it."""
    if own is None or body.welcome is None or not keys.is_addressed(draft.context, body.welcome, own):
        return None
    return own


def restored(draft: Draft, seq: int, entry: Entry) -> None:
    """A commit that was merged, set aside, and stands in the log again: the lists it brought are in force again."""
    body = decode(entry.body, CommitBody, limit=MAX_BODY)
    crls = revocations.unseal(draft, body.lists, entry.id).lists
    try:
        trust = revocations.trust_with(draft, crls)
    except MembershipError:
        return  # the log as it now is brought newer lists before this commit
    revocations.learn(draft, seq, crls, trust)


def _commit_of_others(draft: Draft, seq: int, entry: Entry, body: CommitBody, time: int) -> None:
    revocations.check_known(draft, revocations.unseal(draft, body.lists, entry.id).lists)
    at = times.moment(draft, time) // 1000
    try:
        public = draft.group.stage_public(body.message, now=at)
    except RefusedError as error:
        if error.kind != "sender" or not draft.group.is_own_commit(body.message):
            raise
        # the others merged it, and this vault cannot follow
        draft.put_back(PutBack("own words", f"entry {seq} of {draft.name}"))
        draft.leave()
        return
    committer = draft.member(public.staged.committer)
    keys.certify_commit(draft, draft.group, public.staged, committer, at=at, founding=False)
    if public.removes_us and _is_seated(draft, public.staged):
        _seated(draft, seq, entry, body, time)
        return
    try:
        staged = public.finish()
    except PrivatelyRefusedError as error:
        _lost(draft, seq, committer, str(error))
        return
    _merge(draft, seq, time, draft.group, staged, committer)
    draft.standing.used_knock = None


def _is_seated(draft: Draft, staged: StagedCommit) -> bool:
    """Whether a commit that takes our leaf away puts us into another one."""
    return any(hmac.compare_digest(one.signature_key, draft.me.public_key) for one in staged.added)


def _seated(draft: Draft, seq: int, entry: Entry, body: CommitBody, time: int) -> None:
    """Our leaf is replaced by the one that our knock brought: the Welcome beside the commit leads there, or we are lost."""
    own = _answered(draft, body, draft.standing.own_knock)
    if own is None:
        _lost(draft, seq, None, "it replaces our leaf, and its Welcome is not for our knock")
        return
    try:
        _welcome(draft, seq, entry, body, own, time)
    except (HotlineError, MLSError) as error:
        _lost(draft, seq, None, str(error))


def _lost(draft: Draft, seq: int, author: Certificate | None, reason: str) -> None:
    """L18. Others may be in the next epoch; this device asks its side to be seated anew, and says whose commit it was that did not
    open. What stands beside a commit whoever stores it may have changed: for a spoiled Welcome nobody is accused.
    """
    draft.leave()
    standing = draft.standing
    standing.own_knock = None
    if draft.state.put_back is not None:
        return  # what the keys of this vault did without it is nobody's lie
    standing.accused = None if author is None else author.fingerprint
    whose = "the Welcome beside the commit" if author is None else f"the commit of {author.name}"
    draft.event(
        "lost",
        f"{whose} does not open for this device, which asks its side to be seated anew: {reason}",
        seq=seq,
        security=True,
        author=standing.accused,
    )


def _own_commit(  # noqa: PLR0917  one step of L11, told everything it is about
    draft: Draft, seq: int, entry: Entry, body: CommitBody, item: OutboxItem, form: Sealed, time: int
) -> None:
    """Our own commit came first: what we staged then takes effect, if it is still right by what both sides signed since.

    If a revocation list overtook it, it is nobody's commit; then the item stays in the outbox and is made again.
    """
    draft.put(msgspec.structs.replace(item, stale=True))  # if it is nobody's, it is made again
    revocations.check_known(draft, revocations.unseal(draft, body.lists, entry.id).lists)
    draft.done(item.id)
    founding = bool(form.group)
    group = keys.decode_group(form.group) if founding else draft.group
    if form.epoch != group.epoch or (founding and body.founding is None):
        raise RefusedError(
            "epoch", f"our commit was made in epoch {form.epoch}, the group is in {group.epoch}"
        )
    staged = StagedCommit.decode(form.staged)
    me = draft.context.certificate if founding else draft.me
    at = times.moment(draft, time) // 1000
    keys.certify_commit(draft, group, staged, me, at=at, founding=founding)
    _merge(draft, seq, time, group, staged, me)
    if founding:
        draft.standing.joined, draft.standing.own_knock = seq, None


def _merge(  # noqa: PLR0917  one step of L11, told everything it is about
    draft: Draft, seq: int, time: int, group: Group, staged: StagedCommit, committer: Certificate
) -> None:
    added = [draft.met(certificate_der(one.credential)) for one in staged.added]
    removed = [draft.met(certificate_der(one.credential)) for one in staged.removed]
    renewed = [
        (draft.met(certificate_der(old.credential)), draft.met(certificate_der(new.credential)))
        for old, new in staged.updated
    ]
    arrivals.report(draft, seq, committer, added, removed, renewed)
    if staged.is_removed:
        draft.leave()
        draft.standing.removed, draft.standing.own_knock = True, None
    else:
        draft.enter_epoch(group.merge(staged))
        draft.standing.removed = False
    arrivals.let_in(draft, seq, staged.epoch, added, [*arrivals.given_other_leaves(removed, added), *renewed])
    for one in removed:
        # no proof from before is good any more: who was removed waits for a person
        draft.standing.seated[one.public_key] = (draft.standing.generation, staged.epoch)
    arrivals.answered(draft, [*added, committer])
    if committer.public_key == draft.context.certificate.public_key:
        draft.standing.last_update = min(time, draft.now)


def _welcome(  # noqa: PLR0917  one step of L12, told everything it is about
    draft: Draft, seq: int, entry: Entry, body: CommitBody, own: OwnKnock, time: int
) -> None:
    """A Welcome for us (L12)."""
    known = revocations.unseal(draft, body.lists, entry.id)
    at = max(times.moment(draft, time), known.time) // 1000
    staged = keys.open_welcome(body.welcome or b"", own, now=at)
    founding = body.founding is not None
    generation = keys.generation_of(draft, staged.group_id)
    if generation < draft.standing.generation or (founding and generation != draft.standing.generation):
        raise RefusedError("group", f"the Welcome is to generation {generation}, which has ended")
    trust = revocations.trust_with(draft, known.lists)
    people = {one.index: draft.context.identify(certificate_der(one.credential)) for one in staged.members}
    committer = people[staged.committer]
    keys.certify_welcome(draft, staged, trust, committer, at=at, founding=founding)
    group = staged.accept()
    newcomers = _newcomers(
        staged.members, people, staged.committer, people[group.own_index], founding=founding
    )
    for certificate in people.values():
        draft.met(certificate.der)
    arrivals.report(draft, seq, committer, newcomers, [], [])
    revocations.learn(draft, seq, known.lists, trust)
    times.told(draft, min(known.time, time, entry.at + AHEAD))
    standing = draft.standing
    standing.foundings.setdefault(generation, seq)
    stays = own.seated and draft.state.is_member
    draft.enter_epoch(group)
    standing.removed, standing.own_knock, standing.used_knock, standing.accused = False, None, own, None
    standing.last_update = min(time, draft.now)
    since = standing.foundings[generation]  # nobody in this group can have read in it before
    for one in people.values():
        standing.let_in[one.fingerprint] = max(standing.let_in.get(one.fingerprint, 0), since)
    if standing.left:
        arrivals.hole(draft, seq)
    if not stays:
        standing.joined = seq
        standing.let_in.update({one.fingerprint: seq for one in newcomers})
    standing.seated[draft.me.public_key] = (generation, group.epoch)
    arrivals.answered(draft, people.values())


def _newcomers(
    members: Sequence[Member],
    people: dict[LeafIndex, Certificate],
    committer: LeafIndex,
    me: Certificate,
    *,
    founding: bool,
) -> list[Certificate]:
    if not founding:
        return [me]
    return [people[one.index] for one in members if one.index != committer]
