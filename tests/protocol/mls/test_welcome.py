from __future__ import annotations

import os
from dataclasses import replace

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.suites import SUITES, CipherSuite, cipher_suite
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.mls.welcome import GroupInfo, GroupSecrets, Welcome

SUITE = cipher_suite(1)
SECRETS = GroupSecrets(b"j" * 32, b"p" * 32, (PreSharedKeyID.external(b"id", b"n" * 32),))
WELCOME_SECRET = b"w" * 32


def joiner(suite: CipherSuite = SUITE) -> tuple[KeyPackage, KeyPackagePrivate]:
    private, _ = suite.generate_signature_key(os.urandom)
    return KeyPackage.create(suite, os.urandom, private, BasicCredential(b"joiner"), Lifetime(0, 1))


def info(suite: CipherSuite = SUITE) -> GroupInfo:
    return GroupInfo(GroupContext(suite.id, b"group", 1, b"tree", b"hash"), (), b"tag", LeafIndex(0))


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.name)
def test_each_joiner_opens_its_own_secrets(suite: CipherSuite) -> None:
    private, public = suite.generate_signature_key(os.urandom)
    one, other = joiner(suite), joiner(suite)
    mine = replace(SECRETS, joiner_secret=b"j" * suite.hash_length)
    others = GroupSecrets(b"j" * suite.hash_length)
    signed = info(suite).sign(suite, private)
    made = Welcome.encrypt(suite, WELCOME_SECRET, signed, [(one[0], mine), (other[0], others)])
    welcome = codec.decode(Welcome.read, made.encode())
    assert welcome == made
    assert welcome.decrypt_secrets(suite, one[0], one[1].init_key) == mine
    assert welcome.decrypt_secrets(suite, other[0], other[1].init_key) == others
    opened = welcome.decrypt_group_info(suite, WELCOME_SECRET)
    assert opened == signed
    opened.verify(suite, public)
    for forged in (
        replace(opened, signature=b""),
        replace(opened, confirmation_tag=b""),
        replace(opened, signer=LeafIndex(1)),
    ):
        with pytest.raises(RefusedError, match=r"^signature"):
            forged.verify(suite, public)


def test_a_welcome_for_somebody_else_is_refused() -> None:
    (key_package, _), (stranger, private) = joiner(), joiner()
    welcome = Welcome.encrypt(SUITE, WELCOME_SECRET, info(), [(key_package, SECRETS)])
    with pytest.raises(RefusedError, match=r"^welcome"):
        welcome.decrypt_secrets(SUITE, stranger, private.init_key)
    with pytest.raises(RefusedError, match=r"^decrypt"):
        welcome.decrypt_secrets(SUITE, key_package, private.init_key)


def test_a_doubled_entry_is_refused() -> None:
    key_package, private = joiner()
    welcome = Welcome.encrypt(SUITE, WELCOME_SECRET, info(), [(key_package, SECRETS), (key_package, SECRETS)])
    with pytest.raises(RefusedError, match=r"^welcome"):
        welcome.decrypt_secrets(SUITE, key_package, private.init_key)


def test_the_secrets_are_bound_to_the_group_info() -> None:
    key_package, private = joiner()
    welcome = Welcome.encrypt(SUITE, WELCOME_SECRET, info(), [(key_package, SECRETS)])
    with pytest.raises(RefusedError, match=r"^decrypt"):
        replace(welcome, encrypted_group_info=b"").decrypt_secrets(SUITE, key_package, private.init_key)
    with pytest.raises(RefusedError, match=r"^decrypt"):
        welcome.decrypt_group_info(SUITE, b"x" * 32)


def test_suites_are_not_mixed() -> None:
    key_package, private = joiner()
    welcome = Welcome.encrypt(SUITE, WELCOME_SECRET, info(cipher_suite(0x004E)), [(key_package, SECRETS)])
    with pytest.raises(RefusedError, match=r"^suite"):
        welcome.decrypt_group_info(SUITE, WELCOME_SECRET)
    with pytest.raises(RefusedError, match=r"^suite"):
        replace(welcome, cipher_suite=0x004E).decrypt_secrets(SUITE, key_package, private.init_key)


def test_secrets_are_not_shown() -> None:
    assert repr(SECRETS).count("b'") == repr(SECRETS.psks).count("b'")
