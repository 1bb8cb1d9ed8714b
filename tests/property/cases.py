"""What can be sent to a member or a joiner, ready to be changed: whole messages by outsiders, insides of messages by insiders.

`take` sends the changed thing and works with whatever was accepted. What is inside is signed, tagged and encrypted by the
member that lies.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hotline_protocol.mls import codec, errors, external
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import AuthenticatedContent, WireFormat
from hotline_protocol.mls.extension import Extension, RequiredCapabilities
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.key_schedule import welcome_secret
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import SenderData
from hotline_protocol.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    ReInit,
    Remove,
    Update,
    read_proposal,
)
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome
from tests.property.engine import (
    PSKS,
    REFUSALS,
    RawAuth,
    RawCommit,
    RawGroupInfo,
    RawGroupSecrets,
    RawProposal,
    World,
    copied,
    in_private,
    send,
    signed_by,
    use,
    with_sender_data,
    world,
)
from tests.property.fields import Read
from tests.protocol.mls.parties import NOW, rng


@dataclass(frozen=True)
class Case:
    """Something to change and to send."""

    good: bytes
    read: Read
    take: Callable[[bytes], object]
    victim: Group | None = None
    """Whose state must stay as it is when the object is refused."""


def _commit_intents(w: World) -> dict[str, dict[str, Any]]:
    return {
        "empty": {},
        "reinit": {"reinit": ReInit(b"next", 1, w.alice.suite.id, ())},
        "add": {"adds": [w.guest.key_package]},
        "remove": {"removes": [w.carol.own_index]},
        "all": {
            "adds": [w.guest.key_package],
            "removes": [w.carol.own_index],
            "psks": PSKS,
            "resumption": [ResumptionPSK(ResumptionPSKUsage.APPLICATION, w.alice.group_id, w.alice.epoch)],
            "extensions": [Extension.for_required_capabilities(RequiredCapabilities())],
        },
    }


def outsiders(suite_id: int = 0x0001) -> dict[str, Case]:
    """Whole messages, to be changed by somebody who holds no key."""
    w = world(suite_id)
    pending = copied(w.alice).commit(adds=[w.guest.key_package], psks=PSKS, rng=rng, now=NOW)
    assert pending.welcome is not None
    words = copied(w.alice).protect(b"words", rng=rng)
    body, tag = w.committed(adds=[w.guest.key_package])
    read = MLSMessage.read
    return {
        "key package": Case(MLSMessage(w.guest.key_package).encode(), read, _offer),
        "welcome": Case(pending.welcome, read, lambda data: _join(w, data)),
        "commit": Case(pending.message, read, w.stage, w.bob),
        "public commit": Case(send(w.alice, body, tag, public=True), read, _tagless(w.stage), w.bob),
        "words": Case(words.message, read, lambda data: _hear(w, data)),
        "proposal": Case(send(w.alice, Remove(w.carol.own_index)), read, lambda data: _store(w, data)),
        "public proposal": Case(
            send(w.alice, Remove(w.carol.own_index), public=True), read, lambda data: _store(w, data)
        ),
        "external proposal": Case(_from_outside(w), read, lambda data: _store(w, data)),
        "newcomer's proposal": Case(_from_newcomer(w), read, lambda data: _store(w, data)),
        **_external_joins(w),
        "kept proof": Case(
            words.authenticated_content,
            AuthenticatedContent.read,
            lambda data: codec.decode(AuthenticatedContent.read, data).proposal_ref(w.alice.suite),
        ),
    }


def _from_outside(w: World) -> bytes:
    """A proposal of the group's external sender."""
    key = w.delegate.private.signature_key
    return external.propose(w.alice.group_context, 0, key, Remove(w.alice.own_index))


def _from_newcomer(w: World) -> bytes:
    return external.propose_join(w.alice.group_context, w.guest.key_package, w.guest.private.signature_key)


