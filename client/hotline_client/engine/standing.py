"""What a channel's engine keeps besides rows: its small facts, stored as one value and rewritten by every step."""

from __future__ import annotations

import msgspec

from hotline_protocol.identity.statements import Proof
from hotline_protocol.terms import Side


class Knock(msgspec.Struct, frozen=True):
    """A device at the door: its entry in the log, and what its statement says (`statements.Wish`). `said`: what proofs are over."""

    id: bytes
    seq: int
    time: int
    package: bytes
    certificate: bytes
    seated: bool = False
    founds: int | None = None
    accused: bytes | None = None
    said: bytes = b""
    proofs: tuple[Proof, ...] = ()


class Shared(msgspec.Struct, frozen=True):
    """An epoch that we were in, and its authenticator (RFC 9420, 8.7), by which we know again who was in it too. Secret."""

    generation: int
    epoch: int
    authenticator: bytes

    def __repr__(self) -> str:
        """Without the authenticator."""
        return f"Shared(generation={self.generation}, epoch={self.epoch})"


class OwnKnock(msgspec.Struct, frozen=True):
    """Our knock and what is needed to open a Welcome for it. Expires in unix seconds; `seq` None until it is in the log.

    `made`: unix ms. `certificate`: the fingerprint of ours that it carries. `seated`: made as a member, for a fresh leaf. `founds`: the generation that it consents to found.
    """

    id: bytes
    package: bytes
    expires: int
    seq: int | None = None
    made: int = 0
    certificate: bytes = b""
    seated: bool = False
    founds: int | None = None

    private: bytes = b""

    def __repr__(self) -> str:
        """Without the private part."""
        return f"OwnKnock(id={self.id.hex()}, expires={self.expires}, seq={self.seq})"


class Watermark(msgspec.Struct, frozen=True):
    """How far a device (by certificate fingerprint) got: log seqs, and when it last said so (unix ms, signed)."""

    delivered: int = 0
    seen: int = 0
    time: int = 0


class Halt(msgspec.Struct, frozen=True):
    """Why the channel stopped: a ChainError kind, a sentence, when (unix ms), and the entry that showed it, if one did.

    `lost`: the relay's log ends before ours.
    """

    kind: str
    reason: str
    at: int
    seq: int | None = None
    entry: bytes | None = None
    lost: bool = False


class Awaiting(msgspec.Struct, frozen=True):
    """A document of the other side that no person of ours has acknowledged yet."""

    seq: int
    id: bytes
    time: int


class Standing(msgspec.Struct):
    """The small facts of a channel, stored as one msgpack value and rewritten by every step.

    `agreed`: the highest seq that a document of somebody else has vouched for. `lost`: our group followed a branch that is
    not in the log any more. `crls`: revocation lists in the order they took effect, and the seq at which. `resuming`: entries set aside are being compared with a refetched log. `pardoned`: digests of
    entries a person decided to pass after a HALT. `chosen`: when a person decided that a relay whose log ends before ours is to be filled
    up again, 0 if nobody did. `outside`: how many documents stood outside the log when that was last counted. `seen`: what the screen showed. Times unix ms; `last_update` is our own
    last fresh leaf key. `used_knock`: the knock that let us in, until somebody else in the group was heard. `let_in`: by
    which entry each device that came while we were in was let in. `answered`: SHA-256 of the packages by
    which devices were let in, or that newer ones replaced, while our group lasts. `foundings`: generation → the entry that founded it; `aside_foundings`: ids of such entries that were set aside → generation. `consents`: knocks
    that consent to found the next one. `shared`: the last epochs we were in, newest last. `seated`: certified key → (generation,
    epoch) of its present leaf. `accused`: whose commit lost us. `epoch_began`: the entry that our present epoch began
    with. `ahead`: words sealed in it since one of ours was last seen in the log. `disputed`:
    devices that sign another log, and the head that they named last; `named`: those that a security event named for it. `left`: where we last left a
    group, until we are in one again. `own_knocks`: ids of the knocks that this vault made,
    newest last. `times`: what each side signed last, by which T moves.
    """

    head: bytes
    cursor: int = 0
    last_at: int = 0
    last_commit: int = 0
    foundings: dict[int, int] = msgspec.field(default_factory=dict)
    aside_foundings: dict[bytes, int] = msgspec.field(default_factory=dict)
    removed: bool = False
    agreed: int = 0
    knocks: dict[bytes, Knock] = msgspec.field(default_factory=dict)
    consents: dict[bytes, Knock] = msgspec.field(default_factory=dict)
    shared: list[Shared] = msgspec.field(default_factory=list)
    seated: dict[bytes, tuple[int, int]] = msgspec.field(default_factory=dict)
    accused: bytes | None = None
    own_knocks: list[bytes] = msgspec.field(default_factory=list)
    own_knock: OwnKnock | None = None
    used_knock: OwnKnock | None = None
    let_in: dict[bytes, int] = msgspec.field(default_factory=dict)
    answered: list[bytes] = msgspec.field(default_factory=list)
    watermarks: dict[bytes, Watermark] = msgspec.field(default_factory=dict)
    awaiting: dict[bytes, Awaiting] = msgspec.field(default_factory=dict)
    crls: dict[bytes, int] = msgspec.field(default_factory=dict)
    halt: Halt | None = None
    resuming: bool = False
    pardoned: list[bytes] = msgspec.field(default_factory=list)
    chosen: int = 0
    outside: int = 0
    seen: int = 0
    unseen: list[int] = msgspec.field(default_factory=list)
    receipt_due: int = 0
    receipted: int = 0
    receipted_seen: int = 0
    receipt_time: int = 0
    aside_commits: int = 0
    last_update: int = 0
    peer_heard: int = 0
    joined: int = 0
    epoch_began: int = 0
    disputed: dict[bytes, bytes] = msgspec.field(default_factory=dict)
    named: list[bytes] = msgspec.field(default_factory=list)
    left: int = 0
    ahead: int = 0
    times: dict[Side, int] = msgspec.field(default_factory=dict)

    @property
    def generation(self) -> int:
        """How often the channel was founded again; -1 before it was founded."""
        return max(self.foundings, default=-1)

    @property
    def founded(self) -> bool:
        """Whether the log has a founding."""
        return bool(self.foundings)
