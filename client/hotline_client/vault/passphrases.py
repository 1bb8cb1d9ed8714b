"""What a passphrase must be: one line, long enough when it is new, the same bytes from any keyboard."""

from __future__ import annotations

import unicodedata
from typing import Final

from hotline_protocol.errors import UsageError

MINIMUM: Final = 12
"""Characters in a new passphrase: a few words. Argon2id makes each guess cost 64 MiB and a tenth of a second."""
MAXIMUM: Final = 1024


def clean(value: str) -> str:
    """A passphrase as it is used: normalised to NFC, so that two keyboards that spell one letter differently agree. UsageError."""
    if not value:
        raise UsageError("the passphrase is empty")
    if len(value) > MAXIMUM or any(unicodedata.category(character) == "Cc" for character in value):
        raise UsageError(f"a passphrase is one line of at most {MAXIMUM} characters")
    return unicodedata.normalize("NFC", value)


def check_new(passphrase: str) -> str:
    """Refuse a new passphrase that is too short to keep a key behind. UsageError."""
    if len(passphrase) < MINIMUM:
        error = UsageError(f"the passphrase has {len(passphrase)} characters, at least {MINIMUM} are needed")
        error.add_note("four or five words chosen by dice are easy to keep and hard to guess")
        raise error
    return passphrase
