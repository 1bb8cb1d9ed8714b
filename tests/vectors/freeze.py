"""Makes our own vectors for the suites that the official ones lack, in their formats: `python -m tests.vectors.freeze`.

Makes only the files that are not there: what was written once is data. A later engine that cannot follow these groups has
changed the wire format.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hotline_protocol.mls.credential import BasicCredential
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.group_context import GroupContext
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.key_schedule import EpochSecrets
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.message import MLSMessage
from hotline_protocol.mls.staged import PendingCommit
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from tests.vectors.kinds.key_schedule import SECRETS
from tests.vectors.loading import FROZEN

NOW: Final = 1_795_000_000
PSKS: Final = {b"said in person": b"two words"}

Own = tuple[KeyPackage, KeyPackagePrivate]


class Scenario:
    """A founder, who makes every commit, others, and the passive client, who joins with the commit that adds `beside` it."""

    def __init__(
        self,
        suite: CipherSuite,
        psks: Mapping[bytes, bytes],
        others: Sequence[str] = ("second", "third"),
        beside: Sequence[str] = ("fourth",),
    ) -> None:
        self.suite = suite
        founder, self.client = self.own("founder"), self.own("passive client")
        self.first, *rest = [self.own(name) for name in others]
        self.group = Group.create(suite, os.urandom(32), *founder, rng=os.urandom)
        added = self.commit(adds=[self.first[0], *(one for one, _ in rest)])
        self.group = self.group.merge(added.staged)
        self.second = Group.join(added.welcome or b"", *self.first, now=NOW).accept()
        key_package, private = self.client
        joining = self.commit(adds=[key_package, *(self.own(name)[0] for name in beside)], psks=psks)
        self.second = self.second.merge(self.second.stage(joining.message, now=NOW, psks=psks))
        self.group = self.group.merge(joining.staged)
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
        """A key package."""
        signature_key, _ = self.suite.generate_signature_key(os.urandom)
        credential, lifetime = BasicCredential(name.encode()), Lifetime(NOW, NOW + 90 * 86400)
        return KeyPackage.create(self.suite, os.urandom, signature_key, credential, lifetime)

    def commit(self, adds: Sequence[KeyPackage] = (), **what: Any) -> PendingCommit:
        """A commit of the founder."""
        return self.group.commit(adds=adds, rng=os.urandom, now=NOW, **what)

    def follow(self, proposals: Sequence[bytes] = (), **what: Any) -> None:
        """One more epoch for the passive client. The `proposals` are of others, and all committed."""
        for proposal in proposals:
            self.group.store_proposal(proposal)
        pending = self.commit(refs=list(self.group.proposals), **what)
        self.group = self.group.merge(pending.staged)
        self.vector["epochs"].append(
            {
                "proposals": [proposal.hex() for proposal in proposals],
                "commit": pending.message.hex(),
                "epoch_authenticator": self.group.epoch_authenticator.hex(),
            }
        )


def welcomed(suite: CipherSuite) -> list[Any]:
    """Passive clients that join, without and with a PSK."""
    return [Scenario(suite, {}).vector, Scenario(suite, PSKS).vector]


def handled(suite: CipherSuite) -> list[Any]:
    """A passive client that follows updates, additions, removals and a PSK."""
    scenario = Scenario(suite, {})
    scenario.follow()
    scenario.follow(adds=[scenario.own("fifth")[0]])
    scenario.follow(removes=[member.index for member in scenario.group.members[1:3]])
    scenario.follow(psks=PSKS)
    scenario.follow(adds=[scenario.own(f"late {n}")[0] for n in range(4)], removes=[4])
    return [scenario.vector]


def followed(suite: CipherSuite) -> list[Any]:
    """A passive client in a small group: an update by reference, in the open; an addition with a PSK; a removal."""
    scenario = Scenario(suite, PSKS, others=["second"], beside=[])
    update = scenario.second.propose_update(public=True, rng=os.urandom)
    scenario.follow([update], public=True)
    scenario.follow(adds=[scenario.own("third")[0]], psks=PSKS)
    scenario.follow(removes=[1])
    return [scenario.vector]


def key_schedule(suite: CipherSuite) -> list[Any]:
    """Three epochs of the key schedule with random inputs."""
    group_id, first = os.urandom(32), os.urandom(suite.hash_length)
    epochs, init_secret = [], first
    for number in range(3):
        tree_hash, commit_secret, psk, confirmed = (os.urandom(suite.hash_length) for _ in range(4))
        context = GroupContext(suite.id, group_id, number, tree_hash, confirmed).encode()
        secrets = EpochSecrets.next(suite, init_secret, commit_secret, psk, context)
        init_secret = secrets.init_secret
        epochs.append(
            {
                "tree_hash": tree_hash.hex(),
                "commit_secret": commit_secret.hex(),
                "psk_secret": psk.hex(),
                "confirmed_transcript_hash": confirmed.hex(),
                "group_context": context.hex(),
                **{name: getattr(secrets, name).hex() for name in SECRETS},
                "external_pub": secrets.external_key_pair()[1].hex(),
                "exporter": {
                    "label": "frozen",
                    "context": b"context".hex(),
                    "length": 64,
                    "secret": secrets.export("frozen", b"context", 64).hex(),
                },
            }
        )
    case = {
        "cipher_suite": suite.id,
        "group_id": group_id.hex(),
        "initial_init_secret": first.hex(),
        "epochs": epochs,
    }
    return [case]


Makers = Mapping[str, Callable[[CipherSuite], list[Any]]]
FILES: Final[dict[int, Makers]] = {
    0x004E: {
        "passive-client-welcome": welcomed,
        "passive-client-handling-commit": handled,
        "key-schedule": key_schedule,
    },
    0x004F: {"passive-client": followed, "key-schedule": key_schedule},
    0x0052: {"passive-client": followed, "key-schedule": key_schedule},
}
"""What is made for each suite; the default suite gets the larger groups."""


def main() -> None:
    """Write the files that are not there."""
    FROZEN.mkdir(exist_ok=True)
    for number, makers in FILES.items():
        for name, make in makers.items():
            path = FROZEN / f"{name}-{number:04x}.json"
            if not path.exists():
                path.write_text(json.dumps(make(cipher_suite(number)), indent=1) + "\n")


if __name__ == "__main__":
    main()
