"""Our own key schedule beside the library's, for every KEM they share, and answers that others published."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke

from hotline_protocol.mls.errors import RefusedError, UnsupportedError, UsageError
from hotline_protocol.mls.hpke import AEADS, KDFS, Hpke, HPKECiphertext
from hotline_protocol.mls.kem import DHKEM_X448, DHKEM_X25519, KEMS, Kem

every_kem = pytest.mark.parametrize("kem", KEMS.values(), ids=lambda kem: f"{kem.id:#06x}")
shared_kem = pytest.mark.parametrize(
    "kem", [kem for kem in KEMS.values() if kem.library], ids=lambda kem: f"{kem.id:#06x}"
)
SHA512 = hpke.KDF.HKDF_SHA512
AES256 = hpke.AEAD.AES_256_GCM
INFO = b"info"


def by_hand(ours: Hpke) -> Hpke:
    """The same, without the library's help."""
    return replace(ours, kem=replace(ours.kem, library=None))


@shared_kem
@pytest.mark.parametrize("kdf", KDFS, ids=lambda kdf: KDFS[kdf][1])
@pytest.mark.parametrize("aead", AEADS, ids=lambda aead: f"{AEADS[aead][0]:#06x}")
def test_we_open_what_the_library_seals_and_it_opens_what_we_seal(
    kem: Kem, kdf: hpke.KDF, aead: hpke.AEAD
) -> None:
    theirs = Hpke(kem, kdf, aead)
    ours = by_hand(theirs)
    private, public = theirs.derive_key_pair(os.urandom(64))
    assert ours.open(private, INFO, theirs.seal(public, INFO, b"text")) == b"text"
    assert theirs.open(private, INFO, ours.seal(public, INFO, b"text")) == b"text"


@every_kem
def test_both_ends_export_the_same(kem: Kem) -> None:
    ours = Hpke(kem, SHA512, AES256)
    private, public = ours.derive_key_pair(os.urandom(64))
    enc, secret = ours.setup_export(public, INFO, b"context", 70)
    assert len(secret) == 70
    assert len(enc) == kem.enc_length
    assert ours.open_export(private, enc, INFO, b"context", 70) == secret
    for info, context, length in [(b"", b"context", 70), (INFO, b"", 70), (INFO, b"context", 71)]:
        assert ours.open_export(private, enc, info, context, length)[:70] != secret
    with pytest.raises(UsageError):
        ours.setup_export(public, INFO, b"context", 255 * 64 + 1)


@every_kem
def test_what_does_not_open_is_refused_by_hand_too(kem: Kem) -> None:
    ours = by_hand(Hpke(kem, SHA512, AES256))
    private, public = ours.derive_key_pair(os.urandom(64))
    other, _ = ours.derive_key_pair(os.urandom(64))
    sealed = ours.seal(public, INFO, b"text")
    bent = sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1])
    for key, info, ciphertext in [
        (other, INFO, sealed),
        (private, b"", sealed),
        (private, INFO, HPKECiphertext(sealed.kem_output, bent)),
        (private, INFO, HPKECiphertext(sealed.kem_output, b"")),
        (private, INFO, HPKECiphertext(b"", sealed.ciphertext)),
        (private, INFO, HPKECiphertext(bytes(kem.enc_length), sealed.ciphertext)),
    ]:
        with pytest.raises(RefusedError, match=r"^decrypt"):
            ours.open(key, info, ciphertext)


def test_a_kdf_of_one_stage_is_left_to_the_library() -> None:
    ours = Hpke(DHKEM_X25519, hpke.KDF.SHAKE128, hpke.AEAD.AES_128_GCM)
    private, public = ours.derive_key_pair(os.urandom(32))
    assert ours.open(private, INFO, ours.seal(public, INFO, b"text")) == b"text"
    with pytest.raises(UnsupportedError):
        ours.setup_export(public, INFO, b"", 32)


def test_the_context_shows_no_secret() -> None:
    ours = Hpke(DHKEM_X448, SHA512, AES256)
    _, public = ours.derive_key_pair(os.urandom(56))
    _, context = ours.set_up(public, INFO)
    assert context.exporter_secret.hex() not in repr(context)
    assert "nonce" not in repr(context)
    assert context.open(b"aad", context.seal(b"aad", b"text")) == b"text"
    with pytest.raises(InvalidTag):
        context.open(b"", context.seal(b"aad", b"text"))


def test_the_first_case_of_the_standard() -> None:
    """RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM in base mode."""
    ours = Hpke(DHKEM_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
    seed = bytes.fromhex("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037")
    private, public = ours.derive_key_pair(seed)
    assert private.hex() == "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"
    assert public.hex() == "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d"
    enc = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    secret = DHKEM_X25519.decapsulate(private, enc)
    assert secret.hex() == "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"
    context = ours.accept(private, enc, b"Ode on a Grecian Urn")
    assert context.base_nonce.hex() == "56d890e5accaaf011cff4b7d"
    exporter = "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8"
    assert context.exporter_secret.hex() == exporter
    sealed = context.seal(b"Count-0", b"Beauty is truth, truth beauty")
    assert sealed.hex() == (
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
    )
    exported = "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee"
    assert context.export(b"", 32).hex() == exported
