"""A relay that lost entries is filled up again from devices that hold them, once both sides agree. `now` is unix ms, handed in.

Rules of docs/protocol.md enforced here:
R13 a channel of a restored relay is recovering: it takes no entries until it is opened
R14 devices offer heads of their logs; a recovering channel opens at the highest place where one head's or deputy's device of
    each side agrees, in a channel of one side two devices, or its only one; what the relay has beyond it stays if nobody contradicts
R15 what is missing there is fetched from either of them, and counts only when its chain ends in the agreed head, all at once
R16 devices that agree on more than a channel has, which is not recovering, set it to recovering; never less
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any, Final

from hotline_protocol.errors import FormatError
from hotline_protocol.relay.chain import decode_entry
from hotline_protocol.relay.frames import MAX_BODY, Fetch, Show
from hotline_protocol.terms import SIDES, Side
from hotline_server.logs import short
from hotline_server.offers import Asked, Device, Observer, Offer, Offered, Refilled, between, common
from hotline_server.ordering import LogKey, Position, empty
from hotline_server.own_log import OwnLog
from hotline_server.store.base import Store

MAX_OFFERS: Final = 16
"""Devices of a side that are asked; those with the longest logs."""
ANSWER_MS: Final = 30_000
"""How long a device may take to answer."""
ALONE: Final = 10
"""A device that seems to be the only one of its channel is waited with for so many times as long."""
ASKING_MS: Final = 120_000
"""How long heads are asked for, before what is known by then decides."""
_SILENCES: Final = 3
_TOLD: Final = 16
"""Offers of one device that the operator is told of."""


@dataclass(slots=True)
class _Filling:
    """Entries `base` + 1 to `tail` on their way, from the first of `sources`. `position`: after what has come so far."""

    base: Position
    tail: int
    head: bytes
    sources: list[Offer]
    position: Position
    since: int


@dataclass(slots=True)
class Recovery:
    """What devices offer for one channel. `both`: whether it is of both sides. `present`: the devices that are connected and may use it."""

    key: LogKey
    both: bool
    store: Store
    settle: int
    present: Callable[[LogKey], Iterable[bytes]]
    observe: Observer
    _own: OwnLog = field(init=False)
    _offers: dict[bytes, Offer] = field(default_factory=dict)
    _refused: set[bytes] = field(default_factory=set)
    _silent: Counter[bytes] = field(default_factory=Counter)
    _told: Counter[bytes] = field(default_factory=Counter)
    _since: int | None = None
    _filling: _Filling | None = None

    def __post_init__(self) -> None:
        self._own = OwnLog(self.store, self.key)

    @property
    def empty(self) -> bool:
        """Whether nobody offers anything."""
        return not self._offers

    # --- what devices say

    def offer(self, said: Offered, client: Asked) -> None:
        """The end of a device's log, or the head it was asked for. FormatError for a log that cannot be."""
        device, seq, head = said.device, said.seq, said.head
        if seq == 0 and not hmac.compare_digest(head, self._genesis):
            raise FormatError("the head of an empty log is another one")
        known = self._offers.get(device.fingerprint)
        if known is not None and known.client is client and known.asked is not None and known.question == seq:
            known.heads[seq] = head
            known.asked = None
        elif device.fingerprint not in self._refused:
            self._offers[device.fingerprint] = Offer(device, client, seq, {0: self._genesis, seq: head})
            self._crowd_out(device.side)
            self._told[device.fingerprint] += 1
            if self._told[device.fingerprint] <= _TOLD:
                self._observe("offer", device, tail=seq, head=head.hex()[:16])

    def _crowd_out(self, side: Side) -> None:
        same = sorted(
            (one for one in self._offers.values() if one.device.side == side), key=lambda one: -one.tail
        )
        for one in same[MAX_OFFERS:]:
            del self._offers[one.device.fingerprint]

    def refill(self, given: Refilled, client: Asked, now: int) -> bool:
        """Entries that a device was asked for; False if it was not."""
        filling = self._filling
        if filling is None or given.first != filling.position.tail + 1:
            return False
        source = filling.sources[0]
        if source.device != given.device or source.client is not client:
            return False
        filling.since = now
        try:
            self._take(filling, given.raws[: filling.tail - filling.position.tail])
        except FormatError as error:
            self._distrust(source, str(error), now)
        return True

    def gone(self, client: Asked) -> None:
        """The connection has ended."""
        for one in [one for one in self._offers.values() if one.client is client]:
            self._forget(one)

    # --- what follows from it

    def step(self, now: int) -> bool:
        """Go on as far as is known; whether the channel began or ended to recover. StorageError."""
        self._hurry(now)
        recovering = self.store.recovering(self.key)
        if self._filling is not None:
            return self._filled(self._filling)
        pairs = self._pairs()
        if not pairs:
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        lone = pairs[0][0] is pairs[0][1]
        if (recovering or lone) and now - self._since < self.settle * (ALONE if lone else 1):
            return False
        patient = now - self._since < self.settle + ASKING_MS
        best = self._best(pairs, now, patient=patient)
        return best is not None and self._decide(*best, now, recovering=recovering)

    def _pairs(self) -> list[tuple[Offer, Offer]]:
        offers = list(self._offers.values())
        if self.both:
            sides = [[one for one in offers if one.device.side == side] for side in SIDES]
            pairs = list(product(sides[0], sides[1]))
        elif len(offers) == 1:
            only = offers[0]
            others = set(self.present(self.key)) - {only.device.fingerprint}
            pairs = [] if others else [(only, only)]
        else:
            pairs = list(combinations(offers, 2))
        return sorted(pairs, key=lambda pair: -min(one.tail for one in pair))

    def _best(
        self, pairs: Iterable[tuple[Offer, Offer]], now: int, *, patient: bool
    ) -> tuple[int, Offer, Offer] | None:
        """The highest place at which a pair agrees, and the pair; None while somebody has to be asked, and there is time."""
        best: tuple[int, Offer, Offer] | None = None
        waits = False
        for one, other in pairs:
            low, high = common(one, other)
            if best is not None and high - 1 <= best[0]:
                continue
            if high - low == 1:
                best = (low, one, other)
                continue
            waits = True
            place = between(low, high, min(one.tail, other.tail))
            for asked in (one, other):
                self._ask(asked, place, now)
        return None if waits and patient else best

    def _decide(self, agreed: int, one: Offer, other: Offer, now: int, *, recovering: bool) -> bool:
        """Open with what the relay has, or fetch what it lacks; whether the channel began or ended to recover."""
        if not recovering:
            tail = self.store.position(self.key).tail
            if agreed <= tail:
                return False
            self.store.recover(self.key)
            self.observe("recovering", self.key, tail=tail, agreed=agreed)
            return True
        base = self._shared(one, now)
        if base is None:
            return False
        if base >= agreed:
            self._open(self._own.position, self._own.position)
            return True
        start = self._own.at(base)
        sources = [one] if one is other else [one, other]
        self._filling = _Filling(start, agreed, one.heads[agreed], sources, start, now)
        self.observe("refilling", self.key, first=base + 1, last=agreed)
        self._fetch(self._filling)
        return False

    def _shared(self, one: Offer, now: int) -> int | None:
        """Up to which entry a device's log is the relay's own; None while it has to be asked."""
        own = Offer(one.device, one.client, self._own.position.tail, {})
        while True:
            own.heads = {seq: self._own.head(seq) for seq in one.heads if seq <= own.tail}
            low, high = common(own, one)
            if high - low == 1:
                return low
            place = between(low, high, min(own.tail, one.tail))
            if place not in one.heads:
                self._ask(one, place, now)
                return None

    # --- fetching

    def _take(self, filling: _Filling, raws: Sequence[bytes]) -> None:
        position, first = filling.position, filling.position.tail + 1
        if not raws:
            raise FormatError("it holds no such entries")
        for seq, raw in enumerate(raws, first):
            if len(decode_entry(raw).body) > MAX_BODY:
                raise FormatError(f"entry {seq} is larger than an entry may be")
            position = position.after(seq, raw)
        if position.tail == filling.tail and not hmac.compare_digest(position.head, filling.head):
            raise FormatError("its entries do not lead to the head that was agreed on")
        self.store.stage(self.key, first, raws)
        filling.position = position
        if position.tail < filling.tail:
            self._fetch(filling)

    def _filled(self, filling: _Filling) -> bool:
        if filling.position.tail < filling.tail:
            return False
        self._filling = None
        self._open(filling.base, filling.position)
        return True

    def _open(self, base: Position, position: Position) -> None:
        self.store.adopt(self.key, base.tail, position)
        facts = {"tail": position.tail, "head": position.head.hex()[:16], "taken": position.tail - base.tail}
        self.observe("opened", self.key, **facts)

    def _fetch(self, filling: _Filling) -> None:
        filling.sources[0].client.ask(Fetch(self.key.channel, filling.position.tail + 1))

    # --- who does not answer, and who lies

    def _ask(self, offer: Offer, seq: int, now: int) -> None:
        if seq not in offer.heads and offer.asked is None:
            offer.question, offer.asked = seq, now
            offer.client.ask(Show(self.key.channel, seq))

    def _hurry(self, now: int) -> None:
        """Forget who owes an answer for too long."""
        filling = self._filling
        late = [one for one in self._offers.values() if one.asked is not None and now - one.asked > ANSWER_MS]
        if filling is not None and filling.position.tail < filling.tail and now - filling.since > ANSWER_MS:
            late.append(filling.sources[0])
        for one in late:
            self._observe("no-answer", one.device)
            self._silent[one.device.fingerprint] += 1
            if self._silent[one.device.fingerprint] >= _SILENCES:
                self._refused.add(one.device.fingerprint)
            self._forget(one, now)

    def _distrust(self, offer: Offer, reason: str, now: int) -> None:
        self._refused.add(offer.device.fingerprint)
        self._observe("refill-refused", offer.device, reason=reason)
        self._forget(offer, now)

    def _forget(self, offer: Offer, now: int | None = None) -> None:
        """Without this device. What it was to give is fetched from the other of the two that agreed, from the start."""
        if self._offers.get(offer.device.fingerprint) is offer:
            del self._offers[offer.device.fingerprint]
        filling = self._filling
        if filling is None or offer not in filling.sources or filling.position.tail == filling.tail:
            return
        was_asked = filling.sources[0] is offer
        filling.sources.remove(offer)
        if not filling.sources:
            self._filling = None
        elif was_asked:
            filling.position, filling.since = filling.base, filling.since if now is None else now
            self._fetch(filling)

    # --- small things

    @property
    def _genesis(self) -> bytes:
        return empty(self.key).head

    def _observe(self, event: str, device: Device, **facts: Any) -> None:
        self.observe(event, self.key, device=short(device.fingerprint), side=device.side, **facts)


