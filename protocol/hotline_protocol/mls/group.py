"""The group as its member uses it: one object per epoch, over the engine's checks.

A `Group` only ever moves forward by `merge`, which gives a new one. Within an epoch its ratchets advance in place: by
`protect`, by `unprotect` and `store_proposal` after every check has passed, and by making a commit. Staging changes
nothing at all.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline_protocol.mls import codec, framing
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.committing import Intent, make_commit
from hotline_protocol.mls.content import ContentType
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import MalformedError, MLSError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.founding import found
from hotline_protocol.mls.framing import Padding, Protected, Received
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.joining import Joined, open_welcome
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.private_message import pad_to_size_class
from hotline_protocol.mls.proposal import Proposal, read_proposal
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.secret_tree import SecretTree
from hotline_protocol.mls.staged import PendingCommit, StagedCommit
from hotline_protocol.mls.staging import stage_commit
from hotline_protocol.mls.state import EpochState, Member, Psks, Random, members_of
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex

_NO_PSKS: Psks = {}


class Group:
    """The state of one epoch of one group for one member."""

    __slots__ = ("_proposals", "_ratchets", "_state")

    def __init__(self, state: EpochState, ratchets: SecretTree, proposals: dict[bytes, Proposed]) -> None:
        self._state = state
        self._ratchets = ratchets
        self._proposals = proposals

    @classmethod
    def begin(cls, state: EpochState) -> Group:
        """The start of an epoch: plants its secret tree and forgets the root (RFC 9420 §9.2)."""
        ratchets = SecretTree(state.suite, state.secrets.encryption_secret, state.tree.size)
        return cls(state.forget_roots(), ratchets, {})

    @classmethod
    def create(
        cls,
        suite: CipherSuite,
        group_id: bytes,
        key_package: KeyPackage,
        private: KeyPackagePrivate,
        *,
        extensions: Sequence[Extension] = (),
        rng: Random,
    ) -> Group:
        """A new group with its founder alone in epoch 0 (RFC 9420 §11)."""
        return cls.begin(found(suite, group_id, key_package, private, tuple(extensions), rng=rng))

    @classmethod
    def join(
        cls,
        welcome: bytes,
        key_package: KeyPackage,
        private: KeyPackagePrivate,
        *,
        ratchet_tree: bytes | None = None,
        psks: Psks = _NO_PSKS,
        now: int,
    ) -> StagedWelcome:
        """Check a Welcome completely; nothing is joined until it is accepted (RFC 9420 §12.4.3.1).

        `now`: unix seconds, against which the lifetime of our own key package is judged. `ratchet_tree` is needed only
        where the Welcome does not carry it.
        """
        return StagedWelcome(
            open_welcome(welcome, key_package, private, ratchet_tree=ratchet_tree, psks=psks, now=now)
        )

    # --- what everybody in the epoch agrees on

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

    def export(self, label: str, context: bytes, length: int) -> bytes:
        """A secret of this epoch for the application (RFC 9420 §8.5)."""
        return self._state.secrets.export(label, context, length)

    # --- changing the epoch

    def commit(
        self,
        *,
        adds: Sequence[KeyPackage] = (),
        removes: Sequence[LeafIndex] = (),
        psks: Psks = _NO_PSKS,
        extensions: Sequence[Extension] | None = None,
        credential: Credential | None = None,
        aad: bytes = b"",
        padding: Padding = pad_to_size_class,
        rng: Random,
        now: int,
    ) -> PendingCommit:
        """A commit with a path, as a PrivateMessage; every given PSK enters it. Merge it once it has won its epoch.

        One key of our handshake ratchet is spent on it, so store the ratchets before sending.
        """
        intent = Intent(adds, removes, psks, extensions, credential, aad)
        made = make_commit(self._state, intent, rng, now)
        message = framing.encrypt(self._state, self._ratchets, made.signed, padding, rng)
        return PendingCommit(message, made.welcome, made.staged)

    def stage(self, message: bytes, *, now: int, psks: Psks = _NO_PSKS) -> StagedCommit:
        """Every check of RFC 9420 on a commit of another member; this group stays as it is whatever happens.

        `now`: unix seconds, against which lifetimes of added key packages are judged.
        """
        opened = framing.open_message(self._state, self._ratchets, message, ContentType.COMMIT)
        return stage_commit(self._state, opened, self._proposals, psks, now)

    def merge(self, staged: StagedCommit) -> Group:
        """The next epoch. The commit must have been staged on this one."""
        if not hmac.compare_digest(staged.parent, self.epoch_authenticator):
            raise UsageError(f"the commit to epoch {staged.epoch} was not staged on this epoch {self.epoch}")
        if staged.state is None:
            raise UsageError("the commit removes this member, there is no next epoch for it")
        return Group.begin(staged.state)

    def store_proposal(self, message: bytes) -> Proposed:
        """Verify a proposal and keep it until a commit refers to it (RFC 9420 §12.4)."""
        opened = framing.open_message(self._state, self._ratchets, message, ContentType.PROPOSAL)
        if not isinstance(opened.body, Proposal):
            raise UsageError("expected a proposal")
        proposed = Proposed(opened.sender, opened.body)
        opened.spend(self._ratchets)
        self._proposals[opened.signed.proposal_ref(self.suite)] = proposed
        return proposed

    # --- application data

    def protect(
        self, plaintext: bytes, *, aad: bytes = b"", padding: Padding = pad_to_size_class, rng: Random
    ) -> Protected:
        """Sign and encrypt application data; our ratchet advances, so store it before sending."""
        signed = framing.sign(self._state, plaintext, aad)
        message = framing.encrypt(self._state, self._ratchets, signed, padding, rng)
        return Protected(message, signed.encode())

    def unprotect(self, message: bytes) -> Received:
        """Decrypt and verify application data of another member of this epoch.

        The key is spent only after every check passed, so a forged message costs nothing and a replay is refused.
        """
        opened = framing.open_message(self._state, self._ratchets, message, ContentType.APPLICATION)
        received = opened.received()
        opened.spend(self._ratchets)
        return received

    def is_signed_by_us(self, message: bytes) -> bool:
        """Whether application data in our own name, which `unprotect` refuses as `sender`, really bears our signature.

        If the caller never sent it, our keys are in use elsewhere. Nothing is spent.
        """
        own = self._state.tree.member(self.own_index).signature_key
        try:
            opened = framing.open_message(
                self._state, self._ratchets, message, ContentType.APPLICATION, find=lambda _sender: own
            )
        except MLSError:
            return False
        return opened.sender == self.own_index

    # --- persistence

    def encode_epoch(self) -> bytes:
        """What stays the same for the whole epoch: tree, context, secrets. Write it once an epoch, encrypted."""
        return self._state.encode()

    def encode_ratchets(self) -> bytes:
        """What moves within the epoch: ratchets and held proposals. Write it with every batch, encrypted."""
        held = codec.vector(
            codec.opaque(reference) + codec.u32(one.sender) + one.proposal.encode()
            for reference, one in self._proposals.items()
        )
        return codec.opaque(self.epoch_authenticator) + self._ratchets.encode() + held

    @classmethod
    def decode(cls, epoch: bytes, ratchets: bytes) -> Group:
        """A group from both its parts, which must be of the same epoch."""
        state = codec.decode(EpochState.read, epoch)
        r = Reader(ratchets)
        if r.opaque() != state.secrets.epoch_authenticator:
            raise MalformedError("the stored ratchets are of another epoch than the stored tree")
        tree = SecretTree.read(r, state.suite)
        held = dict(r.vector(_read_held))
        r.finish()
        return cls(state, tree, held)


@dataclass(frozen=True, slots=True)
class StagedWelcome:
    """A Welcome that passed every check of RFC 9420, for the caller to look at and accept or drop."""

    _joined: Joined = field(repr=False)

    @property
    def committer(self) -> LeafIndex:
        """The leaf of the member that signed the group info."""
        return self._joined.committer

    @property
    def members(self) -> tuple[Member, ...]:
        """The members of the epoch, ourselves included."""
        return members_of(self._joined.state.tree)

    @property
    def own_index(self) -> LeafIndex:
        """The leaf we were given."""
        return self._joined.state.own

    @property
    def group_context(self) -> GroupContext:
        """The context of the epoch, with the group's extensions."""
        return self._joined.state.context

    @property
    def epoch(self) -> int:
        """The epoch that is joined."""
        return self._joined.state.context.epoch

    def accept(self) -> Group:
        """The group."""
        return Group.begin(self._joined.state)


def _read_held(r: Reader) -> tuple[bytes, Proposed]:
    return r.opaque(), Proposed(LeafIndex(r.u32()), read_proposal(r))
