"""`hotline doctor`: everything that can be wrong with a set-up, checked in order, with what to do about it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from hotline_client import doctor
from hotline_client.cli.base import output
from hotline_client.cli.base.options import home_option, json_option
from hotline_client.cli.base.output import Styled
from hotline_client.cli.base.passphrase import Passphrase, passphrase_option
from hotline_client.cli.base.session import Invocation, is_wrong_certificate, patience_option
from hotline_client.doctor import Finding
from hotline_client.errors import Refused, Unreachable
from hotline_client.line.line import Line
from hotline_client.vault import Vault
from hotline_protocol.errors import HotlineError, PeerError, TrustError

DATABASE: Final = "vault.db"
LARGE: Final = 64 * 1024 * 1024
"""Bytes of a vault from which checking it takes a person's notice."""
COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@home_option
@passphrase_option
@patience_option(default="10s")
@json_option
def command(*, home: Path, passphrase: Passphrase, patience: int) -> None:
    """Check files, papers, clock, relay and channels; exit 0 when nothing is wrong."""
    failures: list[Finding] = []
    with Vault.open(home, passphrase.existing("the vault")) as vault:
        if (home / DATABASE).stat().st_size > LARGE:
            output.say("reading every page of the vault")
        vault.check()
        for finding in _examine(home, vault, patience):
            _show(finding)
            if finding.state == "fail":
                failures.append(finding)
    if failures:
        raise _error(failures[0], len(failures))


def _examine(home: Path, vault: Vault, patience: int) -> Iterator[Finding]:
    yield from doctor.files(home)
    papers = list(doctor.papers(vault, int(time.time())))
    yield from papers
    if any(finding.state == "fail" for finding in papers):
        return
    yield from doctor.programs(vault)
    yield from asyncio.run(_online(vault, Line.open(vault), patience))


async def _online(vault: Vault, line: Line, patience: int) -> list[Finding]:
    async with line:
        await Invocation(vault, line).catch_up(patience, required=False)
        found = [*doctor.connection(line.status()), *doctor.clock(line.clock_doubt(), line.status())]
    found += doctor.copies(line.status())
    now = time.time_ns() // 1_000_000
    for view in line.channels():
        found += doctor.channel(view, line, now)
    return found


def _show(finding: Finding) -> None:
    record = {"check": finding.check, "state": finding.state, "found": finding.found, "hint": finding.hint}
    pieces: list[str | Styled] = [
        Styled(f"{finding.state:4}", COLOURS[finding.state], bold=finding.state == "fail"),
        f"  {finding.check}: {finding.found}",
    ]
    if finding.hint:
        pieces.append(f"\n      {finding.hint}")
    output.emit(record, pieces)


def _error(first: Finding, count: int) -> HotlineError:
    message = f"{count} of the checks failed, the first is: {first.check}"
    if first.check == "relay":
        return PeerError(message) if is_wrong_certificate(first.found) else Unreachable(message)
    return (
        TrustError(message)
        if first.check.startswith(("channel", "charter", "certificate"))
        else Refused(message)
    )
