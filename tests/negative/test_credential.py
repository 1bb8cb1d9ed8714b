"""Credentials that do not belong to their leaf (RFC 9420 §5.3), by each of the four `routes`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline_protocol.mls.credential import X509Credential
from hotline_protocol.mls.leaf_node import LeafNode
from tests.negative.builder import Hook
from tests.negative.routes import ALL, Change, Owner, certified, check, having
from tests.protocol.mls.parties import certify, rng


def of_another_key(owner: Owner) -> Hook[LeafNode]:
    key, _ = owner.suite.generate_signature_key(rng)
    return lambda leaf: replace(leaf, credential=certify("dave", key))


def chained(*certificates: bytes) -> Change:
    return having(credential=X509Credential(certificates))


CERTIFICATES: dict[str, Change] = {
    "of another key": of_another_key,
    "none": chained(),
    "an empty one": chained(b""),
    "something else": chained(b"no certificate"),
    "cut": lambda owner: (
        lambda leaf: replace(
            leaf,
            credential=X509Credential((certified(owner).certificates[0][:-1],)),  # type: ignore[union-attr]
        )
    ),
    "with bytes after it": lambda owner: (
        lambda leaf: replace(
            leaf,
            credential=X509Credential((certified(owner).certificates[0] + b"\x00",)),  # type: ignore[union-attr]
        )
    ),
}


@pytest.mark.parametrize("case", CERTIFICATES)
@pytest.mark.parametrize("route", ALL)
def test_a_certificate_that_is_not_the_leaf_s(route: str, case: str) -> None:
    """§5.3: the first certificate's key is the leaf's signature key, in the suite's scheme."""

    def good(owner: Owner) -> Hook[LeafNode]:
        return lambda leaf: replace(leaf, credential=certified(owner))

    check(route, "credential", CERTIFICATES[case], good=good)
