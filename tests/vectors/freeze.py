"""Makes our own vectors for the suite that the official ones lack, in their format: `python -m tests.vectors.freeze`.

Run it once; what it wrote is then data. A later engine that cannot follow these groups has changed the wire format.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from tests.vectors.loading import FROZEN

SUITE = 0x004E
NOW = 1_795_000_000
PSKS = {b"said in person": b"two words"}

Own = tuple[KeyPackage, KeyPackagePrivate]


class Scenario:
    """A founder, who makes every commit, two more members, and the passive client."""

    def __init__(self, suite: CipherSuite, psks: dict[bytes, bytes]) -> None:
        self.suite = suite
        self.psks = psks
        founder, self.client = self.own("founder"), self.own("passive client")
        others = [self.own("second")[0], self.own("third")[0]]
        self.group = Group.create(suite, os.urandom(32), *founder, rng=os.urandom)
        self.group = self.group.merge(self.commit(adds=others).staged)
        joining = self.commit(adds=[self.client[0], self.own("fourth")[0]], psks=psks)
        self.group = self.group.merge(joining.staged)
        key_package, private = self.client
        self.vector: dict[str, Any] = {
            "cipher_suite": suite.id,
            "external_psks": [{"psk_id": name.hex(), "psk": psk.hex()} for name, psk in PSKS.items()],
            "key_package": MLSMessage(key_package).encode().hex(),
            "signature_priv": private.signature_key.hex(),
            "encryption_priv": private.encryption_key.hex(),
            "init_priv": private.init_key.hex(),
            "welcome": (joining.welcome or b"").hex(),
            "ratchet_tree": None,
            "initial_epoch_authenticator": self.group.epoch_authenticator.hex(),
            "epochs": [],
        }

    def own(self, name: str) -> Own:
        signature_key, _ = self.suite.generate_signature_key(os.urandom)
        credential, lifetime = BasicCredential(name.encode()), Lifetime(NOW, NOW + 90 * 86400)
        return KeyPackage.create(self.suite, os.urandom, signature_key, credential, lifetime)

    def commit(self, adds: Sequence[KeyPackage] = (), **what: Any) -> PendingCommit:
        return self.group.commit(adds=adds, rng=os.urandom, now=NOW, **what)

    def follow(self, **what: Any) -> None:
        """One more epoch for the passive client."""
        pending = self.commit(**what)
        self.group = self.group.merge(pending.staged)
        authenticator = self.group.epoch_authenticator.hex()
        self.vector["epochs"].append(
            {"proposals": [], "commit": pending.message.hex(), "epoch_authenticator": authenticator}
        )


def handled(suite: CipherSuite) -> dict[str, Any]:
    """A passive client that follows updates, additions, removals and a PSK."""
    scenario = Scenario(suite, {})
    scenario.follow()
    scenario.follow(adds=[scenario.own("fifth")[0]])
    scenario.follow(removes=[member.index for member in scenario.group.members[1:3]])
    scenario.follow(psks=PSKS)
    scenario.follow(adds=[scenario.own(f"late {n}")[0] for n in range(4)], removes=[4])
    return scenario.vector


def key_schedule(suite: CipherSuite) -> dict[str, Any]:
    """Five epochs of the key schedule with random inputs."""
    group_id, first = os.urandom(32), os.urandom(suite.hash_length)
    epochs, init_secret = [], first
    for number in range(5):
        tree_hash, commit_secret, psk, confirmed = (os.urandom(suite.hash_length) for _ in range(4))
        context = GroupContext(suite.id, group_id, number, tree_hash, confirmed).encode()
        secrets = EpochSecrets.next(suite, init_secret, commit_secret, psk, context)
        init_secret = secrets.init_secret
        names = (
            "joiner_secret welcome_secret init_secret sender_data_secret encryption_secret exporter_secret "
            "epoch_authenticator external_secret confirmation_key membership_key resumption_psk"
        )
        epochs.append(
            {
                "tree_hash": tree_hash.hex(),
                "commit_secret": commit_secret.hex(),
                "psk_secret": psk.hex(),
                "confirmed_transcript_hash": confirmed.hex(),
                "group_context": context.hex(),
                **{name: getattr(secrets, name).hex() for name in names.split()},
                "external_pub": secrets.external_key_pair()[1].hex(),
                "exporter": {
                    "label": "frozen",
                    "context": b"context".hex(),
                    "length": 64,
                    "secret": secrets.export("frozen", b"context", 64).hex(),
                },
            }
        )
    return {
        "cipher_suite": suite.id,
        "group_id": group_id.hex(),
        "initial_init_secret": first.hex(),
        "epochs": epochs,
    }


def main() -> None:
    """Write all files."""
    suite = cipher_suite(SUITE)
    files = {
        "passive-client-welcome": [Scenario(suite, psks).vector for psks in ({}, PSKS)],
        "passive-client-handling-commit": [handled(suite)],
        "key-schedule": [key_schedule(suite)],
    }
    FROZEN.mkdir(exist_ok=True)
    for name, content in files.items():
        (FROZEN / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
