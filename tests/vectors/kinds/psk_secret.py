"""The secret made of several pre-shared keys (test-vectors.md, Pre-Shared Keys)."""

from __future__ import annotations

from hotline_protocol.mls.psk import PreSharedKeyID, psk_secret
from hotline_protocol.mls.suites import cipher_suite
from tests.vectors.checking import Case, Kind, equal, unhex


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    psks = []
    for v in case["psks"]:
        psk_id, nonce, psk = unhex(v, "psk_id", "psk_nonce", "psk")
        psks.append((PreSharedKeyID.external(psk_id, nonce), psk))
    equal("psk_secret", psk_secret(suite, psks), *unhex(case, "psk_secret"))


KIND = Kind("psk-secret", frozenset({"psks", "psk_secret"}), _check)
