"""The group as its member uses it: one object per epoch, over the engine's checks.

A `Group` only ever moves forward by `merge`, which gives a new one. Within an epoch its ratchets advance in place: by
`protect`, by `unprotect` and `store_proposal` after every check has passed, and by making a commit or a proposal. Staging
changes nothing at all.

Rules enforced on the caller: nothing is sent in a group that a ReInit closed (RFC 9420 §12.4.2), and no application data while
proposals wait for a commit (§12.4).
"""

from __future__ import annotations

import hmac
import operator
from collections.abc import Mapping, Sequence

from hotline_protocol.mls import codec, framing, proposing
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.committing import Intent, make_commit, publish
from hotline_protocol.mls.content import ContentType, WireFormat
from hotline_protocol.mls.credential import Credential
from hotline_protocol.mls.errors import MalformedError, MLSError, RefusedError, UsageError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.founding import found
from hotline_protocol.mls.framing import Padding, Protected, Received
from hotline_protocol.mls.held import HeldProposals
from hotline_protocol.mls.joining import Joined, open_welcome
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.known import KnownKeys
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import pad_to_size_class
from hotline_protocol.mls.proposal import Proposal, ReInit
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.psk import ResumptionPSK
from hotline_protocol.mls.secret_tree import SecretTree
from hotline_protocol.mls.staged import PendingCommit, StagedCommit
from hotline_protocol.mls.staging import PublicPart, Receiver, SameClient, stage_public
from hotline_protocol.mls.state import EpochState, Psks, Random
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.view import EpochView

_NO_PSKS: Psks = {}


