"""Who is at the door, and what they ask for.

L10 a knock counts if it opens under the link secret (I17), is signed by its device for its entry, its KeyPackage is good, its certificate
    valid when it signed, and entitled to the channel; a newer one of the same certificate replaces the older, which counts no more: a
    relay that shows it again changes nothing
L15 a knock of a head or deputy that names the next generation is their consent to found the channel again (L17), until they knock anew
L16 a knock whose proof fits an epoch that we shared, not before its device's present leaf, is of a device that was in
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

import msgspec

from hotline_client.engine import keys
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.context import certificate_der
from hotline_client.engine.draft import Draft
from hotline_client.engine.standing import Knock, Standing
from hotline_client.engine.store import PutBack
from hotline_protocol.errors import CertificateError, FormatError, TrustError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.entitlement import may_use
from hotline_protocol.identity.statements import Statement, prove
from hotline_protocol.relay.chain import Entry
from hotline_protocol.terms import ADMITTING_ROLES

MAX_KNOCKS: Final = 128
"""Most knocks of a side that are remembered in a channel; a certificate has one place at most."""
MAX_ANSWERED: Final = 1024
"""Of how many knocks that were answered or replaced it is remembered that they ask for nothing any more."""
MAX_CONSENTS: Final = 16
"""The same of consents."""


def knock(draft: Draft, seq: int, entry: Entry) -> None:
    """One knock entry (L10). One that was answered before, and comes again after a relay was put back, asks for nothing."""
    opened = keys.unseal(draft, "knock", entry.body, entry.id)
    own = draft.own_form(entry.id)
    if own is not None and hmac.compare_digest(own[1].body, entry.body):
        _own(draft, seq, entry, opened, own[0].id)
        return
    statement = Statement.decode(opened)
    if sha256(statement.wish.package).digest() in draft.standing.answered:
        return
    package = keys.read_key_package(draft.context, statement.wish.package, now=statement.wish.time // 1000)
    certificate = draft.met(certificate_der(package.leaf_node.credential))
    check_guest(draft.state, certificate, package.leaf_node.signature_key, at=statement.wish.time // 1000)
    statement.verify(keys.place(draft, entry.id), certificate.public_key)
    if hmac.compare_digest(certificate.public_key, draft.context.certificate.public_key):
        if entry.id in draft.standing.own_knocks:
            return
        draft.put_back(PutBack("own words", f"entry {seq} of {draft.name}"))
        # known from here on: a log that is taken again after a recovery stops nothing a second time
        draft.standing.own_knocks.append(entry.id)
    _take(draft, seq, entry, statement, certificate)


def _own(draft: Draft, seq: int, entry: Entry, opened: bytes, item: bytes) -> None:
    standing = draft.standing
    if standing.own_knock is not None and standing.own_knock.id == entry.id:
        standing.own_knock = msgspec.structs.replace(standing.own_knock, seq=seq)
    draft.met(draft.context.certificate.der)
    _take(draft, seq, entry, Statement.decode(opened), draft.context.certificate)
    draft.done(item)
    draft.what.add("status")


def _take(draft: Draft, seq: int, entry: Entry, statement: Statement, certificate: Certificate) -> None:
    wish = statement.wish
    new = Knock(
        id=entry.id,
        seq=seq,
        time=wish.time,
        package=wish.package,
        certificate=certificate.fingerprint,
        seated=wish.seated,
        founds=wish.founds,
        accused=wish.accused,
        said=wish.signed(keys.place(draft, entry.id)),
        proofs=statement.proofs,
    )
    standing = draft.standing
    replaced = [one for one in standing.knocks.values() if one.certificate == new.certificate]
    standing.answered += [sha256(one.package).digest() for one in replaced if one.id != new.id]
    del standing.answered[:-MAX_ANSWERED]
    for one in [one for one in standing.consents.values() if one.certificate == new.certificate]:
        del standing.consents[one.id]
    if wish.founds is not None:
        _consent(draft, new, certificate)
    _remember(draft, standing.knocks, new, MAX_KNOCKS)
    draft.what.add("roster")


def _consent(draft: Draft, new: Knock, certificate: Certificate) -> None:
    standing = draft.standing
    if certificate.role not in ADMITTING_ROLES:
        raise TrustError("only a head or deputy consents to found a channel again")
    if not standing.founded or new.founds is None or new.founds > standing.generation + 1:
        raise FormatError(
            f"the knock consents to generation {new.founds}, the channel has {standing.generation}"
        )
    if new.founds == standing.generation + 1:
        _remember(draft, standing.consents, new, MAX_CONSENTS)


def _remember(draft: Draft, knocks: dict[bytes, Knock], new: Knock, most: int) -> None:
    """A side's newest knocks; those of the other side are not displaced."""
    for old in [one for one in knocks.values() if one.certificate == new.certificate]:
        del knocks[old.id]
    knocks[new.id] = new
    side = draft.person(new.certificate).side
    same = [one.id for one in knocks.values() if draft.person(one.certificate).side == side]
    for one in same[: max(0, len(same) - most)]:
        del knocks[one]


def check_guest(state: ChannelState, certificate: Certificate, signature_key: bytes, *, at: int) -> None:
    """Whether this device could be in the channel, at unix seconds `at`; CertificateError if not."""
    if not hmac.compare_digest(certificate.public_key, signature_key):
        raise CertificateError("the key package is signed with another key than its certificate names")
    if not state.trust.is_current(certificate, at):
        raise CertificateError("the certificate has expired, is not valid yet, or was revoked")
    if not may_use(certificate, state.channel):
        raise CertificateError(f"the certificate is not entitled to {state.channel.name}")


def why_not_admissible(me: Certificate, state: ChannelState, guest: Certificate) -> str | None:
    """Why the holder of `me` may not admit `guest`, as far as roles and sides go; None if they may."""
    if not me.admits:
        return "only a head or deputy may admit"
    if state.group is None and state.standing.founded:
        return "this device is no member of the channel"
    if guest.side == me.side:
        return None
    if state.group is not None:
        return "only the other side may admit its own"
    return (
        None
        if guest.role in ADMITTING_ROLES
        else "a founder may add only heads and deputies of the other side"
    )


def was_in(standing: Standing, one: Knock, public_key: bytes) -> bool:
    """L16: whether the knock proves that its device holds what a member held since its leaf is in its place."""
    shared = {(known.generation, known.epoch): known.authenticator for known in standing.shared}
    since = standing.seated.get(public_key, (0, 0))
    return any(
        (proof.generation, proof.epoch) >= since
        and (known := shared.get((proof.generation, proof.epoch))) is not None
        and hmac.compare_digest(prove(known, one.said), proof.mac)
        for proof in one.proofs
    )
