"""Every struct decodes and encodes to the same bytes (test-vectors.md, Messages)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hotline_protocol.mls import codec
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import ContentType
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.message import MLSMessage, decode_body
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome
from tests.vectors.checking import Case, Kind, equal, unhex, within

_MESSAGES: dict[str, Any] = {
    "mls_welcome": Welcome,
    "mls_group_info": GroupInfo,
    "mls_key_package": KeyPackage,
    "private_message": PrivateMessage,
    "public_message_application": PublicMessage,
    "public_message_proposal": PublicMessage,
    "public_message_commit": PublicMessage,
}
_STRUCTS: dict[str, Callable[[Reader], Any]] = {
    "ratchet_tree": RatchetTree.read,
    "group_secrets": GroupSecrets.read,
    "commit": Commit.read,
}
_PROPOSALS: dict[str, Any] = {
    "add_proposal": Add,
    "update_proposal": Update,
    "remove_proposal": Remove,
    "pre_shared_key_proposal": PreSharedKey,
    "re_init_proposal": ReInit,
    "external_init_proposal": ExternalInit,
    "group_context_extensions_proposal": GroupContextExtensions,
}


def _check(case: Case) -> None:
    for name in (*_MESSAGES, *_STRUCTS, *_PROPOSALS):
        (data,) = unhex(case, name)
        with within(name):
            equal("encoded again", _round_trip(name, data), data)


def _round_trip(name: str, data: bytes) -> bytes:
    if name in _STRUCTS:
        encoded: bytes = codec.decode(_STRUCTS[name], data).encode()
    elif name in _PROPOSALS:
        encoded = codec.decode(_PROPOSALS[name].read_body, data).encode_body()
    else:
        body = decode_body(_MESSAGES[name], data)
        if isinstance(body, PublicMessage):
            expected = ContentType[name.removeprefix("public_message_").upper()]
            equal("content type", body.content.content_type, expected)
        encoded = MLSMessage(body).encode()
    return encoded


KIND = Kind("messages", frozenset({"mls_welcome", "mls_group_info", "mls_key_package"}), _check)
