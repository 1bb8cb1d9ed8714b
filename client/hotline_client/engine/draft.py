"""One step in the making: the loaded channel, what has changed so far, and the changes to write in the end.

A draft works on the loaded state in place, the group's ratchets included. So a state that a step was begun on is either
committed or thrown away and loaded anew; nothing of a failed step survives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

import msgspec

from hotline_client.engine.channel import ChannelState, Promise
from hotline_client.engine.context import Context, certificate_der
from hotline_client.engine.records import (
    DocumentRecord,
    EntryRecord,
    EventRecord,
    ItemKind,
    MarkRecord,
    OutboxItem,
    Sealed,
    SlotRecord,
    Snapshot,
    StepRecord,
    UsedKey,
)
from hotline_client.engine.standing import Shared, Standing
from hotline_client.engine.store import Changes, GroupBlobs, Past, PutBack
from hotline_protocol.errors import StorageError
from hotline_protocol.identity.certificate import Certificate
from hotline_protocol.mls.errors import RefusedError
from hotline_protocol.mls.group import Group
from hotline_protocol.mls.tree_math import LeafIndex
from hotline_protocol.relay.chain import genesis
from hotline_protocol.relay.frames import ID_SIZE
from hotline_protocol.terms import SIDES, Side

What = Literal["status", "messages", "roster", "outbox", "halt", "progress"]
Random = Callable[[int], bytes]

_HEADS_KEPT: Final = 512
_EPOCHS_SHARED: Final = 32
"""Of how many epochs the authenticator is kept, to know members again."""


@dataclass(slots=True)
class Draft:
    """A step being made. `now` in unix ms."""

    context: Context
    state: ChannelState
    past: Past
    now: int
    rng: Random
    steady: int = 0
    """Milliseconds that only grow, whatever becomes of the clock."""
    promises: dict[int, Promise] = field(default_factory=dict)
    """What the relay said about entries of ours, by seq; the line's memory, not the vault's."""
    what: set[What] = field(default_factory=set)
    entries: list[EntryRecord] = field(default_factory=list)
    documents: list[DocumentRecord] = field(default_factory=list)
    marks: list[MarkRecord] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    used_keys: list[UsedKey] = field(default_factory=list)
    slots: list[SlotRecord] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    certificates: dict[bytes, bytes] = field(default_factory=dict)
    contexts: dict[bytes, bytes] = field(default_factory=dict)
    aside: int | None = None
    settle_aside: bool = False
    snapshot: Snapshot | None = None
    restored: list[bytes] = field(default_factory=list)
    stop: PutBack | None = None
    merged: bool = False
    """Whether the entry being taken changed our group."""
    _items: dict[bytes, OutboxItem] = field(default_factory=dict)
    _done: dict[bytes, None] = field(default_factory=dict)
    _group: Literal["same", "ratchets", "epoch", "dropped"] = "same"
    _counted: dict[tuple[bytes, bytes], DocumentRecord] = field(default_factory=dict)

    # --- looking

    @property
    def name(self) -> str:
        """The channel's name."""
        return self.state.channel.name

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of the channel."""
        return tuple(side for side in SIDES if side in self.state.channel.sides)

    @property
    def standing(self) -> Standing:
        """The channel's small facts; assign its fields."""
        return self.state.standing

    @property
    def group(self) -> Group:
        """The group of a member; asking without being one is a mistake of the engine."""
        if self.state.group is None:
            raise RefusedError("group", f"this device is no member of {self.name}")
        return self.state.group

    @property
    def me(self) -> Certificate:
        """Our own certificate: of a member that which our leaf carries, until the group knows a renewed one."""
        return self.context.certificate if self.state.group is None else self.member(self.group.own_index)

    def head_at(self, seq: int) -> bytes | None:
        """Our head after entry `seq`, None beyond our cursor."""
        if seq == self.standing.cursor:
            return self.standing.head
        if not 0 <= seq < self.standing.cursor:
            return None
        if seq == 0:
            return genesis(self.context.charter.link_id, self.name)
        return self.state.heads.get(seq) or self.past.head(self.name, seq)

    def member(self, index: LeafIndex) -> Certificate:
        """Who holds this leaf in the present epoch."""
        people = self.state.people
        if not people:
            for one in self.group.members:
                people[one.index] = self.met(certificate_der(one.credential))
        if index not in people:
            raise RefusedError("leaf", f"leaf {index} is nobody's in epoch {self.group.epoch}")
        return people[index]

    def counted(self, document_id: bytes, author: bytes | None = None) -> DocumentRecord | None:
        """The document of this id that counts, this step's included; of this author, or by any: then the first in the log."""
        if author is not None:
            known = self._counted.get((author, document_id))
            return known or self.past.document(self.name, document_id, author)
        earlier = self.past.document(self.name, document_id)
        return earlier or next((one for (_, name), one in self._counted.items() if name == document_id), None)

    def person(self, fingerprint: bytes) -> Certificate:
        """A certificate that was met before, in this step or an earlier one; of a device its newest."""
        known = self.context.met.get(fingerprint)
        if known is not None:
            return known
        der = self.certificates.get(fingerprint) or self.past.certificate(fingerprint)
        if der is None:
            raise StorageError("a certificate that was met is missing from the vault")
        return self.context.identify(der)

    def own_form(self, entry_id: bytes) -> tuple[OutboxItem, Sealed] | None:
        """The item of ours, and the form of it, that this entry id names."""
        for item in self.state.outbox.values():
            for form in item.sealed:
                if form.entry_id == entry_id:
                    return item, form
        return None

    # --- recording

    def met(self, der: bytes) -> Certificate:
        """`identify`, and the certificate is kept."""
        certificate = self.context.identify(der)
        self.certificates[certificate.fingerprint] = der
        if self.context.met[certificate.device] is certificate:
            self.certificates[certificate.device] = der
        return certificate

    def extend(self, seq: int, entry_id: bytes, raw: bytes, head: bytes) -> None:
        """Entry `seq` is taken: the cursor stands on it."""
        self.entries.append(EntryRecord(seq, entry_id, raw, head, self.merged))
        self.merged = False
        self.standing.cursor, self.standing.head = seq, head
        heads = self.state.heads
        heads[seq] = head
        heads.pop(seq - _HEADS_KEPT, None)
        self.what.add("progress")

    def document(self, record: DocumentRecord) -> None:
        """A document stands in the log."""
        self.documents.append(record)
        if record.refused is None:
            self._counted[record.author, record.id] = record
        self.what.add("messages")

    def mark(self, record: MarkRecord) -> None:
        """Somebody got, saw or acknowledged something."""
        self.marks.append(record)
        self.what.add("messages")

    def event(
        self,
        kind: str,
        text: str,
        *,
        seq: int | None = None,
        security: bool = False,
        author: bytes | None = None,
    ) -> None:
        """The engine has something to say, after entry `seq` (default: where the log stands)."""
        place = self.standing.cursor if seq is None else seq
        label = f"{self.name}\x00{place}\x00{kind}\x00{text}\x00{self.now}\x00{len(self.events)}"
        event_id = sha256(label.encode("utf-8", "backslashreplace")).digest()[:16]
        self.events.append(EventRecord(event_id, place, kind, text, self.now, security, author))
        self.what.add("messages")

    def put_back(self, found: PutBack) -> None:
        """From now on this device seals nothing: its vault is older than words that were said with its keys (L36)."""
        if self.state.put_back is None:
            self.state.put_back = self.stop = found
            self.event("put-back", str(found), security=True)
            self.what.add("status")

    def put(self, item: OutboxItem) -> None:
        """A new or changed item of the outbox."""
        self.state.outbox[item.id] = self._items[item.id] = item
        self._done.pop(item.id, None)
        self.what.add("outbox")

    def done(self, item_id: bytes) -> None:
        """The item is in the log, or no longer wanted."""
        self.state.outbox.pop(item_id, None)
        self._items.pop(item_id, None)
        self._done[item_id] = None
        self.what.add("outbox")

    def enqueue(
        self,
        kind: ItemKind,
        body: bytes = b"",
        *,
        document_kind: str | None = None,
        id: bytes | None = None,  # noqa: A002  the items' name
        time: int | None = None,
        sealed: tuple[Sealed, ...] = (),
        stale: bool = False,
    ) -> OutboxItem:
        """A new item behind everything in the outbox, under a random id unless it has one. See `OutboxItem`."""
        item = OutboxItem(
            id=id or self.rng(ID_SIZE),
            position=max((one.position for one in self.state.outbox.values()), default=0) + 1,
            kind=kind,
            document_kind=document_kind or kind,
            body=body,
            time=self.now if time is None else time,
            sealed=sealed,
            stale=stale,
        )
        self.put(item)
        return item

    # --- the group

    def ratcheted(self) -> None:
        """The group's ratchets moved."""
        if self._group == "same":
            self._group = "ratchets"

    def enter_epoch(self, group: Group) -> None:
        """The group is another one now."""
        self.state.group = group
        self.state.people.clear()
        standing = self.standing
        standing.epoch_began, standing.ahead = standing.cursor + 1, 0
        standing.shared.append(Shared(standing.generation, group.epoch, group.epoch_authenticator))
        del standing.shared[:-_EPOCHS_SHARED]
        context = group.group_context.encode()
        self.contexts[sha256(context).digest()] = context
        self._group = "epoch"
        self.merged = True
        self.what.update(("roster", "status"))

    def drop_group(self) -> None:
        """We are in no group any more."""
        self.state.group = None
        self.state.people.clear()
        self._group = "dropped"
        self.merged = True
        self.what.update(("roster", "status"))

    def leave(self) -> None:
        """Our group is not the others' any more, or has ended: what waits is sealed again in the one that we come into."""
        self.drop_group()
        self.standing.answered, self.standing.used_knock = [], None
        self.standing.left = self.standing.left or self.standing.cursor
        self.make_stale()

    def make_stale(self) -> None:
        """What waits in the outbox was sealed for a view of the log that is in doubt: it is sealed again, and its forms remembered."""
        for item in list(self.state.outbox.values()):
            if item.sealed and item.kind != "knock":
                self.put(msgspec.structs.replace(item, stale=True))

    def _blobs(self) -> GroupBlobs | None:
        if self._group in ("same", "dropped"):
            return None
        epoch = self.group.encode_epoch() if self._group == "epoch" else b""
        return GroupBlobs(epoch, self.group.encode_ratchets())

    @property
    def changed(self) -> bool:
        """Whether anything would be written."""
        return (
            bool(self.what)
            or self._group != "same"
            or self.aside is not None
            or bool(self.restored)
            or self.settle_aside
            or bool(self.slots)
            or bool(self.steps)
        )

    def finish(self) -> Changes:
        """Everything this step writes."""
        return Changes(
            standing=self.standing,
            aside=self.aside,
            restored=tuple(self.restored),
            settle_aside=self.settle_aside,
            group=self._blobs(),
            drop_group=self._group == "dropped",
            entries=tuple(self.entries),
            documents=tuple(self.documents),
            marks=tuple(self.marks),
            events=tuple(self.events),
            outbox=tuple(self._items.values()),
            outbox_done=tuple(self._done),
            used_keys=tuple(self.used_keys),
            slots=tuple(self.slots),
            steps=tuple(self.steps),
            certificates=self.certificates,
            contexts=self.contexts,
            snapshot=self.snapshot,
            put_back=self.stop,
        )
