"""Hostile bytes: whatever is made of a valid object, only the project's own exceptions come out, and nothing changes.

Bytes are changed at random from a fixed seed, outside every signature and, where a member itself is the attacker, inside it:
then the changed content is signed and encrypted like a right one. `HOTLINE_FUZZ` multiplies the rounds.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from hotline_protocol import codec as msgpack_codec
from hotline_protocol.documents import Text, decode_body, decode_document, encode_body, encode_document
from hotline_protocol.documents.document import Document
from hotline_protocol.errors import HotlineError, UsageError
from hotline_protocol.identity.card import Card
from hotline_protocol.identity.certificate import device_request, parse_certificate, parse_request
from hotline_protocol.identity.charter import Charter, SignedCharter
from hotline_protocol.identity.revocation import parse_crl
from hotline_protocol.identity.root import parse_root
from hotline_protocol.mls import codec, framing
from hotline_protocol.mls import errors as mls
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.committing import Intent, make_commit
from hotline_protocol.mls.content import AuthenticatedContent, WireFormat
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.private_message import pad_to_size_class
from hotline_protocol.mls.public_message import PublicMessage
from hotline_protocol.mls.staged import StagedCommit
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome
from hotline_protocol.relay.chain import Entry, decode_entry, encode_entry
from hotline_protocol.relay.frames import (
    Answers,
    Append,
    Appended,
    ChannelState,
    Follow,
    Hello,
    Limits,
    Ready,
    Submission,
    decode_client_frame,
    decode_relay_frame,
    encode_frame,
)
from hotline_protocol.terms import Arena, Precedence, Response, Role
from tests.protocol.identity import parties as people
from tests.protocol.mls.parties import NOW, Party, rng, snapshot, trio

ROUNDS = int(os.environ.get("HOTLINE_FUZZ", "1"))
REFUSALS = (mls.MalformedError, mls.RefusedError, mls.UnsupportedError, HotlineError)
"""Whose fault it is: never the caller's, who only handed on what came."""

Target = tuple[bytes, Callable[[bytes], object]]


