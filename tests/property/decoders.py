"""Every decoder of the MLS engine by its name, with a strategy for what it reads: one registry for all that attacks decoders.

A name is `module.Class.method` or `module.function`; behind a space stands the variant, where a decoder is told what to read.
`test_mls_decoders` proves that no decoder is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hotline_protocol.mls import (
    capabilities,
    codec,
    commit,
    content,
    credential,
    extension,
    group,
    group_context,
    held,
    hpke,
    key_package,
    key_schedule,
    leaf_node,
    message,
    private_message,
    proposal,
    proposals_check,
    psk,
    public_message,
    secret_tree,
    staged,
    state,
    tree,
    update_path,
    welcome,
)
from hotline_protocol.mls.content import ContentType
from hotline_protocol.mls.suites import cipher_suite
from tests.property import engine, structs
from tests.property.fields import Read
from tests.protocol.mls.parties import snapshot

SUITE = cipher_suite(0x0001)


@dataclass(frozen=True)
class Decoder:
    """How one struct is read and written, and what values it has."""

    read: Read
    values: SearchStrategy[Any]
    encode: Callable[[Any], bytes] = methodcaller("encode")
    kept: str = ""
    """For what only our own storage holds: the name in `engine.kept`."""

    @property
    def is_wire(self) -> bool:
        """Whether strangers send it. What we wrote ourselves need not have one encoding only."""
        return not self.kept

    def decode(self, data: bytes) -> Any:
        return codec.decode(self.read, data)


def _variants(name: str, make: Callable[[ContentType], Decoder]) -> dict[str, Decoder]:
    return {f"{name} {kind.name.lower()}": make(kind) for kind in ContentType}


def _body(kind: ContentType) -> Decoder:
    return Decoder(lambda r: content.read_body(r, kind), structs.bodies[kind], content.encode_body)


def _auth(kind: ContentType) -> Decoder:
    return Decoder(lambda r: content.FramedContentAuthData.read(r, kind), structs.auth_data(kind))


def _stored(read: Read, name: str, encode: Callable[[Any], bytes] = methodcaller("encode")) -> Decoder:
    """What a real member's storage holds."""
    values = st.deferred(lambda: st.sampled_from(engine.kept()[name]))
    return Decoder(read, values, encode, name)


def _proposal(kind: type[Any], values: SearchStrategy[Any]) -> dict[str, Decoder]:
    return {
        f"proposal.{kind.__name__}.read_body": Decoder(kind.read_body, values, methodcaller("encode_body"))
    }