def _external_joins(w: World) -> dict[str, Case]:
    """A commit from outside, and the group info that its sender is told."""
    newcomer = external.Newcomer(w.guest.private.signature_key, w.guest.key_package.leaf_node.credential)
    told = w.alice.group_info()
    joined = external.join(told, newcomer, psks=PSKS, rng=rng)

    def join(data: bytes) -> None:
        use(external.join(data, newcomer, rng=rng).group)

    return {
        "external commit": Case(joined.message, MLSMessage.read, w.stage, w.bob),
        "group info": Case(told, MLSMessage.read, join),
    }


def _tagless(take: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """A commit in another frame has another tag: refused after every other check, as far as it can come."""

    def taken(data: bytes) -> None:
        with contextlib.suppress(errors.RefusedError):
            take(data)

    return taken


def _offer(data: bytes) -> None:
    body = codec.decode(MLSMessage.read, data).body
    if isinstance(body, KeyPackage):
        body.verify(cipher_suite(body.cipher_suite), NOW)


def _join(w: World, data: bytes) -> None:
    staged = Group.join(data, w.guest.key_package, w.guest.private, psks=PSKS, now=NOW)
    assert staged.members
    assert staged.own_index != staged.committer
    use(staged.accept())


def _hear(w: World, data: bytes) -> None:
    bob = copied(w.bob)
    bob.open_own(data)
    bob.is_own_commit(data)
    copied(w.bob).unprotect(data)


def _store(w: World, data: bytes) -> None:
    """Bob keeps the proposal and commits to it; what he may commit, Carol, who received the same, accepts."""
    bob, carol = copied(w.bob), copied(w.carol)
    bob.store_proposal(data)
    use(bob)
    pending = bob.commit(refs=list(bob.proposals), psks=PSKS, rng=rng, now=NOW)
    if pending.staged.removed_at == (carol.own_index,):
        return
    try:
        carol.store_proposal(data)
        w.stage(pending.message, carol)
    except REFUSALS as error:
        raise AssertionError("one engine commits what another refuses") from error
    use(bob.merge(pending.staged))


def insiders(suite_id: int = 0x0001) -> dict[str, Case]:
    """What is inside a message of Alice's, to be changed by herself."""
    w = world(suite_id)
    cases = {
        f"commit {name}": _commit_case(w, intent, public=name == "all")
        for name, intent in _commit_intents(w).items()
    }
    cases |= {f"proposal {name}": _proposal_case(w, one) for name, one in _proposals(w).items()}
    cases |= {f"welcome {part}": _welcome_case(w, part) for part in ("secrets", "info", "tree")}
    words = send(w.alice, b"words")
    sender = SenderData(w.alice.own_index, 0, bytes(4)).encode()
    cases["sender data"] = Case(
        sender, SenderData.read, lambda data: _ignoring_guard(w, with_sender_data(w.alice, words, data))
    )
    cases["plaintext"] = _plaintext_case(w)
    return cases


def _ignoring_guard(w: World, message: bytes) -> None:
    """The guard of the real message is unknown here, so it does not open; the leaf and generation come before that."""
    with contextlib.suppress(errors.RefusedError):
        _hear(w, message)


def _commit_case(w: World, intent: dict[str, Any], *, public: bool) -> Case:
    body, tag = w.committed(**intent)

    def take(data: bytes) -> None:
        message = send(w.alice, RawCommit(data=data), tag, public=public)
        # Untouched, but signed anew, it has another tag than the sender computed.
        expected = (errors.RefusedError,) if data == body.encode() else ()
        with contextlib.suppress(*expected):
            w.stage(message)

    return Case(body.encode(), Commit.read, take, w.bob)


def _proposals(w: World) -> dict[str, Proposal]:
    update = w.committed()[0].path
    assert update is not None
    leaf = replace(update.leaf_node, source=update.leaf_node.source.UPDATE, parent_hash=None)
    past = ResumptionPSK(ResumptionPSKUsage.APPLICATION, w.bob.group_id, w.bob.epoch)
    state = w.alice._state
    return {
        "add": Add(w.guest.key_package),
        "update": Update(leaf.sign(state.suite, state.signature_key, w.alice.group_id, w.alice.own_index)),
        "remove": Remove(w.carol.own_index),
        "psk": PreSharedKey(PreSharedKeyID(bytes(state.suite.hash_length), psk_id=b"shared")),
        "resumption": PreSharedKey(PreSharedKeyID(bytes(state.suite.hash_length), resumption=past)),
        "extensions": GroupContextExtensions(()),
        "reinit": ReInit(b"next", 1, w.alice.suite.id, ()),
        "external init": ExternalInit(bytes(32)),
    }


def _proposal_case(w: World, proposal: Proposal) -> Case:
    """Alice proposes, Carol commits to it by reference, Bob checks both."""

    def send_both(data: bytes) -> None:
        bob = copied(w.bob)
        bob.store_proposal(send(w.alice, RawProposal(data)))
        (reference,) = bob.proposals
        w.stage(send(w.carol, Commit((ProposalOrRef.by_reference(reference),)), b"tag"), bob)

    def take(data: bytes) -> None:
        # Untouched it is refused too, for the tag or the path that a real committer would have sent.
        with contextlib.suppress(*(REFUSALS if data == proposal.encode() else ())):
            send_both(data)

    return Case(proposal.encode(), read_proposal, take)


def _welcome_case(w: World, part: str) -> Case:
    suite = w.alice.suite
    pending = copied(w.alice).commit(adds=[w.guest.key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    assert pending.staged.state is not None
    welcome = codec.decode(MLSMessage.read, pending.welcome).body
    assert isinstance(welcome, Welcome)
    secrets = welcome.decrypt_secrets(suite, w.guest.key_package, w.guest.private.init_key)
    info = welcome.decrypt_group_info(suite, pending.staged.state.secrets.welcome_secret)
    tree = info.extensions[0].extension_data
    signing_key = w.alice._state.signature_key

    def take(data: bytes) -> None:
        told, opened, joiner = info, secrets, secrets.joiner_secret
        if part == "secrets":
            opened = RawGroupSecrets(b"", data=data)
            with contextlib.suppress(errors.MLSError):
                joiner = codec.decode(GroupSecrets.read, data).joiner_secret
        elif part == "info":
            told = _signed_if_readable(suite, data, signing_key)
        else:
            told = rehashed(suite, info, data).sign(suite, signing_key)
        key = welcome_secret(suite, joiner, bytes(suite.hash_length))
        lie = Welcome.encrypt(suite, key, told, [(w.guest.key_package, opened)])
        _join(w, MLSMessage(lie).encode())

    good, read = {
        "tree": (tree, RatchetTree.read),
        "info": (info.encode(), GroupInfo.read),
        "secrets": (secrets.encode(), GroupSecrets.read),
    }[part]
    return Case(good, read, take)


def _signed_if_readable(suite: CipherSuite, data: bytes, private: bytes) -> GroupInfo:
    try:
        return codec.decode(GroupInfo.read, data).sign(suite, private)
    except errors.MLSError:
        context = world(suite.id).alice.group_context
        return RawGroupInfo(context, (), b"", world(suite.id).alice.own_index, data=data)


def rehashed(suite: CipherSuite, info: GroupInfo, tree: bytes) -> GroupInfo:
    """The group info with this tree and its hash, if it has one, as a liar would write it."""
    context = info.group_context
    with contextlib.suppress(errors.MLSError):
        context = replace(context, tree_hash=root_hash(suite, codec.decode(RatchetTree.read, tree)))
    return replace(info, group_context=context, extensions=(Extension.for_ratchet_tree(tree),))


def _plaintext_case(w: World) -> Case:
    """The inside of a private message: content, signature, padding."""
    proposal = Remove(w.carol.own_index)
    signed = signed_by(w.alice, proposal, WireFormat.PRIVATE_MESSAGE, b"")

    def take(data: bytes) -> None:
        content = replace(signed.content, body=RawProposal(b""))
        raw = replace(signed, content=content, auth=RawAuth(b"", data=data))
        _store(w, MLSMessage(in_private(w.alice, raw)).encode())

    return Case(proposal.encode() + signed.auth.encode() + bytes(8), _read_plaintext, take)


def _read_plaintext(r: Reader) -> None:
    read_proposal(r)
    r.opaque()
    r.raw(r.remaining)
