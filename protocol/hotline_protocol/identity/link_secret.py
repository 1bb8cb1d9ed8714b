"""What devices hide from the relay in entries that MLS does not encrypt: sealed under the link secret (rules I16, I17).

I17  nonce ‖ ChaCha20-Poly1305 under HKDF-SHA256(link secret, info = label ‖ link id ‖ channel), bound to channel and entry id;
     the content has its length in front and zeros behind it, up to the size class of a private message

The secret is known to every device of both sides. It keeps names from the relay and proves nothing about who wrote them:
what is opened is judged as if it had come in clear.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline_protocol.errors import FormatError
from hotline_protocol.mls.private_message import pad_to_size_class

NONCE_SIZE: Final = 12
_LENGTH: Final = 4
_TAG: Final = 16
_LABELS: Final = {
    "knock": b"hotline.v1 knock",
    "crls": b"hotline.v1 crls",
    "founding": b"hotline.v1 founding",
}
Purpose = Literal["knock", "crls", "founding"]


def _cipher(secret: bytes, purpose: Purpose, link_id: bytes, channel: str) -> ChaCha20Poly1305:
    info = _LABELS[purpose] + link_id + channel.encode()
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=info).derive(secret))


def seal(
    secret: bytes,
    purpose: Purpose,
    content: bytes,
    *,
    link_id: bytes,
    channel: str,
    entry_id: bytes,
    rng: Callable[[int], bytes],
) -> bytes:
    """`content` for the entry `entry_id` of `channel`, readable by every device of the link and not by the relay."""
    plain = len(content).to_bytes(_LENGTH) + content
    plain = plain.ljust(pad_to_size_class(len(plain)), b"\x00")
    nonce = rng(NONCE_SIZE)
    aad = channel.encode() + entry_id
    return nonce + _cipher(secret, purpose, link_id, channel).encrypt(nonce, plain, aad)


def unseal(
    secret: bytes, purpose: Purpose, sealed: bytes, *, link_id: bytes, channel: str, entry_id: bytes
) -> bytes:
    """What `seal` hid; FormatError if it was not sealed for this entry under this secret."""
    if len(sealed) < NONCE_SIZE + _TAG + _LENGTH:
        raise FormatError(f"a sealed {purpose} of {len(sealed)} bytes is too short")
    nonce, rest = sealed[:NONCE_SIZE], sealed[NONCE_SIZE:]
    aad = channel.encode() + entry_id
    try:
        plain = _cipher(secret, purpose, link_id, channel).decrypt(nonce, rest, aad)
    except InvalidTag:
        raise FormatError(
            f"the {purpose} was not sealed for this entry with the secret of this link"
        ) from None
    size = int.from_bytes(plain[:_LENGTH])
    content, padding = plain[_LENGTH : _LENGTH + size], plain[_LENGTH + size :]
    if len(content) != size or len(plain) != pad_to_size_class(_LENGTH + size) or padding.strip(b"\x00"):
        raise FormatError(f"the padding of the sealed {purpose} is wrong")
    return content
