"""Encodings that are refused before anything is understood (RFC 9420 §2.1): one object, one encoding."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.codec import Reader
from hotline_protocol.mls.content import AuthenticatedContent, Sender, read_content_type
from hotline_protocol.mls.credential import read_credential
from hotline_protocol.mls.errors import MalformedError, MLSError, UnsupportedError
from hotline_protocol.mls.extension import (
    Extension,
    RequiredCapabilities,
    read_extensions,
)
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.leaf_node import LeafNode
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.proposal import (
    GroupContextExtensions,
    Proposal,
    ProposalOrRef,
    Remove,
    read_proposal,
)
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import cipher_suite
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo
from tests.negative import builder as forge
from tests.negative.builder import Layers
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.proving import raises, refuses, refuses_to_join
from tests.negative.samples import NAMES, Read, Sample, samples
from tests.negative.welcomes import WelcomeLayers, welcome
from tests.protocol.mls.parties import NOW, rng


def respelt(
    sample: Sample, spell: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[bytes]:
    """The object's encodings with one of its length prefixes written another way; all outer lengths fit again."""
    honest = codec.varint
    count, target = 0, -1

    def varint(value: int) -> bytes:
        nonlocal count
        count += 1
        return spell(value) if count - 1 == target else honest(value)

    with monkeypatch.context() as patched:
        patched.setattr(codec, "varint", varint)
        assert sample.encode() == sample.data
        total = count
        assert total >= sample.prefixes, "the object's prefixes are not written where this test looks"
        for target in range(total):  # noqa: B007  # read by `varint`
            count = 0
            yield sample.encode()


def longer_by(extra: int) -> Callable[[int], bytes]:
    return lambda value: codec.u32(min(value + extra, codec.MAX_VECTOR) | 0x80000000)


def in_two(value: int) -> bytes:
    """Two bytes where one is enough; a longer length in four."""
    return codec.u16(value | 0x4000) if value < 0x40 else codec.u32(value | 0x80000000)


