"""Things that must not be found, and where to look: files, their modes, and the arguments and environment of processes."""

from __future__ import annotations

import base64
import dataclasses
import stat
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hotline_client.ceremony.authority import KEY_FILE, KEY_PURPOSE
from hotline_client.vault import Vault, keyfile, keyring
from hotline_client.vault.vault import KEY
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.mls.group import Group
from tests.e2e.stage import Stage

Needles = Mapping[bytes, str]
"""What is looked for, and what to call it."""


def of_text(text: str, name: str) -> dict[bytes, str]:
    """A text as it would look in a file, a database, or JSON."""
    forms = {text.encode(), text.encode("utf-16-le"), text.encode("unicode_escape")}
    return dict.fromkeys(forms, name)


def of_key(key: bytes, name: str) -> dict[bytes, str]:
    """A key raw, as hex and as base64."""
    assert len(set(key)) > 8, f"{name} is no random bytes"
    forms = {key, key.hex().encode(), base64.b64encode(key).rstrip(b"=")[:-1]}
    return dict.fromkeys(forms, name)


def passphrases(stage: Stage) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for one in stage.made.devices:
        found |= of_text(one.passphrase, f"the passphrase of {one.device.name}")
    for passphrase in stage.made.authority_passphrases:
        found |= of_text(passphrase, "the passphrase of an authority")
    return found


def device_names(stage: Stage) -> dict[bytes, str]:
    return {one.device.name.encode(): one.device.name for one in stage.made.devices}


def link_secret(stage: Stage) -> dict[bytes, str]:
    """What the charter file of devices has and the relay's copy has not."""
    return of_key(SignedCharter.decode(stage.made.charter.read_bytes()).link_secret(), "the link secret")


def keys(stage: Stage, channels: Iterable[str]) -> dict[bytes, str]:
    """Every private key there is, and the secrets of each group's present epoch."""
    found: dict[bytes, str] = {}
    for directory, passphrase in zip(stage.made.authorities, stage.made.authority_passphrases, strict=True):
        sealed = (directory / KEY_FILE).read_bytes()
        found |= of_key(keyfile.open(sealed, passphrase, KEY_PURPOSE), "the key of an authority")
    for one in stage.made.devices:
        name = one.device.name
        found |= of_key(keyring.unlock(one.home / KEY, one.passphrase), f"the vault's key of {name}")
        with stage.vault(name) as vault:
            found |= of_key(vault.device.private_key.private_bytes_raw(), f"the device key of {name}")
            for channel in channels:
                found |= group_secrets(vault, channel, name)
    return found


def group_secrets(vault: Vault, channel: str, name: str) -> dict[bytes, str]:
    stored = vault.load(channel)
    found: dict[bytes, str] = {}
    if stored is None or stored.group is None:
        return found
    group = Group.decode(stored.group.epoch, stored.group.ratchets)
    state = group._state
    for field in dataclasses.fields(state.secrets):
        secret = getattr(state.secrets, field.name)
        if isinstance(secret, bytes) and secret:
            found |= of_key(secret, f"{field.name} of {channel} at {name}")
    for key in state.keys.values():
        found |= of_key(key.private, f"a tree key of {channel} at {name}")
    return found


def files_below(*places: Path) -> Iterator[Path]:
    for place in places:
        yield from [place] if place.is_file() else sorted(one for one in place.rglob("*") if one.is_file())


def find(needles: Needles, *places: Path) -> list[str]:
    """Where something was found that must not be."""
    return [
        f"{name} in {path}"
        for path in files_below(*places)
        for data in [path.read_bytes()]
        for needle, name in needles.items()
        if needle in data
    ]


def open_to_others(*places: Path) -> list[str]:
    """What is not 0600 (files) or 0700 (directories)."""
    every = [one for place in places for one in (place, *place.rglob("*"))]
    return [
        f"{path} has mode {stat.S_IMODE(path.stat().st_mode):04o}"
        for path in every
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]


@contextmanager
def watched_processes(needles: Needles) -> Iterator[dict[str, str]]:
    """While inside, reads the arguments and the environment of every process of this machine again and again.

    What it gives is filled with what was found; `seen` under the key "" says that it looked at all.
    """
    found: dict[str, str] = {}
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            for place in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        data = (place / name).read_bytes()
                    except OSError:
                        continue
                    if b"hotline" in data:
                        found[""] = "seen"
                    found.update(
                        {
                            f"{what} in {name}": data[:200].decode(errors="replace")
                            for needle, what in needles.items()
                            if needle in data
                        }
                    )
            time.sleep(0.01)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
