"""Who is at the door, and who is in: knocks and commits of the log.

L10 a knock counts if it opens under the link secret (I17), its KeyPackage is good, its certificate valid at the entry's `at`, and entitled to the channel; a newer
    one of the same certificate replaces the older
L11 a commit is staged, certified over the whole tree, and only then merged; an invalid one is named, skipped by everyone,
    and changes nothing
L12 a Welcome is opened with our knock; its whole tree is certified before we are in
L13 the founding is the first commit of the log

Revocation lists in commits (L14): `revocations`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from hotline_client.engine import keys
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.context import certificate_der
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import revocations
from hotline_client.engine.records import OutboxItem, Sealed
from hotline_client.engine.standing import Knock, OwnKnock
from hotline_protocol.codec import decode
from hotline_protocol.errors import (
    CertificateError,
    ChainError,
    FormatError,
    HotlineError,
    MembershipError,
    TrustError,
)
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.mls.errors import MLSError, PrivatelyRefusedError, RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.state import Member
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.relay.chain import Entry
from hotline_protocol.relay.frames import MAX_BODY
from hotline_protocol.terms import ADMITTING_ROLES

MAX_KNOCKS: Final = 128
"""Most knocks of a side that are remembered in a channel; a certificate has one place at most."""
_MAX_ANSWERED: Final = 1024


class CommitBody(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The body of a commit entry. `crls`: sealed under the link secret, see `revocations`."""

    message: bytes
    welcome: bytes | None
    crls: bytes


# --- knocks