SPELLINGS: dict[str, Callable[[int], bytes]] = {
    "two bytes for one": in_two,
    "four bytes for fewer": lambda value: codec.u32(value | 0x80000000),
    "the reserved prefix": lambda value: b"\xc0" + codec.varint(value)[1:],
    "the reserved prefix in eight bytes": lambda value: codec.u64(value | 0xC0 << 56),
    "longer than the input": longer_by(1 << 24),
    "the longest there is": longer_by(1 << 30),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_length_prefix_has_one_spelling(name: str, spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """§2.1.2: the fewest bytes, no reserved prefix, and no more than there is; at every level of every object."""
    sample = samples()[name]
    for changed in list(respelt(sample, SPELLINGS[spelling], monkeypatch)):
        if changed != sample.data:
            raises(lambda data=changed: codec.decode(sample.read, data), MalformedError)  # type: ignore[misc]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_follows_an_object(name: str) -> None:
    """§2.1: trailing bytes, be they zero or not."""
    sample = samples()[name]
    for tail in (b"\x00", b"\xff", sample.data):
        raises(lambda tail=tail: codec.decode(sample.read, sample.data + tail), MalformedError)  # type: ignore[misc]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_missing_from_an_object(name: str) -> None:
    """§2.1: cut at any byte."""
    sample = samples()[name]
    size = len(sample.data)
    for cut in {*range(0, size, 5), *range(max(size - 80, 0), size), *range(min(80, size))}:
        raises(lambda cut=cut: codec.decode(sample.read, sample.data[:cut]), MalformedError)  # type: ignore[misc]


@pytest.mark.parametrize("flag", [2, 3, 0x80, 0xFF])
@pytest.mark.parametrize("name", ["public commit", "ratchet tree", "group secrets"])
def test_an_optional_is_there_or_not(name: str, flag: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """§2.1.1: the presence byte is 0 or 1; every optional of the object in turn."""
    sample = samples()[name]
    honest, count, target, changed = codec.optional, 0, -1, []

    def optional(encoded: bytes | None) -> bytes:
        nonlocal count
        count += 1
        written = honest(encoded)
        return codec.u8(flag) + written[1:] if count - 1 == target else written

    with monkeypatch.context() as patched:
        patched.setattr(codec, "optional", optional)
        sample.encode()
        total = count
        for target in range(total):  # noqa: B007  # read by `optional`
            count = 0
            changed.append(sample.encode())
    assert total > 0
    for data in changed:
        raises(lambda data=data: codec.decode(sample.read, data), MalformedError)  # type: ignore[misc]


def leaf_with_source(value: int) -> bytes:
    leaf = codec.decode(LeafNode.read, samples()["leaf"].data)
    head = (
        codec.opaque(leaf.encryption_key)
        + codec.opaque(leaf.signature_key)
        + leaf.credential.encode()
        + leaf.capabilities.encode()
    )
    data = samples()["leaf"].data
    assert data.startswith(head + b"\x01")
    return head + codec.u8(value) + data[len(head) + 1 :]


def node_of_type(value: int) -> bytes:
    return codec.opaque(b"\x01" + codec.u8(value) + samples()["leaf"].data)


BYTE_ENUMS: dict[str, tuple[Read, Callable[[int], bytes], tuple[int, ...], str]] = {
    "a leaf's source": (LeafNode.read, leaf_with_source, (0, 4, 255), "§7.2"),
    "a sender's type": (Sender.read, lambda value: codec.u8(value) + codec.u32(0), (0, 5, 255), "§6"),
    "a content's type": (read_content_type, codec.u8, (0, 4, 255), "§6"),
    "a proposal or its reference": (
        ProposalOrRef.read,
        lambda value: codec.u8(value) + codec.opaque(bytes(32)),
        (0, 3, 255),
        "§12.4",
    ),
    "a pre-shared key's type": (
        PreSharedKeyID.read,
        lambda value: codec.u8(value) + codec.opaque(b"key") + codec.opaque(bytes(32)),
        (0, 3, 255),
        "§8.4",
    ),
    "a resumption key's usage": (
        PreSharedKeyID.read,
        lambda value: b"\x02" + codec.u8(value) + codec.opaque(b"g") + codec.u64(1) + codec.opaque(bytes(32)),
        (0, 4, 255),
        "§8.4",
    ),
    "a node's type, alone": (
        RatchetTree.read,
        lambda value: codec.opaque(b"\x01" + codec.u8(value)),
        (0, 3),
        "§7.8",
    ),
    "a proposal or its reference, alone": (ProposalOrRef.read, codec.u8, (0, 3, 255), "§12.4"),
    "a pre-shared key's type, alone": (PreSharedKeyID.read, codec.u8, (0, 3, 255), "§8.4"),
    "a node's type": (RatchetTree.read, node_of_type, (0, 3, 255), "§7.8"),
}


@pytest.mark.parametrize("name", BYTE_ENUMS)
def test_an_unknown_choice_is_malformed(name: str) -> None:
    """§6, §7.2, §7.8, §8.4, §12.4: a struct's shape depends on the value, and there is no shape for this one."""
    read, make, values, _ = BYTE_ENUMS[name]
    for value in values:
        raises(lambda value=value: codec.decode(read, make(value)), MalformedError)  # type: ignore[misc]


GREASE = (0x0A0A, 0xEAEA)
WIDE_ENUMS: dict[str, tuple[Read, Callable[[int], bytes], tuple[int, ...]]] = {
    "version": (
        MLSMessage.read,
        lambda value: codec.u16(value) + samples()["key package"].data[2:],
        (0, 2, 0xFFFF),
    ),
    "wire format": (
        MLSMessage.read,
        lambda value: codec.u16(1) + codec.u16(value) + samples()["key package"].data[4:],
        (0, 6, *GREASE),
    ),
    "proposal type": (read_proposal, lambda value: codec.u16(value) + codec.u32(1), (0, 8, *GREASE)),
    "credential type": (
        read_credential,
        lambda value: codec.u16(value) + codec.opaque(b"x"),
        (0, 3, *GREASE),
    ),
    "version of a group context": (
        GroupInfo.read,
        lambda value: codec.u16(value) + samples()["group info alone"].data[2:],
        (0, 2, 0xFFFF),
    ),
    "wire format of a content": (
        AuthenticatedContent.read,
        lambda value: codec.u16(value) + samples()["authenticated content"].data[2:],
        (0, 3, 6),
    ),
}


@pytest.mark.parametrize("name", WIDE_ENUMS)
def test_a_value_from_a_later_registry_is_unsupported(name: str) -> None:
    """§6, §12.1, §5.3, §13.5: well-formed for somebody, but nothing we can read past; GREASE is no exception."""
    read, make, values = WIDE_ENUMS[name]
    for value in values:
        raises(lambda value=value: codec.decode(read, make(value)), UnsupportedError)  # type: ignore[misc]


def test_an_unknown_suite_is_unsupported() -> None:
    """§5.1, §13.1: suites are looked up in one table, GREASE among what is not in it."""
    for suite_id in (0, 8, 0xF000, *GREASE):
        raises(lambda suite_id=suite_id: cipher_suite(suite_id), UnsupportedError)  # type: ignore[misc]


def test_the_reserved_prefix_of_a_length_that_needs_it() -> None:
    """§2.1.2: eight bytes of length are no spelling of anything, even where four would not be too many."""
    data = bytes(0x4000)
    raises(lambda: codec.decode(Reader.opaque, codec.u64(len(data) | 0xC0 << 56) + data), MalformedError)
    assert codec.decode(Reader.opaque, codec.opaque(data)) == data


def test_a_vector_ends_with_its_last_item() -> None:
    """§2.1.2: an item that reaches beyond its vector, although the input goes on."""
    odd = codec.opaque(b"\x00\x01\x00") + codec.opaque(b"") * 4
    raises(lambda: codec.decode(Capabilities.read, odd), MalformedError)
    reaching = codec.opaque(codec.u16(0xF000) + b"\x08" + bytes(4)) + bytes(8)
    raises(lambda: codec.decode(read_extensions, reaching), MalformedError)


def test_an_extension_stands_once_in_a_list() -> None:
    """§13.4: no list has two extensions of one type."""
    twice = codec.vector([Extension(0xF000, b"a").encode(), Extension(0xF000, b"b").encode()])
    raises(lambda: codec.decode(read_extensions, twice), MalformedError)


DEPTHS = (b"\x3f", b"\x7f\xff", b"\xbf\xff\xff\xff", b"\x01", b"\x00", b"\x01\x01", b"\x02\x01")


@pytest.mark.parametrize("name", NAMES)
def test_depth_is_that_of_the_format(name: str) -> None:
    """§2.1: lengths within lengths within lengths end in a refusal, not in an exhausted stack."""
    sample = samples()[name]
    for prefix in DEPTHS:
        for head in (sample.data[:4], b""):
            data = head + prefix * 20_000
            with pytest.raises(MLSError):
                codec.decode(sample.read, data)


@pytest.mark.parametrize("name", NAMES)
def test_claimed_lengths_cost_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """§2.1.2: a prefix may claim a gigabyte; memory follows what is there."""
    sample = samples()[name]
    claims = list(respelt(sample, SPELLINGS["the longest there is"], monkeypatch))
    tracemalloc.start()
    try:
        for changed in claims:
            with pytest.raises(MalformedError):
                codec.decode(sample.read, changed)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_many_small_items_cost_what_they_weigh() -> None:
    """§12.4: a commit of a hundred thousand references is read, and refused by its first unknown one."""
    alice, bob, _ = three()
    items = tuple(ProposalOrRef(reference=b"") for _ in range(100_000))
    forged = forge.commit(alice, body=lambda commit: replace(commit, proposals=items))
    refuses(bob, lambda: bob.stage(forged.message, now=NOW), kind="proposal", peer=alice)


def broken_members(forged: bytes) -> Iterator[bytes]:
    yield forged + b"\x00"
    yield forged[:-1]
    yield forged[:4] + b"\xc5" + forged[5:]
    yield forged[:4] + codec.u16(forged[4] | 0x4000) + forged[5:]
    yield forged[:4] + b"\xbf\xff\xff\xff" + forged[5:]


Entry = Callable[[Group, bytes], object]
ENTRIES: dict[str, tuple[Callable[[Group], bytes], Entry]] = {
    "application data": (
        lambda alice: alice.protect(b"words", rng=rng).message,
        lambda bob, message: bob.unprotect(message),
    ),
    "private commit": (
        lambda alice: alice.commit(rng=rng, now=NOW).message,
        lambda bob, message: bob.stage(message, now=NOW),
    ),
    "public commit": (
        lambda alice: alice.commit(public=True, rng=rng, now=NOW).message,
        lambda bob, message: bob.stage(message, now=NOW),
    ),
    "public proposal": (
        lambda alice: alice.propose(Remove(LeafIndex(2)), public=True, rng=rng, now=NOW),
        lambda bob, message: bob.store_proposal(message),
    ),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_group_refuses_malformed_messages(entry: str) -> None:
    """§2.1, §6: trailing, missing, non-minimal, reserved and beyond the input, at the door of a group."""
    make, take = ENTRIES[entry]
    for number in range(5):
        alice, bob, _ = three()
        honest = make(alice)
        forged = list(broken_members(honest))[number]
        refuses(
            bob,
            lambda bob=bob, forged=forged: take(bob, forged),  # type: ignore[misc]
            kind=MalformedError,
            peer=alice,
            then=lambda bob=bob, honest=honest: take(bob, honest),  # type: ignore[misc]
        )


INNER: dict[str, tuple[WelcomeLayers, str]] = {
    "group info": (WelcomeLayers(info_bytes=lambda data: data + b"\x00"), "§12.4.3"),
    "group info cut": (WelcomeLayers(info_bytes=lambda data: data[:-1]), "§12.4.3"),
    "group secrets": (WelcomeLayers(secrets_bytes=lambda data: data + b"\x00"), "§12.4.3.1"),
    "group secrets cut": (WelcomeLayers(secrets_bytes=lambda data: data[:-1]), "§12.4.3.1"),
    "ratchet tree": (WelcomeLayers(tree_data=lambda data: data + b"\x00"), "§12.4.3.3"),
    "ratchet tree cut": (WelcomeLayers(tree_data=lambda data: data[:-1]), "§12.4.3.3"),
}


@pytest.mark.parametrize("case", INNER)
def test_what_is_inside_a_welcome_is_exact_too(case: str) -> None:
    """§12.4.3: what is encrypted or carried in an extension ends where it ends."""
    alice, _, _ = three()
    dave = newcomer(1)
    layers, _ = INNER[case]
    forged = welcome(alice, dave.key_package, layers)
    pending = alice.commit(adds=[dave.key_package], rng=rng, now=NOW)
    assert pending.welcome is not None
    host = alice.merge(pending.staged)
    refuses_to_join(dave, forged.message, kind=MalformedError, honest=pending.welcome, host=host)


EXTENSIONS = {
    "required capabilities": Extension(3, RequiredCapabilities().encode() + b"\x00"),
    "required capabilities cut": Extension(3, RequiredCapabilities((1,)).encode()[:-1]),
}


@pytest.mark.parametrize("case", EXTENSIONS)
def test_what_is_inside_a_group_extension_is_exact_too(case: str) -> None:
    """§11.1, §12.1.7: the data of an extension that we understand."""
    alice, bob, _ = three()
    proposal: Proposal = GroupContextExtensions((EXTENSIONS[case],))
    forged = forge.commit(alice, [proposal])
    good = forge.commit(alice, [GroupContextExtensions((Extension(3, RequiredCapabilities().encode()),))])
    refuses(
        bob,
        lambda: bob.stage(forged.message, now=NOW),
        kind=MalformedError,
        peer=alice,
        then=lambda: bob.stage(good.message, now=NOW),
    )


def test_sender_data_is_exact_too() -> None:
    """§6.3.2: nothing follows the reuse guard."""
    alice, bob, _ = three()
    for change in (lambda data: data + b"\x00", lambda data: data[:-1], lambda _: b""):
        forged = forge.application(alice, b"words", Layers(sender_data_bytes=change))
        refuses(bob, lambda forged=forged: bob.unprotect(forged), kind=MalformedError, peer=alice)  # type: ignore[misc]
