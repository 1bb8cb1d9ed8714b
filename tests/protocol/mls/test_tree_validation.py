from __future__ import annotations

import pytest

from hotline_protocol.mls.credential import X509Credential
from hotline_protocol.mls.errors import RefusedError, UsageError
from hotline_protocol.mls.extension import Extension, ExternalSender
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.proposal import GroupContextExtensions, ReInit
from hotline_protocol.mls.suites import cipher_suite
from tests.negative import builder as forge
from tests.protocol.mls.parties import NOW, Party, certify, rng, snapshot, trio

SUITE = cipher_suite(1)
PRIVATE, PUBLIC = SUITE.generate_signature_key(rng)
OTHER, _ = SUITE.generate_signature_key(rng)
RIGHT = Extension.for_external_senders([ExternalSender(PUBLIC, certify("service", PRIVATE))])
FOREIGN = Extension.for_external_senders([ExternalSender(PUBLIC, certify("service", OTHER))])
EMPTY = Extension.for_external_senders([ExternalSender(PUBLIC, X509Credential(()))])
parametrize_wrong = pytest.mark.parametrize("wrong", [FOREIGN, EMPTY])


def test_an_external_senders_certificate_is_for_its_key() -> None:
    alice, bob, _ = trio(1, "x509")
    pending = alice.commit(extensions=[RIGHT], rng=rng, now=NOW)
    assert bob.merge(bob.stage(pending.message, now=NOW)).group_context.extensions == (RIGHT,)


@parametrize_wrong
def test_a_commit_that_names_an_external_sender_by_a_wrong_certificate(wrong: Extension) -> None:
    alice, bob, _ = trio(1, "x509")
    with pytest.raises(RefusedError) as own:
        alice.commit(extensions=[wrong], rng=rng, now=NOW)
    forged = forge.commit(alice, [GroupContextExtensions((wrong,))])
    before = snapshot(bob)
    with pytest.raises(RefusedError) as caught:
        bob.stage(forged.message, now=NOW)
    assert own.value.kind == caught.value.kind == "credential"
    assert snapshot(bob) == before


@parametrize_wrong
def test_a_group_that_names_an_external_sender_by_a_wrong_certificate(
    wrong: Extension, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = Party.make(1, "alice", "x509"), Party.make(1, "bob", "x509")

    def found() -> bytes:
        group = Group.create(SUITE, b"group", alice.key_package, alice.private, extensions=(wrong,), rng=rng)
        pending = group.commit(adds=[bob.key_package], rng=rng, now=NOW)
        assert pending.welcome is not None
        return pending.welcome

    with pytest.raises(RefusedError) as own:
        found()
    with monkeypatch.context() as careless:
        careless.setattr("hotline_protocol.mls.founding.check_group_extensions", lambda *_: None)
        welcome = found()
    with pytest.raises(RefusedError) as caught:
        Group.join(welcome, bob.key_package, bob.private, now=NOW)
    assert own.value.kind == caught.value.kind == "credential"


def test_no_list_of_extensions_is_sent_that_the_others_could_not_read() -> None:
    alice, *_ = trio(1, "x509")
    twice = (RIGHT, RIGHT)
    before = snapshot(alice)
    party = Party.make(1, "dave", "x509")
    with pytest.raises(UsageError, match="same type twice"):
        alice.commit(extensions=twice, rng=rng, now=NOW)
    with pytest.raises(UsageError, match="same type twice"):
        alice.propose(GroupContextExtensions(twice), rng=rng, now=NOW)
    with pytest.raises(UsageError, match="same type twice"):
        alice.commit(reinit=ReInit(b"next", 1, 1, twice), rng=rng, now=NOW)
    with pytest.raises(UsageError, match="same type twice"):
        Group.create(SUITE, b"group", party.key_package, party.private, extensions=twice, rng=rng)
    assert snapshot(alice) == before
