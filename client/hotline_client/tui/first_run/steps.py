"""The steps of enrolment and which one is next: read off what is there, never off a number that was written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from hotline_client import doctor, files
from hotline_client.ceremony import enrol
from hotline_client.ceremony.enrol import Installed
from hotline_client.doctor import Finding
from hotline_client.tui.looks.tongue import N_, t
from hotline_client.vault import Vault
from hotline_client.vault.keyfile import Cost
from hotline_client.vault.passphrases import check_new, clean
from hotline_protocol.errors import UsageError
from hotline_protocol.identity.certificate import Request, parse_request
from hotline_protocol.identity.digits import digits

KEPT: Final = "enrol.request"
"""The setting of the vault that holds where the request was written, and for whom."""


class EnrolmentStep(IntEnum):
    """What is to be done."""

    KEY = 1
    REQUEST = 2
    INSTALL = 3
    CHECK = 4
    OPEN = 5


TITLES: Final = {
    EnrolmentStep.KEY: N_("Make this device's key"),
    EnrolmentStep.REQUEST: N_("Have it certified"),
    EnrolmentStep.INSTALL: N_("Install what came back"),
    EnrolmentStep.CHECK: N_("Check it"),
    EnrolmentStep.OPEN: N_("Open the line"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made: for whom, in which file, and its digits as they are read out."""

    name: str
    path: Path
    digits: str


class Enrolment:
    """A device in the making. Every method either does its step whole or raises a HotlineError and changes nothing.

    `passphrase` is kept in memory alone, until the line is opened with it.
    """

    def __init__(
        self,
        home: Path,
        passphrase: str | None,
        *,
        rng: Callable[[int], bytes],
        now: Callable[[], int],
        unsafe_testing_cost: Cost | None = None,
    ) -> None:
        self.home = home
        self.passphrase = passphrase
        self._rng, self._now, self._cost = rng, now, unsafe_testing_cost
        self.asked: Asked | None = None
        self.installed: Installed | None = None

    def step(self) -> EnrolmentStep:
        """What is next, by what is there. The vault is opened, which takes a moment."""
        if self.passphrase is None or not Vault.exists(self.home):
            return EnrolmentStep.KEY
        with Vault.open(self.home, self.passphrase) as vault:
            if vault.device.certificate is not None and vault.device.charter is not None:
                return EnrolmentStep.OPEN
            self.asked = self._again(vault)
            return EnrolmentStep.REQUEST

    def make_key(self, name: str, passphrase: str, again: str, out: str) -> Asked:
        """Step 1: the vault, the key in it, and the request."""
        path = _path(out, N_("request"))
        chosen = check_new(clean(passphrase))
        if chosen != clean(again):
            raise UsageError(t("the two passphrases differ; nothing was changed"))
        enrol.check_name(name.strip())
        made = enrol.request(
            self.home, name.strip(), chosen, path, rng=self._rng, unsafe_testing_cost=self._cost
        )
        self.passphrase = chosen
        self._keep(made, path)
        return self._asked(made, path)

    def install(self, certificate: str, charter: str) -> Installed:
        """Step 3: the certificate and the charter, if they fit each other, this key and now."""
        self.installed = enrol.install(
            self.home,
            self._words(),
            files.read(_path(certificate, N_("certificate")), "the certificate"),
            files.read(_path(charter, N_("charter")), "the charter"),
            now=self._now(),
        )
        return self.installed

    def check(self) -> list[Finding]:
        """Step 4: that nobody else reads the files, and that the papers fit."""
        with Vault.open(self.home, self._words()) as vault:
            return [*doctor.files(self.home), *doctor.papers(vault, self._now())]

    def _words(self) -> str:
        if self.passphrase is None:
            raise UsageError("no vault is open")
        return self.passphrase

    def _keep(self, made: Request, path: Path) -> None:
        with Vault.open(self.home, self._words()) as vault:
            vault.set_setting(KEPT, f"{path}\n{made.name}".encode())

    def _again(self, vault: Vault) -> Asked | None:
        kept = vault.setting(KEPT)
        if kept is None:
            return None
        where, _name = kept.decode().split("\n", 1)
        try:
            made = parse_request(files.read(Path(where), "the request"))
        except (UsageError, OSError):
            return None
        key = vault.device.private_key.public_key().public_bytes_raw()
        return self._asked(made, Path(where)) if made.public_key == key else None

    def _asked(self, made: Request, path: Path) -> Asked:
        self.asked = Asked(made.name, path, digits(made.fingerprint))
        return self.asked


def _path(typed: str, what: str) -> Path:
    if not typed.strip() or "\0" in typed:
        raise UsageError(t("the path of the {what} is wanted", what=t(what)))
    return Path(typed.strip()).expanduser().absolute()
