"""R2 to R5, R10 and R11, by direct calls; real sockets are in test_end_to_end.py."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from hotline_protocol.identity.charter import Relay
from hotline_protocol.identity.trust import Trust
from hotline_protocol.relay.frames import MAX_BATCH, MAX_BODY, Append, Follow, Hello, Submission
from hotline_protocol.terms import Arena, Role
from hotline_server.limits import Devices, Quotas
from hotline_server.ordering import LogKey
from hotline_server.rules import (
    Accepted,
    Admitted,
    Following,
    Link,
    Links,
    Outcome,
    Refusals,
    RefusedError,
    Session,
)
from hotline_server.tls import make_certificate
from tests.support.relay_link import DAY, Device, LinkFixture, message

NOW = 1_800_000_000


class World:
    """A relay's rules without a relay."""

    def __init__(self, **quotas: int) -> None:
        der = make_certificate("relay.example", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))[2]
        self.link = LinkFixture(Relay("wss://relay.example:7443", der), now=NOW)
        self.links = Links(
            {self.link.link_id: Link(self.link.charter, Trust.from_charter(self.link.charter))}
        )
        self.quotas = Quotas(**quotas)
        self.devices = Devices(self.quotas)
        self.now = NOW * 1000

    def session(self) -> Session:
        return Session(self.links, self.devices, self.quotas, self.link.tls_hash, os.urandom(32))

    def hello(self, session: Session, device: Device) -> Outcome:
        hello = device.hello(session.challenge().nonce, self.link.link_id, self.link.tls_hash)
        return session.receive(hello, self.now)

    def ready(self, device: Device | None = None) -> Session:
        session = self.session()
        self.hello(session, device or self.link.device())
        return session

    def revoke(self, *devices: Device) -> None:
        trust = self.links.current[self.link.link_id].trust.with_crl(self.link.crl("a", devices))
        self.links.current = {self.link.link_id: Link(self.link.charter, trust)}


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def refusal(action: object) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        action()  # type: ignore[operator]
    return caught.value


def test_hello_admits_to_the_channels_of_the_certificate(world: World) -> None:
    session = world.session()
    assert not session.ready
    outcome = world.hello(session, world.link.device("b", arenas=[Arena.AIR]))
    assert isinstance(outcome, Admitted)
    assert [key.channel for key in outcome.channels] == ["plenary", "air", "caucus.b"]
    assert {key.link_id for key in outcome.channels} == {world.link.link_id}
    assert session.ready


def test_nothing_but_hello_comes_first_and_only_once(world: World) -> None:
    assert refusal(lambda: world.session().receive(Follow("plenary", 0), world.now)).frame.code == "malformed"
    session = world.ready()
    assert refusal(lambda: world.hello(session, world.link.device())).frame.code == "malformed"


def test_an_unknown_link_is_refused(world: World) -> None:
    session = world.session()
    hello = world.link.device().hello(session.challenge().nonce, bytes(32), world.link.tls_hash)
    assert refusal(lambda: session.receive(hello, world.now)).frame.code == "unknown-link"


@pytest.mark.parametrize("changed", ["nonce", "link", "tls"])
def test_the_signature_covers_nonce_link_and_tls_certificate(world: World, changed: str) -> None:
    session, device = world.session(), world.link.device()
    right = {"nonce": session.challenge().nonce, "link": world.link.link_id, "tls": world.link.tls_hash}
    wrong = {**right, changed: bytes(32)}
    signed = device.hello(wrong["nonce"], wrong["link"], wrong["tls"])
    hello = Hello(world.link.link_id, signed.certificate, signed.signature)
    error = refusal(lambda: session.receive(hello, world.now))
    assert error.frame.code == "unauthenticated"
    assert "signature" in error.frame.message
    assert not session.ready


def test_somebody_elses_certificate_does_not_help(world: World) -> None:
    session, mine, theirs = world.session(), world.link.device(), world.link.device()
    signed = mine.hello(session.challenge().nonce, world.link.link_id, world.link.tls_hash)
    hello = Hello(world.link.link_id, theirs.certificate, signed.signature)
    assert refusal(lambda: session.receive(hello, world.now)).frame.code == "unauthenticated"


@pytest.mark.parametrize(
    ("not_before", "not_after", "why"), [(-DAY, -1, "expired"), (60, DAY, "not valid yet")]
)
def test_a_certificate_must_be_current(world: World, not_before: int, not_after: int, why: str) -> None:
    # The root is a day old: a device's certificate cannot begin before it.
    device = world.link.device(not_before=not_before, not_after=not_after)
    error = refusal(lambda: world.hello(world.session(), device))
    assert error.frame.code == "unauthenticated"
    assert why in error.frame.message
    assert "Officer" not in error.reason, "the relay's log names nobody"


