"""The sign of life that a running bot leaves in the vault, for whoever asks how it is."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from hotline_client.vault import Vault

ALIVE: Final = "bot.alive"
"""The vault's setting of the last sign."""
SIGN: Final = 10.0
"""Seconds between two signs; a bot whose last one is three times as old is not alive."""


def leave_sign(vault: Vault, facts: Mapping[str, Any]) -> None:
    """`facts`: `pid`, `since` and `at` (unix s), and the numbers of `bots.metrics`."""
    vault.set_setting(ALIVE, json.dumps(facts).encode())


def last_sign(vault: Vault) -> dict[str, Any]:
    """The last sign, and `alive`: whether it is fresh. Empty if no bot ever ran here."""
    raw = vault.setting(ALIVE)
    if raw is None:
        return {}
    facts: dict[str, Any] = json.loads(raw)
    return {"alive": time.time() - facts["at"] < 3 * SIGN, **facts}
