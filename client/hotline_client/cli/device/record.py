"""`hotline record`: a channel's log as a file, and such a file verified offline with nothing but the two authorities."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.cli.base import output
from hotline_client.cli.base.acting import channel_option
from hotline_client.cli.base.options import json_option
from hotline_client.cli.base.session import Session, line_command
from hotline_client.line import record as recording
from hotline_client.presenters import record as presenter
from hotline_protocol.errors import FormatError, TrustError, UsageError
from hotline_protocol.identity.card import MAX_CARD, Card
from hotline_protocol.record.verify import Authority, Proven, Verifier
from hotline_protocol.text import show

FILE = click.Path(path_type=Path)
_DIGITS: Final = frozenset("0123456789 -")


@click.group("record")
def command() -> None:
    """Write a channel's log to a file that anybody can verify, and verify one."""


@line_command("export", group=command)
@click.argument("file", type=FILE)
@channel_option
@click.option("--only", multiple=True, metavar="MESSAGE", help="Only this message: #SEQ or id. Repeatable.")
async def export(session: Session, *, file: Path, channel: str, only: tuple[str, ...]) -> None:
    """Write the log of a channel, as this device holds it, to FILE: every entry, and all words this device could read.

    The file is not encrypted. It holds no key and no link secret.
    """
    line, channel = session.line, session.channel(channel)
    chosen = [session.message(channel, one).id for one in only]
    files.must_be_new(file)

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            session.say(f"{done} of {total} entries")

    size = files.write_new(file, line.record(channel, chosen, progress))
    session.emit(
        {
            "type": "record",
            "file": str(file),
            "channel": channel,
            "bytes": size,
            "documents": len(only) or None,
        },
        f"written: {show(str(file))}, {size:,} bytes. It is not encrypted.\n"
        "whoever has both authorities' cards verifies it with: hotline record verify FILE --authority CARD --authority CARD",
    )


@command.command("verify")
@click.argument("file", type=FILE)
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    metavar="CARD",
    help="A delegation's card file, or its 30 digits. Give both delegations'.",
)
@click.option("--list", "listed", is_flag=True, help="Also show every document.")
@json_option
def verify(file: Path, authorities: tuple[str, ...], *, listed: bool) -> None:
    """Verify FILE offline. Exit 4 if anything in it is not what was signed; exit 2 if it is no record, or cut off."""
    if len(authorities) != 2:
        raise UsageError(
            f"expected --authority twice, one of each delegation; it was given {len(authorities)} times"
        )
    first, second = map(_authority, authorities)
    verifier = Verifier((first, second))
    try:
        for proven in _noticed(recording.verify(file, verifier)):
            if listed:
                output.emit(presenter.document_record(proven), presenter.document_text(proven))
    except (FormatError, TrustError) as error:
        error.add_note("do not rely on anything in this file; ask for it again, by another way")
        raise
    verdict = verifier.verdict
    output.emit(presenter.verdict_record(verdict), "\n".join(presenter.verdict_text(verdict)))
    if verdict.deviating:
        doubt = TrustError(f"the authors of {len(verdict.deviating)} documents sign another log")
        doubt.add_note(
            "either the log was put back at that time, or this record is false: compare with the other side's"
        )
        raise doubt


def _authority(given: str) -> Authority:
    if set(given) <= _DIGITS:
        return given
    return Card.decode(files.read(Path(given), "the card", limit=MAX_CARD)).fingerprint


def _noticed(documents: Iterable[Proven]) -> Iterator[Proven]:
    """With a line on the terminal now and then."""
    for number, proven in enumerate(documents, 1):
        if number % 1000 == 0 and sys.stderr.isatty():
            output.say(f"{number} documents, up to entry {proven.seq}")
        yield proven
