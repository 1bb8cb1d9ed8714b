"""Founding a group that follows or stems from another one (RFC 9420 §11.2, §11.3).

Both give the new group in epoch 0 and the commit that adds the others, tied to the old group by a resumption key: send its
Welcome and merge it. Those others check the tie in `Group.join`, which must be given their own old group.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.errors import UnsupportedError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.psk import ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.state import Random
from hotline_protocol.mls.suites import cipher_suite


def reinitialise(
    old: Group,
    key_package: KeyPackage,
    private: KeyPackagePrivate,
    others: Sequence[KeyPackage],
    *,
    rng: Random,
    now: int,
) -> tuple[Group, PendingCommit]:
    """The successor of a group that a ReInit closed, as the ReInit asked for it; `others`: all its other members."""
    wanted = old.reinit
    if wanted is None:
        raise UsageError("no ReInit closed the group, so it has no successor")
    if wanted.version != MLS10:
        raise UnsupportedError(f"the ReInit asked for version {wanted.version}, expected {MLS10}")
    suite = cipher_suite(wanted.cipher_suite)
    group = Group.create(suite, wanted.group_id, key_package, private, extensions=wanted.extensions, rng=rng)
    if len(others) != len(old.members) - 1:
        raise UsageError(f"expected key packages of {len(old.members) - 1} members, got {len(others)}")
    return group, _link(group, old, ResumptionPSKUsage.REINIT, others, rng=rng, now=now)


def branch(
    old: Group,
    group_id: bytes,
    key_package: KeyPackage,
    private: KeyPackagePrivate,
    others: Sequence[KeyPackage],
    *,
    extensions: Sequence[Extension] = (),
    rng: Random,
    now: int,
) -> tuple[Group, PendingCommit]:
    """A group of some of the old one's members, in its suite."""
    group = Group.create(old.suite, group_id, key_package, private, extensions=extensions, rng=rng)
    return group, _link(group, old, ResumptionPSKUsage.BRANCH, others, rng=rng, now=now)


def _link(
    group: Group,
    old: Group,
    usage: ResumptionPSKUsage,
    others: Sequence[KeyPackage],
    *,
    rng: Random,
    now: int,
) -> PendingCommit:
    key = ResumptionPSK(usage, old.group_id, old.epoch)
    return group.commit(adds=others, resumption=[key], known=[old], rng=rng, now=now)
