"""Valid objects of every kind that is decoded, for tests that spoil their encoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import AuthenticatedContent
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.extension import (
    Extension,
    ExternalSender,
    RequiredCapabilities,
)
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets
from tests.negative import builder as forge
from tests.negative.groves import overgrown
from tests.negative.leaves import newcomer, updated_leaf
from tests.negative.welcomes import welcome

Read = Callable[[Reader], Any]


@dataclass(frozen=True)
class Sample:
    """One valid object: how it is read, and the fewest length prefixes it has."""

    read: Read
    data: bytes
    prefixes: int

    def encode(self) -> bytes:
        """The object read and written again."""
        encoded: bytes = codec.decode(self.read, self.data).encode()
        return encoded


@cache
def samples() -> dict[str, Sample]:
    """Every message and every object that is encoded inside another one."""
    members = overgrown()
    alice, carol = members[0], members[4]
    dave = newcomer(1)
    named = PreSharedKeyID.external(b"key", bytes(32))
    past = PreSharedKeyID(bytes(32), resumption=ResumptionPSK(ResumptionPSKUsage.APPLICATION, b"group", 3))
    update = forge.proposal(carol, Update(updated_leaf(carol)), public=True)
    extensions = (Extension.for_required_capabilities(RequiredCapabilities((7,), (8,), (1,))),)
    items: list[forge.Item] = [
        update.item,
        Add(dave.key_package),
        Remove(LeafIndex(1)),
        PreSharedKey(named),
        PreSharedKey(past),
    ]
    commit = forge.commit(alice, items, public=True)
    joined = welcome(alice, dave.key_package)
    reinit = ReInit(b"next", 1, 1, extensions)
    sender = ExternalSender(bytes(32), BasicCredential(b"outside"))
    secrets = GroupSecrets(bytes(32), bytes(32), (named, past))
    message: Read = MLSMessage.read
    return {
        "private message": Sample(message, forge.application(alice, b"words"), 4),
        "public commit": Sample(message, commit.message, 40),
        "public update": Sample(message, update.message, 12),
        "public reinit": Sample(message, forge.proposal(alice, reinit, public=True).message, 7),
        "public extensions": Sample(
            message, forge.proposal(alice, GroupContextExtensions(extensions), public=True).message, 6
        ),
        "welcome": Sample(message, joined.message, 5),
        "group info": Sample(message, alice.group_info(), 9),
        "key package": Sample(message, MLSMessage(dave.key_package).encode(), 13),
        "ratchet tree": Sample(RatchetTree.read, joined.tree.encode(), 60),
        "authenticated content": Sample(AuthenticatedContent.read, commit.signed.encode(), 40),
        "group info alone": Sample(GroupInfo.read, joined.group_info.encode(), 8),
        "group secrets": Sample(GroupSecrets.read, secrets.encode(), 7),
        "leaf": Sample(LeafNode.read, dave.key_package.leaf_node.encode(), 10),
        "required capabilities": Sample(
            RequiredCapabilities.read, RequiredCapabilities((1, 2), (3,), ()).encode(), 3
        ),
        "external sender": Sample(ExternalSender.read, sender.encode(), 2),
    }


NAMES = (
    "private message",
    "public commit",
    "public update",
    "public reinit",
    "public extensions",
    "welcome",
    "group info",
    "key package",
    "ratchet tree",
    "authenticated content",
    "group info alone",
    "group secrets",
    "leaf",
    "required capabilities",
    "external sender",
)
