"""A channel in memory, as the vault has it, with what is made from it once and kept."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from hotline_client.engine.context import Context
from hotline_client.engine.records import OutboxItem
from hotline_client.engine.standing import Standing
from hotline_client.engine.store import PutBack, Stored
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Channel
from hotline_protocol.identity.trust import Trust
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.relay.chain import genesis


@dataclass(slots=True)
class ChannelState:
    """A channel in memory, right as long as `version` is the stored one."""

    channel: Channel
    version: int
    standing: Standing
    group: Group | None = field(repr=False)
    outbox: dict[bytes, OutboxItem]
    trust: Trust = field(repr=False)
    heads: dict[int, bytes] = field(default_factory=dict, repr=False)
    people: dict[LeafIndex, Certificate] = field(default_factory=dict, repr=False)
    journal: Journal | None = field(default=None, repr=False)
    """What the documents amount to; None until somebody asks (see `engine.journal`)."""
    behind: bool = False
    """Whether the journal was folded before another process added to the log."""
    snapshot: int = 0
    """The seq of the journal's last snapshot."""
    read: bool = False
    """Whether this process has read the log to its end, as the relay last announced it (L35)."""
    put_back: PutBack | None = None
    """Why nothing may be sealed on this device (L36)."""

    @classmethod
    def load(cls, context: Context, channel: Channel, stored: Stored | None) -> ChannelState:
        """What the vault holds, or a channel of which nothing is known yet."""
        if stored is None:
            standing = Standing(head=genesis(context.charter.link_id, channel.name))
            return cls(channel, 0, standing, None, {}, context.trust)
        trust = context.trust
        for crl in stored.standing.crls:
            trust = trust.with_crl(crl)
        blobs = stored.group
        group = None if blobs is None else Group.decode(blobs.epoch, blobs.ratchets)
        outbox = {item.id: item for item in sorted(stored.outbox, key=lambda item: item.position)}
        return cls(channel, stored.version, stored.standing, group, outbox, trust)

    def inherit(self, old: ChannelState, head: bytes | None) -> None:
        """Take over the journal of the state before, if the log only grew since; `head`: that after the old cursor, as stored."""
        if old.journal is not None and head is not None and hmac.compare_digest(head, old.standing.head):
            self.journal, self.snapshot, self.behind = old.journal, old.snapshot, True

    @property
    def context_digest(self) -> bytes:
        """SHA-256 of the GroupContext that signatures of the present epoch are over; nothing while we are in no group."""
        return b"" if self.group is None else sha256(self.group.group_context.encode()).digest()

    @property
    def is_member(self) -> bool:
        """Whether this device is in the channel's group."""
        return self.group is not None

    @property
    def stopped(self) -> bool:
        """Whether nothing may be sealed or sent: halted, still comparing after a halt, or with a vault that may be old."""
        return self.standing.halt is not None or self.standing.resuming or self.put_back is not None


@dataclass(frozen=True, slots=True)
class Promise:
    """An `appended` of the relay: the entry's id, and when it was said (ms of a clock that only grows)."""

    entry_id: bytes
    said: int
