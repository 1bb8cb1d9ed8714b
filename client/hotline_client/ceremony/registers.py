"""The registers of an authority: what it issued and what it revoked, one JSON object a line, appended and never changed.

Rules: a line is on disk before what it records leaves the directory; a line torn by a crash stands for nothing that left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hotline_client import files
from hotline_protocol.errors import StorageError
from hotline_protocol.identity.certificate import Certificate

ISSUED_FILE: Final = "issued.jsonl"
REVOKED_FILE: Final = "revoked.jsonl"


@dataclass(frozen=True, slots=True)
class Issued:
    """A line of the register of certificates. Times are unix seconds; `revoked` is when, or None."""

    serial: int
    name: str
    role: str
    arenas: tuple[str, ...]
    not_before: int
    not_after: int
    fingerprint: str
    device: str = ""
    """SHA-256 of its key, hexadecimal: the same for a certificate and those that renew it."""
    revoked: int | None = None
    reason: str = ""


def issued(directory: Path) -> list[Issued]:
    """Every certificate issued, oldest first, with what was revoked since."""
    revoked = {int(line["serial"], 16): line for line in _lines(directory / REVOKED_FILE)}
    return [_issued(line, revoked.get(int(line["serial"], 16))) for line in _lines(directory / ISSUED_FILE)]


def record_issued(directory: Path, certificate: Certificate) -> None:
    """Register a certificate that is about to leave."""
    files.append_line(directory / ISSUED_FILE, _json(_line(certificate)))


def record_revoked(directory: Path, entry: Issued, reason: str, *, when: int, number: int) -> None:
    """Register a revocation (unix s) that the list of that number will be the first to name."""
    line = {
        "serial": f"{entry.serial:x}",
        "name": entry.name,
        "when": when,
        "reason": reason,
        "number": number,
    }
    files.append_line(directory / REVOKED_FILE, _json(line))


def last_number(directory: Path) -> int:
    """The highest number any revocation list had, 0 before the first."""
    recorded = [int(line["number"]) for line in _lines(directory / REVOKED_FILE)]
    written = [int(path.stem.rpartition("-")[2]) for path in directory.glob("*-[0-9][0-9][0-9][0-9].crl")]
    return max([0, *recorded, *written])


def _line(certificate: Certificate) -> dict[str, Any]:
    return {
        "serial": f"{certificate.serial:x}",
        "name": certificate.name,
        "role": certificate.role,
        "arenas": sorted(certificate.arenas),
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "fingerprint": certificate.fingerprint.hex(),
        "device": certificate.device.hex(),
    }


def _json(line: dict[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a register; one that a crash tore has no closing brace. Any other damage is a StorageError."""
    if not path.exists():
        return
    for number, line in enumerate(files.read(path, "the register", limit=64 * files.LIMIT).splitlines(), 1):
        if not line.endswith(b"}"):
            continue
        try:
            yield json.loads(line)
        except ValueError:
            raise StorageError(
                f"line {number} of {path} is damaged; bring the register back from a copy"
            ) from None


def _issued(line: dict[str, Any], revoked: dict[str, Any] | None) -> Issued:
    return Issued(
        serial=int(line["serial"], 16),
        name=str(line["name"]),
        role=str(line["role"]),
        arenas=tuple(line["arenas"]),
        not_before=int(line["not_before"]),
        not_after=int(line["not_after"]),
        fingerprint=str(line["fingerprint"]),
        device=str(line["device"]),
        revoked=None if revoked is None else int(revoked["when"]),
        reason="" if revoked is None else str(revoked["reason"]),
    )
