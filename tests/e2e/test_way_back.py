"""Real processes over TLS: renewed certificates reach the group, and a side without a head comes back by both sides' consent."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hotline_client.ceremony.rehearse import Enrolled
from hotline_protocol.terms import Role
from tests.e2e.stage import CHANNEL, Stage, devices, said, until

FOREVER = 240
"""Seconds after which a command hangs rather than works."""


def typed(*words: str, passphrase: str | None = None, digits: str | None = None) -> list[dict[str, Any]]:
    """A command as a person types it, in a process of its own; what it printed as JSON lines."""
    given = [sys.executable, "-m", "hotline_client", *words, "--json"]
    given += ["--digits", digits] if digits else []
    read, write = os.pipe()
    if passphrase is not None:
        os.write(write, passphrase.encode() + b"\n")
        given += ["--passphrase-fd", str(read)]
    os.close(write)
    try:
        done = subprocess.run(
            given, pass_fds=(read,), capture_output=True, text=True, timeout=FOREVER, check=False
        )
    finally:
        os.close(read)
    assert done.returncode == 0, done.stderr
    return [json.loads(one) for one in done.stdout.splitlines() if one.startswith("{")]


def on(device: Enrolled, *words: str) -> list[dict[str, Any]]:
    return typed(*words, "--home", str(device.home), passphrase=device.passphrase)


def approve(stage: Stage, device: Enrolled, request: Path, digits: str, role: Role) -> Path:
    """The custodian certifies what the device asks for."""
    side = 0 if device.device.side == "a" else 1
    words = ["authority", "approve", str(request), "--role", str(role), "--days", "300"]
    words += [word for arena in device.device.arenas for word in ("--arena", str(arena))]
    typed(
        *words,
        "--authority",
        str(stage.made.authorities[side]),
        passphrase=stage.made.authority_passphrases[side],
        digits=digits,
    )
    return request.with_suffix(".cert")


def renew(stage: Stage, device: Enrolled) -> None:
    """As docs/key-management.md says it."""
    request = device.home.parent / f"{device.home.name}-again.request"
    (asked,) = on(device, "enrol", "renew", str(request))
    certificate = approve(stage, device, request, asked["digits"], device.device.role)
    on(device, "enrol", "install", str(certificate), "--charter", str(stage.made.charter))


def enrol(stage: Stage, side_of: Enrolled, name: str, role: Role) -> Enrolled:
    """A new device of the side of another one."""
    home = side_of.home.parent / name.replace(" ", "-")
    made = Enrolled(
        type(side_of.device)(side_of.device.side, name, role, side_of.device.arenas),
        home,
        "a new pass phrase",
    )
    request = home.with_suffix(".request")
    (asked,) = on(made, "enrol", "request", "--name", name, str(request))
    certificate = approve(stage, made, request, asked["digits"], role)
    on(made, "enrol", "install", str(certificate), "--charter", str(stage.made.charter))
    return made


@pytest.mark.parametrize("name", ["Alpha 1", "Bravo 2"])
def test_a_certificate_that_is_renewed_by_the_documented_commands_reaches_the_group(
    tmp_path: Path, name: str
) -> None:
    with Stage(tmp_path, devices(1, 2)) as stage:
        stage.found()
        renew(stage, stage.enrolled(name))

        async def work() -> None:
            async with stage.online("Alpha 1", "Bravo 1", "Bravo 2") as (alpha, bravo, officer):
                renewed = {"Alpha 1": alpha, "Bravo 2": officer}[name]
                for line in (alpha, bravo, officer):
                    await until(
                        line,
                        lambda line=line: (
                            renewed.me.fingerprint in {one.person.fingerprint for one in line.roster(CHANNEL)}
                        ),  # type: ignore[misc]
                        "the renewed certificate is in the group",
                    )
                word = renewed.send_text(CHANNEL, "under the new certificate")
                await until(bravo, lambda: word in {id_ for _, id_, _ in said(bravo)}, "it is heard")

        asyncio.run(work())


def test_a_side_that_lost_its_only_head_comes_back_by_both_sides_consent(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(2, 1)) as stage:
        stage.found()
        officer, bravo = stage.enrolled("Alpha 2"), stage.enrolled("Bravo 1")
        on(officer, "send", "before")
        new = enrol(stage, officer, "Alpha New", Role.HEAD)
        on(new, "roster", "list")  # on the line it knocks
        on(new, "log", "refound", CHANNEL, "--yes", "--timeout", "2s")
        (told,) = [one for one in on(bravo, "doctor") if "consents" in one["found"]]
        assert f"`hotline log refound {CHANNEL}`" in told["hint"]
        on(bravo, "log", "refound", CHANNEL, "--yes", "--timeout", "20s")
        on(officer, "roster", "list")  # it knocks in the new group
        on(new, "roster", "admit", "--all")
        on(new, "send", "after")
        for one in (officer, bravo):
            words = [each.get("text") for each in on(one, "watch", "--once", "--all")]
            assert words[-1] == "after", words
        assert "before" in [each.get("text") for each in on(bravo, "watch", "--once", "--all")]
