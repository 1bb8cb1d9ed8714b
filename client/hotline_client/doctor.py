"""What can be wrong with a device's set-up: each check says what it found, and when it is bad, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from hotline_client.bots.signs import last_sign
from hotline_client.connection.health import LineState
from hotline_client.errors import RECOVER
from hotline_client.line.line import Line
from hotline_client.line.views import ChannelView, Halted, StatusView
from hotline_client.schedules.definitions import read_definition
from hotline_client.vault import Vault
from hotline_protocol.dtg import dtg
from hotline_protocol.errors import HotlineError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import SignedCharter
from hotline_protocol.identity.trust import Trust
from hotline_protocol.terms import ADMITTING_ROLES

State = Literal["ok", "warn", "fail"]

EXPIRES_SOON: Final = 14 * 86400
"""Seconds before a certificate's end from which renewing it is urgent."""
OUTBOX_OLD: Final = 15 * 60_000
REFILL_PATIENCE: Final = 10 * 60_000
"""How long a relay may take to be filled up again, once a person decided so, ms."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    found: str
    hint: str = ""


def files(home: Path) -> Iterator[Finding]:
    """That nobody else can read the device's files."""
    for path in (home, *sorted(home.iterdir())):
        mode = path.lstat().st_mode & 0o777
        allowed = 0o700 if path.is_dir() else 0o600
        if mode & ~allowed:
            yield Finding(
                "files",
                "fail",
                f"{path.name} has mode {mode:o}, expected {allowed:o}",
                f"chmod {allowed:o} '{path}'",
            )
            return
    yield Finding("files", "ok", "only this user can read them")


def papers(vault: Vault, now: int) -> Iterator[Finding]:
    """Key, certificate and charter, and that they fit each other; `now` in unix seconds."""
    if vault.device.certificate is None or vault.device.charter is None:
        yield Finding(
            "certificate",
            "fail",
            "this device has a key and no certificate",
            "give the request to your custodian, then `hotline enrol install CERT --charter FILE`",
        )
        return
    try:
        charter = SignedCharter.decode(vault.device.charter).verify()
        certificate = Trust.from_charter(charter).identify(vault.device.certificate)
    except HotlineError as error:
        yield Finding("charter", "fail", str(error), "install the papers again: `hotline enrol install`")
        return
    yield Finding("charter", "ok", f"signed by both authorities, link {charter.link_id.hex()[:16]}")
    yield _validity(certificate, now)


def _validity(certificate: Certificate, now: int) -> Finding:
    end = dtg(certificate.not_after * 1000)
    if not certificate.not_before <= now <= certificate.not_after:
        return Finding(
            "certificate", "fail", f"valid only until {end}", "`hotline enrol renew`, or set this clock right"
        )
    if certificate.not_after - now < EXPIRES_SOON:
        return Finding("certificate", "warn", f"expires {end}", "`hotline enrol renew`")
    return Finding("certificate", "ok", f"{certificate.name}, {certificate.role}, until {end}")


def connection(status: StatusView) -> Iterator[Finding]:
    """The way to the relay, after it was tried."""
    if status.state is LineState.DOWN:
        yield Finding(
            "relay",
            "fail",
            status.reason or "no answer",
            "check the network and the address in `hotline charter show`; what you send is kept meanwhile",
        )
        return
    trip = f"{status.round_trip:.0f} ms" if status.round_trip is not None else "not measured yet"
    yield Finding(
        "relay", "ok", f"{status.relay or 'connected'}, its certificate is the charter's, round trip {trip}"
    )


def clock(doubt: str | None, status: StatusView) -> Iterator[Finding]:
    """The clock of this device against the relay's, after that was reached."""
    if status.state is LineState.DOWN:
        return
    if doubt is None:
        yield Finding("clock", "ok", "it agrees with the relay's")
    else:
        yield Finding(
            "clock", "fail", doubt, "schedules wait meanwhile; `timedatectl` shows and sets this clock"
        )


def copies(status: StatusView) -> Iterator[Finding]:
    """Whether this vault is the one that was last used here."""
    if status.put_back is None:
        yield Finding("copies", "ok", "the vault is the one that was last used here")
    else:
        yield Finding("copies", "fail", f"nothing is sent: {status.put_back}", RECOVER)


