"""What a world knows that nobody in it knows: who said what, which key sealed what, and what was lost on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b

from hotline_protocol.mls.suites import CipherSuite


@dataclass
class Ledger:
    """`said`: document id → (machine, words). `sealed`: AEAD key → digest of what it sealed. `aside`: machine → documents of others that its
    vault set aside. `causes`: kinds of alarm that the script gave a cause for.
    """

    said: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    times: dict[bytes, int] = field(default_factory=dict)
    sealed: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    pending: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    aside: dict[str, set[bytes]] = field(default_factory=dict)
    causes: set[str] = field(default_factory=set)
    forgetful: dict[str, int] = field(default_factory=dict)
    """Machines whose vault was put back, and when: they had what they do not have any more."""
    told: set[bytes] = field(default_factory=set)
    """Documents of which a command said that they are sent (exit 0)."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """(checker, words): violations that were seen while the world ran."""

    def seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> None:
        """In a step that is not written yet."""
        self.pending.append(
            (key, nonce, blake2b(len(aad).to_bytes(4, "big") + aad + plaintext, digest_size=16).digest())
        )

    def forget(self) -> None:
        """A new step begins: what is pending was sealed by one that failed, whose ciphertexts are gone with it."""
        self.pending.clear()

    def written(self) -> None:
        """The step is on disk, so its ciphertexts may go out."""
        for key, nonce, digest in self.pending:
            before = self.sealed.setdefault(key, (nonce, digest))
            if before[1] != digest:
                same = "and the same nonce" if before[0] == nonce else "with another reuse guard"
                self.twice.append(f"one AEAD key sealed two plaintexts, {same}")
        self.pending.clear()


_current: list[Ledger] = []
_honest_seal = CipherSuite.seal


def _seal(self: CipherSuite, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    if _current:
        _current[-1].seal(key, nonce, aad, plaintext)
    return _honest_seal(self, key, nonce, aad, plaintext)


@contextmanager
def watching(ledger: Ledger) -> Iterator[None]:
    """Every AEAD key and plaintext of the MLS engine goes through the ledger meanwhile."""
    _current.append(ledger)
    CipherSuite.seal = _seal  # type: ignore[method-assign]
    try:
        yield
    finally:
        _current.pop()
        if not _current:
            CipherSuite.seal = _honest_seal  # type: ignore[method-assign]


@contextmanager
def unwatched() -> Iterator[None]:
    """For liars: what they do with their keys is their own affair."""
    held, _current[:] = list(_current), []
    try:
        yield
    finally:
        _current[:] = held
