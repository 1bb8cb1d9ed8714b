"""Proposals as the line-JSON protocol writes them, to and from the engine's.

`{"type": "add", "key_package"}`, `{"type": "remove", "index"}`, `{"type": "update"}`, `{"type": "gce", "extensions"}`,
`{"type": "reinit", "group_id", "suite", "extensions"}`, and `{"type": "psk"}` with `psk_id`, or with
`resumption: {"group_id", "epoch"}` for the resumption key of an epoch, by default of the same group.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from hotline_protocol.mls.capabilities import MLS10
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.proposal import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
)
from hotline_protocol.mls.proposals_check import Proposed
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.tree_math import LeafIndex
from tests.interop.peer_fields import U16, U64, BadRequestError, Fields, to_b64
from tests.interop.peer_state import PeerState, rng

T = TypeVar("T")


@dataclass
class Wish:
    """What a commit shall do, sorted as the engine takes it."""

    adds: list[KeyPackage] = field(default_factory=list)
    removes: list[LeafIndex] = field(default_factory=list)
    psks: dict[bytes, bytes] = field(default_factory=dict)
    resumption: list[ResumptionPSK] = field(default_factory=list)
    extensions: tuple[Extension, ...] | None = None
    reinit: ReInit | None = None

    def take(self, one: Fields, state: PeerState, group: Group) -> None:
        """Put one proposal in."""
        kind = one.text("type")
        if kind == "add":
            self.adds.append(read_key_package(one.data("key_package")))
        elif kind == "remove":
            self.removes.append(LeafIndex(one.number("index")))
        elif kind == "gce":
            self.extensions = once(self.extensions, read_gce(one).extensions, kind)
        elif kind == "reinit":
            self.reinit = once(self.reinit, read_reinit(one), kind)
        elif kind == "psk" and one.has("resumption"):
            self.resumption.append(read_resumption(one, group))
        elif kind == "psk":
            name = one.data("psk_id")
            self.psks[name] = find_psk(state, name)
        else:
            raise BadRequestError("field", "a commit takes add, remove, psk, gce and reinit by value")


def once(held: T | None, given: T, kind: str) -> T:
    if held is not None:
        raise BadRequestError("field", f"a commit takes one {kind}")
    return given


def read_key_package(message: bytes) -> KeyPackage:
    return decode_body(KeyPackage, message)


def read_gce(one: Fields) -> GroupContextExtensions:
    one.each("extensions")
    return GroupContextExtensions(one.extensions("extensions"))


def read_reinit(one: Fields) -> ReInit:
    version = one.number("version", U16) if one.has("version") else MLS10
    return ReInit(one.data("group_id"), version, one.number("suite", U16), one.extensions("extensions"))


def read_resumption(one: Fields, group: Group) -> ResumptionPSK:
    named = one.nested("resumption")
    group_id = named.data_or("group_id", group.group_id)
    return ResumptionPSK(ResumptionPSKUsage.APPLICATION, group_id, named.number("epoch", U64))


def find_psk(state: PeerState, name: bytes) -> bytes:
    if name not in state.psks:
        raise RefusedError("psk", "the pre-shared key is not known; give it with the command psk first")
    return state.psks[name]


def read_proposal(one: Fields, state: PeerState, group: Group) -> Proposal:
    """A proposal to send by itself; an update is made by the group, not here."""
    kind = one.text("type")
    if kind == "add":
        return Add(read_key_package(one.data("key_package")))
    if kind == "remove":
        return Remove(LeafIndex(one.number("index")))
    if kind == "gce":
        return read_gce(one)
    if kind == "reinit":
        return read_reinit(one)
    if kind != "psk":
        raise BadRequestError("field", "a proposal is add, remove, update, psk, gce or reinit")
    nonce = rng(group.suite.hash_length)
    if one.has("resumption"):
        return PreSharedKey(PreSharedKeyID(nonce, resumption=read_resumption(one, group)))
    name = one.data("psk_id")
    find_psk(state, name)
    return PreSharedKey(PreSharedKeyID.external(name, nonce))


def describe(proposed: Proposed) -> dict[str, object]:
    """A proposal as an answer shows it."""
    sender = proposed.sender
    shown: dict[str, object] = {
        "type": _NAMES[proposed.proposal.proposal_type],
        "sender": sender.index if sender.is_member else None,
        "sender_type": sender.sender_type.name.lower(),
    }
    match proposed.proposal:
        case Add(key_package):
            shown["signature_key"] = to_b64(key_package.leaf_node.signature_key)
        case Remove(removed):
            shown["index"] = removed
        case PreSharedKey(psk) if psk.psk_id is not None:
            shown["psk_id"] = to_b64(psk.psk_id)
        case GroupContextExtensions(extensions):
            shown["extensions"] = _extensions_to_json(extensions)
        case ReInit(group_id, _, suite, extensions):
            shown |= {"group_id": to_b64(group_id), "suite": suite}
            shown["extensions"] = _extensions_to_json(extensions)
    return shown


def _extensions_to_json(extensions: tuple[Extension, ...]) -> list[dict[str, object]]:
    return [{"type": one.extension_type, "data": to_b64(one.extension_data)} for one in extensions]


_NAMES = {1: "add", 2: "update", 3: "remove", 4: "psk", 5: "reinit", 6: "external_init", 7: "gce"}
