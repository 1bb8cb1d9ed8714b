"""Official vectors: the labelled primitives (test-vectors.md, Crypto Basics)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.suites import HPKECiphertext, cipher_suite
from tests.vectors.loading import unhex, vectors


@pytest.mark.parametrize("case", vectors("crypto-basics"))
def test_hash_and_derivation(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    ref = case["ref_hash"]
    assert suite.ref_hash(ref["label"], bytes.fromhex(ref["value"])).hex() == ref["out"]
    v = case["expand_with_label"]
    secret, context = unhex(v, "secret", "context")
    assert suite.expand_with_label(secret, v["label"], context, v["length"]).hex() == v["out"]
    v = case["derive_secret"]
    assert suite.derive_secret(bytes.fromhex(v["secret"]), v["label"]).hex() == v["out"]
    v = case["derive_tree_secret"]
    derived = suite.derive_tree_secret(bytes.fromhex(v["secret"]), v["label"], v["generation"], v["length"])
    assert derived.hex() == v["out"]


@pytest.mark.parametrize("case", vectors("crypto-basics"))
def test_signature(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    v = case["sign_with_label"]
    private, public, content, signature = unhex(v, "priv", "pub", "content", "signature")
    suite.verify_with_label(public, v["label"], content, signature)
    suite.verify_with_label(public, v["label"], content, suite.sign_with_label(private, v["label"], content))
    with pytest.raises(RefusedError, match=r"^signature"):
        suite.verify_with_label(public, v["label"] + "x", content, signature)


@pytest.mark.parametrize("case", vectors("crypto-basics"))
def test_public_key_encryption(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    v = case["encrypt_with_label"]
    private, public, context, plaintext, kem_output, ciphertext = unhex(
        v, "priv", "pub", "context", "plaintext", "kem_output", "ciphertext"
    )
    given = HPKECiphertext(kem_output, ciphertext)
    assert suite.decrypt_with_label(private, v["label"], context, given) == plaintext
    own = suite.encrypt_with_label(public, v["label"], context, plaintext)
    assert suite.decrypt_with_label(private, v["label"], context, own) == plaintext
    with pytest.raises(RefusedError, match=r"^decrypt"):
        suite.decrypt_with_label(private, v["label"], context + b"x", own)
