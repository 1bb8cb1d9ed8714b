"""HPKE in base mode over our KEMs (the vectors of draft-ietf-hpke-pq).

What the engine has of HPKE is tried against each case: deriving keys, decapsulating and, with a KDF that MLS uses, the context.
MLS seals one message a context; the nonces of later ones and the other KDFs are verified from the case's shared secret.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from hotline_protocol.mls.errors import UnsupportedError
from hotline_protocol.mls.hpke import KDFS, KEMS, Hpke
from tests.vectors.checking import Case, Kind, equal, unhex, within
from tests.vectors.kinds.hpke_context import Context, context_of, suite_id

_BASE: Final = 0
_KDFS: Final = {
    0x0001: hpke.KDF.HKDF_SHA256,
    0x0002: hpke.KDF.HKDF_SHA384,
    0x0003: hpke.KDF.HKDF_SHA512,
    0x0010: hpke.KDF.SHAKE128,
    0x0011: hpke.KDF.SHAKE256,
}
_AEADS: Final = {
    0x0001: hpke.AEAD.AES_128_GCM,
    0x0002: hpke.AEAD.AES_256_GCM,
    0x0003: hpke.AEAD.CHACHA20_POLY1305,
}
_FIELDS: Final = frozenset({"kem_id", "kdf_id", "aead_id", "ikmR", "skRm", "pkRm", "enc", "encryptions"})


def _check(case: Case) -> None:
    ours = _hpke(case)
    _check_keys(ours, case)
    info, shared_secret, suite = unhex(case, "info", "shared_secret", "suite_id")
    equal("suite_id", suite, suite_id(case["kem_id"], case["kdf_id"], case["aead_id"]))
    if ours.kdf in KDFS:
        _check_ours(ours, case)
    context = context_of(shared_secret, info, suite)
    for name in ("key", "base_nonce", "exporter_secret"):
        equal(name, getattr(context, name), *unhex(case, name))
    for number, v in enumerate(case["encryptions"]):
        with within(f"encryption {number}"):
            _check_message(case["aead_id"], context, number, v)
    for number, v in enumerate(case["exports"]):
        exporter_context, exported = unhex(v, "exporter_context", "exported_value")
        equal(f"export {number}", context.export(exporter_context, v["L"]), exported)


def _check_keys(ours: Hpke, case: Case) -> None:
    seed, private, public, enc, info, shared_secret = unhex(
        case, "ikmR", "skRm", "pkRm", "enc", "info", "shared_secret"
    )
    derived, derived_public = ours.derive_key_pair(seed)
    equal("skRm", derived, private)
    equal("pkRm", derived_public, public)
    equal("public key of skRm", ours.public_key(private), public)
    ours.check_public_key(public)
    equal("shared_secret", ours.kem.decapsulate(private, enc), shared_secret)
    own = ours.seal(public, info, b"plaintext")
    equal("length of enc", len(own.kem_output), len(enc))
    equal("plaintext of our own", ours.open(private, info, own), b"plaintext")


def _check_ours(ours: Hpke, case: Case) -> None:
    """What the engine itself makes of the encapsulation."""
    private, enc, info = unhex(case, "skRm", "enc", "info")
    ciphertext, aad, plaintext = unhex(case["encryptions"][0], "ct", "aad", "pt")
    equal("ct", ours.accept(private, enc, info).seal(aad, plaintext), ciphertext)
    for number, v in enumerate(case["exports"]):
        exporter_context, exported = unhex(v, "exporter_context", "exported_value")
        own = ours.open_export(private, enc, info, exporter_context, v["L"])
        equal(f"our export {number}", own, exported)


def _check_message(aead_id: int, context: Context, number: int, v: Case) -> None:
    ciphertext, aad, plaintext, nonce = unhex(v, "ct", "aad", "pt", "nonce")
    equal("nonce", context.nonce(number), nonce)
    cipher = (
        ChaCha20Poly1305(context.key)
        if _AEADS[aead_id] is hpke.AEAD.CHACHA20_POLY1305
        else AESGCM(context.key)
    )
    # Sealing is deterministic, so that the comparison says what opening would, without the library's exception.
    equal("ct", cipher.encrypt(nonce, plaintext, aad), ciphertext)


def _hpke(case: Case) -> Hpke:
    kem, kdf, aead = (KEMS.get(case["kem_id"]), _KDFS.get(case["kdf_id"]), _AEADS.get(case["aead_id"]))
    if case["mode"] != _BASE:
        raise UnsupportedError(f"HPKE mode {case['mode']} is not supported")
    if kem is None or kdf is None or aead is None:
        ids = ", ".join(f"{name} {case[name]:#06x}" for name in ("kem_id", "kdf_id", "aead_id"))
        raise UnsupportedError(f"HPKE with {ids} is not supported")
    return Hpke(kem, kdf, aead)


KIND = Kind("hpke", _FIELDS, _check)
