"""Official vectors: the secret of several pre-shared keys (test-vectors.md, Pre-Shared Keys)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls.psk import PreSharedKeyID, psk_secret
from hotline_protocol.mls.suites import cipher_suite
from tests.vectors.loading import unhex, vectors


@pytest.mark.parametrize("case", vectors("psk_secret"))
def test_psk_secret(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    psks = []
    for v in case["psks"]:
        psk_id, nonce, psk = unhex(v, "psk_id", "psk_nonce", "psk")
        psks.append((PreSharedKeyID.external(psk_id, nonce), psk))
    assert psk_secret(suite, psks).hex() == case["psk_secret"]
