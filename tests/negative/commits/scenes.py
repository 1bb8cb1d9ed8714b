"""What the tests about commits share: a cast, proposals that were heard, and a refusal with the good commit after it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from hotline_protocol.mls.capabilities import Capabilities
from hotline_protocol.mls.credential import BasicCredential, Credential
from hotline_protocol.mls.errors import PrivatelyRefusedError, RefusedError
from hotline_protocol.mls.extension import Extension
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage
from hotline_protocol.mls.suites import cipher_suite
from tests.negative import builder as forge
from tests.negative.builder import Forged
from tests.negative.proving import Kind, refuses
from tests.protocol.mls.parties import LIFETIME, NOW, Party, certify, join, rng

NO_PSKS: Mapping[bytes, bytes] = {}


def hear(proposal: Forged, *groups: Group) -> forge.Referred:
    """The proposal, which all these members now hold, for a commit's list."""
    for group in groups:
        group.store_proposal(proposal.message)
    return proposal.item


def follow(group: Group, forged: Forged, psks: Mapping[bytes, bytes] = NO_PSKS) -> Group:
    """The next epoch, which must be the one that the forger computed."""
    assert forged.after is not None
    after = group.merge(group.stage(forged.message, psks=psks, now=NOW))
    assert after.epoch_authenticator == forged.after.secrets.epoch_authenticator
    return after


def refuses_commit(
    group: Group,
    forged: Forged | bytes,
    kind: Kind,
    *,
    peer: Group,
    honest: Forged | None = None,
    privately: bool = False,
    psks: Mapping[bytes, bytes] = NO_PSKS,
    known: Sequence[Group] = (),
    same_client: Callable[[Credential, Credential], bool] = operator.eq,
) -> None:
    """`group` refuses a commit, keeps its state, then follows the honest one (by default an empty one of `peer`).

    `privately`: it is the refusal that other members need not share.
    """
    message = forged if isinstance(forged, bytes) else forged.message
    good = forge.commit(peer) if honest is None else honest

    seen: list[bool] = []

    def act() -> None:
        try:
            group.stage(message, psks=psks, known=known, same_client=same_client, now=NOW)
        except RefusedError as error:
            seen.append(isinstance(error, PrivatelyRefusedError))
            raise

    refuses(group, act, kind=kind, peer=peer, then=lambda: follow(group, good, psks))
    assert seen in ([], [privately]), "the refusal is shared with all members or not, against expectation"


def client(
    name: str,
    capabilities: Capabilities | None = None,
    *,
    suite_id: int = 1,
    certified: bool = False,
    extensions: tuple[Extension, ...] = (),
) -> Party:
    """Somebody with these capabilities, by default those of everybody, and a certificate or a bare name."""
    suite = cipher_suite(suite_id)
    key, _ = suite.generate_signature_key(rng)
    made = KeyPackage.create(
        suite,
        rng,
        key,
        certify(name, key, suite_id) if certified else BasicCredential(name.encode()),
        LIFETIME,
        capabilities=capabilities,
        leaf_extensions=extensions,
    )
    return Party(*made)


def able(
    *extensions: int, proposals: tuple[int, ...] = (), credentials: tuple[int, ...] = (1, 2)
) -> Capabilities:
    """Capabilities with these extension types, in suite 1."""
    return Capabilities(
        cipher_suites=(1,), extensions=extensions, proposals=proposals, credentials=credentials
    )


def gathered(*parties: Party, extensions: tuple[Extension, ...] = ()) -> list[Group]:
    """A group that the first founded and to which it added the others by one commit, each with a path of its own after it."""
    first, *others = parties
    founder = Group.create(
        cipher_suite(first.key_package.cipher_suite),
        b"gathered",
        first.key_package,
        first.private,
        extensions=extensions,
        rng=rng,
    )
    pending = founder.commit(adds=[one.key_package for one in others], rng=rng, now=NOW)
    return [founder.merge(pending.staged), *(join(pending, one) for one in others)]
