"""Everything that can be wrong with a state directory, found without starting the relay."""

from __future__ import annotations

import datetime as dt
import os
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline_protocol.errors import HotlineError, StorageError, UsageError
from hotline_protocol.identity.charter import Charter
from hotline_server.charters import CharterDirectory
from hotline_server.ordering import LogKey
from hotline_server.settings import PRIVATE_DIRECTORY, PRIVATE_FILE, StateDirectory
from hotline_server.store.sqlite import SqliteStore
from hotline_server.tls import certificate_der, load_certificate, server_context

WARN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `problem` is empty when all is well; `hint` says what to do."""

    what: str
    problem: str = ""
    hint: str = ""


def check_all(state: StateDirectory, now: dt.datetime) -> Iterator[Finding]:
    """Findings in the order in which a person should deal with them."""
    yield _attempt("settings", state.load_settings, "run `hotline-relay init`, or mend relay.toml")
    yield from _permissions(state)
    yield _attempt("tls key", lambda: _key_fits(state), "restore relay.key and relay.crt from the backup")
    yield _attempt(
        "tls certificate", lambda: _certificate_lasts(state, now), "make a new one and a new charter"
    )
    yield from _charters(state)
    yield _attempt(
        "database",
        lambda: _database(state),
        "move log.db and log.db-* away, and put the newest copy back: `hotline-relay restore FILE`",
    )
    yield from _recovery(state)


def pins(charter: Charter, certificate: bytes) -> bool:
    """Whether a charter names a relay with this TLS certificate (DER)."""
    return any(relay.certificate == certificate for relay in charter.relays)


def _attempt(what: str, action: Callable[[], object], hint: str) -> Finding:
    try:
        action()
    except HotlineError as error:
        return Finding(what, str(error), hint)
    return Finding(what)


def _permissions(state: StateDirectory) -> Iterator[Finding]:
    wrong = [
        (path, mode)
        for path, mode in _expected_modes(state)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & ~mode
    ]
    for path, mode in wrong:
        yield Finding(f"permissions of {path.name}", "others may use it", f"chmod {mode:o} {path}")
    owned = [
        path for path, _ in _expected_modes(state) if path.exists() and path.stat().st_uid != os.getuid()
    ]
    for path in owned:
        yield Finding(
            f"owner of {path.name}",
            "it belongs to another user",
            f"run this as the relay's user, or chown {path}",
        )
    if not wrong and not owned:
        yield Finding("permissions")


def _expected_modes(state: StateDirectory) -> Iterator[tuple[Path, int]]:
    yield state.directory, PRIVATE_DIRECTORY
    yield state.charters, PRIVATE_DIRECTORY
    for directory in (state.directory, state.charters):
        if directory.is_dir():
            yield from ((path, PRIVATE_FILE) for path in sorted(directory.iterdir()) if path.is_file())


def _key_fits(state: StateDirectory) -> ssl.SSLContext:
    return server_context(state.certificate, state.key)


def _certificate_lasts(state: StateDirectory, now: dt.datetime) -> None:
    certificate = load_certificate(state.certificate)
    if now < certificate.not_valid_before_utc:
        raise StorageError("the certificate is not valid yet: is the clock right?")
    left = certificate.not_valid_after_utc - now
    if left < dt.timedelta(days=WARN_DAYS):
        raise StorageError(f"the certificate expires on {certificate.not_valid_after_utc:%Y-%m-%d}")


def _charters(state: StateDirectory) -> Iterator[Finding]:
    if not state.charters.is_dir():
        yield Finding("charters", "there is no charters directory", "run `hotline-relay init`")
        return
    links, problems = CharterDirectory(state.charters).load()
    for problem in problems:
        yield Finding(
            "charter", problem, "remove the file, or add a good one with `hotline-relay charter add`"
        )
    if not links and not problems:
        yield Finding("charters", "none yet: nobody can connect", "hotline-relay charter add FILE")
    try:
        own = certificate_der(load_certificate(state.certificate))
    except HotlineError:
        return
    for link_id, link in links.items():
        name = f"charter {link_id.hex()[:12]}"
        if pins(link.charter, own):
            yield Finding(name)
        else:
            yield Finding(
                name,
                "it pins another certificate than relay.crt",
                "both sides must sign a charter with this relay's card",
            )


def _recovery(state: StateDirectory) -> Iterator[Finding]:
    """Channels that take no entries, because entries of them were lost or may have been."""
    try:
        links, _ = CharterDirectory(state.charters).load()
        if not state.database.exists():
            return
        with SqliteStore(state.database) as store:
            for link_id, link in links.items():
                names = [one.name for one in link.charter.channels]
                waiting = [name for name in names if store.recovering(LogKey(link_id, name))]
                if waiting:
                    yield Finding(
                        f"recovery of link {link_id.hex()[:12]}",
                        f"{', '.join(waiting)}: taking no entries until devices of both sides gave back what was lost",
                        "run the relay, and ask each delegation to bring a head's or deputy's device on the line; "
                        "the relay's log says what they offer",
                    )
    except HotlineError:
        return  # the database's own finding says so


def _database(state: StateDirectory) -> None:
    if not state.database.exists():
        return
    if not os.access(state.database, os.W_OK):
        raise UsageError(f"{state.database} cannot be written by this user")
    with SqliteStore(state.database) as store:
        store.check()