_WIRE: dict[str, Decoder] = {
    "capabilities.Capabilities.read": Decoder(capabilities.Capabilities.read, structs.capabilities),
    "commit.Commit.read": Decoder(commit.Commit.read, structs.commits),
    "content.AuthenticatedContent.read": Decoder(content.AuthenticatedContent.read, structs.signed_contents),
    "content.FramedContent.read": Decoder(content.FramedContent.read, structs.contents),
    "content.Sender.read": Decoder(content.Sender.read, structs.senders),
    "content.read_content_type": Decoder(content.read_content_type, st.sampled_from(ContentType), codec.u8),
    "credential.read_credential": Decoder(credential.read_credential, structs.credentials),
    "extension.Extension.read": Decoder(extension.Extension.read, structs.extension),
    "extension.ExternalSender.read": Decoder(extension.ExternalSender.read, structs.external_senders),
    "extension.RequiredCapabilities.read": Decoder(extension.RequiredCapabilities.read, structs.required),
    "extension.read_extensions": Decoder(
        extension.read_extensions, structs.extensions, extension.encode_extensions
    ),
    "group_context.GroupContext.read": Decoder(group_context.GroupContext.read, structs.contexts),
    "hpke.HPKECiphertext.read": Decoder(hpke.HPKECiphertext.read, structs.hpke_ciphertexts),
    "key_package.KeyPackage.read": Decoder(key_package.KeyPackage.read, structs.key_packages),
    "leaf_node.LeafNode.read": Decoder(leaf_node.LeafNode.read, structs.leaves),
    "leaf_node.Lifetime.read": Decoder(leaf_node.Lifetime.read, structs.lifetimes),
    "message.MLSMessage.read": Decoder(message.MLSMessage.read, structs.messages),
    "private_message.PrivateMessage.read": Decoder(
        private_message.PrivateMessage.read, structs.private_messages
    ),
    "private_message.SenderData.read": Decoder(private_message.SenderData.read, structs.sender_data),
    "proposal.ProposalOrRef.read": Decoder(proposal.ProposalOrRef.read, structs.proposals_or_refs),
    "proposal.read_proposal": Decoder(proposal.read_proposal, structs.proposals),
    "psk.PreSharedKeyID.read": Decoder(psk.PreSharedKeyID.read, structs.psk_ids),
    "psk.ResumptionPSK.read": Decoder(psk.ResumptionPSK.read, structs.resumptions),
    "public_message.PublicMessage.read": Decoder(public_message.PublicMessage.read, structs.public_messages),
    "tree.ParentNode.read": Decoder(tree.ParentNode.read, structs.parents),
    "tree.RatchetTree.read": Decoder(tree.RatchetTree.read, structs.trees()),
    "update_path.UpdatePath.read": Decoder(update_path.UpdatePath.read, structs.paths),
    "update_path.UpdatePathNode.read": Decoder(update_path.UpdatePathNode.read, structs.path_nodes),
    "welcome.EncryptedGroupSecrets.read": Decoder(
        welcome.EncryptedGroupSecrets.read, structs.encrypted_secrets
    ),
    "welcome.GroupInfo.read": Decoder(welcome.GroupInfo.read, structs.group_infos),
    "welcome.GroupSecrets.read": Decoder(welcome.GroupSecrets.read, structs.group_secrets),
    "welcome.Welcome.read": Decoder(welcome.Welcome.read, structs.welcomes),
    **_proposal(proposal.Add, structs.adds),
    **_proposal(proposal.Update, structs.updates),
    **_proposal(proposal.Remove, structs.removes),
    **_proposal(proposal.PreSharedKey, structs.psk_proposals),
    **_proposal(proposal.ReInit, structs.reinits),
    **_proposal(proposal.ExternalInit, structs.external_inits),
    **_proposal(proposal.GroupContextExtensions, structs.context_changes),
    **_variants("content.read_body", _body),
    **_variants("content.FramedContentAuthData.read", _auth),
}

_STORED: dict[str, Decoder] = {
    "group.Group.decode": _stored(
        lambda r: group.Group.decode(r.opaque(), r.opaque()),
        "groups",
        lambda one: b"".join(map(codec.opaque, snapshot(one))),
    ),
    "key_package.KeyPackagePrivate.read": Decoder(key_package.KeyPackagePrivate.read, structs.privates),
    "key_schedule.EpochSecrets.read": _stored(key_schedule.EpochSecrets.read, "secrets"),
    "proposals_check.Proposed.read": _stored(proposals_check.Proposed.read, "proposed"),
    "held.HeldProposals.read": _stored(held.HeldProposals.read, "held"),
    "secret_tree.SecretTree.decode": _stored(
        lambda r: secret_tree.SecretTree.decode(SUITE, r.raw(r.remaining)), "trees"
    ),
    "secret_tree.SecretTree.read": _stored(lambda r: secret_tree.SecretTree.read(r, SUITE), "trees"),
    "secret_tree._Ratchet.read": _stored(secret_tree._Ratchet.read, "ratchets"),
    "staged.StagedCommit._read": _stored(staged.StagedCommit._read, "staged"),
    "staged.StagedCommit.decode": _stored(lambda r: staged.StagedCommit.decode(r.raw(r.remaining)), "staged"),
    "state.EpochState.read": _stored(state.EpochState.read, "states"),
    "state.EpochState.read_without_tree": _stored(
        lambda r: state.EpochState.read_without_tree(r, tree.RatchetTree([None])),
        "states",
        methodcaller("encode_without_tree"),
    ),
    "state.PastEpoch.read": _stored(state.PastEpoch.read, "past"),
}

DECODERS: dict[str, Decoder] = {**_WIRE, **_STORED}
"""All of them."""


def examples(decoder: Decoder, count: int) -> list[Any]:
    """Some values of the struct, always the same ones for those that come from no real group."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(decoder.values)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found
