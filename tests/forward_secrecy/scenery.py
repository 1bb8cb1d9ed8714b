"""A group that is filmed from its founding on, and robbed: what a thief of a member's whole state opens of all that was recorded.

Each test first lets the same thief, with a state in which the secrets still are, open what it should.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.suites import cipher_suite
from tests.protocol.mls.parties import NOW, Party, rng, snapshot
from tests.support.tape import Camera
from tests.support.thief import Opened, Thief

parametrize_suites = pytest.mark.parametrize("suite_id", [0x0001, 0x004E])


@dataclass
class Scenery:
    """A group that is filmed from its founding on: alice, bob, carol, dave and erin in one epoch."""

    suite_id: int
    parties: dict[str, Party] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.camera = Camera(cipher_suite(self.suite_id))
        names = ("alice", "bob", "carol", "dave", "erin")
        self.parties = {name: Party.make(self.suite_id, name, "basic") for name in names}
        self.groups["alice"] = self.parties["alice"].found(b"group")
        self.camera.enter(self.groups["alice"])
        others = [self.parties[name] for name in names[1:]]
        pending = self.groups["alice"].commit(adds=[one.key_package for one in others], rng=rng, now=NOW)
        self.founding = pending
        self.groups["alice"] = self.groups["alice"].merge(pending.staged)
        self.camera.film("founding", pending.message)
        assert pending.welcome is not None
        self.camera.film("welcome", pending.welcome)
        for name in names[1:]:
            party = self.parties[name]
            joined = Group.join(pending.welcome, party.key_package, party.private, now=NOW)
            self.groups[name] = joined.accept()
        self.camera.enter(copy(self.groups["alice"]))

    def __getitem__(self, name: str) -> Group:
        return self.groups[name]

    def say(self, name: str, *words: str) -> dict[str, bytes]:
        """One message a word, filmed under that word."""
        return {
            word: self.camera.film(word, self[name].protect(word.encode(), rng=rng).message) for word in words
        }

    def read(self, name: str, messages: dict[str, bytes], *words: str) -> None:
        for word in words:
            assert self[name].unprotect(messages[word]).data == word.encode()

    def commit(self, name: str, title: str, *, merge: Iterable[str], **what: object) -> PendingCommit:
        """A commit that those in `merge` and its committer follow; filmed under its title."""
        pending = self[name].commit(rng=rng, now=NOW, **what)  # type: ignore[arg-type]
        self.camera.film(title, pending.message)
        staged = {one: self[one].stage(pending.message, now=NOW) for one in merge}
        self.groups |= {one: self[one].merge(commit) for one, commit in staged.items()}
        self.groups[name] = self[name].merge(pending.staged)
        self.camera.enter(copy(self[name]))
        return pending

    def propose_update(self, name: str, title: str, *, to: Iterable[str]) -> bytes:
        """An update that its sender proposes, filmed, and kept by those it goes `to`; its reference."""
        message = self.camera.film(title, self[name].propose_update(rng=rng))
        for one in to:
            self[one].store_proposal(message)
        (reference,) = self[name].proposals
        return reference

    def rob(self, *stolen: object) -> Opened:
        """What a thief opens, who knows every public key of the key packages too."""
        init_keys = [party.key_package.init_key for party in self.parties.values()]
        return Thief(self.camera.tape(), *stolen).know_public_keys(*init_keys).work()


def copy(group: Group) -> Group:
    """The state as it is now, from its serialised form."""
    return Group.decode(*snapshot(group))
