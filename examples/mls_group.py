"""Two members of a group, with the engine alone: found, add, join, talk, renew keys."""

import os
import time

from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.suites import cipher_suite

suite, rng, now = cipher_suite(0x004E), os.urandom, int(time.time())


def offer(name: bytes) -> tuple[KeyPackage, KeyPackagePrivate]:
    """A key package to publish, and its private keys to keep."""
    signature_key, _ = suite.generate_signature_key(rng)
    month = Lifetime(now - 3600, now + 30 * 86400)
    return KeyPackage.create(suite, rng, signature_key, BasicCredential(name), month)


bobs_package, bobs_keys = offer(b"bob")
alice = Group.create(suite, b"a group", *offer(b"alice"), rng=rng)

# To be stored, then sent; to be merged once it has won its epoch. Its Welcome goes to Bob then.
commit = alice.commit(adds=[bobs_package], rng=rng, now=now)
alice = alice.merge(commit.staged)
assert commit.welcome is not None
welcome = Group.join(commit.welcome, bobs_package, bobs_keys, now=now)
print("bob finds:", *(member.credential for member in welcome.members))
bob = welcome.accept()

# alice.encode_ratchets() is to be stored before this leaves, Bob's before he forgets that he read it.
sent = alice.protect(b"good morning", rng=rng)
print("bob reads:", bob.unprotect(sent.message).data)
try:
    bob.unprotect(sent.message)
except RefusedError as refusal:
    print("once more:", refusal.kind)

# No proposal, only fresh keys for Bob. Staging checks everything and changes nothing.
commit = bob.commit(rng=rng, now=now)
staged = alice.stage(commit.message, now=now)
alice, bob = alice.merge(staged), bob.merge(commit.staged)
print("epoch", alice.epoch, "agreed:", alice.epoch_authenticator == bob.epoch_authenticator)
