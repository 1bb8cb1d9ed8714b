"""Every kind of vector there is, and which of them a case is of: known by its fields, never by the name of its file."""

from __future__ import annotations

from typing import Final

from tests.vectors.checking import Kind
from tests.vectors.kinds import (
    crypto_basics,
    deserialization,
    hpke_pq,
    key_schedule,
    message_protection,
    messages,
    passive_client,
    psk_secret,
    secret_tree,
    transcript_hashes,
    tree_math,
    tree_operations,
    tree_validation,
    treekem,
    welcome,
)

KINDS: Final = (
    crypto_basics.KIND,
    deserialization.KIND,
    hpke_pq.KIND,
    key_schedule.KIND,
    message_protection.KIND,
    messages.KIND,
    passive_client.KIND,
    psk_secret.KIND,
    secret_tree.KIND,
    transcript_hashes.KIND,
    tree_math.KIND,
    tree_operations.KIND,
    tree_validation.KIND,
    treekem.KIND,
    welcome.KIND,
)


def kind_of(case: object) -> Kind | None:
    """The one kind that the case is of, None if there is no such kind or more than one."""
    found = [kind for kind in KINDS if kind.recognise(case)]
    return found[0] if len(found) == 1 else None


def check(case: object) -> None:
    """Verify a case of whatever kind; see `Kind.check` for what a failure raises."""
    kind = kind_of(case)
    if kind is None or not isinstance(case, dict):
        raise AssertionError("unrecognised format")
    kind.check(case)
