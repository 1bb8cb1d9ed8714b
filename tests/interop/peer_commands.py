"""The commands of the peer driver: each reads its fields, does one thing with the engine, and answers.

Rule kept by all: fields are read and the engine is asked first; what the driver holds is changed last, so that a refusal changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.suites import SUITES, cipher_suite
from tests.interop import peer_entering, peer_members
from tests.interop.peer_answers import Answer
from tests.interop.peer_fields import U16, BadRequestError, Fields, to_b64
from tests.interop.peer_state import CAPABILITIES, Identity, PeerState, lifetime_of, rng

Command = Callable[[PeerState, Fields], Answer]


def run(state: PeerState, request: Fields) -> Answer:
    """The answer to one request; a refusal is an exception and changes nothing."""
    command = COMMANDS.get(request.text("cmd"))
    if command is None:
        raise BadRequestError("command", "there is no such command; hello lists them")
    return command(state, request)


def hello(_state: PeerState, _fields: Fields) -> Answer:
    return {"commands": list(COMMANDS), "suites": list(SUITES)}


def new_identity(state: PeerState, fields: Fields) -> Answer:
    suite = cipher_suite(fields.number("suite", U16))
    credential, capabilities = fields.credential(), fields.capabilities(CAPABILITIES)
    if fields.has("signing_key"):
        private = fields.data("signing_key")
        public = suite.signature_public_key(private)
    else:
        private, public = suite.generate_signature_key(rng)
    handle = state.add_identity(Identity(suite, credential, private, capabilities))
    return {"identity": handle, "signature_key": to_b64(public), "signing_key": to_b64(private)}


def key_package(state: PeerState, fields: Fields) -> Answer:
    identity = state.identities[fields.handle("identity", state.identities)]
    leaf_extensions = fields.extensions("leaf_extensions") if fields.has("leaf_extensions") else ()
    offer = identity.make_offer(
        lifetime_of(fields), last_resort=fields.flag("last_resort"), leaf_extensions=leaf_extensions
    )
    ref = offer.key_package.ref(identity.suite)
    identity.offers[ref] = offer
    return {"key_package": to_b64(MLSMessage(offer.key_package).encode()), "ref": to_b64(ref)}


def psk(state: PeerState, fields: Fields) -> Answer:
    state.psks[fields.data("psk_id")] = fields.data("psk")
    return {}


def save(state: PeerState, _fields: Fields) -> Answer:
    return {"blob": to_b64(state.save())}


def load(state: PeerState, fields: Fields) -> Answer:
    loaded = PeerState.load(fields.data("blob"))
    state.identities, state.seats, state.psks = loaded.identities, loaded.seats, loaded.psks
    return {"identities": list(state.identities), "groups": list(state.seats)}


def leave(state: PeerState, _fields: Fields) -> Answer:
    state.done = True
    return {}


COMMANDS: Final[dict[str, Command]] = {
    "hello": hello,
    "new_identity": new_identity,
    "key_package": key_package,
    "create_group": peer_entering.create_group,
    "add": peer_members.add,
    "remove": peer_members.remove,
    "update": peer_members.update,
    "commit": peer_members.commit,
    "apply_pending": peer_members.apply_pending,
    "clear_pending": peer_members.clear_pending,
    "propose": peer_members.propose,
    "join": peer_entering.join,
    "external_join": peer_entering.external_join,
    "propose_join": peer_entering.propose_join,
    "successor": peer_entering.successor,
    "branch": peer_entering.branch,
    "group_info": peer_members.group_info,
    "send": peer_members.send,
    "process": peer_members.process,
    "exporter": peer_members.exporter,
    "state": peer_members.show,
    "psk": psk,
    "save": save,
    "load": load,
    "quit": leave,
}
"""All of the shared protocol, and `propose_join`, `successor` and `branch` besides."""
