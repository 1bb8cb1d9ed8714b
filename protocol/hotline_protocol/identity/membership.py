"""The one membership decision: whether a channel's group may become what a commit or a Welcome makes of it.

`certify` looks at the whole tree before and after, and serves founding, commit and Welcome alike. Rules, in the order of checking:

M12 the suite is the charter's, and the group context has no extension (the charter names none)
M13 proposals are the committer's own: Add and Remove; leaves change by Add, Remove and the path alone
M1  every leaf has an X.509 credential of one certificate, which belongs to exactly one pinned root
M2  a leaf is signed with the key of its certificate
M3  a certified key is in the tree once
M4  every certificate is entitled to the channel
M7  the committer is a member who may admit, stays one, and is neither expired nor revoked at `at`
M6  the committer's new leaf keeps its certificate, or has a later one of the same side, name and key
M5  added and changed leaves are current at `at`, and so are the key packages that they come from
M8  who commits adds and removes only those of the own side; a program that its limits let admit removes nobody but whom it adds again
M9  a founding begins with its founder alone, a head or deputy; of the other side it may add heads and deputies, and in a channel
    of both sides it adds at least one
M10 a side that had a head or deputy still has one
M11 an expired or revoked leaf of the committer's own side does not stay, unless the commit changes leaves and not who is in

`at` is when the commit was signed, or T if that is later (I15), so all members decide alike. A Welcome tells its reader the tree after, not before: the reader
passes all members but itself as `before`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from hotline_protocol.errors import CertificateError, MembershipError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Channel
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.trust import Trust
from hotline_protocol.mls.content import Sender
from hotline_protocol.mls.credential import X509Credential
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.proposal import Add, Remove
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.state import Member
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.terms import ADMITTING_ROLES, SIDES, Side
from hotline_protocol.text import show


@dataclass(frozen=True, slots=True)
class Membership:
    """One member: its leaf and its certificate."""

    index: LeafIndex
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in the group, by leaf."""

    members: tuple[Membership, ...]

    def __iter__(self) -> Iterator[Membership]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def at(self, index: int) -> Certificate:
        """Whose leaf this is; KeyError if nobody's."""
        for one in self.members:
            if one.index == index:
                return one.certificate
        raise KeyError(index)

    def side(self, side: Side) -> tuple[Membership, ...]:
        """The members of a side."""
        return tuple(one for one in self.members if one.certificate.side == side)

    def find(self, certificate: Certificate) -> LeafIndex | None:
        """The leaf of a certificate, None if it has none."""
        return next(
            (one.index for one in self if one.certificate.fingerprint == certificate.fingerprint), None
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """What is judged: both trees with their certificates, and who makes the one of the other."""

    channel: Channel
    trust: Trust
    before: Roster
    after: Roster
    committer: Certificate
    renewed: Certificate
    added: tuple[Certificate, ...]
    removed: tuple[Certificate, ...]
    at: int
    founding: bool = field(default=False)

    def current(self, certificate: Certificate) -> bool:
        return self.trust.is_current(certificate, self.at)


def certify(
    channel: Channel,
    trust: Trust,
    before: Sequence[Member],
    after: Sequence[Member],
    committer: Certificate,
    *,
    at: int,
    founding: bool,
    suite: int,
    context: GroupContext,
    proposals: Sequence[Proposed] = (),
) -> Roster:
    """The roster after the change, or MembershipError with the first rule that it breaks.

    `committer`: its certificate before the change; `at`: unix s; `suite`: the charter's; `context`: the group context
    after the change; `proposals`: those of the commit, empty for a Welcome, which shows none.
    """
    _check_context(suite, context)
    old, new = _identify(trust, before), _identify(trust, after)
    _check_entitled(channel, new)
    index = _check_committer(trust, old, new, committer, at)
    _check_proposals(index, proposals)
    added, removed = _compare(before, after, old, new, index)
    _check_lifetimes(before, after, at)
    change = _Change(channel, trust, old, new, committer, new.at(index), added, removed, at, founding)
    _check_renewal(change)
    _check_added(change)
    _check_founding(change)
    _check_authority(change)
    _check_heads_remain(change)
    _check_nobody_lapsed_stays(change)
    return new


def _refuse(rule: str, message: str) -> NoReturn:
    raise MembershipError(rule, message)


def _check_context(suite: int, context: GroupContext) -> None:
    if context.cipher_suite != suite:
        _refuse("M12", f"the group uses suite {context.cipher_suite:#06x}, the charter says {suite:#06x}")
    if context.extensions:
        _refuse("M12", "the group context has an extension that the charter does not name")


def _check_proposals(committer: LeafIndex, proposals: Sequence[Proposed]) -> None:
    for one in proposals:
        proposal = one.proposal
        if one.sender != Sender.member(committer):
            _refuse("M13", "the commit carries a proposal that is not its committer's")
        if not isinstance(proposal, Add | Remove):
            _refuse("M13", f"the commit carries a proposal of type {type(proposal).__name__}")


def _identify(trust: Trust, members: Sequence[Member]) -> Roster:
    """M1 to M3 over one tree."""
    roster = Roster(tuple(Membership(one.index, _certificate(trust, one)) for one in members))
    keys = {one.certificate.public_key for one in roster}
    if len(keys) != len(roster):
        _refuse("M3", "a certified key is in the tree twice")
    return roster


def _certificate(trust: Trust, member: Member) -> Certificate:
    credential = member.credential
    if not isinstance(credential, X509Credential) or len(credential.certificates) != 1:
        _refuse("M1", f"leaf {member.index} does not have an X.509 credential of exactly one certificate")
    try:
        certificate = trust.identify(credential.certificates[0])
    except CertificateError as error:
        _refuse("M1", f"leaf {member.index}: {error}")
    if not hmac.compare_digest(certificate.public_key, member.signature_key):
        _refuse("M2", f"leaf {member.index} is signed with another key than its certificate's")
    return certificate


def _check_entitled(channel: Channel, roster: Roster) -> None:
    for one in roster:
        if not may_use(one.certificate, channel):
            _refuse("M4", f"{_name(one.certificate)} is not entitled to {channel.name}")


def _check_committer(trust: Trust, old: Roster, new: Roster, committer: Certificate, at: int) -> LeafIndex:
    index = old.find(committer)
    if index is None:
        _refuse("M7", f"{_name(committer)}, who commits, is not a member")
    if all(one.index != index for one in new):
        _refuse("M7", f"{_name(committer)}, who commits, is not a member afterwards")
    if not committer.admits:
        _refuse("M7", f"{_name(committer)} is {committer.role} and commits nothing")
    if not trust.is_current(old.at(index), at):
        _refuse("M7", f"the certificate of {_name(committer)}, who commits, is expired or revoked")
    return index


def _compare(
    before: Sequence[Member], after: Sequence[Member], old: Roster, new: Roster, committer: LeafIndex
) -> tuple[tuple[Certificate, ...], tuple[Certificate, ...]]:
    """Who was added and who was removed. A leaf that changed and is not the committer's was taken out and filled anew."""
    leaves = {one.index: one.leaf_node for one in before}
    kept = {one.index for one in after if one.index == committer or leaves.get(one.index) == one.leaf_node}
    added = tuple(one.certificate for one in new if one.index not in kept)
    removed = tuple(one.certificate for one in old if one.index not in kept)
    return added, removed


def _check_renewal(change: _Change) -> None:
    held, now = change.committer, change.renewed
    if held.fingerprint == now.fingerprint:
        return
    if (held.side, held.name) != (now.side, now.name):
        _refuse("M6", f"{_name(held)} becomes {_name(now)} in its own leaf")
    if not hmac.compare_digest(held.public_key, now.public_key):
        _refuse("M6", f"{_name(held)} takes another key with a renewed certificate")
    if now.not_before < held.not_before:
        _refuse("M6", f"{_name(held)} goes back to an earlier certificate")


def _check_added(change: _Change) -> None:
    for one in (change.renewed, *change.added):
        if not change.current(one):
            _refuse(
                "M5", f"the certificate of {_name(one)}, who enters, is expired, not valid yet or revoked"
            )


def _check_lifetimes(before: Sequence[Member], after: Sequence[Member], at: int) -> None:
    """The part of M5 that stands in the leaf: the engine judged it by the clock of whoever staged, which may be another's."""
    leaves = {one.index: one.leaf_node for one in before}
    for one in after:
        lifetime = one.leaf_node.lifetime
        if leaves.get(one.index) != one.leaf_node and lifetime is not None and not lifetime.covers(at):
            _refuse("M5", f"the key package of leaf {one.index}, which enters, is not valid at this time")


def _check_authority(change: _Change) -> None:
    if not change.added and not change.removed:
        return
    committer = change.committer
    foreign = [one for one in change.removed if one.side != committer.side]
    if not change.founding:
        foreign += [one for one in change.added if one.side != committer.side]
    if committer.role not in ADMITTING_ROLES:
        again = {one.public_key for one in change.added}
        gone = [one for one in change.removed if one.public_key not in again]
        if gone:
            _refuse("M8", f"{_name(committer)} is {committer.role} and removes {_name(gone[0])}")
    if foreign:
        _refuse("M8", f"{_name(committer)} adds or removes {_name(foreign[0])} of the other side")


def _check_founding(change: _Change) -> None:
    if not change.founding:
        return
    if len(change.before) != 1:
        _refuse("M9", f"a founding begins with its founder alone, not with {len(change.before)} members")
    committer = change.committer
    if committer.role not in ADMITTING_ROLES:
        _refuse("M9", f"{_name(committer)} is {committer.role} and may not found a channel")
    foreign = [one for one in change.added if one.side != committer.side]
    for one in foreign:
        if one.role not in ADMITTING_ROLES:
            _refuse("M9", f"the founding adds {_name(one)}, who is {one.role} of the other side")
    if change.channel.sides == "ab" and not foreign:
        _refuse("M9", "the founding of a channel of both sides adds no head or deputy of the other side")


def _check_heads_remain(change: _Change) -> None:
    for side in SIDES:
        if _has_head(change.before, side) and not _has_head(change.after, side):
            _refuse("M10", f"side {side} would be left without a head or deputy")


def _has_head(roster: Roster, side: Side) -> bool:
    return any(one.certificate.role in ADMITTING_ROLES for one in roster.side(side))


def _check_nobody_lapsed_stays(change: _Change) -> None:
    before, after = (
        {one.certificate.public_key for one in roster} for roster in (change.before, change.after)
    )
    if change.committer.side is None or before == after:
        return
    for one in change.after.side(change.committer.side):
        if not change.current(one.certificate):
            _refuse("M11", f"{_name(one.certificate)} is expired or revoked and would stay")


def _name(certificate: Certificate) -> str:
    return show(certificate.name)