def changed(data: bytes, dice: random.Random) -> bytes:
    """`data` with one to three small changes of the kinds that find faults in decoders."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randrange(len(out) + 1) if out else 0
        size = dice.choice((1, 2, 4, 8, 32))
        way = dice.randrange(7)
        if way == 0 and at < len(out):
            out[at] ^= 1 << dice.randrange(8)
        elif way == 1 and at < len(out):
            out[at] = dice.choice((0, 1, 2, 3, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xDD, 0xDF, 0xFF))
        elif way == 2:
            del out[at : at + size]
        elif way == 3:
            out[at:at] = dice.randbytes(size)
        elif way == 4:
            out[at : at + size] = b"\xff" * size
        elif way == 5:
            out[at:at] = out[at : at + size]
        else:
            del out[at:]
    return bytes(out)


def attack(target: Target, rounds: int, seed: str) -> None:
    """Every changed object is either refused as such or, where the change did not matter, accepted."""
    good, take = target
    take(good)
    dice = random.Random(seed)  # noqa: S311  # the same bytes every time, so that a failure can be repeated
    for _ in range(rounds * ROUNDS):
        bad = changed(good, dice)
        try:
            take(bad)
        except REFUSALS as error:
            assert not isinstance(error, (UsageError, mls.UsageError)), bad.hex()  # noqa: PT017  # accepted is right as well
        except BaseException as error:
            raise AssertionError(f"{type(error).__name__} escapes for {bad.hex()}") from error


# --- objects anybody may send


def identity_targets() -> dict[str, Target]:
    der = people.issue("a", "A head", Role.HEAD, 101, arenas=frozenset({Arena.AIR}))
    root = people.delegation("a").card.root
    roots = people.trust().roots
    request = device_request(people.device(7), "A head")
    signed = people.signed_charter()
    return {
        "certificate": (der, lambda data: (parse_certificate(data), people.trust().identify(data))),
        "root": (root, parse_root),
        "request": (request, parse_request),
        "crl": (people.crl("a", 5, 6, 7), lambda data: parse_crl(data, roots)),
        "card": (people.delegation("a").card.encode(), Card.decode),
        "charter": (signed.charter, Charter.decode),
        "signed charter": (signed.encode(), lambda data: SignedCharter.decode(data).verify()),
    }


def relay_targets() -> dict[str, Target]:
    hello = Hello(bytes(32), b"certificate", b"signature")
    append = Append("plenary", (Submission("message", bytes(16), 3, b"body"),) * 2)
    ready = Ready(5, Limits(1, 2, 3, 4, 5), (ChannelState("plenary", 1, 0, bytes(32)),))
    answers = Answers("plenary", (Appended(bytes(16), 7, 8),))
    return {
        "hello": (encode_frame(hello), decode_client_frame),
        "append": (encode_frame(append), decode_client_frame),
        "follow": (encode_frame(Follow("plenary", 3)), decode_client_frame),
        "ready": (encode_frame(ready), decode_relay_frame),
        "answers": (encode_frame(answers), decode_relay_frame),
        "entry": (encode_entry(Entry(1, "message", bytes(16), 2, b"body")), decode_entry),
    }


def document_targets() -> dict[str, Target]:
    text = Text("שלום, мир and peace", Precedence.FLASH, Response.WILCO_UNABLE)
    body = msgpack_codec.decode_raw(encode_body(text))
    document = Document(bytes(16), "text", "plenary", 3, 1_800_000_000_000, (4, bytes(32)), body)
    return {
        "document": (encode_document(document), lambda data: decode_body(decode_document(data))),
        "raw": (encode_document(document), msgpack_codec.decode_raw),
    }


@pytest.mark.parametrize("name", identity_targets())
def test_identity(name: str) -> None:
    attack(identity_targets()[name], 250, name)


@pytest.mark.parametrize("name", relay_targets())
def test_frames(name: str) -> None:
    attack(relay_targets()[name], 1500, name)


@pytest.mark.parametrize("name", document_targets())
def test_documents(name: str) -> None:
    attack(document_targets()[name], 1500, name)


# --- MLS


@cache
def group(suite_id: int) -> tuple[Group, Group, Group]:
    """Three members with parents, blanks and unmerged leaves in their tree."""
    return trio(suite_id, "basic")


def unchanged(member: Group, take: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """`take`, and proof that what it did not accept changed nothing."""
    before = snapshot(member)

    def checked(data: bytes) -> None:
        try:
            take(data)
        finally:
            assert snapshot(member) == before

    return checked


def mls_targets(suite_id: int) -> dict[str, Target]:
    alice, bob, _ = group(suite_id)
    guest = Party.make(suite_id, "guest", "x509")
    pending = alice.commit(adds=[guest.key_package], removes=[], rng=rng, now=NOW)
    assert pending.welcome is not None
    offer = MLSMessage(guest.key_package)
    words = alice.protect(b"words", rng=rng).message
    bob_ = Group.decode(*snapshot(bob))

    def read_package(data: bytes) -> None:
        body = codec.decode(MLSMessage.read, data).body
        if isinstance(body, KeyPackage):
            body.verify(alice.suite, NOW)

    def join(data: bytes) -> None:
        Group.join(data, guest.key_package, guest.private, now=NOW).accept()

    public = public_commit(alice)

    def stage_public(data: bytes) -> None:
        try:
            bob.stage(data, now=NOW)
        except mls.RefusedError as error:
            # The tag is that of the private form, so the untouched one is refused after all other checks.
            if data != public or error.kind != "confirmation-tag":
                raise

    def unprotect(data: bytes) -> None:
        Group.decode(*snapshot(bob_)).unprotect(data)

    return {
        "key package": (offer.encode(), read_package),
        "welcome": (pending.welcome, join),
        "commit": (pending.message, unchanged(bob, lambda data: bob.stage(data, now=NOW))),
        "words": (words, unchanged(bob_, unprotect)),
        "kept proof": (
            pending.staged.authenticated_content,
            lambda data: codec.decode(AuthenticatedContent.read, data),
        ),
        "public commit": (
            public,
            unchanged(bob, stage_public),
        ),
    }


def public_commit(sender: Group) -> bytes:
    """A member's commit as a PublicMessage with its right membership tag."""
    state = sender._state
    made = make_commit(state, Intent(), rng, NOW).signed
    context = state.context.encode()
    content = made.content
    signed = AuthenticatedContent.sign(
        state.suite, state.signature_key, WireFormat.PUBLIC_MESSAGE, content, context
    )
    signed = signed.with_confirmation_tag(made.auth.confirmation_tag or b"")
    return MLSMessage(
        PublicMessage.protect(state.suite, signed, state.secrets.membership_key, context)
    ).encode()


