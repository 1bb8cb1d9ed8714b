"""Pre-shared keys in commits: keys one lacks, keys of other epochs and groups, and their order (RFC 9420 §8.4, §8.6, §12.1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import MalformedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import PreSharedKey, Proposal, ProposalType
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage
from hotline_protocol.mls.state import KEPT_EPOCHS
from tests.negative import builder as forge
from tests.negative.commits.scenes import client, follow, hear, refuses_commit
from tests.negative.groves import three
from tests.negative.proving import raises
from tests.protocol.mls.parties import NOW, rng, snapshot

ONE, TWO = (PreSharedKeyID.external(name, bytes([number] * 32)) for number, name in enumerate((b"1", b"2")))
GIVEN = {b"1": b"first secret", b"2": b"second secret"}
USES = [(ONE, GIVEN[b"1"]), (TWO, GIVEN[b"2"])]


def resumption(
    group_id: bytes, epoch: int, usage: ResumptionPSKUsage = ResumptionPSKUsage.APPLICATION
) -> PreSharedKeyID:
    return PreSharedKeyID(bytes(32), resumption=ResumptionPSK(usage, group_id, epoch))


@pytest.mark.parametrize("with_path", [False, True])
@pytest.mark.parametrize("given", [{}, {b"2": GIVEN[b"2"]}, {b"": GIVEN[b"1"]}])
def test_a_key_that_is_not_known(with_path: bool, given: dict[bytes, bytes]) -> None:  # noqa: FBT001  # a parameter
    """§12.4.2: all pre-shared keys must be available; who has it follows."""
    alice, bob, carol = three()
    forged = forge.commit(alice, [PreSharedKey(ONE)], psks=USES[:1], with_path=with_path)
    refuses_commit(bob, forged, "psk", peer=alice, privately=True, psks=given)
    follow(carol, forged, GIVEN)
    follow(bob, forged, GIVEN)


@pytest.mark.parametrize("wrong", [b"", b"another secret", GIVEN[b"2"]])
def test_another_secret_under_the_name(wrong: bytes) -> None:
    """§8.4: two members who mean different keys by one name do not come to one epoch."""
    alice, bob, _ = three()
    forged = forge.commit(alice, [PreSharedKey(ONE)], psks=USES[:1])
    refuses_commit(bob, forged, "confirmation-tag", peer=alice, privately=True, psks={b"1": wrong})
    follow(bob, forged, GIVEN)


MIXED = {
    "in another order": [USES[1], USES[0]],
    "without the last": USES[:1],
    "without any": [],
    "with one twice": [USES[0], USES[0]],
    "with another name": [(ONE, GIVEN[b"1"]), (ONE, GIVEN[b"2"])],
    "with another nonce": [USES[0], (PreSharedKeyID.external(b"2", bytes(32)), GIVEN[b"2"])],
}


@pytest.mark.parametrize("case", MIXED)
@pytest.mark.parametrize("with_path", [False, True])
def test_keys_that_entered_otherwise_than_they_are_listed(case: str, with_path: bool) -> None:  # noqa: FBT001  # a parameter
    """§8.4, §12.4.2: the order of the keys is that of the proposals, and each enters with its ID."""
    alice, bob, _ = three()
    listed = [PreSharedKey(ONE), PreSharedKey(TWO)]
    honest = forge.commit(alice, listed, psks=USES, with_path=with_path)
    forged = forge.commit(alice, listed, psks=MIXED[case], with_path=with_path)
    refuses_commit(bob, forged, "confirmation-tag", peer=alice, honest=honest, privately=True, psks=GIVEN)


def test_a_key_by_reference_enters_at_its_place_in_the_list() -> None:
    """§8.4: by reference or by value, the order is that of the list."""
    alice, bob, carol = three()
    item = hear(forge.proposal(carol, PreSharedKey(TWO)), bob)
    honest = forge.commit(alice, [item, PreSharedKey(ONE)], psks=[USES[1], USES[0]])
    forged = forge.commit(alice, [item, PreSharedKey(ONE)], psks=USES)
    refuses_commit(bob, forged, "confirmation-tag", peer=alice, honest=honest, privately=True, psks=GIVEN)


def later(epochs: int) -> tuple[Group, Group, dict[int, bytes]]:
    """Alice and Bob some epochs on, and the resumption secret of each epoch."""
    alice, bob, _ = three()
    secrets = {alice.epoch: alice.state.secrets.resumption_psk}
    for _ in range(epochs):
        pending = alice.commit(rng=rng, now=NOW)
        alice, bob = alice.merge(pending.staged), bob.merge(bob.stage(pending.message, now=NOW))
        secrets[alice.epoch] = alice.state.secrets.resumption_psk
    return alice, bob, secrets


def test_the_key_of_a_forgotten_epoch() -> None:
    """§8.6: resumption keys are kept for the last epochs only, the present one among them."""
    alice, bob, secrets = later(KEPT_EPOCHS + 1)
    first = min(secrets)

    def using(epoch: int) -> forge.Forged:
        named = resumption(alice.group_id, epoch)
        return forge.commit(alice, [PreSharedKey(named)], psks=[(named, secrets[epoch])])

    refuses_commit(bob, using(first), "psk", peer=alice, honest=using(first + 1), privately=True)
    follow(bob, using(bob.epoch))


def test_the_key_of_an_epoch_to_come() -> None:
    """§8.6: the epoch that the commit starts has no key yet."""
    alice, bob, _ = three()
    named = resumption(alice.group_id, alice.epoch + 1)
    forged = forge.commit(alice, [PreSharedKey(named)], psks=[(named, bytes(32))])
    refuses_commit(bob, forged, "psk", peer=alice, privately=True)


def test_the_key_of_another_epoch_than_is_named() -> None:
    """§8.6: named is one kept epoch, entered is the key of another."""
    alice, bob, secrets = later(1)
    named = resumption(alice.group_id, alice.epoch)
    forged = forge.commit(alice, [PreSharedKey(named)], psks=[(named, secrets[alice.epoch - 1])])
    honest = forge.commit(alice, [PreSharedKey(named)], psks=[(named, secrets[alice.epoch])])
    refuses_commit(bob, forged, "confirmation-tag", peer=alice, honest=honest, privately=True)


def test_the_key_of_a_group_that_is_not_known() -> None:
    """§8.6: a resumption key of another group, for those who are in it and say so."""
    alice, bob, _ = three()
    there, _, _ = three(0x004E)
    other = Group.decode(*_renamed(there, b"other"))
    named = resumption(b"other", other.epoch)
    forged = forge.commit(alice, [PreSharedKey(named)], psks=[(named, other.state.secrets.resumption_psk)])
    refuses_commit(bob, forged, "psk", peer=alice, privately=True)
    refuses_commit(bob, forged, "psk", peer=alice, privately=True, known=[there])
    assert bob.merge(bob.stage(forged.message, known=[other], now=NOW)).epoch == alice.epoch + 1


def _renamed(group: Group, group_id: bytes) -> tuple[bytes, bytes]:
    """The group as stored, under another name: only its resumption keys are used."""
    context = group.group_context.encode()
    renamed = context.replace(b"\x05group", b"\x05" + group_id)
    return group.encode_epoch().replace(context, renamed), group.encode_ratchets()


@pytest.mark.parametrize("usage", [ResumptionPSKUsage.REINIT, ResumptionPSKUsage.BRANCH])
@pytest.mark.parametrize("past", [0, 1])
def test_a_key_that_links_groups_in_a_running_one(usage: ResumptionPSKUsage, past: int) -> None:
    """§11.2, §11.3, §12.1.4: such a key is for the first commit of another group, though everybody has it."""
    alice, bob, secrets = later(1)
    epoch = alice.epoch - past
    named, plain = resumption(alice.group_id, epoch, usage), resumption(alice.group_id, epoch)
    forged = forge.commit(alice, [PreSharedKey(named)], psks=[(named, secrets[epoch])])
    honest = forge.commit(alice, [PreSharedKey(plain)], psks=[(plain, secrets[epoch])])
    refuses_commit(bob, forged, "psk", peer=alice, honest=honest)


def test_a_group_that_would_follow_two_others() -> None:
    """§12.4.3.1: whoever is welcomed refuses two such keys, so nobody commits them."""
    one, other = client("alice").found(b"one"), client("alice").found(b"other")
    links = [
        ResumptionPSK(ResumptionPSKUsage.BRANCH, b"one", 0),
        ResumptionPSK(ResumptionPSKUsage.REINIT, b"other", 0),
    ]
    founder = client("alice").found(b"new")
    bob = client("bob")
    before = snapshot(founder)
    raises(
        lambda: founder.commit(
            adds=[bob.key_package], resumption=links, known=[one, other], rng=rng, now=NOW
        ),
        "psk",
    )
    assert snapshot(founder) == before
    pending = founder.commit(
        adds=[bob.key_package], resumption=links[:1], known=[one, other], rng=rng, now=NOW
    )
    assert founder.merge(pending.staged).epoch == 1


@dataclass(frozen=True)
class Raw(Proposal):
    """A PreSharedKey proposal of these bytes."""

    proposal_type: ClassVar[ProposalType] = ProposalType.PSK
    body: bytes

    def encode_body(self) -> bytes:
        return self.body


NAMED = codec.opaque(b"group") + codec.u64(2) + codec.opaque(bytes(32))
MALFORMED = {
    "no type": b"",
    "type 0": b"\x00" + ONE.encode()[1:],
    "type 3": b"\x03" + ONE.encode()[1:],
    "usage 0": b"\x02\x00" + NAMED,
    "usage 4": b"\x02\x04" + NAMED,
    "no nonce": b"\x01" + codec.opaque(b"1"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_key_of_a_type_or_usage_that_there_is_not(case: str) -> None:
    """§8.4: types 1 and 2, usages 1 to 3; in a commit, and on its own."""
    alice, bob, carol = three()
    refuses_commit(bob, forge.commit(alice, [Raw(MALFORMED[case])]), MalformedError, peer=alice)
    proposed = forge.proposal(carol, Raw(MALFORMED[case]), public=True).message
    raises(lambda: bob.store_proposal(proposed), MalformedError)
