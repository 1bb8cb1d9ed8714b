"""Path secrets: sealed to the right nodes under the right context, leading to the keys that were sent (RFC 9420 §7.4 to §7.6, §12.4.2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from hotline_protocol.mls.group import Group
from hotline_protocol.mls.hpke import HPKECiphertext
from hotline_protocol.mls.tree import RatchetTree
from hotline_protocol.mls.tree_hash import root_hash
from hotline_protocol.mls.tree_math import NodeIndex
from hotline_protocol.mls.treekem import create_path, derive_path
from hotline_protocol.mls.update_path import UpdatePath
from tests.negative import builder as forge
from tests.negative.builder import Author, Forged, Hook
from tests.negative.commits.paths import SMALL, Replay, resolutions, sealed
from tests.negative.commits.scenes import follow, refuses_commit
from tests.negative.groves import grove, overgrown, three
from tests.negative.proving import revived
from tests.protocol.mls.parties import SUITES, rng


@dataclass
class Sealer:
    """Seals path secrets anew: the hooks of one forged commit."""

    author: Author
    tree: RatchetTree = field(init=False)

    def before(self, tree: RatchetTree) -> RatchetTree:
        self.tree = tree  # which the builder then puts the path into
        return tree

    def context(self) -> bytes:
        """The provisional context."""
        context = self.author.context
        hashed = root_hash(self.author.suite, self.tree)
        return replace(context, epoch=context.epoch + 1, tree_hash=hashed).encode()

    def to(self, at: int, secret: bytes) -> Hook[UpdatePath]:
        """The node at that place of the path holds this secret for all its recipients."""

        def hook(path: UpdatePath) -> UpdatePath:
            _, beside = self.tree.filtered_direct_path(self.author.own)[at]
            keys = [self.tree.node(node) for node in self.tree.resolution(beside)]
            made = tuple(
                self.author.suite.encrypt_with_label(
                    key.encryption_key, "UpdatePathNode", self.context(), secret
                )
                for key in keys
                if key is not None
            )
            return sealed(at, lambda _: made)(path)

        return hook


def wrong_at(author: Group, at: int, secret: bytes) -> Forged:
    sealer = Sealer(Author.of(author))
    return forge.commit(author, before=sealer.before, path=sealer.to(at, secret))


def test_the_sealer_changes_nothing_but_the_secret() -> None:
    """§7.6: sealed anew with the right secret, a path is as good as before."""
    members = grove(4)
    sealer = Sealer(Author.of(members[0]))
    drawn: list[bytes] = []

    def hook(path: UpdatePath) -> UpdatePath:
        return sealer.to(1, drawn[0])(path)

    suite = members[0].suite
    secret = rng(32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forge, "rng", Replay([rng(32), secret]))
        drawn.append(suite.derive_secret(secret, "path"))
        forged = forge.commit(members[0], before=sealer.before, path=hook)
    follow(members[2], forged)


def test_a_path_secret_with_a_zero_too_many() -> None:
    """§7.4: a path secret is as long as the hash. HMAC pads its key with zeros, so the keys would be the right ones."""
    members = grove(4)
    sealer = Sealer(Author.of(members[0]))
    suite = members[0].suite
    secret = rng(32)
    longer = suite.derive_secret(secret, "path") + b"\x00"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forge, "rng", Replay([rng(32), secret]))
        forged = forge.commit(members[0], before=sealer.before, path=sealer.to(1, longer))
    refuses_commit(
        members[2], forged, "path", peer=revived(members[0]), honest=forge.commit(members[0]), privately=True
    )
    follow(members[1], forged)


SECRETS = [rng(32), b"", rng(31), rng(33)]


@pytest.mark.parametrize("secret", SECRETS, ids=["another", "none", "short", "long"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_path_secret_that_is_right_for_some_members_only(at: int, secret: bytes) -> None:
    """§7.5, §12.4.2: those whose secret does not lead to the keys that were sent refuse, and know that others may follow.

    At leaf 0 of eight, the first node is for leaf 1, the second for leaves 2 and 3, the third for the other half.
    """
    members = grove(8)
    wronged = ({1}, {2, 3}, {4, 5, 6, 7})[at]
    forged = wrong_at(members[0], at, secret)
    honest = forge.commit(members[0])
    for leaf in range(1, 8):
        if leaf in wronged:
            if leaf in (1, 2, 7):
                refuses_commit(
                    members[leaf], forged, "path", peer=revived(members[0]), honest=honest, privately=True
                )
        else:
            follow(members[leaf], forged)


def test_the_secret_of_the_node_below() -> None:
    """§7.4, §7.5: each node has a secret of its own; that of another node of the same path is wrong for it."""
    members = grove(4)
    secret = rng(32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forge, "rng", Replay([rng(32), secret]))
        forged = wrong_at(members[0], 1, secret)
    refuses_commit(members[2], forged, "path", peer=members[0], privately=True)


def test_a_public_key_that_does_not_follow_from_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """§7.5: the insider binds another root key by parent hash, signature and tag; nobody's secret leads to it."""
    members = grove(4)
    suite = members[0].suite
    other, _ = derive_path(suite, rng(32), [NodeIndex(3)])

    def parted(*given: object, **named: object) -> object:
        steps, secret = derive_path(*given, **named)  # type: ignore[arg-type]
        return (*steps[:-1], replace(steps[-1], key=other[0].key)), secret

    monkeypatch.setattr(create_path.__module__ + ".derive_path", parted)
    forged = forge.commit(members[0])
    monkeypatch.undo()
    honest = forge.commit(members[0])
    for leaf in (1, 2):
        refuses_commit(members[leaf], forged, "path", peer=revived(members[0]), honest=honest, privately=True)