@pytest.mark.parametrize("suite_id", [0x0001, 0x004E])
@pytest.mark.parametrize("name", ["key package", "welcome", "commit", "words", "kept proof", "public commit"])
def test_mls(suite_id: int, name: str) -> None:
    attack(mls_targets(suite_id)[name], 120, name)


def forged_commit(sender: Group, body: bytes) -> bytes:
    """A commit with that body, signed and encrypted by a member."""
    made = make_commit(sender._state, Intent(), rng, NOW).signed
    signed = framing.sign(sender._state, codec.decode(Commit.read, body), b"")
    signed = signed.with_confirmation_tag(made.auth.confirmation_tag or b"")
    ratchets = sender._ratchets.copy()
    return framing.encode_message(sender._state, ratchets, signed, pad_to_size_class, rng)


@pytest.mark.parametrize("adds", [0, 1])
def test_a_commit_changed_by_its_own_sender(adds: int) -> None:
    alice, bob, carol = group(0x0001)
    guests = [Party.make(0x0001, "guest", "x509").key_package for _ in range(adds)]
    made = make_commit(alice._state, Intent(adds=guests, removes=[carol.own_index]), rng, NOW).signed
    body = made.content.body
    assert isinstance(body, Commit)

    def take(data: bytes) -> None:
        message = forged_commit(alice, data)
        try:
            bob.stage(message, now=NOW)
        except mls.RefusedError as error:
            if data == body.encode() and error.kind == "confirmation-tag":
                return
            raise

    attack((body.encode(), unchanged(bob, take)), 200, f"insider {adds}")


def forged_welcome(guest: Party, secrets: GroupSecrets, welcome_secret: bytes, info: GroupInfo) -> bytes:
    joiners = [(guest.key_package, secrets)]
    return MLSMessage(
        Welcome.encrypt(cipher_suite(guest.key_package.cipher_suite), welcome_secret, info, joiners)
    ).encode()


@pytest.mark.parametrize("part", ["tree", "info", "secrets"])
def test_a_welcome_changed_by_its_own_sender(part: str) -> None:
    alice, _, _ = group(0x0001)
    guest = Party.make(0x0001, "guest", "basic")
    suite = alice.suite
    pending = alice.commit(adds=[guest.key_package], rng=rng, now=NOW)
    state = pending.staged.state
    assert pending.welcome is not None
    assert state is not None
    welcome = codec.decode(MLSMessage.read, pending.welcome).body
    assert isinstance(welcome, Welcome)
    secrets = welcome.decrypt_secrets(suite, guest.key_package, guest.private.init_key)
    info = welcome.decrypt_group_info(suite, state.secrets.welcome_secret)
    tree = info.extensions[0].extension_data

    def take(data: bytes) -> None:
        told, opened = info, secrets
        if part == "secrets":
            opened = codec.decode(GroupSecrets.read, data)
        elif part == "tree":
            told = replace(info, extensions=(Extension.for_ratchet_tree(data),))
            told = rehashed(suite, told, data)
        else:
            told = codec.decode(GroupInfo.read, data)
        told = told.sign(suite, alice._state.signature_key)
        message = forged_welcome(guest, opened, state.secrets.welcome_secret, told)
        Group.join(message, guest.key_package, guest.private, now=NOW).accept()

    good = {"tree": tree, "info": info.encode(), "secrets": secrets.encode()}[part]
    attack((good, take), 250, part)


def rehashed(suite: CipherSuite, info: GroupInfo, tree: bytes) -> GroupInfo:
    """The group info with the hash of this tree, as a liar would write it."""
    hashed = root_hash(suite, codec.decode(RatchetTree.read, tree))
    return replace(info, group_context=replace(info.group_context, tree_hash=hashed))


def test_stored_state() -> None:
    alice, _, _ = group(0x0001)
    epoch, ratchets = snapshot(alice)
    staged = alice.commit(rng=rng, now=NOW).staged.encode()
    package = Party.make(0x0001, "a", "basic").private.encode()
    attack((epoch, lambda data: Group.decode(data, ratchets)), 150, "epoch")
    attack((ratchets, lambda data: Group.decode(epoch, data)), 400, "ratchets")
    attack((staged, StagedCommit.decode), 150, "staged")
    attack((package, lambda data: codec.decode(KeyPackagePrivate.read, data)), 50, "private")
