"""The labelled primitives of a suite (test-vectors.md, Crypto Basics)."""

from __future__ import annotations

from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.suites import CipherSuite, HPKECiphertext, cipher_suite
from tests.vectors.checking import Case, Kind, equal, refused, unhex, unhex_key, within

_FIELDS = frozenset(
    {
        "ref_hash",
        "expand_with_label",
        "derive_secret",
        "derive_tree_secret",
        "sign_with_label",
        "encrypt_with_label",
    }
)


def _check(case: Case) -> None:
    suite = cipher_suite(case["cipher_suite"])
    _derivations(suite, case)
    with within("sign_with_label"):
        _signature(suite, case["sign_with_label"])
    with within("encrypt_with_label"):
        _encryption(suite, case["encrypt_with_label"])


def _derivations(suite: CipherSuite, case: Case) -> None:
    v = case["ref_hash"]
    value, out = unhex(v, "value", "out")
    equal("ref_hash", suite.ref_hash(v["label"], value), out)
    v = case["expand_with_label"]
    secret, context, out = unhex(v, "secret", "context", "out")
    equal("expand_with_label", suite.expand_with_label(secret, v["label"], context, v["length"]), out)
    v = case["derive_secret"]
    secret, out = unhex(v, "secret", "out")
    equal("derive_secret", suite.derive_secret(secret, v["label"]), out)
    v = case["derive_tree_secret"]
    secret, out = unhex(v, "secret", "out")
    derived = suite.derive_tree_secret(secret, v["label"], v["generation"], v["length"])
    equal("derive_tree_secret", derived, out)


def _signature(suite: CipherSuite, v: Case) -> None:
    private = unhex_key(v, "priv", suite.signature.private_length)
    public, content, signature = unhex(v, "pub", "content", "signature")
    label = v["label"]
    suite.verify_with_label(public, label, content, signature)
    suite.verify_with_label(public, label, content, suite.sign_with_label(private, label, content))
    refused(
        "a signature under another label",
        RefusedError,
        lambda: suite.verify_with_label(public, label + "x", content, signature),
    )


def _encryption(suite: CipherSuite, v: Case) -> None:
    private = unhex_key(v, "priv", suite.hpke.kem.private_length)
    public, context, plaintext, kem_output, ciphertext = unhex(
        v, "pub", "context", "plaintext", "kem_output", "ciphertext"
    )
    label = v["label"]
    given = HPKECiphertext(kem_output, ciphertext)
    equal("plaintext", suite.decrypt_with_label(private, label, context, given), plaintext)
    own = suite.encrypt_with_label(public, label, context, plaintext)
    equal("plaintext of our own", suite.decrypt_with_label(private, label, context, own), plaintext)
    refused(
        "a ciphertext in another context",
        RefusedError,
        lambda: suite.decrypt_with_label(private, label, context + b"x", given),
    )


KIND = Kind("crypto-basics", _FIELDS, _check)
