"""What the tests about joining share: a newcomer, the honest commit that adds it, and a refusal before it is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.psk import PreSharedKeyID
from hotline_protocol.mls.state import Psks
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.welcome import Welcome
from tests.negative.builder import Forged, Hook, same
from tests.negative.groves import three
from tests.negative.leaves import newcomer
from tests.negative.proving import Kind, raises, still_works
from tests.negative.welcomes import ForgedWelcome, WelcomeLayers, welcome
from tests.protocol.mls.parties import NOW, Party, rng

NO_PSKS: Psks = {}


@dataclass
class Entrance:
    """Alice, who adds Dave, and Dave's key package."""

    alice: Group
    dave: Party

    @classmethod
    def of(cls, suite_id: int = 1, alice: Group | None = None) -> Entrance:
        return cls(three(suite_id)[0] if alice is None else alice, newcomer(suite_id))

    def forge(
        self,
        layers: WelcomeLayers | None = None,
        *,
        psk_ids: Sequence[PreSharedKeyID] = (),
        forged: Forged | None = None,
        before: Hook[RatchetTree] = same,
        **hooks: Any,
    ) -> ForgedWelcome:
        """A Welcome of Alice's with something wrong in it; the hooks are those of `WelcomeLayers`.

        `before` changes the tree that the path of her commit is made over.
        """
        made = WelcomeLayers(**hooks) if layers is None else layers
        return welcome(self.alice, self.dave.key_package, made, before=before, psk_ids=psk_ids, forged=forged)

    def opened(
        self,
        message: bytes,
        *,
        ratchet_tree: bytes | None = None,
        psks: Psks = NO_PSKS,
        known: Sequence[Group] = (),
        now: int = NOW,
    ) -> Group:
        """Dave joins."""
        dave = self.dave
        return Group.join(
            message,
            dave.key_package,
            dave.private,
            ratchet_tree=ratchet_tree,
            psks=psks,
            known=known,
            now=now,
        ).accept()

    def refuses(self, message: ForgedWelcome | bytes, kind: Kind, **given: Any) -> None:
        """Dave refuses a Welcome, then joins with the same key package by an honest one, and talks to Alice there."""
        data = message if isinstance(message, bytes) else message.message
        raises(lambda: self.opened(data, **given), kind)
        pending = self.alice.commit(adds=[self.dave.key_package], rng=rng, now=NOW)
        assert pending.welcome is not None
        still_works(self.opened(pending.welcome), self.alice.merge(pending.staged))


def parts(message: bytes) -> Welcome:
    """The Welcome in an MLSMessage."""
    return decode_body(Welcome, message)
