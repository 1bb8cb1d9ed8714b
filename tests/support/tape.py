"""What an observer of the wire recorded, told more than any observer is: everything about each message but its keys.

The camera films with a copy of a member's state from the start of every epoch. The tape that it gives out has none of its
secrets: public keys and contexts of each epoch, and of each message the ciphertext with its sender, generation and guard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hotline_protocol.mls import codec, tree_math
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent, Sender, WireFormat
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage, SenderData
from hotline_protocol.mls.proposal import ExternalInit, PreSharedKey, Proposal
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.secret_tree import RatchetKind, SecretTree
from hotline_protocol.mls.state import EpochState
from hotline_protocol.mls.suites import CipherSuite
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import Welcome
from tests.support.loot import loot, pieces


@dataclass(frozen=True)
class Scene:
    """What is public of one epoch."""

    context: GroupContext
    confirmation_tag: bytes
    public_keys: frozenset[bytes]
    size: int


@dataclass(frozen=True)
class Shot:
    """One encrypted message."""

    name: str
    message: PrivateMessage
    sender_data: SenderData

    @property
    def kind(self) -> RatchetKind:
        return RatchetKind.of(self.message.content_type)


@dataclass(frozen=True)
class Path:
    """What a commit carries for others, as if it had been sent in clear. `epoch` is the one it starts."""

    name: str
    epoch: int
    ciphertexts: tuple[HPKECiphertext, ...]
    psk_ids: tuple[PreSharedKeyID, ...]
    kem_outputs: tuple[bytes, ...]


@dataclass(frozen=True)
class Letter:
    """One Welcome."""

    name: str
    welcome: Welcome


@dataclass(frozen=True)
class Tape:
    """Everything recorded."""

    suite: CipherSuite
    scenes: dict[int, Scene]
    shots: tuple[Shot, ...]
    paths: tuple[Path, ...]
    letters: tuple[Letter, ...]

    def provisional(self, path: Path) -> bytes:
        """The context that the path's secrets are encrypted under."""
        before, after = self.scenes[path.epoch - 1].context, self.scenes[path.epoch].context
        return replace(after, confirmed_transcript_hash=before.confirmed_transcript_hash).encode()

    @property
    def public(self) -> set[bytes]:
        """Strings that everybody knows: nothing follows from them that does not follow for everybody."""
        found: set[bytes] = set()
        for scene in self.scenes.values():
            context = scene.context
            found |= {context.group_id, context.tree_hash, context.confirmed_transcript_hash}
            found |= {scene.confirmation_tag, *scene.public_keys}
        return found

    def names(self, *, epoch: int | None = None) -> set[str]:
        """The recorded messages, of one epoch or all."""
        return {shot.name for shot in self.shots if epoch in (None, shot.message.epoch)}


class _Oracle:
    """One epoch with nothing used up yet."""

    def __init__(self, group: Group) -> None:
        self.state = codec.decode(EpochState.read, group.encode_epoch())
        r = Reader(group.encode_ratchets())
        r.opaque()
        self.ratchets = SecretTree.read(r, self.state.suite)

    def scene(self) -> Scene:
        tree = self.state.tree
        keys = {leaf.encryption_key for _, leaf in tree.leaves()}
        keys |= {parent.encryption_key for _, parent in tree.parents()}
        keys.add(self.state.secrets.external_key_pair()[1])
        size = tree_math.full_size(tree.size)
        return Scene(self.state.context, self.state.confirmation_tag, frozenset(keys), size)

    def sender_data(self, message: PrivateMessage) -> SenderData:
        return message.sender(self.state.suite, self.state.secrets.sender_data_secret)

    def open(self, message: PrivateMessage) -> AuthenticatedContent:
        state = self.state
        signed, _ = message.open(
            state.suite,
            state.secrets.sender_data_secret,
            self.ratchets,
            state.context.encode(),
            _keys_of(state),
        )
        return signed

    def above(self, leaf: LeafIndex, kind: RatchetKind, generation: int) -> list[bytes]:
        """The secrets on the way from the root of the secret tree to this generation, both included."""
        suite, size, target = self.state.suite, self.ratchets.size, tree_math.node_of(leaf)
        (root,) = pieces(loot(self.ratchets), frozenset({suite.hash_length}))
        found = [root]
        for node in reversed([target, *tree_math.direct_path(target, size)][:-1]):
            side = b"left" if node == tree_math.left(tree_math.parent(node, size)) else b"right"
            found.append(suite.expand_with_label(found[-1], "tree", side, suite.hash_length))
        found.append(suite.derive_secret(found[-1], kind.name.lower()))
        for passed in range(generation):
            found.append(suite.derive_tree_secret(found[-1], "secret", passed, suite.hash_length))
        return found