def channel(view: ChannelView, line: Line, now: int) -> Iterator[Finding]:
    """One channel: in it, in order, caught up; `now` in unix ms."""
    name = f"channel {view.name}"
    yield _standing(name, view, line, now)
    if line.me.role in ADMITTING_ROLES and view.consents and not any(one.own for one in view.consents):
        yield Finding(
            name,
            "warn",
            f"{view.consents[0].name} of the other side consents to found it again",
            f"ask them by another means; if it is to be, within a day: `hotline log refound {view.name}`",
        )
    for one in line.roster(view.name):
        if one.disputed:
            yield Finding(
                name,
                "warn",
                f"{one.person.name} signs another log than this device holds: its words do not count here",
                f"compare with its holder by voice: `hotline log compare {view.name}`",
            )
    waiting = [item for item in line.outbox() if item.channel == view.name and now - item.time > OUTBOX_OLD]
    if waiting:
        yield Finding(
            name, "warn", f"{len(waiting)} wait in the outbox for over 15 minutes", "`hotline outbox --drain`"
        )


def _standing(name: str, view: ChannelView, line: Line, now: int) -> Finding:
    if view.halted is not None:
        found = f"HALTED, {view.halted.kind}: {view.halted.reason}"
        return Finding(name, "fail", found, _way_on(view.name, view.halted, now))
    if view.left_out:
        return Finding(
            name,
            "fail",
            "the relay is there and does not announce this channel: what others wrote in it is not known",
            "tell the operator of the relay; it may be hiding it. What you write is kept meanwhile",
        )
    if view.recovering:
        return Finding(
            name,
            "warn",
            "the relay lost entries and takes none until it has them again: what you write is kept meanwhile",
            "it goes on by itself once a head or deputy of each side is on the line: tell them by another way",
        )
    if view.phase == "member":
        return Finding(name, "ok", f"member, epoch {view.epoch}, read to #{view.cursor}")
    if view.phase == "unfounded":
        return Finding(
            name,
            "warn",
            "nobody has founded it",
            f"a head or deputy: `hotline roster admit --all --channel {view.name}` once both sides knock",
        )
    hint = "a head or deputy of your side admits you"
    if line.me.role in ADMITTING_ROLES and view.phase == "knocking":
        hint += f"; if none of them is in the channel: `hotline log refound {view.name}`, and one of the other side the same"
    return Finding(name, "warn", f"not a member ({view.phase})", hint)


def _way_on(name: str, halted: Halted, now: int) -> str:
    if not halted.chosen:
        return f"compare `hotline log compare {name}` with the other side by voice, then `hotline log resume {name}`"
    if now - halted.chosen < REFILL_PATIENCE:
        return "it goes on by itself once a head or deputy of the other side has resumed too: tell them by another way"
    return (
        "the other side did not resume, or has no more than the relay: speak with them, "
        f"then take the relay's log as it is: `hotline log resume {name} --shorter`"
    )


def programs(vault: Vault) -> Iterator[Finding]:
    """What runs by the clock: definitions that can be read, a bot that fires them, nothing that nobody looked at."""
    stored = vault.schedules.all()
    for one in stored:
        try:
            read_definition(one.name, one.definition)
        except HotlineError as error:
            yield Finding(
                "schedules",
                "fail",
                f"{one.name} cannot be worked on: {error}",
                "mend its file and add it again",
            )
    sign = last_sign(vault)
    if sign.get("alive") and sign.get("waits"):
        yield Finding("bot", "warn", f"it waits, nothing is said: {sign['waits']}", "it goes on by itself")
    if stored and not sign.get("alive"):
        hint = "start it: `hotline bot run`, or the service hotline-bot"
        yield Finding("bot", "fail", f"{len(stored)} schedules are kept and no bot is running", hint)
    elif sign.get("alive"):
        yield Finding("bot", "ok", f"running since {dtg(int(sign['since'] * 1000))}, {len(stored)} schedules")
    parked = vault.schedules.parked()
    if parked:
        hint = "see them: `hotline watch --parked`"
        yield Finding("handlers", "warn", f"{len(parked)} events were parked", hint)
    waiting = vault.schedules.open()
    if waiting:
        yield Finding(
            "schedules",
            "warn",
            f"{len(waiting)} slots are not acknowledged",
            "see them: `hotline schedule trail`",
        )
