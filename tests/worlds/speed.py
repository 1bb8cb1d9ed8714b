"""What several machines of one world compute alike is computed once: signatures that were found good, and key derivations, both pure.

Only while a world runs: what is remembered are secrets, and other tests look whether any are left in the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from hotline_protocol.mls import kdf
from hotline_protocol.mls.signature import ED25519

_check: Final = ED25519.check
_expand: Final = kdf.expand
_remembered_expand: Final = lru_cache(maxsize=30_000)(_expand)
_good: dict[bytes, None] = {}
_MOST = 20_000


def _remembered(public: bytes, content: bytes, signature: bytes) -> None:
    name = blake2b(public + signature + content, digest_size=24).digest()
    if name in _good:
        return
    _check(public, content, signature)
    if len(_good) >= _MOST:
        _good.clear()
    _good[name] = None


@contextmanager
def hastened() -> Iterator[None]:
    """Until the outermost such block ends; nothing of it is kept."""
    if kdf.expand is _remembered_expand:
        yield
        return
    object.__setattr__(ED25519, "check", _remembered)
    kdf.expand = _remembered_expand
    try:
        yield
    finally:
        object.__setattr__(ED25519, "check", _check)
        kdf.expand = _expand
        _remembered_expand.cache_clear()
