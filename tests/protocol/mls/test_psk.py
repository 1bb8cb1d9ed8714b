from __future__ import annotations

import pytest

from hotline_protocol.mls import codec
from hotline_protocol.mls.errors import MalformedError, RefusedError, UsageError
from hotline_protocol.mls.psk import PreSharedKeyID, ResumptionPSK, ResumptionPSKUsage, psk_secret
from hotline_protocol.mls.suites import cipher_suite

SUITE = cipher_suite(1)
EXTERNAL = PreSharedKeyID.external(b"id", b"n" * 32)
RESUMED = PreSharedKeyID(b"n" * 32, resumption=ResumptionPSK(ResumptionPSKUsage.BRANCH, b"group", 9))


@pytest.mark.parametrize("psk_id", [EXTERNAL, RESUMED, PreSharedKeyID.external(b"", b"")])
def test_round_trip(psk_id: PreSharedKeyID) -> None:
    assert codec.decode(PreSharedKeyID.read, psk_id.encode()) == psk_id


def test_a_key_is_of_exactly_one_kind() -> None:
    for broken in (PreSharedKeyID(b""), PreSharedKeyID(b"", psk_id=b"", resumption=RESUMED.resumption)):
        with pytest.raises(UsageError):
            broken.encode()
    for data in (b"\x00\x00\x00", b"\x03\x00\x00", b"\x02\x04\x00" + bytes(9)):
        with pytest.raises(MalformedError):
            codec.decode(PreSharedKeyID.read, data)


def test_a_nonce_is_as_long_as_the_hash() -> None:
    EXTERNAL.check(SUITE)
    with pytest.raises(RefusedError, match=r"^psk"):
        PreSharedKeyID.external(b"id", b"n" * 31).check(SUITE)


def test_order_names_and_keys_all_matter() -> None:
    secrets = [
        psk_secret(SUITE, psks)
        for psks in (
            [],
            [(EXTERNAL, b"a")],
            [(EXTERNAL, b"b")],
            [(RESUMED, b"a")],
            [(EXTERNAL, b"a"), (RESUMED, b"b")],
            [(RESUMED, b"b"), (EXTERNAL, b"a")],
        )
    ]
    assert secrets[0] == bytes(32)
    assert len(set(secrets)) == len(secrets)
