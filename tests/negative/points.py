"""Public keys that nobody may encrypt to: of small order, zero, of wrong length, not reduced (RFC 9180 §7.1.4, FIPS 203 §7.2)."""

from __future__ import annotations

from collections.abc import Callable

P = 2**255 - 19
"""The prime of Curve25519 (RFC 7748 §4.1)."""

_ORDER_8 = (
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
)


def _u(value: int) -> bytes:
    return value.to_bytes(32, "little")


BAD_X25519: dict[str, bytes] = {
    "zero": _u(0),
    "one": _u(1),
    "order 8": bytes.fromhex(_ORDER_8[0]),
    "the other of order 8": bytes.fromhex(_ORDER_8[1]),
    "minus one": _u(P - 1),
    "zero, not reduced": _u(P),
    "one, not reduced": _u(P + 1),
    "zero with the top bit set": _u(1 << 255),
    "empty": b"",
    "a byte short": _u(9)[:-1],
    "a byte long": _u(9) + b"\x00",
    "of twice the length": _u(9) * 2,
}
"""X25519 keys: points of small order in every spelling, and wrong lengths."""

_ML_KEM = 1184


def _unreduced(key: bytes) -> bytes:
    """The first coefficient becomes the modulus, 3329, which no canonical encoding holds (FIPS 203 §7.2)."""
    return bytes([3329 & 0xFF, (key[1] & 0xF0) | 3329 >> 8]) + key[2:]


BAD_X_WING: dict[str, Callable[[bytes], bytes]] = {
    "a zero point": lambda key: key[:_ML_KEM] + _u(0),
    "a point of order 8": lambda key: key[:_ML_KEM] + bytes.fromhex(_ORDER_8[0]),
    "minus one": lambda key: key[:_ML_KEM] + _u(P - 1),
    "an ML-KEM key that is not reduced": _unreduced,
    "an ML-KEM key of all ones": lambda key: b"\xff" * (_ML_KEM - 32) + key[_ML_KEM - 32 :],
    "a byte short": lambda key: key[:-1],
    "a byte long": lambda key: key + b"\x00",
    "the ML-KEM key alone": lambda key: key[:_ML_KEM],
    "the point alone": lambda key: key[_ML_KEM:],
    "a byte of the ML-KEM key missing": lambda key: key[1:],
    "empty": lambda _: b"",
}
"""X-Wing keys, from a good one: the point of small order, ML-KEM-768 not reduced, either part of wrong length."""


BAD_ED25519: dict[str, bytes] = {
    "the neutral point": _u(1),
    "order 2": _u(P - 1),
    "order 4": _u(0),
    "order 8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "the other of order 8": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    "the neutral point with a sign": _u(1 | 1 << 255),
    "the neutral point, not reduced": _u(P + 1),
    "order 4, not reduced": _u(P),
}
"""Ed25519 keys of small order in every spelling: `ANY_CONTENT` verifies under them for many contents, or for all."""

ANY_CONTENT = _u(1) + bytes(32)
"""A signature whose point is neutral and whose scalar is zero."""

P448 = 2**448 - 2**224 - 1
"""The prime of Curve448 and edwards448 (RFC 7748 §4.2)."""

BAD_ED448: dict[str, bytes] = {
    "the neutral point": (1).to_bytes(57, "little"),
    "order 2": (P448 - 1).to_bytes(57, "little"),
    "order 4": bytes(57),
}
"""The same for Ed448; `ANY_CONTENT_448` is the signature."""

ANY_CONTENT_448 = (1).to_bytes(57, "little") + bytes(57)

_BAD_X448: dict[str, Callable[[bytes], bytes]] = {
    "zero": lambda _: bytes(56),
    "one": lambda _: (1).to_bytes(56, "little"),
    "minus one": lambda _: (P448 - 1).to_bytes(56, "little"),
    "zero, not reduced": lambda _: P448.to_bytes(56, "little"),
    "one, not reduced": lambda _: (P448 + 1).to_bytes(56, "little"),
    "a byte short": lambda key: key[:-1],
    "a byte long": lambda key: key + b"\x00",
    "an X25519 key": lambda key: key[:32],
}
_BAD_NIST: dict[str, Callable[[bytes], bytes]] = {
    "the point at infinity": lambda _: b"\x00",
    "the point at infinity at full length": lambda key: bytes(len(key)),
    "zero for both coordinates": lambda key: b"\x04" + bytes(len(key) - 1),
    "not on the curve": lambda key: key[:-1] + bytes([key[-1] ^ 1]),
    "on the curve's other half only": lambda key: key[: len(key) // 2 + 1] + bytes(len(key) // 2),
    "compressed": lambda key: bytes([2 + key[-1] % 2]) + key[1 : len(key) // 2 + 1],
    "hybrid": lambda key: bytes([6 + key[-1] % 2]) + key[1:],
    "another form": lambda key: b"\x05" + key[1:],
    "coordinates beyond the field": lambda key: b"\x04" + b"\xff" * (len(key) - 1),
    "a byte short": lambda key: key[:-1],
    "a byte long": lambda key: key + b"\x00",
    "empty": lambda _: b"",
}
BAD_BY_SUITE: dict[int, dict[str, Callable[[bytes], bytes]]] = {
    0x0001: {name: lambda _, key=key: key for name, key in BAD_X25519.items()},  # type: ignore[misc]
    0x0002: _BAD_NIST,
    0x0004: _BAD_X448,
    0x0005: _BAD_NIST,
    0x0007: _BAD_NIST,
    0x004E: BAD_X_WING,
}
"""HPKE keys that may not be used, for one suite of each KEM, from a good key (RFC 9180 §7.1.4)."""