class Group(EpochView):
    """The state of one epoch of one group for one member."""

    __slots__ = ("_proposals", "_ratchets", "_updates")

    def __init__(
        self,
        state: EpochState,
        ratchets: SecretTree,
        proposals: HeldProposals | None = None,
        updates: dict[bytes, bytes] | None = None,
    ) -> None:
        super().__init__(state)
        self._ratchets = ratchets
        self._proposals = HeldProposals() if proposals is None else proposals
        self._updates = updates or {}
        # The private keys of leaves that we proposed for ourselves, by public key.

    @classmethod
    def begin(cls, state: EpochState) -> Group:
        """The start of an epoch: plants its secret tree and forgets the root (RFC 9420 §9.2)."""
        ratchets = SecretTree(state.suite, state.secrets.encryption_secret, state.tree.size)
        return cls(state.forget_roots(), ratchets)

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
        known: Sequence[Group] = (),
        same_client: SameClient = operator.eq,
        now: int,
    ) -> StagedWelcome:
        """Check a Welcome completely; nothing is joined until it is accepted (RFC 9420 §12.4.3.1).

        `now`: unix seconds, against which the lifetime of our own key package is judged. `ratchet_tree` is needed only
        where the Welcome does not carry it. `known`: groups that the new one may follow or stem from, and whose clients
        `same_client` then compares by credential.
        """
        return StagedWelcome(
            open_welcome(
                welcome,
                key_package,
                private,
                ratchet_tree=ratchet_tree,
                known=KnownKeys(psks, tuple(one.state for one in known)),
                same_client=same_client,
                now=now,
            )
        )

    @property
    def proposals(self) -> Mapping[bytes, Proposed]:
        """The proposals of this epoch that wait for a commit, by reference, in the order of their arrival."""
        return self._proposals.by_reference

    def ratchet_tree(self) -> bytes:
        """The data of a `ratchet_tree` extension, for joiners whose Welcome or group info does not carry it."""
        return self._state.tree.encode()

    def group_info(self, *, ratchet_tree: bool = True, external_pub: bool = True) -> bytes:
        """The epoch as an MLSMessage with a GroupInfo, signed by us (RFC 9420 §12.4.3).

        With `external_pub`, who holds it can join by an external commit: publish it to nobody else.
        """
        return MLSMessage(publish(self._state, ratchet_tree=ratchet_tree, external_pub=external_pub)).encode()

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
        resumption: Sequence[ResumptionPSK] = (),
        known: Sequence[Group] = (),
        extensions: Sequence[Extension] | None = None,
        reinit: ReInit | None = None,
        refs: Sequence[bytes] = (),
        credential: Credential | None = None,
        public: bool = False,
        aad: bytes = b"",
        padding: Padding = pad_to_size_class,
        rng: Random,
        now: int,
    ) -> PendingCommit:
        """A commit with a path. Merge it once it has won its epoch.

        Every given PSK enters it, and the resumption keys named, of this group or one in `known`. `refs`: references of the
        `proposals` to commit; the others lapse with the epoch. `public`: as a PublicMessage; else one key of our handshake
        ratchet is spent, so store the ratchets before sending.
        """
        self._check_open()
        wire_format = WireFormat.PUBLIC_MESSAGE if public else WireFormat.PRIVATE_MESSAGE
        intent = Intent(
            adds=adds,
            removes=removes,
            psks=psks,
            resumption=resumption,
            extensions=extensions,
            reinit=reinit,
            refs=refs,
            credential=credential,
            aad=aad,
            wire_format=wire_format,
            known=[one.state for one in known],
        )
        made = make_commit(self._state, intent, rng, now, self.proposals)
        message = framing.encode_message(self._state, self._ratchets, made.signed, padding, rng)
        return PendingCommit(message, made.welcome, made.staged)

    def stage(
        self,
        message: bytes,
        *,
        now: int,
        psks: Psks = _NO_PSKS,
        known: Sequence[Group] = (),
        same_client: SameClient = operator.eq,
    ) -> StagedCommit:
        """Every check of RFC 9420 on a commit of another member or of a newcomer; this group stays as it is whatever happens.

        `now`: unix seconds, against which lifetimes of added key packages are judged. `same_client`: whether a newcomer with
        the second credential may take the leaf of the first away.
        """
        return self.stage_public(message, now=now, psks=psks, known=known, same_client=same_client).finish()

    def stage_public(
        self,
        message: bytes,
        *,
        now: int,
        psks: Psks = _NO_PSKS,
        known: Sequence[Group] = (),
        same_client: SameClient = operator.eq,
    ) -> PublicPart:
        """The checks of `stage` that every member makes alike; `finish` of the result makes the rest."""
        self._check_not_closed()
        opened = framing.open_message(self._state, self._ratchets, message, ContentType.COMMIT)
        keys = KnownKeys(psks, (self._state, *(one.state for one in known)))
        return stage_public(
            self._state, opened, Receiver(self.proposals, self._updates, keys, same_client, now)
        )

    def merge(self, staged: StagedCommit) -> Group:
        """The next epoch. The commit must have been staged on this one."""
        if not hmac.compare_digest(staged.parent, self.epoch_authenticator):
            raise UsageError(f"the commit to epoch {staged.epoch} was not staged on this epoch {self.epoch}")
        if staged.state is None:
            raise UsageError("the commit removes this member, there is no next epoch for it")
        return Group.begin(staged.state)

    def store_proposal(self, message: bytes) -> Proposed:
        """Verify a proposal and keep it until a commit refers to it (RFC 9420 §12.4).

        It may come from a member, an external sender of the group, or somebody who wants to be added. Whether it may be
        committed is judged with the commit. One for which there is no room is refused as `proposal` (see `held`).
        """
        self._check_not_closed()
        opened = framing.open_message(self._state, self._ratchets, message, ContentType.PROPOSAL)
        if not isinstance(opened.body, Proposal):
            raise UsageError("expected a proposal")
        proposed = Proposed(opened.sender, opened.body)
        reference = opened.signed.proposal_ref(self.suite)
        if not self._proposals.has_room(reference, proposed):
            raise RefusedError(
                "proposal", f"{len(self._proposals)} proposals wait, there is no room for this one"
            )
        opened.spend(self._ratchets)
        self._proposals.keep(reference, proposed)
        return proposed

    def propose(
        self,
        proposal: Proposal,
        *,
        public: bool = False,
        aad: bytes = b"",
        padding: Padding = pad_to_size_class,
        rng: Random,
        now: int,
    ) -> bytes:
        """A proposal for others to commit, which we keep as they do; for our own leaf see `propose_update`.

        Refused like a commit of it would be. Store the ratchets before sending.
        """
        self._check_open()
        proposed = proposing.propose(self._state, proposal, now)
        return self._send_proposal(proposed, public=public, aad=aad, padding=padding, rng=rng)

    def propose_update(
        self,
        *,
        credential: Credential | None = None,
        public: bool = False,
        aad: bytes = b"",
        padding: Padding = pad_to_size_class,
        rng: Random,
    ) -> bytes:
        """A proposal to replace our leaf by one with a new key, and the new credential if one is given.

        The private key is part of the ratchets' storage until the epoch ends.
        """
        self._check_open()
        proposed, key = proposing.propose_update(self._state, credential, rng)
        message = self._send_proposal(proposed, public=public, aad=aad, padding=padding, rng=rng)
        self._updates[key.public] = key.private
        return message

    def _send_proposal(
        self, proposed: Proposed, *, public: bool, aad: bytes, padding: Padding, rng: Random
    ) -> bytes:
        wire_format = WireFormat.PUBLIC_MESSAGE if public else WireFormat.PRIVATE_MESSAGE
        signed = framing.sign(self._state, proposed.proposal, aad, wire_format)
        reference = signed.proposal_ref(self.suite)
        if not self._proposals.has_room(reference, proposed):
            raise UsageError(f"{len(self._proposals)} proposals wait, there is no room for one more of ours")
        message = framing.encode_message(self._state, self._ratchets, signed, padding, rng)
        self._proposals.keep(reference, proposed)
        return message

    def drop_proposals(self) -> None:
        """Forget the proposals that wait, our own updates among them; a commit that refers to one is then refused."""
        self._proposals.clear()
        self._updates.clear()

    def _check_open(self) -> None:
        if self.reinit is not None:
            raise UsageError("a ReInit closed the group; only its successor can be used")

    def _check_not_closed(self) -> None:
        if self.reinit is not None:
            raise RefusedError("group", "a ReInit closed the group, yet the message would change it")

    # --- application data

    def protect(
        self, plaintext: bytes, *, aad: bytes = b"", padding: Padding = pad_to_size_class, rng: Random
    ) -> Protected:
        """Sign and encrypt application data; our ratchet advances, so store it before sending."""
        self._check_open()
        if self._proposals:
            raise UsageError(
                f"{len(self._proposals)} proposals wait; commit or drop them before sending application data"
            )
        signed = framing.sign(self._state, plaintext, aad)
        message = framing.encode_message(self._state, self._ratchets, signed, padding, rng)
        return Protected(message, signed.encode())

    def unprotect(self, message: bytes) -> Received:
        """Decrypt and verify application data of another member of this epoch.

        The key is spent only after every check passed, so a forged message costs nothing and a replay is refused.
        """
        opened = framing.open_message(self._state, self._ratchets, message, ContentType.APPLICATION)
        received = opened.received()
        opened.spend(self._ratchets)
        return received

    def open_own(self, message: bytes) -> Received | None:
        """Application data with our own signature that this state has not sent, which `unprotect` refuses as `sender`; None of anything else.

        Our keys were used elsewhere, so nothing may be sent in this group any more. The message's key is spent.
        """
        opened = self._signed_by_us(message, ContentType.APPLICATION)
        if opened is None:
            return None
        received = opened.received()
        opened.spend(self._ratchets)
        return received

    def is_own_commit(self, message: bytes) -> bool:
        """Whether it is a commit with our own signature that this state has not made. Nothing is spent."""
        return self._signed_by_us(message, ContentType.COMMIT) is not None

    def _signed_by_us(self, message: bytes, kind: ContentType) -> framing.Opened | None:
        own = self._state.tree.member(self.own_index).signature_key
        try:
            opened = framing.open_message(
                self._state, self._ratchets, message, kind, find=lambda _sender: own
            )
        except MLSError:
            return None
        return opened if opened.sender.leaf_index == self.own_index else None

    # --- persistence

    def encode_epoch(self) -> bytes:
        """What stays the same for the whole epoch: tree, context, secrets. Write it once an epoch, encrypted."""
        return self._state.encode()

    def encode_ratchets(self) -> bytes:
        """What moves within the epoch: ratchets and held proposals. Write it with every batch, encrypted."""
        updates = codec.vector(codec.opaque(one) + codec.opaque(key) for one, key in self._updates.items())
        ratchets = self._ratchets.encode()
        return codec.opaque(self.epoch_authenticator) + ratchets + self._proposals.encode() + updates

    @classmethod
    def decode(cls, epoch: bytes, ratchets: bytes) -> Group:
        """A group from both its parts, which must be of the same epoch."""
        state = codec.decode(EpochState.read, epoch)
        r = Reader(ratchets)
        if r.opaque() != state.secrets.epoch_authenticator:
            raise MalformedError("the stored ratchets are of another epoch than the stored tree")
        tree = SecretTree.read(r, state.suite)
        held = HeldProposals.read(r)
        updates = dict(r.vector(lambda inner: (inner.opaque(), inner.opaque())))
        r.finish()
        return cls(state, tree, held, updates)


class StagedWelcome(EpochView):
    """A Welcome that passed every check of RFC 9420, for the caller to look at and accept or drop."""

    __slots__ = ("committer",)

    def __init__(self, joined: Joined) -> None:
        super().__init__(joined.state)
        self.committer: LeafIndex = joined.committer
        """The leaf of the member that signed the group info."""

    def accept(self) -> Group:
        """The group."""
        return Group.begin(self._state)