def test_a_certificate_of_unknown_roots_is_refused(world: World) -> None:
    stranger = World().link.device()
    assert refusal(lambda: world.hello(world.session(), stranger)).frame.code == "unauthenticated"


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", os.urandom(200)])
def test_junk_for_a_certificate_is_refused(world: World, junk: bytes) -> None:
    session = world.session()
    hello = Hello(world.link.link_id, junk, bytes(64))
    assert refusal(lambda: session.receive(hello, world.now)).frame.code == "unauthenticated"


def test_a_live_connection_ends_when_its_certificate_expires() -> None:
    world = World()
    session = world.ready(world.link.device(not_after=10))
    session.recheck(world.now + 10_000)
    assert refusal(lambda: session.recheck(world.now + 11_000)).frame.code == "unauthenticated"
    append = Append("plenary", (message(),))
    assert refusal(lambda: session.receive(append, world.now + 11_000)).frame.code == "unauthenticated"


def test_a_live_connection_ends_when_its_certificate_is_revoked() -> None:
    world = World()
    lost, kept = world.link.device(), world.link.device()
    sessions = [world.ready(lost), world.ready(kept)]
    world.revoke(lost)
    assert refusal(lambda: sessions[0].recheck(world.now)).frame.code == "unauthenticated"
    sessions[1].recheck(world.now)
    assert isinstance(sessions[1].receive(Follow("plenary", 0), world.now), Following)
    assert refusal(lambda: world.ready(lost)).frame.code == "unauthenticated"


def test_a_live_connection_ends_when_its_charter_is_withdrawn() -> None:
    world = World()
    session = world.ready()
    world.links.current = {}
    assert refusal(lambda: session.recheck(world.now)).frame.code == "unknown-link"


def test_every_append_and_follow_needs_entitlement(world: World) -> None:
    session = world.ready(world.link.device("a", role=Role.WATCH, arenas=[Arena.NAVAL]))
    naval = session.receive(Append("naval", (message(),)), world.now)
    assert isinstance(naval, Accepted)
    assert naval.key == LogKey(world.link.link_id, "naval")
    for channel, code in (
        ("air", "not-entitled"),
        ("caucus.b", "not-entitled"),
        ("nowhere", "unknown-channel"),
    ):
        one = message()
        outcome = session.receive(Append(channel, (one,)), world.now)
        assert isinstance(outcome, Refusals)
        assert [(answer.id, answer.code) for answer in outcome.rejected] == [(one.id, code)]
        assert refusal(lambda name=channel: session.receive(Follow(name, 0), world.now)).frame.code == code


@pytest.mark.parametrize(
    "submissions",
    [
        (),
        tuple(message() for _ in range(MAX_BATCH + 1)),
        (Submission("message", b"short", 0, b""),),
        (Submission("message", bytes(17), 0, b""),),
        (Submission("message", bytes(16), -1, b""),),
    ],
)
def test_what_no_client_sends_ends_the_connection(world: World, submissions: tuple[Submission, ...]) -> None:
    session = world.ready()
    assert (
        refusal(lambda: session.receive(Append("plenary", submissions), world.now)).frame.code == "malformed"
    )


def test_a_body_that_is_too_large_is_refused_and_the_others_go_on(world: World) -> None:
    large, small = message(bytes(MAX_BODY + 1)), message(bytes(MAX_BODY))
    outcome = world.ready().receive(Append("plenary", (large, small)), world.now)
    assert isinstance(outcome, Accepted)
    assert outcome.submissions == (small,)
    assert [(one.id, one.code, one.retry_after) for one in outcome.rejected] == [
        (large.id, "too-large", None)
    ]


def test_too_many_entries_are_put_off_and_who_goes_on_is_ended() -> None:
    world = World(rate=10, burst=20)
    session = world.ready()
    append = Append("plenary", tuple(message() for _ in range(15)))
    assert isinstance(session.receive(append, world.now), Accepted)
    outcome = session.receive(append, world.now)
    assert isinstance(outcome, Refusals)
    assert {(one.code, one.retry_after) for one in outcome.rejected} == {("rate-limited", 1.0)}
    assert isinstance(session.receive(append, world.now + 1000), Accepted)

    def go_on() -> None:
        for _ in range(100):
            session.receive(append, world.now + 1000)

    error = refusal(go_on)
    assert (error.frame.code, error.frame.retry_after) == ("rate-limited", 30.0)


def test_a_device_has_eight_connections() -> None:
    world = World()
    device = world.link.device()
    sessions = [world.ready(device) for _ in range(8)]
    assert refusal(lambda: world.ready(device)).frame.code == "too-many-connections"
    sessions[0].close()
    assert world.ready(device).ready
