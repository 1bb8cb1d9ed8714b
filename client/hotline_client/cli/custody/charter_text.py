"""A charter in words for a custodian who is about to sign it, and as a record for a program. Nothing is left out."""

from __future__ import annotations

import hashlib
from typing import Any

from hotline_client.cli.custody.ceremony import facts
from hotline_protocol.dtg import dtg
from hotline_protocol.identity.charter import Channel, SignedCharter
from hotline_protocol.identity.digits import digits
from hotline_protocol.terms import SIDES, Side


def charter_record(signed: SignedCharter) -> dict[str, Any]:
    """Every field of the charter and which delegations' signatures are on it and right."""
    charter, proven = signed.content(), signed.proven()
    return {
        "link_id": charter.link_id,
        "link_digits": digits(charter.link_id),
        "purpose": charter.purpose,
        "created": charter.created,
        "suite": charter.suite,
        "secret_hash": charter.secret_hash,
        "has_secret": signed.secret is not None,
        "delegations": [
            {"side": side, "name": card.delegation, "fingerprint": card.fingerprint, "digits": card.digits}
            for side, card in zip(SIDES, charter.delegations, strict=True)
        ],
        "relays": [
            {"url": relay.url, "certificate_sha256": hashlib.sha256(relay.certificate).hexdigest()}
            for relay in charter.relays
        ],
        "channels": [
            {"name": channel.name, "sides": channel.sides, "arena": channel.arena}
            for channel in charter.channels
        ],
        "ack_targets": {str(precedence): seconds for precedence, seconds in charter.ack_targets.items()},
        "signed_by": [
            card.delegation for side, card in zip(SIDES, charter.delegations, strict=True) if side in proven
        ],
    }


def charter_text(signed: SignedCharter) -> str:
    """The same for a person."""
    charter, proven = signed.content(), signed.proven()
    rows = [
        ("link id", digits(charter.link_id)),
        ("purpose", charter.purpose or "not stated"),
        ("drafted", dtg(charter.created * 1000)),
        ("suite", f"0x{charter.suite:04X}"),
        ("link secret", "in this file" if signed.secret is not None else "not in this file: a relay's copy"),
        ("", f"SHA-256 {charter.secret_hash.hex()}"),
    ]
    for side, card in zip(SIDES, charter.delegations, strict=True):
        rows.append((f"side {side}", card.delegation))
        rows.append(("", f"digits {card.digits}"))
        rows.append(("", _standing(signed, side, proven)))
    for relay in charter.relays:
        rows.append(("relay", relay.url))
        rows.append(("", f"certificate SHA-256 {hashlib.sha256(relay.certificate).hexdigest()}"))
    rows += [("channel", _channel(channel)) for channel in charter.channels]
    rows += [(f"ack {name}", f"within {seconds // 60} min") for name, seconds in charter.ack_targets.items()]
    return facts(rows)


def _standing(signed: SignedCharter, side: Side, proven: frozenset[Side]) -> str:
    if side in proven:
        return "signed"
    return "THE SIGNATURE IS WRONG" if side in signed.signed_by() else "NOT SIGNED"


def _channel(channel: Channel) -> str:
    who = "both sides" if channel.sides == "ab" else f"side {channel.sides} alone"
    return f"{channel.name}: {who}" + (f", arena {channel.arena}" if channel.arena else "")