def _keys_of(state: EpochState) -> Callable[[Sender], bytes]:
    return lambda sender: state.tree.member(sender.leaf_index).signature_key


class Camera:
    """Films what one group says. Let it see every epoch at its start, and every message, in any order."""

    def __init__(self, suite: CipherSuite) -> None:
        self.suite = suite
        self._oracles: dict[int, _Oracle] = {}
        self._shots: list[Shot] = []
        self._paths: list[Path] = []
        self._letters: list[Letter] = []
        self._proposals: dict[bytes, Proposal] = {}

    def enter(self, group: Group) -> None:
        """An epoch has begun; `group` is any member's, and has used nothing of it."""
        self._oracles[group.epoch] = _Oracle(group)

    def knows(self, data: bytes) -> bool:
        """Whether this is an encrypted message of an epoch that was seen."""
        body = codec.decode(MLSMessage.read, data).body
        return isinstance(body, PrivateMessage) and body.epoch in self._oracles

    def film(self, name: str, data: bytes) -> bytes:
        """Record a message to the group, or a Welcome; gives the message back."""
        body = codec.decode(MLSMessage.read, data).body
        if isinstance(body, PrivateMessage):
            oracle = self._oracles[body.epoch]
            self._shots.append(Shot(name, body, oracle.sender_data(body)))
            self._see(name, oracle.open(body))
        elif isinstance(body, PublicMessage):
            self._see(name, AuthenticatedContent(WireFormat.PUBLIC_MESSAGE, body.content, body.auth))
        else:
            assert isinstance(body, Welcome)
            self._letters.append(Letter(name, body))
        return data

    def _see(self, name: str, signed: AuthenticatedContent) -> None:
        body = signed.content.body
        if isinstance(body, Proposal):
            self._proposals[signed.proposal_ref(self.suite)] = body
        if not isinstance(body, Commit):
            return
        nodes = () if body.path is None else body.path.nodes
        proposals = [one.proposal or self._proposals[one.reference or b""] for one in body.proposals]
        self._paths.append(
            Path(
                name,
                signed.content.epoch + 1,
                tuple(sealed for node in nodes for sealed in node.encrypted_path_secret),
                tuple(one.psk for one in proposals if isinstance(one, PreSharedKey)),
                tuple(one.kem_output for one in proposals if isinstance(one, ExternalInit)),
            )
        )

    def tape(self) -> Tape:
        """The recording, without the camera's own secrets."""
        scenes = {epoch: oracle.scene() for epoch, oracle in self._oracles.items()}
        return Tape(self.suite, scenes, tuple(self._shots), tuple(self._paths), tuple(self._letters))

    def used_by(self, name: str) -> list[bytes]:
        """Every secret that would open this message again: its key, and all above it in the secret tree."""
        shot = next(one for one in self._shots if one.name == name)
        data = shot.sender_data
        oracle = self._oracles[shot.message.epoch]
        key = oracle.ratchets.peek(data.leaf_index, shot.kind, data.generation).key
        return [key, *oracle.above(data.leaf_index, shot.kind, data.generation)]
