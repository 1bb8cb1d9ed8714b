"""No word, name, number or key that went into a vault is found in any byte of its files, at any moment."""

from __future__ import annotations

import os
from pathlib import Path

from hotline_client.engine.records import (
    DocumentRecord,
    EntryRecord,
    EventRecord,
    MarkRecord,
    OutboxItem,
    UsedKey,
)
from hotline_client.engine.standing import Standing
from hotline_client.engine.store import Changes, GroupBlobs
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import UNSAFE_TESTING_COST

WORD = "canary"
PASSPHRASE = f"{WORD} passphrase"


def canary(name: str) -> bytes:
    return f"{WORD} {name} ".encode() * 4


def changes(seq: int) -> Changes:
    text = canary("text")
    return Changes(
        Standing(head=canary("head"), crls={canary("crl"): 1}),
        group=GroupBlobs(canary("tree"), canary("ratchets")),
        entries=(EntryRecord(seq, canary("entry id"), canary("raw") * 300, canary("head")),),
        documents=(
            DocumentRecord(
                seq, b"%d" % seq, b"%d" % seq, WORD, canary("author"), 1, 1, 1, text, text, text, True, WORD
            ),
        ),
        marks=(MarkRecord(canary("author"), "seen", 1, seq, seq),),
        events=(EventRecord(b"e", seq, WORD, f"{WORD} event", 1, True, canary("author")),),
        outbox=(OutboxItem(b"%d" % seq, seq, "document", WORD, text, 1),),
        used_keys=(UsedKey(f"{WORD} key {seq}", text, text),),
        certificates={canary("print"): canary("certificate")},
    )


def test_nothing_readable_is_ever_in_the_files(tmp_path: Path) -> None:
    home = tmp_path / "home"
    handed_out: list[bytes] = []

    def rng(size: int) -> bytes:
        handed_out.append(os.urandom(size))
        return handed_out[-1]

    with Vault.create(home, PASSPHRASE, rng=rng, unsafe_testing_cost=UNSAFE_TESTING_COST) as vault:
        key = handed_out[0]
        vault.device.create_key(rng)
        device_key = handed_out[-1]
        vault.device.install(canary("certificate"), canary("charter"))
        vault.set_setting(f"{WORD} setting", canary("setting"))
        vault.set_cursor(f"{WORD} cursor", f"{WORD} channel", 1)
        for seq in range(1, 40):
            vault.commit(f"{WORD} channel", seq - 1, changes(seq))
            if seq % 13 == 0:
                _search(home, key, device_key)
        assert (home / "vault.db-wal").stat().st_size > 0
        # a sort too large for its cache would spill, were temporary tables not kept in memory
        vault._database.rows("SELECT raw FROM entry ORDER BY raw || hex(raw), seq DESC")
        vault._database.rows(
            "SELECT group_concat(hex(raw)) FROM (SELECT raw FROM entry GROUP BY hex(raw), seq)"
        )
        _search(home, key, device_key)
        vault.commit(f"{WORD} channel", 39, Changes(Standing(head=b""), aside=0))
        vault._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        _search(home, key, device_key)
    _search(home, key, device_key)
    with Vault.open(home, PASSPHRASE) as vault:
        assert vault.setting(f"{WORD} setting") == canary("setting")


def test_the_search_would_find_a_plain_database(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"some header" + canary("text"))
    try:
        _search(tmp_path, b"x" * 32, b"y" * 32)
    except AssertionError:
        return
    raise AssertionError("the search found nothing")


def test_secrets_are_in_no_repr(tmp_path: Path) -> None:
    with Vault.create(
        tmp_path / "home", PASSPHRASE, rng=lambda size: b"K" * size, unsafe_testing_cost=UNSAFE_TESTING_COST
    ) as vault:
        shown = repr(vault) + repr(vault._database) + repr(vault._database.__dict__) + repr(vault.device)
        assert "KKKK" not in shown
        assert (b"K" * 32).hex() not in shown
        assert PASSPHRASE not in shown


def _search(home: Path, *keys: bytes) -> None:
    needles = [WORD.encode(), WORD.encode("utf-16-le"), WORD.encode().hex().encode(), *keys]
    needles += [key.hex().encode() for key in keys]
    for path in home.iterdir():
        data = path.read_bytes()
        for needle in needles:
            assert needle not in data, path.name
