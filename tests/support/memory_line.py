"""A line in memory: everything the screen asks for, kept in plain lists, with doors for a test to change them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Self, TypeVar

from hotline_client.connection.changes import Changed
from hotline_client.connection.health import LineState
from hotline_client.line.settings import DeviceSettings, MemorySettings
from hotline_client.line.views import (
    ChannelView,
    Found,
    KnockView,
    Mark,
    MemberView,
    MessageView,
    OutboxView,
    Person,
    Receipt,
    StatusView,
)
from hotline_client.words.addressees import office_text
from hotline_client.words.search import folded, pieces, terms
from hotline_protocol.documents import Addressee, Body, Party, kind_of, why_not
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.summary import summary
from hotline_protocol.errors import UsageError
from hotline_protocol.folds.journal import Journal
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.identity.charter import Charter
from hotline_protocol.terms import Arena, Precedence, Response, Role, Side
from tests.support.chronicle import Chronicle
from tests.support.people import link
from tests.support.searching import holds

T = TypeVar("T")

NOW = 1795444320000  # 231432Z NOV 26

NAMES: dict[Side, str] = {"a": "ALPHA", "b": "BRAVO"}
ANNA = Person("Anna Berg", "ALPHA", Role.DEPUTY, "a", True, True, b"\x01" * 32, b"\x01" * 32)
OTTO = Person("Otto Lind", "ALPHA", Role.WATCH, "a", True, False, b"\x02" * 32, b"\x02" * 32)
MIRIAM = Person("Miriam Levi", "BRAVO", Role.DEPUTY, "b", False, False, b"\x03" * 32, b"\x03" * 32)
DAN = Person("דן כהן", "BRAVO", Role.WATCH, "b", False, False, b"\x04" * 32, b"\x04" * 32)


def text(seq: int | None, author: Person | None, words: str, **more: Any) -> MessageView:
    """A text one minute after the one before it."""
    at = NOW - 3_600_000 + (seq or 60) * 60_000
    fields: dict[str, Any] = {
        "channel": "plenary",
        "seq": seq,
        "id": sha256(f"{seq}{words}".encode(errors="surrogatepass")).digest()[:16],
        "kind": "text",
        "author": author,
        "time": at,
        "at": at if seq is not None else None,
        "text": words,
        "precedence": Precedence.ROUTINE,
        "response": Response.NONE,
        "content_hash": sha256(words.encode(errors="surrogatepass")).digest(),
        "receipt": Receipt.RELAYED,
    }
    return MessageView(**(fields | more))


def party(person: Person) -> Party:
    """Who somebody is to the folds, with every arena."""
    return Party(person.device, person.side, person.role, frozenset(Arena))


class MemoryAffairs:
    """Real folds over a chronicle in memory: what is refused is refused by the rules."""

    def __init__(self, me: Person) -> None:
        self.book = Chronicle(now=NOW)
        self.said: list[tuple[str, Body]] = []
        self._me = me

    def say(self, channel: str, body: Body, *, key: str | None = None) -> bytes:
        del key
        reason = why_not(self._me.role, kind_of(body))
        if reason is not None:
            raise UsageError(reason)
        target = self.book.say(party(self._me), body)
        self.said.append((channel, body))
        return target.id

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        return look(self.book.journal if channel == "plenary" else Journal())

    def head_at(self, channel: str, seq: int) -> bytes | None:
        del channel
        return bytes(32) if seq <= 9 else None

    def target(self, channel: str, document: bytes) -> Target:
        del channel
        found = self.book.counted.get(document)
        if found is None:
            raise UsageError("no such document in the log")
        corrected = self.book.journal.dialogues.all.get(document)
        return Target(document, found.hash if corrected is None else corrected.content)


class MemoryLine:
    """Implements `hotline_client.tui.parts.ports.LinePort`."""

    def __init__(
        self, messages: Sequence[MessageView] = (), *, me: Person = ANNA, names: Sequence[str] = ("plenary",)
    ) -> None:
        self.me = me
        self.messages = list(messages)
        self.names = list(names)
        self.members = [
            MemberView("plenary", at, one, NOW // 1000 + 30 * 86_400, True, 0, 0)
            for at, one in enumerate((ANNA, OTTO, MIRIAM, DAN))
        ]
        self.knockers: list[KnockView] = []
        self.state = LineState.UP
        self.extra: dict[str, Any] = {}
        self.status_extra: dict[str, Any] = {}
        self.acts: list[tuple[Any, ...]] = []
        self.refuse: str | None = None
        self.running = False
        self.keepsakes = DeviceSettings(MemorySettings())
        self.certificates: dict[bytes, Certificate] = {}
        self.affairs = MemoryAffairs(me)
        """What was said beyond words, in the plenary."""
        self.events: list[MessageView] = []
        self.recorded: bytes | None = None
        self._news: asyncio.Queue[Changed] = asyncio.Queue()

    def say(self, channel: str, body: Body, *, key: str | None = None) -> bytes:
        return self.affairs.say(channel, body, key=key)

    def read(self, channel: str, look: Callable[[Journal], T]) -> T:
        return self.affairs.read(channel, look)

    def head_at(self, channel: str, seq: int) -> bytes | None:
        return self.affairs.head_at(channel, seq)

    def target(self, channel: str, document: bytes) -> Target:
        return self.affairs.target(channel, document)

    async def __aenter__(self) -> Self:
        self.running = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.running = False

    @property
    def charter(self) -> Charter:
        return link().charter

    def record(self, channel: str) -> Iterator[bytes]:
        del channel
        if self.recorded is None:
            raise UsageError("the log is empty here")
        yield self.recorded

    def channels(self) -> tuple[ChannelView, ...]:
        return tuple(self._channel(name) for name in self.names)

    def _channel(self, name: str) -> ChannelView:
        mine = [one for one in self.messages if one.channel == name] if len(self.messages) < 5000 else []
        fields: dict[str, Any] = {
            "name": name,
            "phase": "member",
            "epoch": 7,
            "cursor": len(self.messages),
            "tail": len(self.messages),
            "head": b"\x00" * 32,
            "unacknowledged": sum(one.needs_ack for one in mine),
            "unseen": 0,
            "outbox": sum(one.seq is None for one in mine),
        }
        return ChannelView(**(fields | self.extra))

    def status(self) -> StatusView:
        fields: dict[str, Any] = {
            "state": self.state,
            "since": NOW - 41_000,
            "round_trip": 38.0 if self.state is not LineState.DOWN else None,
            "reason": None,
            "retry_at": NOW + 5000 if self.state is LineState.DOWN else None,
            "relay": "relay.example:7443",
            "me": self.me,
            "peer_delegation": "BRAVO",
            "peer_last_heard": NOW - 120_000,
            "channels": self.channels(),
        }
        return StatusView(**(fields | self.status_extra))

    def timeline(
        self, channel: str, *, before: int | None = None, after: int | None = None, limit: int = 200
    ) -> list[MessageView]:
        if len(self.messages) >= 5000:
            return self._page_of_many(before, after, limit)
        log = [one for one in self.messages if one.channel == channel and one.seq is not None]
        log.sort(key=lambda one: one.seq or 0)
        waiting = [one for one in self.messages if one.channel == channel and one.seq is None]
        if after is not None:
            return ([one for one in log if (one.seq or 0) > after] + waiting)[:limit]
        if before is not None:
            return [one for one in log if (one.seq or 0) < before][-limit:]
        return (log + waiting)[-limit:]

    def _page_of_many(self, before: int | None, after: int | None, limit: int) -> list[MessageView]:
        """Seqs are 1..n in order: a page is a slice."""
        if after is not None:
            return self.messages[after : after + limit]
        end = len(self.messages) if before is None else before - 1
        return self.messages[max(0, end - limit) : end]

    def unacknowledged(self, channel: str | None = None) -> list[MessageView]:
        recent = self.messages[-2000:]
        return [one for one in recent if one.needs_ack and channel in (None, one.channel)]

    def send_text(
        self,
        channel: str,
        text: str,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        response: Response = Response.NONE,
        reply_to: bytes | None = None,
        action: Sequence[Addressee] = (),
        info: Sequence[Addressee] = (),
    ) -> bytes:
        if self.refuse:
            raise UsageError(self.refuse)
        self.acts.append(("send", channel, text, precedence, response, reply_to, *action, *info))
        id_ = sha256(f"sent {len(self.acts)}".encode()).digest()[:16]
        self.messages.append(
            MessageView(
                channel,
                None,
                id_,
                "text",
                self.me,
                NOW,
                None,
                text,
                precedence,
                response,
                None,
                Receipt.QUEUED,
                reply_to=reply_to,
                action=tuple(office_text(one, NAMES) for one in action),
                info=tuple(office_text(one, NAMES) for one in info),
            )
        )
        return id_

    def acknowledge(self, channel: str, id: bytes, *, note: str = "") -> bytes:  # noqa: A002
        self.acts.append(("ack", channel, id, *([note] if note else [])))
        for at, one in enumerate(self.messages):
            if one.id == id:
                self.messages[at] = replace(one, acknowledged=(Mark(self.me, NOW),))
        return id

    def mark_seen(self, channel: str, seq: int) -> None:
        self.acts.append(("seen", channel, seq))

    def roster(self, channel: str) -> list[MemberView]:
        return list(self.members) if channel == "plenary" else []

    def knocks(self, channel: str) -> list[KnockView]:
        return list(self.knockers) if channel == "plenary" else []

    def admit(self, channel: str, knock_ids: Sequence[bytes]) -> bytes:
        self.acts.append(("admit", channel, tuple(knock_ids)))
        return b"commit"

    def remove(self, channel: str, indexes: Sequence[int]) -> bytes:
        self.acts.append(("remove", channel, tuple(indexes)))
        return b"commit"

    def certificate(self, fingerprint: bytes) -> Certificate | None:
        return self.certificates.get(fingerprint)

    def verified(self, fingerprint: bytes) -> bool:
        return self.keepsakes.verified(fingerprint)

    def set_verified(self, fingerprint: bytes, *, verified: bool = True) -> None:
        self.keepsakes.set_verified(fingerprint, verified=verified)

    def draft(self, channel: str, slot: str = "") -> str:
        return self.keepsakes.draft(channel, slot)

    def set_draft(self, channel: str, text: str, slot: str = "") -> None:
        self.keepsakes.set_draft(channel, text, slot)

    def message(self, channel: str, id_or_seq: bytes | int) -> MessageView | None:
        found = (one for one in self.messages if one.channel == channel and id_or_seq in (one.id, one.seq))
        return next(found, None) or self._affair(channel, id_or_seq)

    def _affair(self, channel: str, named: bytes | int) -> MessageView | None:
        """A document that was said beyond words."""
        book = self.affairs.book
        for event in book.events if channel == "plenary" else ():
            if named in (event.id, event.seq):
                who = self.me if event.author.device == self.me.device else MIRIAM
                kind = kind_of(event.body)
                dialogue = book.journal.dialogues.all.get(event.id)
                return text(
                    event.seq,
                    who,
                    summary(event.body),
                    id=event.id,
                    kind=kind,
                    reference=book.references.get(event.id),
                    response=Response.NONE if dialogue is None else dialogue.response,
                )
        return None

    def search(self, query: str) -> list[Found]:
        asked = terms(query)
        held = [one for one in reversed(self.messages) if holds(folded(one.text), asked)]
        return [Found(one, pieces(one.text, asked)) for one in held]

    def place(self, channel: str, typed: str) -> int | None:
        known = (one.seq for one in self.messages if one.channel == channel)
        return next((seq for seq in known if typed in (f"#{seq}", str(seq))), None)

    def security_events(self, channel: str | None = None) -> list[MessageView]:
        return [one for one in self.events if channel in (None, one.channel)]

    def resume(self, channel: str, *, shorter: bool = False) -> None:
        self.acts.append(("resume shorter" if shorter else "resume", channel))

    def consent(self, channel: str) -> int:
        self.acts.append(("consent", channel))
        return 1

    def recover(self) -> None:
        if self.refuse:
            raise UsageError(self.refuse)
        self.acts.append(("recover",))

    def outbox(self) -> list[OutboxView]:
        waiting = [one for one in self.messages[-2000:] if one.seq is None]
        return [OutboxView(one.channel, one.id, one.kind, one.time, True, 1, one.text) for one in waiting]

    async def changes(self) -> AsyncIterator[Changed]:
        while True:
            yield await self._news.get()

    def tell(self, *what: Any, done: int | None = None, total: int | None = None) -> None:
        """Say that something changed."""
        self._news.put_nowait(Changed("plenary", frozenset(what or ("messages",)), done, total))
