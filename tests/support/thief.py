"""A thief with a tape and everything that was in somebody's state: tries each string as every kind of secret.

A string may be a message key, a ratchet's secret of any generation, a secret of any node of the secret tree, a sender data
secret; a private key, or what one is derived from, a path secret among them; an epoch, joiner, init, commit or welcome
secret, or a pre-shared key. What is won leads on: paths to commit secrets, those and init secrets to epochs, epochs to all that is in
them. A guess at an epoch is right exactly if it yields the confirmation tag, which the tape tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product

from hotline_protocol.mls import codec, tree_math
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.psk import psk_secret
from hotline_protocol.mls.tree_math import NodeIndex
from hotline_protocol.mls.welcome import GroupSecrets, Welcome
from tests.support.loot import loot, pieces
from tests.support.tape import Letter, Path, Shot, Tape

_LONGEST_PATH = 8
_PRIVATE_LENGTHS = frozenset({32, 48, 56, 64, 66})
"""What private keys of any suite measure, in bytes."""


@dataclass
class Opened:
    """What gave way, by name: messages, their sender data, paths of commits, Welcomes; and whole epochs."""

    shots: set[str] = field(default_factory=set)
    senders: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    letters: set[str] = field(default_factory=set)
    epochs: set[int] = field(default_factory=set)


class Thief:
    """`stolen`: live objects and serialised bytes alike, as many as were got hold of."""

    def __init__(self, tape: Tape, *stolen: object) -> None:
        self._tape = tape
        self._suite = suite = tape.suite
        strings = loot(*stolen) - tape.public
        self._secrets = self._of(strings, suite.hash_length)
        self._loose = {one for one in strings if len(one) == suite.hash_length}
        self._keys = self._of(strings, suite.key_length)
        self._nonces = self._of(strings, suite.nonce_length)
        self._private_sized = pieces(strings, _PRIVATE_LENGTHS) - tape.public
        self._publics = {key for scene in tape.scenes.values() for key in scene.public_keys}
        self._privates: dict[bytes, bytes] = {}
        self._commit_secrets = {bytes(suite.hash_length)}
        self._joiners = set(self._secrets)
        self._tried: set[object] = set()
        self.opened = Opened()

    def _of(self, strings: set[bytes], length: int) -> set[bytes]:
        return pieces(strings, frozenset({length})) - self._tape.public

    def know_public_keys(self, *keys: bytes) -> Thief:
        """Tell the thief of further public keys, such as the init keys of key packages."""
        self._publics.update(keys)
        return self

    def work(self) -> Opened:
        """Try everything, with everything won meanwhile, until nothing more gives way."""
        for key in self._private_sized:
            self._try_private(key)
        for secret in self._secrets:
            self._try_as_key_material(secret)
        size = -1
        while size != (size := len(self._secrets) + len(self._privates) + len(self._commit_secrets)):
            for path in self._tape.paths:
                self._try_path(path)
                self._try_external(path)
            for letter in self._tape.letters:
                self._try_letter(letter)
            for epoch in self._tape.scenes.keys() - self.opened.epochs:
                self._try_epoch(epoch)
        for shot in self._tape.shots:
            self._try_shot(shot)
        return self.opened

    def _once(self, *guess: object) -> bool:
        fresh = guess not in self._tried
        self._tried.add(guess)
        return fresh

    # --- private keys

    def _try_private(self, key: bytes) -> None:
        try:
            public = self._suite.hpke_public_key(key)
        except MLSError:
            return
        if public in self._publics:
            self._privates[public] = key

    def _try_as_key_material(self, secret: bytes) -> None:
        """As what a private key is derived from, or as the secret of a node on a path."""
        self._try_private(self._suite.derive_key_pair(secret)[0])
        private, public = self._suite.derive_key_pair(self._suite.derive_secret(secret, "node"))
        if public in self._publics:
            self._privates[public] = private
            self._climb(secret)

    def _climb(self, path_secret: bytes) -> None:
        """All that follows from a path secret: the keys above, and the commit secret at an unknown height."""
        for _ in range(_LONGEST_PATH):
            self._try_private(self._suite.derive_key_pair(self._suite.derive_secret(path_secret, "node"))[0])
            path_secret = self._suite.derive_secret(path_secret, "path")
            self._commit_secrets.add(path_secret)

    # --- epochs

    def _try_path(self, path: Path) -> None:
        context = self._tape.provisional(path)
        for place, private in product(range(len(path.ciphertexts)), list(self._privates.values())):
            if not self._once("path", path.name, place, private):
                continue
            try:
                secret = self._suite.decrypt_with_label(
                    private, "UpdatePathNode", context, path.ciphertexts[place]
                )
            except MLSError:
                continue
            self.opened.paths.add(path.name)
            self._climb(secret)

    def _try_external(self, path: Path) -> None:
        """The init secret that a newcomer chose; what it is of another key than the group's is wrong, and leads nowhere."""
        for kem_output, private in product(path.kem_outputs, list(self._privates.values())):
            if self._once("external", path.name, private):
                self._secrets.add(self._suite.open_external_init(private, kem_output))

    def _try_letter(self, letter: Letter) -> None:
        welcome = letter.welcome
        for secret in self._secrets:
            if self._once("info", letter.name, secret) and self._opens_info(welcome, secret):
                self.opened.letters.add(letter.name)
        for one, private in product(welcome.secrets, list(self._privates.values())):
            if not self._once("letter", letter.name, one.new_member, private):
                continue
            try:
                clear = self._suite.decrypt_with_label(
                    private, "Welcome", welcome.encrypted_group_info, one.encrypted_group_secrets
                )
            except MLSError:
                continue
            self.opened.letters.add(letter.name)
            secrets = codec.decode(GroupSecrets.read, clear)
            self._joiners.add(secrets.joiner_secret)
            if secrets.path_secret is not None:
                self._climb(secrets.path_secret)

    def _try_epoch(self, epoch: int) -> None:
        suite, context = self._suite, self._tape.scenes[epoch].context.encode()
        for secret in list(self._secrets):
            self._try_epoch_secret(epoch, secret)
        psks = self._psks(epoch)
        for joiner, psk in product(self._joiners, psks):
            if self._once("joiner", epoch, joiner, psk):
                self._try_joiner(epoch, joiner, psk)
        # Two secrets of the state at once: the ones found loose in it. With pre-shared keys there is another to guess.
        seconds = self._commit_secrets if len(psks) > 1 else self._commit_secrets | self._loose
        for init, commit in product(list(self._secrets), seconds):
            if self._once("init", epoch, init, commit, len(psks)):
                extracted = suite.extract(init, commit)
                joiner = suite.expand_with_label(extracted, "joiner", context, suite.hash_length)
                for psk in psks:
                    self._try_joiner(epoch, joiner, psk)

    def _psks(self, epoch: int) -> list[bytes]:
        ids = next((path.psk_ids for path in self._tape.paths if path.epoch == epoch), ())
        if not ids:
            return [psk_secret(self._suite, ())]
        guesses = product(self._secrets, repeat=len(ids))
        return [psk_secret(self._suite, list(zip(ids, guess, strict=True))) for guess in guesses]

    def _try_joiner(self, epoch: int, joiner: bytes, psk: bytes) -> None:
        suite, context = self._suite, self._tape.scenes[epoch].context.encode()
        member = suite.extract(joiner, psk)
        self._try_epoch_secret(epoch, suite.expand_with_label(member, "epoch", context, suite.hash_length))

    def _try_epoch_secret(self, epoch: int, secret: bytes) -> None:
        suite, scene = self._suite, self._tape.scenes[epoch]
        if not self._once("epoch", epoch, secret):
            return
        key = suite.derive_secret(secret, "confirm")
        if suite.mac(key, scene.context.confirmed_transcript_hash) != scene.confirmation_tag:
            return
        self.opened.epochs.add(epoch)
        won = EpochSecrets.from_epoch_secret(suite, secret)
        self._secrets |= pieces(loot(won), frozenset({suite.hash_length}))
        private, public = won.external_key_pair()
        self._privates[public] = private

    def _opens_info(self, welcome: Welcome, secret: bytes) -> bool:
        try:
            welcome.decrypt_group_info(self._suite, secret)
        except MLSError:
            return False
        return True

    # --- messages

    def _try_shot(self, shot: Shot) -> None:
        suite, data = self._suite, shot.sender_data
        if any(self._opens_sender(shot, secret) for secret in self._secrets):
            self.opened.senders.add(shot.name)
        size = self._tape.scenes[shot.message.epoch].size
        for secret in self._secrets:
            ratchets = [(start, secret) for start in range(data.generation + 1)]
            ratchets += [
                (0, suite.derive_secret(leaf, shot.kind.name.lower()))
                for leaf in self._leaves_from(secret, tree_math.node_of(data.leaf_index), size)
            ]
            for start, ratchet in ratchets:
                if self._opens(shot, *self._key_from(ratchet, start, data.generation)):
                    self.opened.shots.add(shot.name)
                    return
        if any(self._opens(shot, key, nonce) for key, nonce in product(self._keys, self._nonces)):
            self.opened.shots.add(shot.name)

    def _leaves_from(self, secret: bytes, leaf: NodeIndex, size: int) -> Iterable[bytes]:
        """The leaf's secret, if this were the secret of the leaf or of any node above it."""
        ways = [leaf, *tree_math.direct_path(leaf, size)]
        for above in range(len(ways)):
            below = secret
            for node in reversed(ways[:above]):
                side = b"left" if node == tree_math.left(tree_math.parent(node, size)) else b"right"
                below = self._suite.expand_with_label(below, "tree", side, self._suite.hash_length)
            yield below

    def _key_from(self, secret: bytes, start: int, generation: int) -> tuple[bytes, bytes]:
        suite = self._suite
        for passed in range(start, generation):
            secret = suite.derive_tree_secret(secret, "secret", passed, suite.hash_length)
        return (
            suite.derive_tree_secret(secret, "key", generation, suite.key_length),
            suite.derive_tree_secret(secret, "nonce", generation, suite.nonce_length),
        )

    def _opens(self, shot: Shot, key: bytes, nonce: bytes) -> bool:
        message, guard = shot.message, shot.sender_data.reuse_guard
        masked = bytes(one ^ other for one, other in zip(nonce, guard, strict=False)) + nonce[len(guard) :]
        head = codec.opaque(message.group_id) + codec.u64(message.epoch) + codec.u8(message.content_type)
        try:
            self._suite.open(key, masked, head + codec.opaque(message.authenticated_data), message.ciphertext)
        except MLSError:
            return False
        return True

    def _opens_sender(self, shot: Shot, secret: bytes) -> bool:
        try:
            shot.message.sender(self._suite, secret)
        except MLSError:
            return False
        return True
