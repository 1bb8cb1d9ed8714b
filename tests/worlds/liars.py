"""What a certified device can do that our program never does: with its real keys, past its engine. Nobody watches its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from unittest.mock import patch

from hotline_client.engine import keys
from hotline_client.engine.draft import Draft
from hotline_client.engine.incoming import revocations
from hotline_client.engine.incoming.membership import CommitBody, binding
from hotline_protocol.codec import encode
from hotline_protocol.documents import Document, encode_document
from hotline_protocol.identity import link_secret
from hotline_protocol.identity.statements import Place, Statement, Wish
from hotline_protocol.mls import framing, treekem
from hotline_protocol.mls.committing import Intent, make_commit
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.private_message import pad_to_size_class
from hotline_protocol.mls.update_path import UpdatePath
from hotline_protocol.relay.frames import ID_SIZE, Submission
from hotline_server.store.base import Batch
from tests.support.people import LINK_SECRET
from tests.worlds.cast import CHANNEL, context, home
from tests.worlds.ledger import unwatched
from tests.worlds.machine import Machine
from tests.worlds.world import World

T = TypeVar("T")


def with_draft(machine: Machine, work: Callable[[Draft], T]) -> T:
    with unwatched():
        return machine.running._desk.step(CHANNEL, work)


def twin_of(group: Group) -> Group:
    """A copy to lie with, so that the real one is none the wiser."""
    return Group.decode(group.encode_epoch(), group.encode_ratchets())


def spoiled(path: UpdatePath, nodes: int) -> UpdatePath:
    """A path whose lowest `nodes` nodes have secrets that open for nobody."""
    made = []
    for place, node in enumerate(path.nodes):
        wrong = tuple(
            replace(one, ciphertext=bytes(len(one.ciphertext))) if place < nodes else one
            for one in node.encrypted_path_secret
        )
        made.append(replace(node, encrypted_path_secret=wrong))
    return replace(path, nodes=tuple(made))


@contextmanager
def spoiling(nodes: int) -> Iterator[None]:
    """Paths are sealed so, before they are signed and confirmed: all that everybody sees is right."""
    original = treekem.encrypt_path

    def instead(*given: Any, **more: Any) -> UpdatePath:
        return spoiled(original(*given, **more), nodes)

    with patch.object(treekem, "encrypt_path", instead):
        yield


def forged_commit(machine: Machine, variant: str) -> Submission:
    """A key update, well formed and signed, of which the `secrets` are wrong for all or for `some`, or the `tag`."""

    def work(draft: Draft) -> Submission:
        group = twin_of(draft.group)
        entry_id = draft.rng(ID_SIZE)
        lists = revocations.seal(draft, entry_id)
        aad = binding(entry_id, draft.now, lists)
        wrong = {"secrets": 99, "some": 1, "tag": 0}[variant]
        with spoiling(wrong):
            made = make_commit(group._state, Intent(aad=aad), draft.rng, draft.now // 1000).signed
        tag = made.auth.confirmation_tag or b""
        signed = made.with_confirmation_tag(bytes(len(tag)) if variant == "tag" else tag)
        message = framing.encode_message(group._state, group._ratchets, signed, pad_to_size_class, draft.rng)
        return commit_entry(draft, entry_id, CommitBody(message, None, lists, None))

    return with_draft(machine, work)


def commit_entry(draft: Draft, entry_id: bytes, body: CommitBody) -> Submission:
    return Submission("commit", entry_id, draft.standing.last_commit, encode(body))


def update_with_welcome(machine: Machine, welcome: bytes) -> Submission:
    """A good key update with somebody else's Welcome beside it, which nothing signs."""

    def work(draft: Draft) -> Submission:
        entry_id = draft.rng(ID_SIZE)
        lists = revocations.seal(draft, entry_id)
        aad = binding(entry_id, draft.now, lists)
        pending = twin_of(draft.group).commit(aad=aad, rng=draft.rng, now=draft.now // 1000)
        return commit_entry(draft, entry_id, CommitBody(pending.message, welcome, lists, None))

    return with_draft(machine, work)


def false_receipt(machine: Machine) -> Submission:
    """A receipt whose author claims to have seen another log."""

    def work(draft: Draft) -> Submission:
        group, standing = twin_of(draft.group), draft.standing
        body = {"delivered": standing.receipt_due, "seen": 0}
        document = Document(
            draft.rng(ID_SIZE),
            "receipt",
            draft.name,
            group.epoch,
            draft.now,
            (standing.cursor, draft.rng(32)),
            body,
        )
        entry_id = draft.rng(ID_SIZE)
        # each lie a key of its own, as far ahead as its real ratchet will not get soon
        for _ in range(draft.rng(1)[0] % 64):
            group.protect(b"", rng=draft.rng)
        message = group.protect(encode_document(document), aad=entry_id, rng=draft.rng).message
        return Submission("message", entry_id, standing.last_commit, message)

    return with_draft(machine, work)


def garbage(world: World, rng: Callable[[int], bytes]) -> Submission:
    """A commit that is none, behind the last one that the relay knows."""
    last = world.relay.disk.position(world.home.key).last_commit
    return Submission("commit", rng(ID_SIZE), last, b"rubbish " + rng(32))


def knock_of(world: World, name: str, rng: Callable[[int], bytes]) -> Submission:
    """A knock by a device that somebody's authority certified, and that never comes."""
    who = context(name, world.script.suite, world.script.relays)
    made = keys.make_key_package(who, now=world.scheduler.now // 1000, rng=rng)
    entry_id = rng(ID_SIZE)
    link_id = home(world.script.suite, world.script.relays).charter.link_id
    wish = Wish(made.package, world.scheduler.now)
    statement = Statement.make(wish, Place(link_id, CHANNEL, entry_id), {}, who.private_key)
    sealed = link_secret.seal(
        LINK_SECRET,
        "knock",
        statement.encode(),
        link_id=link_id,
        channel=CHANNEL,
        entry_id=entry_id,
        rng=rng,
    )
    return Submission("knock", entry_id, 0, sealed)


def batch(world: World, *submissions: Submission) -> Batch:
    """For the relay's disk, past everything."""
    return Batch(world.home.key, submissions)
