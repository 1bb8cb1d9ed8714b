"""Where a channel stands: its state, who is in, who is at the door, and what of ours is not in its log yet. Call under the desk's lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from hotline_client.engine import keys
from hotline_client.engine.channel import ChannelState
from hotline_client.engine.contents import queued_body
from hotline_client.engine.context import certificate_der
from hotline_client.engine.desk import Desk
from hotline_client.engine.incoming import foundings, knocks
from hotline_client.engine.records import OutboxItem
from hotline_client.engine.standing import Watermark
from hotline_client.line.people import met, person
from hotline_client.line.views import ChannelView, Halted, KnockView, MemberView, OutboxView, Person
from hotline_protocol.documents.talk import Text
from hotline_protocol.errors import HotlineError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.mls.errors import MLSError


def channel_view(
    desk: Desk, name: str, tail: int | None, *, left_out: bool = False, recovering: bool = False
) -> ChannelView:
    """Where a channel stands."""
    state = desk.state(name)
    standing = state.standing
    halt = standing.halt
    return ChannelView(
        name=name,
        phase=_phase(state),
        epoch=state.group.epoch if state.group is not None else None,
        cursor=standing.cursor,
        tail=tail,
        left_out=left_out,
        recovering=recovering,
        head=standing.head,
        unacknowledged=len(standing.awaiting),
        unseen=len(standing.unseen),
        outbox=sum(item.refused is None for item in state.outbox.values()),
        halted=None if halt is None else Halted(halt.kind, halt.reason, halt.at, halt.lost, standing.chosen),
        generation=standing.generation,
        consents=tuple(_consents(desk, state)),
        disputed=tuple(one for one in (met(desk, key) for key in standing.disputed) if one is not None),
    )


def _consents(desk: Desk, state: ChannelState) -> Iterator[Person]:
    """Those who consent to found the channel again, as far as that is still good."""
    now = desk.clock()
    for one in state.standing.consents.values():
        der = desk.store.certificate(one.certificate)
        if der is not None and foundings.is_fresh(one, now):
            yield person(desk, desk.context.identify(der))


def member_views(desk: Desk, name: str) -> list[MemberView]:
    """The leaves of the channel's group."""
    state = desk.state(name)
    if state.group is None:
        return []
    now = desk.clock() // 1000
    views = []
    for one in state.group.members:
        certificate = desk.context.identify(certificate_der(one.credential))
        mark = state.standing.watermarks.get(certificate.fingerprint, Watermark())
        views.append(
            MemberView(
                channel=name,
                index=one.index,
                person=person(desk, certificate),
                expires=certificate.not_after,
                current=state.trust.is_current(certificate, now),
                delivered=mark.delivered,
                seen=mark.seen,
                disputed=certificate.fingerprint in state.standing.disputed,
            )
        )
    return views


def knock_views(desk: Desk, name: str) -> list[KnockView]:
    """Devices at the door, in the order they came; not our own."""
    state = desk.state(name)
    views = []
    for one in sorted(state.standing.knocks.values(), key=lambda knock: knock.seq):
        der = desk.store.certificate(one.certificate)
        if der is None or one.certificate == desk.context.certificate.fingerprint:
            continue
        certificate = desk.context.identify(der)
        views.append(
            KnockView(
                channel=name,
                id=one.id,
                seq=one.seq,
                person=person(desk, certificate),
                expires=certificate.not_after,
                admissible=_why_not(desk, state, certificate, one.package),
            )
        )
    return views


def _why_not(desk: Desk, state: ChannelState, certificate: Certificate, package: bytes) -> str | None:
    """Why this device may not admit that one, or None."""
    now = desk.clock() // 1000
    reason = knocks.why_not_admissible(desk.context.certificate, state, certificate)
    if reason is not None:
        return reason
    try:
        read = keys.read_key_package(desk.context, package, now=now)
        knocks.check_guest(state, certificate, read.leaf_node.signature_key, at=now)
    except (HotlineError, MLSError) as error:
        return str(error)
    return None


def outbox_views(desk: Desk, name: str) -> list[OutboxView]:
    """Everything of ours that is not in the log yet."""
    return [
        OutboxView(
            channel=name,
            id=item.id,
            kind=item.document_kind,
            time=item.time,
            sealed=bool(item.sealed),
            attempts=item.attempts,
            text=_outbox_text(item),
        )
        for item in desk.state(name).outbox.values()
    ]


def _phase(state: ChannelState) -> Literal["unfounded", "knocking", "member", "removed"]:
    if state.group is not None:
        return "member"
    if state.standing.removed:
        return "removed"
    return "knocking" if state.standing.founded else "unfounded"


def _outbox_text(item: OutboxItem) -> str:
    body = queued_body(item)
    return body.text if isinstance(body, Text) else item.refused or ""
