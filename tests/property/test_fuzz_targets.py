"""The fuzzer's targets, without the fuzzer: they take their own seeds, and changes to them."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS, run

CHANGES = 2


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds_and_what_becomes_of_them(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    assert len(seeds) > 3
    for place, seed in enumerate(seeds):
        run(target, seed)
        for change in range(CHANGES):
            run(target, target.mutate(seed, place * CHANGES + change) or seed[1:])


def test_a_target_tells_what_is_wrong() -> None:
    """A key that is given out twice does not pass unseen."""
    target = TARGETS["secret-tree"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hotline_protocol.mls.secret_tree.SecretTree.consume", lambda *_: None)
        with pytest.raises(AssertionError, match="twice"):
            run(target, bytes(10))