class Recoveries:
    """The channels of one relay for which devices offer what they hold."""

    def __init__(
        self,
        store: Store,
        settle: int,
        *,
        present: Callable[[LogKey], Iterable[bytes]],
        observe: Observer,
        changed: Callable[[LogKey], None],
    ) -> None:
        """`settle`: ms from the first offers of both sides to the decision; `changed`: a channel began or ended to recover."""
        self._store = store
        self._settle = settle
        self._present = present
        self._observe = observe
        self._changed = changed
        self._running: dict[LogKey, Recovery] = {}

    @property
    def busy(self) -> bool:
        """Whether any device offers anything."""
        return bool(self._running)

    def is_recovering(self, key: LogKey) -> bool:
        """Whether the channel takes no entries."""
        return self._store.recovering(key)

    def offer(self, said: Offered, client: Asked, now: int) -> None:
        """See `Recovery.offer`. FormatError, StorageError."""
        one = self._running.get(said.key)
        if one is None:
            one = Recovery(said.key, said.both, self._store, self._settle, self._present, self._observe)
            self._running[said.key] = one
        one.offer(said, client)
        self._step(one, now)

    def refill(self, given: Refilled, client: Asked, now: int) -> bool:
        """See `Recovery.refill`. StorageError."""
        one = self._running.get(given.key)
        if one is None or not one.refill(given, client, now):
            return False
        self._step(one, now)
        return True

    def gone(self, client: Asked) -> None:
        """The connection has ended."""
        for key, one in list(self._running.items()):
            one.gone(client)
            if one.empty:
                del self._running[key]

    def sweep(self, now: int) -> None:
        """What time alone brings. StorageError."""
        for one in list(self._running.values()):
            self._step(one, now)

    def _step(self, one: Recovery, now: int) -> None:
        if one.step(now):
            self._running.pop(one.key, None)
            self._changed(one.key)
