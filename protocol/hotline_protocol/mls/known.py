"""The pre-shared keys somebody holds: those the application gave, and the resumption keys of groups it is in (RFC 9420 §8.4, §8.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, psk_secret
from hotline_protocol.mls.state import EpochState
from hotline_protocol.mls.suites import CipherSuite


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Where pre-shared keys are looked up."""

    external: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    """Keys of the application by their `psk_id`."""
    groups: tuple[EpochState, ...] = field(default=(), repr=False)
    """Groups whose resumption keys may be named."""

    def group(self, named: ResumptionPSK) -> EpochState | None:
        """The group that a resumption key belongs to, None if we are in no such group."""
        return next((one for one in self.groups if one.context.group_id == named.psk_group_id), None)

    def secret(self, suite: CipherSuite, ids: Sequence[PreSharedKeyID]) -> bytes:
        """The PSK secret of the named keys; one that we lack, or a nonce of wrong length, is refused as `psk`."""
        found: list[tuple[PreSharedKeyID, bytes]] = []
        for one in ids:
            one.check(suite)
            key = self._find(one)
            if key is None:
                raise RefusedError("psk", "a pre-shared key is needed that is not known")
            found.append((one, key))
        return psk_secret(suite, found)

    def _find(self, one: PreSharedKeyID) -> bytes | None:
        if one.resumption is None:
            return None if one.psk_id is None else self.external.get(one.psk_id)
        group = self.group(one.resumption)
        return None if group is None else group.resumption_psk(one.resumption.psk_epoch)
