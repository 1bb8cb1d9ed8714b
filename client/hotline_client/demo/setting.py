"""The setting: a relay and both delegations' enrolled vaults in one throw-away directory, made by the real ceremony."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from hotline_client import files
from hotline_client.ceremony import rehearse
from hotline_client.ceremony.rehearse import Device, Enrolled, TypedStep
from hotline_client.demo.scenario import OUR_DELEGATION, OUR_NAME, THEIR_DELEGATION, THEIR_NAME
from hotline_client.demo.stage import Relay, add_charter, init_relay
from hotline_client.vault import keyfile
from hotline_protocol.terms import Arena, Role

DEVICES: Final = (
    Device("a", OUR_NAME, Role.DEPUTY, tuple(Arena)),
    Device("b", THEIR_NAME, Role.HEAD, tuple(Arena)),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A relay that knows the charter, and one enrolled device of each side."""

    relay: Relay
    ours: Enrolled
    theirs: Enrolled


def build(directory: Path, commands: click.Command, progress: Callable[[TypedStep], None]) -> Setting:
    """Make everything below `directory` by typing `commands`, the program `hotline`. The keys are thrown away with it, so their passphrases cost no time to check."""
    files.private_directory(directory)
    relay = init_relay(directory / "relay")
    made = rehearse.run(
        directory / "ceremony",
        commands=commands,
        relay_card=relay.card,
        devices=DEVICES,
        delegations=(OUR_DELEGATION, THEIR_DELEGATION),
        progress=progress,
        unsafe_testing_cost=keyfile.UNSAFE_TESTING_COST,
    )
    add_charter(relay, made.relay_charter)
    ours, theirs = made.devices
    return Setting(relay, ours, theirs)
