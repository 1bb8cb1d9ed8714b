from __future__ import annotations

import pytest

from hotline_protocol.mls.errors import UsageError
from tests.protocol.mls.parties import rng, snapshot, trio


def test_what_was_said_does_not_show_in_a_repr() -> None:
    alice, bob, _ = trio(1, "basic")
    protected = alice.protect(b"between us", rng=rng)
    received = bob.unprotect(protected.message)
    assert received.data == b"between us"
    assert "between us" not in repr(protected) + repr(received)


def test_randomness_that_falls_short_spends_no_key() -> None:
    alice, *_ = trio(1, "basic")
    before = snapshot(alice)
    with pytest.raises(UsageError, match="reuse guard of 4 bytes, got 3"):
        alice.protect(b"words", rng=lambda size: bytes(size - 1))
    assert snapshot(alice) == before