def knock(draft: Draft, seq: int, entry: Entry) -> None:
    """One knock entry (L10). One that was answered before, and comes again after a relay was put back, asks for nothing."""
    opened = keys.unseal(draft, "knock", entry.body, entry.id)
    if _is_own_knock(draft, seq, entry, opened) or sha256(opened).digest() in draft.standing.answered:
        return
    package = keys.read_key_package(draft.context, opened, now=entry.at // 1000)
    certificate = draft.met(certificate_der(package.leaf_node.credential))
    check_guest(draft.state, certificate, package.leaf_node.signature_key, at=entry.at // 1000)
    if certificate.fingerprint == draft.me.fingerprint:
        raise TrustError("the knock carries our certificate, and this vault never made it")
    _remember(draft, Knock(entry.id, seq, entry.at, opened, certificate.fingerprint))


def _is_own_knock(draft: Draft, seq: int, entry: Entry, opened: bytes) -> bool:
    own = draft.own_form(entry.id)
    if own is None or not hmac.compare_digest(own[1].body, entry.body):
        return False
    standing = draft.standing
    if standing.own_knock is not None and standing.own_knock.id == entry.id:
        standing.own_knock = msgspec.structs.replace(standing.own_knock, seq=seq)
    draft.met(draft.me.der)
    _remember(draft, Knock(entry.id, seq, entry.at, opened, draft.me.fingerprint))
    draft.done(own[0].id)
    draft.what.add("status")
    return True


def check_guest(state: ChannelState, certificate: Certificate, signature_key: bytes, *, at: int) -> None:
    """Whether this device could be in the channel, at unix seconds `at`; CertificateError if not."""
    if not hmac.compare_digest(certificate.public_key, signature_key):
        raise CertificateError("the key package is signed with another key than its certificate names")
    if not state.trust.is_current(certificate, at):
        raise CertificateError("the certificate has expired, is not valid yet, or was revoked")
    if not may_use(certificate, state.channel):
        raise CertificateError(f"the certificate is not entitled to {state.channel.name}")


def why_not_admissible(me: Certificate, state: ChannelState, guest: Certificate) -> str | None:
    """Why the holder of `me` may not admit `guest`, as far as roles and sides go; None if they may."""
    if not me.admits:
        return "only a head or deputy may admit"
    if state.group is None and state.standing.founded:
        return "this device is no member of the channel"
    if guest.side == me.side:
        return None
    if state.group is not None:
        return "only the other side may admit its own"
    return (
        None
        if guest.role in ADMITTING_ROLES
        else "a founder may add only heads and deputies of the other side"
    )


def _remember(draft: Draft, new: Knock) -> None:
    """A side's newest knocks; those of the other side are not displaced."""
    knocks = draft.standing.knocks
    for old in [one for one in knocks.values() if one.certificate == new.certificate]:
        del knocks[old.id]
    knocks[new.id] = new
    side = draft.person(new.certificate).side
    same = [one.id for one in knocks.values() if draft.person(one.certificate).side == side]
    for one in same[: max(0, len(same) - MAX_KNOCKS)]:
        del knocks[one]
    draft.what.add("roster")


# --- commits


def commit(draft: Draft, seq: int, entry: Entry) -> None:
    """One commit entry (L11, L12)."""
    body = decode(entry.body, CommitBody, limit=MAX_BODY)
    own = _own_form(draft, body.message)
    if own is not None:
        _own_commit(draft, seq, entry, body, *own)
    elif draft.state.is_member:
        _by_member(draft, seq, entry, body)
    elif (answered := _welcomed(draft, body)) is not None:
        _by_newcomer(draft, seq, entry, body, answered)


def _own_form(draft: Draft, message: bytes) -> tuple[OutboxItem, Sealed] | None:
    """Our own commit is known by its message, which the others judge, and not by what the relay stored around it (L11)."""
    for item in draft.state.outbox.values():
        for form in item.sealed:
            if form.staged and hmac.compare_digest(decode(form.body, CommitBody).message, message):
                return item, form
    return None


def _by_member(draft: Draft, seq: int, entry: Entry, body: CommitBody) -> None:
    """A member judges an entry as a commit first, and as a Welcome only if it is none: whoever stores it may have changed that part."""
    try:
        _commit_of_others(draft, seq, entry, body)
    except (HotlineError, MLSError) as error:
        answered = None if isinstance(error, ChainError) else _welcomed(draft, body)
        if answered is None:
            raise
        _welcome(draft, seq, entry, body, answered)


def _by_newcomer(draft: Draft, seq: int, entry: Entry, body: CommitBody, answered: OwnKnock) -> None:
    """A spoiled Welcome costs its newcomer a new knock: for the others the old one is answered."""
    try:
        _welcome(draft, seq, entry, body, answered)
    except (HotlineError, MLSError):
        draft.standing.own_knock = None
        raise


def _welcomed(draft: Draft, body: CommitBody) -> OwnKnock | None:
    """Our knock that the commit answers, if it does.

    One that was answered already is answered again when members refused the commit that let us in (L14): nobody else is in
    our group then. Once somebody was heard there, no second Welcome counts.
    """
    standing = draft.standing
    own = standing.used_knock if draft.state.is_member else standing.own_knock
    if own is None or body.welcome is None or not keys.is_addressed(draft.context, body.welcome, own):
        return None
    return own


def restored(draft: Draft, seq: int, entry: Entry) -> None:
    """A commit that was merged, set aside, and stands in the log again: the lists it brought are in force again."""
    crls = revocations.unseal(draft, decode(entry.body, CommitBody, limit=MAX_BODY).crls, entry.id)
    try:
        trust = revocations.trust_with(draft, crls)
    except MembershipError:
        return  # the log as it now is brought newer lists before this commit
    revocations.learn(draft, seq, crls, trust)


def _commit_of_others(draft: Draft, seq: int, entry: Entry, body: CommitBody) -> None:
    message = body.message
    keys.check_private(message)
    revocations.check_known(draft, revocations.unseal(draft, body.crls, entry.id))
    try:
        staged = draft.group.stage(message, now=entry.at // 1000)
    except PrivatelyRefusedError as error:
        raise ChainError(
            "split", f"commit {seq} cannot be followed by this device, others may: {error}"
        ) from error
    committer = draft.member(staged.committer)
    keys.certify_commit(draft, draft.group, staged, committer, at=entry.at // 1000, founding=False)
    _merge(draft, seq, entry, draft.group, staged, committer)
    draft.standing.used_knock = None


def _own_commit(  # noqa: PLR0917  one step of L11, told everything it is about
    draft: Draft, seq: int, entry: Entry, body: CommitBody, item: OutboxItem, form: Sealed
) -> None:
    """Our own commit came first: what we staged then takes effect, if it is still right at the relay's time.

    If a revocation list overtook it, it is nobody's commit; then the item stays in the outbox and is made again.
    """
    revocations.check_known(draft, revocations.unseal(draft, body.crls, entry.id))
    draft.done(item.id)
    founding = bool(form.group)
    if founding and (draft.standing.last_commit or draft.state.is_member):
        raise FormatError("a founding is not the first commit of the log")
    group = keys.decode_group(form.group) if founding else draft.group
    if form.epoch != group.epoch:
        raise RefusedError(
            "epoch", f"our commit was made in epoch {form.epoch}, the group is in {group.epoch}"
        )
    staged = StagedCommit.decode(form.staged)
    keys.certify_commit(draft, group, staged, draft.me, at=entry.at // 1000, founding=founding)
    _merge(draft, seq, entry, group, staged, draft.me)


def _merge(  # noqa: PLR0917  one step of L11, told everything it is about
    draft: Draft, seq: int, entry: Entry, group: Group, staged: StagedCommit, committer: Certificate
) -> None:
    added = [draft.met(certificate_der(one.credential)) for one in staged.added]
    removed = [draft.met(certificate_der(one.credential)) for one in staged.removed]
    founding = draft.standing.last_commit == 0
    _report(draft, seq, committer, added, removed, founding=founding)
    if staged.is_removed:
        draft.drop_group()
        draft.standing.removed, draft.standing.own_knock = True, None
    else:
        draft.enter_epoch(group.merge(staged))
        draft.standing.removed = False
        if founding:
            draft.standing.joined, draft.standing.own_knock = seq, None
    draft.standing.let_in.update({one.fingerprint: seq for one in added})
    _answered_knocks(draft, [*added, committer])
    if committer.fingerprint == draft.me.fingerprint:
        draft.standing.last_update = entry.at


def _welcome(draft: Draft, seq: int, entry: Entry, body: CommitBody, own: OwnKnock) -> None:
    """A Welcome for us (L12)."""
    staged = keys.open_welcome(body.welcome or b"", own, now=entry.at // 1000)
    founding = draft.standing.last_commit == 0
    crls = revocations.unseal(draft, body.crls, entry.id)
    trust = revocations.trust_with(draft, crls)
    people = {one.index: draft.context.identify(certificate_der(one.credential)) for one in staged.members}
    committer = people[staged.committer]
    keys.certify_welcome(draft, staged, trust, committer, at=entry.at // 1000, founding=founding)
    group = staged.accept()
    newcomers = _newcomers(staged.members, people, staged.committer, draft.me, founding=founding)
    for certificate in people.values():
        draft.met(certificate.der)
    _report(draft, seq, committer, newcomers, [], founding=founding)
    revocations.learn(draft, seq, crls, trust)
    draft.enter_epoch(group)
    standing = draft.standing
    standing.removed, standing.own_knock, standing.used_knock = False, None, own
    standing.joined, standing.last_update = seq, entry.at
    standing.let_in.update({one.fingerprint: seq for one in newcomers})
    _answered_knocks(draft, people.values())


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


def _answered_knocks(draft: Draft, admitted: Iterable[Certificate]) -> None:
    fingerprints = {one.fingerprint for one in admitted}
    knocks = draft.standing.knocks
    for one in [knock for knock in knocks.values() if knock.certificate in fingerprints]:
        del knocks[one.id]
        draft.standing.answered.append(sha256(one.package).digest())
    del draft.standing.answered[:-_MAX_ANSWERED]
    draft.what.add("roster")


def _report(
    draft: Draft,
    seq: int,
    committer: Certificate,
    added: Sequence[Certificate],
    removed: Sequence[Certificate],
    *,
    founding: bool,
) -> None:
    """What a commit did, one event a person, so that everybody can read it."""
    author = committer.fingerprint
    if founding:
        draft.event("founded", f"{committer.name} opened the channel", seq=seq, author=author)
    readmitted = {one.fingerprint for one in added}
    for one in removed:
        if one.fingerprint not in readmitted:
            draft.event("removed", f"{committer.name} removed {one.name}", seq=seq, author=author)
    for one in added:
        draft.event("admitted", f"{committer.name} admitted {one.name}", seq=seq, author=author)
    if not (founding or added or removed):
        draft.event("updated", f"{committer.name} renewed their key", seq=seq, author=author)
