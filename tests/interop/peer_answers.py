"""What the peer driver answers with: the view of a group, and what a processed message held."""

from __future__ import annotations

from hotline_protocol.mls import codec
from hotline_protocol.mls.content import ContentType
from hotline_protocol.mls.credential import BasicCredential, Credential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import PrivateMessage
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.staged import StagedCommit
from tests.interop.peer_fields import to_b64
from tests.interop.peer_proposals import describe
from tests.interop.peer_state import Seat

Answer = dict[str, object]


def look(message: bytes) -> tuple[ContentType, bytes]:
    """What a message to the group says it carries, and its additional data; both are only true once it was verified."""
    body = codec.decode(MLSMessage.read, message).body
    if isinstance(body, PrivateMessage):
        return body.content_type, body.authenticated_data
    if isinstance(body, PublicMessage):
        return body.content.content_type, body.content.authenticated_data
    raise RefusedError("content-type", f"expected a message to the group, got a {type(body).__name__}")


def copy_of(group: Group) -> Group:
    return Group.decode(group.encode_epoch(), group.encode_ratchets())


def open_application(group: Group, message: bytes) -> Answer:
    received = group.unprotect(message)
    return {"type": "application", "data": to_b64(received.data), "sender": received.sender}


def open_proposal(group: Group, message: bytes) -> Answer:
    proposed = group.store_proposal(message)
    shown = describe(proposed)
    ref = list(group.proposals)[-1]
    return {"type": "proposal", "sender": shown["sender"], "proposals": [shown], "ref": to_b64(ref)}


def show_commit(staged: StagedCommit) -> Answer:
    listed = [describe(one) for one in staged.proposals]
    return {"type": "commit", "sender": staged.committer, "proposals": listed, "external": staged.is_external}


def view(handle: str, seat: Seat) -> Answer:
    group = seat.group
    return {
        "group": handle,
        "group_id": to_b64(group.group_id),
        "epoch": group.epoch,
        "suite": group.suite.id,
        "active": seat.active,
        "own_index": group.own_index,
        "members": [
            {
                "index": one.index,
                "credential": _credential(one.credential),
                "signature_key": to_b64(one.signature_key),
            }
            for one in group.members
        ],
    }


def _credential(credential: Credential) -> Answer:
    if isinstance(credential, BasicCredential):
        return {"type": "basic", "identity": to_b64(credential.identity)}
    return {"type": "x509", "certificates": [to_b64(one) for one in credential.certificates]}
