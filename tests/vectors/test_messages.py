"""Official vectors: every struct decodes and encodes to the same bytes (test-vectors.md, Messages)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
from tests.vectors.loading import vectors

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


@pytest.mark.parametrize("case", vectors("messages"))
def test_round_trip(case: dict[str, Any]) -> None:
    assert set(case) == {*_MESSAGES, *_STRUCTS, *_PROPOSALS}
    for name, kind in _MESSAGES.items():
        data = bytes.fromhex(case[name])
        body = decode_body(kind, data)
        assert MLSMessage(body).encode() == data, name
        if isinstance(body, PublicMessage):
            expected = ContentType[name.removeprefix("public_message_").upper()]
            assert body.content.content_type == expected
    for name, read in _STRUCTS.items():
        data = bytes.fromhex(case[name])
        assert codec.decode(read, data).encode() == data, name
    for name, kind in _PROPOSALS.items():
        data = bytes.fromhex(case[name])
        assert codec.decode(kind.read_body, data).encode_body() == data, name
