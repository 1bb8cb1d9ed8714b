"""Members behind two peer drivers who live through the same groups; after each step everybody's epoch must be the same."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.interop.certificates import certify
from tests.interop.driver import Answer, Driver, b64, unb64

_AGREED = ("epoch_authenticator", "tree_hash", "confirmed_transcript_hash", "epoch", "group_id", "members")

_names = itertools.count(1)


def fresh(what: str) -> str:
    """A name that no other test of this run uses."""
    return f"{what} {next(_names)}"


@dataclass
class Party:
    """One identity behind a driver, and its place in at most one group."""

    driver: Driver
    suite: int
    identity: str
    signature_key: str
    credential: Mapping[str, object]
    """As `new_identity` takes it."""
    group: str = ""

    @classmethod
    def make(cls, driver: Driver, suite: int, **fields: object) -> Party:
        given = fields or {"name": fresh("party")}
        made = driver.ask("new_identity", suite=suite, **given)
        return cls(driver, suite, made["identity"], made["signature_key"], given)

    @classmethod
    def certified(cls, driver: Driver, suite: int) -> Party:
        """Somebody with an X.509 credential; who vouches for it is no matter of the engines."""
        one = certify(suite)
        credential = {"type": "x509", "certificates": one.certificates}
        return cls.make(driver, suite, credential=credential, signing_key=one.signing_key)

    def heir(self, suite: int) -> Party:
        """The same client in another suite."""
        return Party.make(self.driver, suite, **self.credential)

    def ask(self, cmd: str, **fields: object) -> Answer:
        return self.driver.ask(cmd, group=self.group, **fields)

    def refusal(self, cmd: str, **fields: object) -> str:
        return self.driver.refusal(cmd, group=self.group, **fields)

    def key_package(self, **fields: object) -> str:
        return str(self.driver.ask("key_package", identity=self.identity, **fields)["key_package"])

    def found(self, **fields: object) -> None:
        group_id = b64(fresh("group").encode())
        made = self.driver.ask("create_group", identity=self.identity, group_id=group_id, **fields)
        self.group = made["group"]

    def join(self, welcome: str, **fields: object) -> None:
        self.group = self.driver.ask("join", identity=self.identity, welcome=welcome, **fields)["group"]

    def come_in(self, group_info: str, **fields: object) -> str:
        """Join by an external commit, which is returned."""
        made = self.driver.ask("external_join", identity=self.identity, group_info=group_info, **fields)
        self.group = made["group"]
        return str(made["commit"])

    @property
    def index(self) -> int:
        return int(self.ask("state")["own_index"])

    def epoch(self) -> Answer:
        """What all members must agree on."""
        shown = self.ask("state")
        label, context = "interop test", b64(b"context")
        secret = self.ask("exporter", label=label, context=context, length=37)["secret"]
        return {name: shown[name] for name in _AGREED} | {"secret": secret}


def agree(*parties: Party) -> None:
    """All are in the same epoch with the same secrets, see the same members, and sit where those say."""
    first, *others = [party.epoch() for party in parties]
    for other in others:
        assert other == first
    keys = {one["index"]: one["signature_key"] for one in first["members"]}
    assert all(keys[party.index] == party.signature_key for party in parties)


def gather(founder: Party, *joiners: Party, **found: object) -> None:
    """The founder's group with all the joiners, one after another, the latest adding the next."""
    founder.found(**found)
    members = [founder]
    for joiner in joiners:
        adding = members[-1]
        made = adding.ask("add", key_package=joiner.key_package())
        spread(made["commit"], adding, members)
        joiner.join(made["welcome"])
        members.append(joiner)
    agree(*members)


def spread(message: str, sender: Party, members: Sequence[Party]) -> list[Answer]:
    """Give a message to every member but its sender."""
    return [one.ask("process", message=message) for one in members if one is not sender]


def commit(committer: Party, members: Sequence[Party], cmd: str = "commit", **fields: object) -> Answer:
    """A commit that all members follow. Answers with the committer's own."""
    index = committer.index
    made = committer.ask(cmd, **fields)
    for seen in spread(made["commit"], committer, members):
        assert (seen["type"], seen["sender"]) == ("commit", index)
    agree(*members)
    return made


def talk(members: Sequence[Party]) -> None:
    """Everybody says something to everybody, with additional data."""
    for sender in members:
        data, aad = b64(fresh("said").encode()), b64(fresh("aad").encode())
        index = sender.index
        message = sender.ask("send", data=data, aad=aad)["message"]
        for seen in spread(message, sender, members):
            got = {name: seen[name] for name in ("type", "data", "aad", "sender")}
            assert got == {"type": "application", "data": data, "aad": aad, "sender": index}


def damage(message: str, position: int = -1) -> str:
    """The message with one bit turned over."""
    data = bytearray(unb64(message))
    data[position] ^= 1
    return b64(bytes(data))
