"""A client that joins by a Welcome and follows the group (test-vectors.md, Passive Client Scenarios)."""

from __future__ import annotations

from collections.abc import Iterable

from hotline_protocol.mls import codec
from hotline_protocol.mls.commit import Commit
from hotline_protocol.mls.content import ContentType
from hotline_protocol.mls.errors import MLSError
from hotline_protocol.mls.framing import open_message
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.key_package import KeyPackage, KeyPackagePrivate
from hotline_protocol.mls.leaf_node import Lifetime
from hotline_protocol.mls.message import decode_body
from hotline_protocol.mls.proposal import Add, Proposal
from hotline_protocol.mls.suites import CipherSuite, cipher_suite
from tests.vectors.checking import Case, Kind, equal, instance, unhex, unhex_key, within

_FIELDS = frozenset({"key_package", "welcome", "initial_epoch_authenticator", "epochs"})


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    key_package = _key_package(*unhex(case, "key_package"))
    private = KeyPackagePrivate(
        unhex_key(case, "init_priv", suite.hpke.kem.private_length),
        unhex_key(case, "encryption_priv", suite.hpke.kem.private_length),
        unhex_key(case, "signature_priv", suite.signature.private_length),
    )
    _check_keys(suite, key_package, private)
    psks = {
        bytes.fromhex(psk["psk_id"]): bytes.fromhex(psk["psk"]) for psk in case.get("external_psks") or ()
    }
    (welcome,) = unhex(case, "welcome")
    tree = case.get("ratchet_tree")
    with within("welcome"):
        group = Group.join(
            welcome,
            key_package,
            private,
            ratchet_tree=None if tree is None or tree == "" else bytes.fromhex(tree),
            psks=psks,
            now=_lifetime(key_package).not_before,
        ).accept()
    equal(
        "initial_epoch_authenticator", group.epoch_authenticator, *unhex(case, "initial_epoch_authenticator")
    )
    passed: list[Group] = []
    for number, epoch in enumerate(case["epochs"]):
        with within(f"epoch {number}"):
            following = _follow(group, epoch, psks, passed)
        passed.append(group)
        group = following


def _follow(group: Group, epoch: Case, psks: dict[bytes, bytes], passed: list[Group]) -> Group:
    """The next epoch. `passed`: the epochs before, whose resumption keys may be named."""
    for proposal in epoch.get("proposals") or ():
        group.store_proposal(bytes.fromhex(proposal))
    (commit,) = unhex(epoch, "commit")
    staged = group.stage(commit, now=_time_of(group, commit), psks=psks, known=passed)
    following = group.merge(staged)
    equal("epoch_authenticator", following.epoch_authenticator, *unhex(epoch, "epoch_authenticator"))
    return Group.decode(following.encode_epoch(), following.encode_ratchets())


def _key_package(encoded: bytes) -> KeyPackage:
    """The key package: the files hold an MLSMessage, their description asks for the struct in it."""
    try:
        return decode_body(KeyPackage, encoded)
    except MLSError as error:
        try:
            return codec.decode(KeyPackage.read, encoded)
        except MLSError:
            raise error from None


def _check_keys(suite: CipherSuite, key_package: KeyPackage, private: KeyPackagePrivate) -> None:
    leaf = key_package.leaf_node
    equal("init_priv's public key", suite.hpke_public_key(private.init_key), key_package.init_key)
    equal("encryption_priv's public key", suite.hpke_public_key(private.encryption_key), leaf.encryption_key)
    equal(
        "signature_priv's public key", suite.signature_public_key(private.signature_key), leaf.signature_key
    )


def _time_of(group: Group, commit: bytes) -> int:
    """A time at which every key package that the commit adds has begun to be valid: the vectors give none."""
    opened = open_message(group.state, group._ratchets, commit, ContentType.COMMIT)
    body = instance("the content's body", opened.body, Commit)
    given = [one.proposal for one in body.proposals if one.proposal is not None]
    stored = [one.proposal for one in group.proposals.values()]
    return max((_lifetime(one).not_before for one in _added([*given, *stored])), default=0)


def _added(proposals: Iterable[Proposal]) -> list[KeyPackage]:
    return [one.key_package for one in proposals if isinstance(one, Add)]


def _lifetime(key_package: KeyPackage) -> Lifetime:
    return instance("lifetime of a key package", key_package.leaf_node.lifetime, Lifetime)


KIND = Kind("passive-client", _FIELDS, _check)
