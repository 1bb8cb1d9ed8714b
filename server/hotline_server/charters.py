"""The charters a relay serves: files in `charters/`, verified when they are added and again whenever they are loaded.

`<link id>.charter` is a signed charter without its link secret; `<link id>.<hash>.crl` a revocation list of one of its two authorities.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from hotline_protocol.errors import CharterError, HotlineError, TrustError, UsageError
from hotline_protocol.identity.charter import Charter, SignedCharter
from hotline_protocol.identity.revocation import parse_crl
from hotline_protocol.identity.trust import Trust
from hotline_server.rules import Link
from hotline_server.settings import read_file, write_private

MAX_FILE: Final = 1024 * 1024


class CharterDirectory:
    """`charters/` of a state directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def version(self) -> tuple[tuple[str, int, int], ...]:
        """Changes whenever a file is added, removed or replaced."""
        found = ((path.name, path.stat()) for path in sorted(self._files("*")))
        return tuple((name, stat.st_mtime_ns, stat.st_ino) for name, stat in found)

    def load(self) -> tuple[dict[bytes, Link], list[str]]:
        """Every link whose charter verifies, and what is wrong with the files that do not."""
        links: dict[bytes, Link] = {}
        problems: list[str] = []
        for path in sorted(self._files("*.charter")):
            try:
                link = _link(read_file(path, limit=MAX_FILE))
            except HotlineError as error:
                problems.append(f"{path.name}: {error}")
                continue
            link_id = link.charter.link_id
            trust, wrong = self._with_crls(link_id, link.trust)
            problems.extend(wrong)
            links[link_id] = Link(link.charter, trust)
        return links, problems

    def add_charter(self, data: bytes) -> Link:
        """Verify a signed charter and serve its link from now on."""
        link = _link(data)
        write_private(self._directory / f"{link.charter.link_id.hex()}.charter", data)
        return link

    def add_crl(self, data: bytes) -> list[Link]:
        """Verify a revocation list against every link, and add it to those whose authority signed it."""
        links, _ = self.load()
        if not links:
            raise UsageError("there is no charter yet that this revocation list could belong to")
        updated: list[Link] = []
        refusals: list[TrustError] = []
        for link_id, link in links.items():
            try:
                updated.append(Link(link.charter, link.trust.with_crl(data)))
            except TrustError as error:
                refusals.append(error)
                continue
            write_private(self._directory / f"{link_id.hex()}.{sha256(data).hexdigest()[:16]}.crl", data)
        if not updated:
            raise refusals[0]
        return updated

    def _with_crls(self, link_id: bytes, trust: Trust) -> tuple[Trust, list[str]]:
        """`trust` with every list of the link, older ones first."""
        problems: list[str] = []
        lists: list[tuple[int, str, bytes]] = []
        for path in self._files(f"{link_id.hex()}.*.crl"):
            try:
                data = read_file(path, limit=MAX_FILE)
                lists.append((parse_crl(data, trust.roots).number, path.name, data))
            except HotlineError as error:
                problems.append(f"{path.name}: {error}")
        for _, name, data in sorted(lists):
            try:
                trust = trust.with_crl(data)
            except TrustError as error:
                problems.append(f"{name}: {error}")
        return trust, problems

    def _files(self, pattern: str) -> Iterable[Path]:
        return (path for path in self._directory.glob(pattern) if not path.name.startswith("."))


def _link(data: bytes) -> Link:
    charter = read_charter(data)
    return Link(charter, Trust.from_charter(charter))


def read_charter(data: bytes) -> Charter:
    """The charter in a relay's copy, both signatures good. CharterError if the file still holds the link secret."""
    signed = SignedCharter.decode(data)
    if signed.secret is not None:
        raise CharterError(
            "this charter file holds the link secret, which is for devices only; "
            "ask a custodian for the relay's copy: hotline charter relay-copy FILE OUT"
        )
    return signed.verify()
