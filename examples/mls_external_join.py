"""Coming in from outside: a group info that a member published, one commit, no invitation."""

import os
import time

from hotline_protocol.mls import external
from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.suites import cipher_suite

suite, rng, now = cipher_suite(0x004E), os.urandom, int(time.time())

signature_key, _ = suite.generate_signature_key(rng)
month = Lifetime(now - 3600, now + 30 * 86400)
package, keys = KeyPackage.create(suite, rng, signature_key, BasicCredential(b"alice"), month)
alice = Group.create(suite, b"a group", package, keys, rng=rng)
published = alice.group_info()

carols_key, _ = suite.generate_signature_key(rng)
joined = external.join(published, external.Newcomer(carols_key, BasicCredential(b"carol")), rng=rng)

# The members decide whether they want her, all alike: who does not merge has not let her in.
staged = alice.stage(joined.message, now=now)
print("from outside:", *(member.credential for member in staged.added))
alice = alice.merge(staged)

# Her group counts once the delivery service has taken her commit.
carol = joined.group
print("alice reads:", alice.unprotect(carol.protect(b"here I am", rng=rng).message).data)
