"""MLS on this machine: protecting, opening and committing, each against the bare primitives that it cannot do without."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks import mls_growth as growth
from benchmarks.mls_groups import Epoch, full
from benchmarks.results import Result, microseconds
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.suites import CipherSuite, cipher_suite

X_WING = 0x004E
X25519 = 0x0001
PAYLOAD = os.urandom(512)
DERIVATIONS = 5
"""Of a message: its key, its nonce, the next ratchet secret, and the key and nonce of the sender data."""
SCHEDULE = 16
"""Of a new epoch: three extracts, the joiner, epoch and welcome secrets, the nine of the epoch, and the confirmation tag."""
ROUNDS = 5


def run(*, smoke: bool) -> Iterator[Result]:
    """Messages in a group of two, commits in groups that grow; the default suite, and the classical one beside it."""
    for suite_id, label in ((X_WING, "X-Wing"), (X25519, "X25519")):
        ours, theirs = full(cipher_suite(suite_id), 2)
        yield from messages(ours, theirs, label, 20 if smoke else 500)
    for size in (2, 4) if smoke else (2, 10):
        ours, theirs = full(cipher_suite(X_WING), size)
        yield from commits(ours, theirs, f"X-Wing, {size} members", 1 if smoke else 20)
    yield from growth.run(cipher_suite(X_WING), (2, 4) if smoke else (2, 10, 100, 1000))


# --- messages


def messages(ours: Group, theirs: Group, label: str, count: int) -> Iterator[Result]:
    """512 bytes, signed and encrypted by one, opened and verified by the other."""
    suite = ours.suite
    sealed: list[bytes] = []

    def protect() -> None:
        sealed.append(ours.protect(PAYLOAD, rng=os.urandom).message)

    bare = Bare.of(suite, len(ours.protect(PAYLOAD, rng=os.urandom).message))
    protected, sending = race(protect, bare.send, count)
    waiting = iter(sealed)
    opened, reading = race(lambda: theirs.unprotect(next(waiting)), bare.receive, count)
    against = f"signature, 2 AEADs, {DERIVATIONS} HMACs"
    yield Result(f"protect 512 bytes, {label}", protected, "us", sending, against)
    yield Result(f"unprotect 512 bytes, {label}", opened, "us", reading, against)
    yield Result(f"size of a message of 512 bytes, {label}", len(sealed[0]), "bytes", 512, "the payload")


@dataclass(frozen=True, slots=True)
class Bare:
    """What a message must pay whoever writes the program."""

    send: Callable[[], None]
    receive: Callable[[], None]

    @classmethod
    def of(cls, suite: CipherSuite, size: int) -> Bare:
        """For messages of `size` bytes."""
        key = Ed25519PrivateKey.generate()
        public, data = key.public_key(), os.urandom(size)
        signature = key.sign(data)
        secret = os.urandom(suite.hash_length)

        def symmetric() -> None:
            for _ in range(DERIVATIONS):
                hmac.digest(secret, b"as long as a label and its context are", suite.hash_name)
            AESGCM(secret[: suite.key_length]).encrypt(secret[:12], data, b"")
            AESGCM(secret[: suite.key_length]).encrypt(secret[:12], data[:12], b"")

        def send() -> None:
            key.sign(data)
            symmetric()

        def receive() -> None:
            public.verify(signature, data)
            symmetric()

        return cls(send, receive)


# --- commits


def commits(ours: Group, theirs: Group, label: str, count: int) -> Iterator[Result]:
    """A pure update an epoch in a full tree: made by the first member, staged by the last, and both then merge; each epoch is in
    turns with its bare primitives, and the best counts.
    """
    epoch = Epoch.after(ours, theirs)
    making = Path.of(epoch.ours, len(epoch.message))
    staging = Path.of(epoch.ours, len(epoch.message), epoch.theirs)
    make, follow = making.making, staging.following
    rounds: list[tuple[float, float, float, float]] = []
    for _ in range(count * ROUNDS):
        epoch = Epoch.after(epoch.ours, epoch.theirs)
        rounds.append((epoch.making, microseconds(make, 1, 1), epoch.staging, microseconds(follow, 1, 1)))
    commit, bare_commit, stage, bare_stage = (min(column) for column in zip(*rounds, strict=True))
    yield Result(f"commit, {label}", commit * 1e3, "ms", bare_commit / 1e3, making.words(making=True))
    yield Result(f"stage, {label}", stage * 1e3, "ms", bare_stage / 1e3, staging.words(making=False))


def race(one: Callable[[], object], other: Callable[[], object], count: int) -> tuple[float, float]:
    """Microseconds of a call of each, measured in turns so that both see the same machine."""
    rounds = [(microseconds(one, count, 1), microseconds(other, count, 1)) for _ in range(ROUNDS)]
    return min(mine for mine, _ in rounds), min(theirs for _, theirs in rounds)


@dataclass(frozen=True, slots=True)
class Path:
    """What RFC 9420 makes every implementation pay for a commit with this path, whoever writes the program.

    Counted: key pairs and HPKE, both signatures (leaf and content), the hashes of the tree and of the transcript, the HMACs of path
    secrets, key schedule, tags and message keys, and the AEADs of the message. Not counted: encodings, checks and copies.
    """

    suite: CipherSuite
    keys: int
    seals: int
    nodes: int
    size: int

    @classmethod
    def of(cls, committer: Group, size: int, reader: Group | None = None) -> Path:
        """For the committer of a message of `size` bytes, or for a reader, who derives only the nodes that both are below."""
        tree = committer.state.tree
        path = tree.filtered_direct_path(committer.own_index)
        seals = sum(len(tree.resolution(beside)) for _, beside in path)
        above = {node for node, _ in path} if reader is None else set(tree.direct_path(reader.own_index))
        keys = sum(node in above for node, _ in path) + (reader is None)
        return cls(committer.suite, keys, seals if reader is None else 1, len(path), size)

    def words(self, *, making: bool) -> str:
        """What the baseline is, for the table."""
        hmacs = SCHEDULE + DERIVATIONS + 2 * self.keys
        what = f"{self.seals} HPKE seals, 2 signatures" if making else "1 HPKE open, 2 verifications"
        return f"{self.keys} key pairs, {what}, {hmacs} HMACs, {2 * self.nodes + 3} hashes, 2 AEADs"

    @property
    def making(self) -> Callable[[], None]:
        """All of it once, for whoever makes the commit."""
        hpke, secret = self.suite.hpke, os.urandom(self.suite.hash_length)
        _, public = hpke.derive_key_pair(secret)
        key, content = Ed25519PrivateKey.generate(), os.urandom(self.size)

        def work() -> None:
            for _ in range(self.keys):
                hpke.derive_key_pair(secret)
            for _ in range(self.seals):
                hpke.seal(public, b"info", secret)
            key.sign(content[:2000])
            key.sign(content)
            self._symmetric(secret, content)

        return work

    @property
    def following(self) -> Callable[[], None]:
        """All of it once, for whoever reads the commit."""
        hpke, secret = self.suite.hpke, os.urandom(self.suite.hash_length)
        private, public = hpke.derive_key_pair(secret)
        sealed = hpke.seal(public, b"info", secret)
        key, content = Ed25519PrivateKey.generate(), os.urandom(self.size)
        signer, leaf, whole = key.public_key(), key.sign(content[:2000]), key.sign(content)

        def work() -> None:
            for _ in range(self.keys):
                hpke.derive_key_pair(secret)
            hpke.open(private, b"info", sealed)
            signer.verify(leaf, content[:2000])
            signer.verify(whole, content)
            self._symmetric(secret, content)

        return work

    def _symmetric(self, secret: bytes, content: bytes) -> None:
        for _ in range(SCHEDULE + DERIVATIONS + 2 * self.keys):
            hmac.digest(secret, b"as long as a label and its context are", self.suite.hash_name)
        for _ in range(2 * self.nodes + 1):
            self.suite.hash(content[:1400])
        self.suite.hash(content)
        self.suite.hash(content[:64])
        aead = AESGCM(secret[: self.suite.key_length])
        aead.encrypt(secret[:12], content, b"")
        aead.encrypt(secret[:12], content[:12], b"")
