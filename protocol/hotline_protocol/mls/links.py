"""Groups that follow or stem from another: ReInit and branch, tied by a resumption key (RFC 9420 §11.2, §11.3).

Rules enforced on who is welcomed to one (§12.4.3.1): one such key only; the group is in its first epoch after the founding; a
group that follows is the one the ReInit asked for, with every member of the old one; a branch keeps the suite, and holds only
clients of the old group. Which leaves are the same client is the caller's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.state import EpochState
from hotline_protocol.mls.tree import RatchetTree


def link_of(psks: Sequence[PreSharedKeyID]) -> ResumptionPSK | None:
    """The key that ties the group to another one, None if there is none; two are refused as `psk`, as is any key named twice."""
    if len(set(psks)) != len(psks):
        raise RefusedError("psk", "the Welcome names the same pre-shared key twice")
    links = [one.resumption for one in psks if one.resumption is not None and one.is_link]
    if len(links) > 1:
        raise RefusedError("psk", f"the Welcome names {len(links)} groups to follow, expected one at most")
    return links[0] if links else None


def check_link(
    link: ResumptionPSK,
    old: EpochState | None,
    new: EpochState,
    same_client: Callable[[Credential, Credential], bool],
) -> None:
    """Refuse, as `link`, a group that is not what the old one allows."""
    if old is None:
        raise RefusedError("link", "the group follows one that we are not in")
    if link.psk_epoch != old.context.epoch and link.usage == ResumptionPSKUsage.REINIT:
        raise RefusedError(
            "link", f"the group follows epoch {link.psk_epoch}, its predecessor ended in {old.context.epoch}"
        )
    if new.context.epoch != 1:
        raise RefusedError("link", f"the group is in epoch {new.context.epoch}, expected 1")
    if link.usage == ResumptionPSKUsage.REINIT:
        check_successor(old, new.context)
        _check_clients(old.tree, new.tree, same_client, "a member of the old group is missing in the new one")
        return
    if new.context.cipher_suite != old.context.cipher_suite:
        raise RefusedError("link", "the branch is of another suite than the group it stems from")
    _check_clients(new.tree, old.tree, same_client, "the branch holds somebody who is not in the old group")


def check_successor(old: EpochState, new: GroupContext) -> None:
    """The group is the one that the ReInit asked for."""
    wanted = old.reinit
    if wanted is None:
        raise RefusedError("link", "the group claims to follow one that no ReInit closed")
    found = (new.group_id, MLS10, new.cipher_suite, new.extensions)
    if found != (wanted.group_id, wanted.version, wanted.cipher_suite, wanted.extensions):
        raise RefusedError("link", "the group is not the one that the ReInit asked for")


def _check_clients(
    some: RatchetTree,
    among: RatchetTree,
    same_client: Callable[[Credential, Credential], bool],
    message: str,
) -> None:
    there = [leaf.credential for _, leaf in among.leaves()]
    for _, leaf in some.leaves():
        if not any(same_client(one, leaf.credential) for one in there):
            raise RefusedError("link", message)