def swapped(all_: tuple[HPKECiphertext, ...]) -> tuple[HPKECiphertext, ...]:
    return (all_[1], all_[0], *all_[2:])


BROKEN: dict[str, Hook[HPKECiphertext]] = {
    "empty": lambda _: HPKECiphertext(b"", b""),
    "no encapsulated key": lambda one: replace(one, kem_output=b""),
    "a short encapsulated key": lambda one: replace(one, kem_output=one.kem_output[:-1]),
    "a long encapsulated key": lambda one: replace(one, kem_output=one.kem_output + b"\x00"),
    "an encapsulated key of zeros": lambda one: replace(one, kem_output=bytes(len(one.kem_output))),
    "an encapsulated key of small order": lambda one: replace(
        one, kem_output=SMALL.ljust(len(one.kem_output), b"\0")
    ),
    "no ciphertext": lambda one: replace(one, ciphertext=b""),
    "a ciphertext without its tag": lambda one: replace(one, ciphertext=one.ciphertext[:-16]),
    "one bit off": lambda one: replace(one, ciphertext=one.ciphertext[:-1] + bytes([one.ciphertext[-1] ^ 1])),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("suite_id", SUITES)
def test_a_ciphertext_that_does_not_open(suite_id: int, case: str) -> None:
    """§7.6: for whom it was meant it is a private refusal; Carol's, beside it, opens."""
    alice, bob, carol = three(suite_id)
    broken = sealed(0, lambda all_: (BROKEN[case](all_[0]),))
    forged = forge.commit(alice, path=broken)
    refuses_commit(bob, forged, "decrypt", peer=alice, privately=True)
    follow(carol, forged)


def test_ciphertexts_in_another_order_than_the_resolution() -> None:
    """§7.6: each ciphertext is for the node of the resolution at its place; whose are exchanged cannot open them."""
    members = overgrown()
    author = members[0]
    assert resolutions(author)[2] == [11, 14], "node 11 for leaves 4 to 6, and unmerged leaf 7"
    forged = forge.commit(author, path=sealed(2, swapped))
    honest = forge.commit(author)
    for leaf in (6, 7):
        refuses_commit(members[leaf], forged, "decrypt", peer=revived(author), honest=honest, privately=True)
    follow(members[1], forged)
    follow(members[3], forged)
