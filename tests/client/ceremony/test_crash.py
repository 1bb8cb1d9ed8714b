"""kill -9 at every moment that touches the disk: each file is whole or absent, and the step can be done again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from hotline_client.ceremony.authority import Authority, read_card
from hotline_protocol.identity.certificate import parse_certificate, parse_request
from hotline_protocol.identity.charter import SignedCharter
from tests.client.ceremony.kit import GOOD, rehearsed, run

_MOMENTS = 40


def _killed_at(moment: int, act: Callable[[], object]) -> bool:
    """Run `act` in a process of its own that kills itself before its `moment`-th sync; False if it got through."""
    child = os.fork()
    if not child:
        left = [moment]
        real = os.fsync

        def sync(descriptor: int) -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            real(descriptor)

        os.fsync = sync  # type: ignore[assignment]
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _visible(directory: Path) -> list[Path]:
    return [
        path for path in sorted(directory.rglob("*")) if not any(part.startswith(".") for part in path.parts)
    ]


def test_init(tmp_path: Path) -> None:
    for moment in range(1, _MOMENTS):
        place = tmp_path / f"m{moment}"
        place.mkdir()
        words = ("authority", "init", "--delegation", "ALPHA", place / "a")
        killed = _killed_at(moment, lambda words=words: run(*words, passphrase=GOOD))  # type: ignore[misc]
        if (place / "a").exists():
            assert Authority.at(place / "a").unlock(GOOD).card.delegation == "ALPHA"
        else:
            assert _visible(place) == []
            assert run(*words, passphrase=GOOD).exit_code == 0
        if not killed:
            break
    else:
        raise AssertionError("never got through")
    assert moment > 5


def test_approve_and_revoke(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    ours, passphrase = done.authorities[0], done.authority_passphrases[0]
    shown = run(
        "enrol", "request", "--name", "N", tmp_path / "n.request", "--home", tmp_path / "n", passphrase=GOOD
    )
    digits = shown.stdout.splitlines()[2].split("digits")[1].strip()
    for moment in range(1, _MOMENTS):
        out = tmp_path / f"{moment}.cert"
        words = (
            "authority",
            "approve",
            tmp_path / "n.request",
            "--role",
            "watch",
            "--out",
            out,
            "--authority",
            ours,
        )
        killed = _killed_at(
            moment,
            lambda words=words: run(*words, "--digits", digits, passphrase=passphrase),  # type: ignore[misc]
        )
        registered = {entry.serial for entry in Authority.at(ours).issued()}
        assert not out.exists() or parse_certificate(out.read_bytes()).serial in registered
        if not killed:
            break
    else:
        raise AssertionError("never got through")
    revoke = ("authority", "revoke", "Alpha Head", "--reason", "lost", "--authority", ours)
    for moment in range(1, _MOMENTS):
        if not _killed_at(moment, lambda: run(*revoke, passphrase=passphrase)):
            break
    numbers = [int(path.stem[-4:]) for path in sorted(ours.glob("*.crl"))]
    assert numbers == sorted(set(numbers))
    assert Authority.at(ours).find("Alpha Head")[0].reason == "lost"


def test_sign(tmp_path: Path) -> None:
    done = rehearsed(tmp_path)
    cards = [read_card(next(path.glob("[A-Z]*.card"))) for path in done.authorities]
    drafted = SignedCharter.decode(done.charter.read_bytes())
    unsigned = drafted.charter
    for moment in range(1, _MOMENTS):
        charter = tmp_path / f"{moment}.charter"
        charter.write_bytes(SignedCharter(unsigned, {}, drafted.secret).encode())
        words = ("charter", "sign", charter, "--authority", done.authorities[0])
        killed = _killed_at(
            moment,
            lambda words=words: run(*words, passphrase=done.authority_passphrases[0]),  # type: ignore[misc]
        )
        held = SignedCharter.decode(charter.read_bytes())
        assert held.charter == unsigned
        assert held.proven() in (frozenset(), frozenset("a"))
        assert [card.fingerprint for card in held.content().delegations] == [
            card.fingerprint for card in cards
        ]
        if not killed:
            assert held.proven() == frozenset("a")
            break
    else:
        raise AssertionError("never got through")


def test_request(tmp_path: Path) -> None:
    for moment in range(1, _MOMENTS):
        home, out = tmp_path / f"h{moment}", tmp_path / f"{moment}.request"
        words = ("enrol", "request", "--name", "N", out, "--home", home)
        killed = _killed_at(moment, lambda words=words: run(*words, passphrase=GOOD))  # type: ignore[misc]
        if home.exists() and not out.exists():
            words = ("enrol", "renew", "--name", "N", out, "--home", home)
        if not out.exists():
            assert run(*words, passphrase=GOOD).exit_code == 0
        assert parse_request(out.read_bytes()).name == "N"
        if not killed:
            break
    else:
        raise AssertionError("never got through")
