"""HKDF against the answers of RFC 5869, appendix A."""

from __future__ import annotations

import pytest

from hotline_protocol.mls import kdf
from hotline_protocol.mls.errors import UsageError


def test_the_first_case_of_the_standard() -> None:
    secret = kdf.extract("sha256", bytes(range(13)), b"\x0b" * 22)
    assert secret.hex() == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    long = kdf.expand("sha256", secret, bytes(range(0xF0, 0xFA)), 42)
    assert long.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    assert kdf.expand("sha256", secret, bytes(range(0xF0, 0xFA)), 32) == long[:32]


def test_the_end_of_the_counter() -> None:
    assert len(kdf.expand("sha512", b"s" * 64, b"", 255 * 64)) == 255 * 64
    with pytest.raises(UsageError, match="16320"):
        kdf.expand("sha512", b"s" * 64, b"", 255 * 64 + 1)


def test_labels_and_suites_keep_secrets_apart() -> None:
    one, two = kdf.Labeled("sha256", b"KEM\x00\x20"), kdf.Labeled("sha256", b"KEM\x00\x21")
    assert (
        len({one.extract(b"", b"a", b"i"), one.extract(b"", b"b", b"i"), two.extract(b"", b"a", b"i")}) == 3
    )
    secret = b"s" * 32
    outputs = {
        one.expand(secret, b"a", b"i", 16),
        one.expand(secret, b"b", b"i", 16),
        two.expand(secret, b"a", b"i", 16),
        one.expand(secret, b"a", b"i", 17)[:16],
    }
    assert len(outputs) == 4
