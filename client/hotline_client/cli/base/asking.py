"""Asking a person at the terminal whether they want what was shown."""

from __future__ import annotations

import asyncio
import sys

import click

from hotline_protocol.errors import UsageError


async def confirmed(words: str, *, yes: bool) -> None:
    """A person looked at what was shown and wants it; UsageError if not, or if nobody is there to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("look at the list above and say --yes")
    if not await asyncio.to_thread(click.confirm, words, err=True):
        raise UsageError("nothing was sent")
