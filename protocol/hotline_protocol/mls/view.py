"""What can be seen of an epoch once its checks have passed: of a group one is in, and of one that a Welcome leads to."""

from __future__ import annotations

from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.proposal import ReInit
from hotline_protocol.mls.state import EpochState, Member, members_of
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex


class EpochView:
    """One epoch of one group, for one member."""

    __slots__ = ("_state",)

    def __init__(self, state: EpochState) -> None:
        self._state = state

    @property
    def state(self) -> EpochState:
        """The epoch with its secrets, for the engine's other modules."""
        return self._state

    @property
    def suite(self) -> CipherSuite:
        """The group's cipher suite."""
        return self._state.suite

    @property
    def group_context(self) -> GroupContext:
        """The context that the epoch's keys are bound to."""
        return self._state.context

    @property
    def group_id(self) -> bytes:
        """The group's name."""
        return self._state.context.group_id

    @property
    def epoch(self) -> int:
        """The number of the epoch."""
        return self._state.context.epoch

    @property
    def tree_hash(self) -> bytes:
        """The hash of the ratchet tree."""
        return self._state.context.tree_hash

    @property
    def epoch_authenticator(self) -> bytes:
        """Equal for two members exactly if they share this epoch's history and secrets (RFC 9420 §8.7)."""
        return self._state.secrets.epoch_authenticator

    @property
    def own_index(self) -> LeafIndex:
        """The leaf of the member that holds this state."""
        return self._state.own

    @property
    def members(self) -> tuple[Member, ...]:
        """The members, by leaf."""
        return members_of(self._state.tree)

    @property
    def reinit(self) -> ReInit | None:
        """The ReInit that closed this group, which then only waits for its successor (RFC 9420 §11.2)."""
        return self._state.reinit
