"""Vectors of draft-ietf-hpke-pq for X-Wing: our DeriveKeyPair, and the library's opening with keys made by ours."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import hpke

from hotline_protocol.mls.hpke import X_WING, Hpke
from tests.vectors.loading import unhex, vectors

_KDFS = {0x0001: hpke.KDF.HKDF_SHA256, 0x0011: hpke.KDF.SHAKE256}
_AEADS = {0x0003: hpke.AEAD.CHACHA20_POLY1305}
_CASES = [p for p in vectors("hpke-pq") if p.values[0].get("kem_id", X_WING.id) == X_WING.id]


@pytest.mark.parametrize("case", _CASES)
def test_derive_key_pair(case: dict[str, Any]) -> None:
    ikm, private, public = unhex(case, "ikmR", "skRm", "pkRm")
    assert _hpke(case).derive_key_pair(ikm) == (private, public)


@pytest.mark.parametrize("case", _CASES)
def test_open(case: dict[str, Any]) -> None:
    private, enc, info = unhex(case, "skRm", "enc", "info")
    ours = _hpke(case)
    key = X_WING.load_private(private)
    library = hpke.Suite(X_WING.library, ours.kdf, ours.aead)
    # A one-shot context opens the first message only, and that has additional data, which MLS never uses.
    first = case["encryptions"][0]
    ciphertext, aad, plaintext = unhex(first, "ct", "aad", "pt")
    assert openssl.hpke._decrypt_with_aad(library, enc + ciphertext, key, info, aad) == plaintext


@pytest.mark.parametrize("case", _CASES)
def test_seal_to_the_key(case: dict[str, Any]) -> None:
    private, public, info = unhex(case, "skRm", "pkRm", "info")
    ours = _hpke(case)
    sealed = ours.seal(public, info, b"plaintext")
    assert len(sealed.kem_output) == len(case["enc"]) // 2
    assert ours.open(private, info, sealed) == b"plaintext"


def _hpke(case: dict[str, Any]) -> Hpke:
    return Hpke(X_WING, _KDFS[case["kdf_id"]], _AEADS[case["aead_id"]])
