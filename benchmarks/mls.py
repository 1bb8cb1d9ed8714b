"""MLS on this machine: protecting, opening and committing, each against the bare primitives that it cannot do without."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.results import Result, microseconds
from hotline_protocol.mls.credential import X509Credential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from tests.support.people import DAY, NOW, device

X_WING = 0x004E
X25519 = 0x0001
PAYLOAD = os.urandom(512)
LIFETIME = Lifetime(NOW - 3600, NOW + 30 * DAY)
DERIVATIONS = 5
"""Of a message: its key, its nonce, the next ratchet secret, and the key and nonce of the sender data."""


def run(*, smoke: bool) -> Iterator[Result]:
    """Messages in a group of two, commits in groups that grow; the default suite, and the classical one beside it."""
    for suite_id, label in ((X_WING, "X-Wing"), (X25519, "X25519")):
        ours, theirs = grown(cipher_suite(suite_id), 2)
        yield from messages(ours, theirs, label, 20 if smoke else 500)
    for size in (2, 4) if smoke else (2, 10, 100):
        ours, theirs = grown(cipher_suite(X_WING), size)
        yield from commits(ours, theirs, f"X-Wing, {size} members", 1 if smoke else 20)


# --- groups


def key_package(suite: CipherSuite, name: str) -> tuple[KeyPackage, KeyPackagePrivate]:
    """Somebody's, with a certificate of a real one's size."""
    der, private, _ = device("a", name)
    return KeyPackage.create(suite, os.urandom, private, X509Credential((der,)), LIFETIME)


def grown(suite: CipherSuite, size: int) -> tuple[Group, Group]:
    """The first and the last member of a group that grew one by one, each let in by the one before: no parent is blank for
    want of commits.
    """
    first = Group.create(suite, b"benchmark", *key_package(suite, "0"), rng=os.urandom)
    last = first
    for number in range(1, size):
        package, private = key_package(suite, str(number))
        pending = last.commit(adds=[package], rng=os.urandom, now=NOW)
        joined = Group.join(pending.welcome or b"", package, private, now=NOW).accept()
        own = last is first
        first = first.merge(pending.staged if own else first.stage(pending.message, now=NOW))
        last = joined
    return first, last


# --- messages


def messages(ours: Group, theirs: Group, label: str, count: int) -> Iterator[Result]:
    """512 bytes, signed and encrypted by one, opened and verified by the other."""
    suite = ours.suite
    sealed: list[bytes] = []

    def protect() -> None:
        sealed.append(ours.protect(PAYLOAD, rng=os.urandom).message)

    protected = microseconds(protect, count)
    waiting = iter(sealed)
    opened = microseconds(lambda: theirs.unprotect(next(waiting)), count)
    bare = Bare.of(suite, len(sealed[0]))
    against = f"signature, 2 AEADs, {DERIVATIONS} HMACs"
    yield Result(f"protect 512 bytes, {label}", protected, "us", bare.sign + bare.symmetric, against)
    yield Result(f"unprotect 512 bytes, {label}", opened, "us", bare.verify + bare.symmetric, against)
    yield Result(f"size of a message of 512 bytes, {label}", len(sealed[0]), "bytes", 512, "the payload")


@dataclass(frozen=True, slots=True)
class Bare:
    """Microseconds of what a message must pay whoever writes the program."""

    sign: float
    verify: float
    symmetric: float

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

        return cls(
            microseconds(lambda: key.sign(data), 500),
            microseconds(lambda: public.verify(signature, data), 500),
            microseconds(symmetric, 500),
        )


# --- commits


def commits(ours: Group, theirs: Group, label: str, count: int) -> Iterator[Result]:
    """A pure update: made by the first member, staged by the last, merged."""
    made = [ours.commit(rng=os.urandom, now=NOW)]
    commit = microseconds(lambda: made.append(ours.commit(rng=os.urandom, now=NOW)), count, 1)
    waiting = iter(made)
    stage = microseconds(lambda: theirs.stage(next(waiting).message, now=NOW), count, 1)
    merge = microseconds(lambda: ours.merge(made[0].staged), count, 1)
    must = Path.of(ours)
    against = f"{must.keys} key pairs, {must.seals} HPKE seals, 2 signatures"
    yield Result(f"commit, {label}", commit / 1000, "ms", must.making() / 1000, against)
    must = Path.of(ours, theirs)
    against = f"{must.keys} key pairs, 1 HPKE open, 2 verifications"
    yield Result(f"stage, {label}", stage / 1000, "ms", must.following() / 1000, against)
    yield Result(f"merge, {label}", merge / 1000, "ms")
    yield Result(f"size of a commit, {label}", len(made[0].message), "bytes")
    yield Result(f"size of the stored epoch, {label}", len(ours.encode_epoch()), "bytes")


@dataclass(frozen=True, slots=True)
class Path:
    """What a path of this tree costs in key pairs and in encryptions."""

    suite: CipherSuite
    keys: int
    seals: int

    @classmethod
    def of(cls, committer: Group, reader: Group | None = None) -> Path:
        """For the committer, or for a reader, who derives only the nodes that both are below."""
        tree = committer._state.tree  # noqa: SLF001  counted from outside, nowhere offered
        path = tree.filtered_direct_path(committer.own_index)
        seals = sum(len(tree.resolution(beside)) for _, beside in path)
        if reader is None:
            return cls(committer.suite, len(path) + 1, seals)
        above = set(tree.direct_path(reader.own_index))
        return cls(committer.suite, sum(node in above for node, _ in path), seals)

    def making(self) -> float:
        """Microseconds of the bare primitives of making it."""
        seal, _, pair = self._prices()
        return self.keys * pair + self.seals * seal + 2 * Bare.of(self.suite, 2000).sign

    def following(self) -> float:
        """Microseconds of the bare primitives of reading it."""
        _, unseal, pair = self._prices()
        return self.keys * pair + unseal + 2 * Bare.of(self.suite, 2000).verify

    def _prices(self) -> tuple[float, float, float]:
        hpke, secret = self.suite.hpke, os.urandom(self.suite.hash_length)
        private, public = hpke.derive_key_pair(secret)
        sealed = hpke.seal(public, b"info", secret)
        return (
            microseconds(lambda: hpke.seal(public, b"info", secret), 50),
            microseconds(lambda: hpke.open(private, b"info", sealed), 50),
            microseconds(lambda: hpke.derive_key_pair(secret), 50),
        )
