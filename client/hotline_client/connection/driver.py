"""The line's side of a session: hands frames to the desk, and remembers what the present relay said of its tails."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline_client.connection.changes import Subscribers
from hotline_client.connection.clock import Reference
from hotline_client.engine.desk import Desk
from hotline_protocol.errors import PeerError
from hotline_protocol.relay.frames import (
    Answers,
    Fetch,
    Hello,
    Offer,
    Ready,
    Refill,
    Show,
    Submission,
    hello_content,
)


class DeskDriver:
    """The driver of the transport's sessions."""

    def __init__(self, desk: Desk, subscribers: Subscribers, reference: Reference) -> None:
        self._desk = desk
        self._reference = reference
        self._subscribers = subscribers
        self.tails: dict[str, int] = {}
        """The relay's tails as of the last `ready` and what came since."""
        self.left_out: frozenset[str] = frozenset()
        """Channels of ours of which the relay said nothing in the last `ready`."""
        self.recovering: frozenset[str] = frozenset()
        """Channels of ours of which the relay said in the last `ready` that it lost entries, or does not know."""
        self._offered: set[str] = set()
        self._reported: set[str] = set()
        self._held: dict[str, int] = {}
        self._ready = False

    def hello(self, nonce: bytes, certificate_hash: bytes) -> Hello:
        """Our certificate, and its key's signature over this very connection."""
        context = self._desk.context
        self._ready = False
        self._offered.clear()
        self._held = {name: self.cursor(name) for name in self._desk.entitled}
        link_id = context.charter.link_id
        key = Ed25519PrivateKey.from_private_bytes(context.private_key)
        return Hello(
            link_id, context.certificate.der, key.sign(hello_content(nonce, link_id, certificate_hash))
        )

    def ready(self, announced: Ready) -> list[tuple[str, int, int]]:
        """Compare what the relay announces with what we hold; what to follow."""
        self._reference.heard(announced.now)
        self._desk.relay_time(announced.now)
        follows = []
        for one in announced.channels:
            after = self._desk.ready(one, held=self._held.get(one.name))
            if after is not None:
                self.tails[one.name] = one.tail
                follows.append((one.name, after, one.tail))
            else:
                self.tails.pop(one.name, None)
        self.recovering = frozenset(one.name for one in announced.channels if one.recovering)
        self.left_out = frozenset(self._desk.entitled) - {one.name for one in announced.channels}
        for name in sorted(self.left_out):
            self.tails.pop(name, None)
            self.misbehaved(f"the relay does not announce {name}, which this certificate may use")
        self._ready = True
        self._subscribers.tell(None, frozenset({"status"}))
        return follows

    def offers(self) -> list[Offer]:
        """What the relay is to hear of our logs, once a session: it lost entries, and says so or was found out (R14, H7)."""
        found = []
        for name in self._desk.entitled:
            if name not in self._offered and self._ready:
                place = self._desk.offer(name, recovering=name in self.recovering)
                if place is not None:
                    self._offered.add(name)
                    found.append(Offer(name, *place))
        return found

    def asked(self, frame: Show | Fetch) -> Offer | Refill:
        """What the relay wants of a log that we offered."""
        name = frame.channel
        if name not in self._offered:
            raise PeerError("the relay asks for a log that was not offered")
        if isinstance(frame, Fetch):
            return Refill(name, frame.first, tuple(self._desk.given(name, frame.first)))
        head = self._desk.step(name, lambda draft: draft.head_at(frame.seq))
        if head is None:
            raise PeerError(f"the relay asks for entry {frame.seq}, which was not offered")
        return Offer(name, frame.seq, head)

    def entries(self, channel: str, first: int, raws: Sequence[bytes], *, fresh: bool) -> int | None:
        """A batch of the log."""
        self.tails[channel] = max(self.tails.get(channel, 0), first + len(raws) - 1)
        return self._desk.entries(channel, first, raws, fresh=fresh)

    def caught_up(self, channel: str) -> None:
        """The channel was taken up to its tail."""
        self._desk.caught_up(channel)
        self._subscribers.tell(channel, frozenset({"status", "progress"}))

    def cursor(self, channel: str) -> int:
        """Where the channel stands."""
        return self._desk.state(channel).standing.cursor

    def answers(self, frame: Answers) -> None:
        """What the relay said to our submissions."""
        self._desk.answers(frame)

    def outgoing(self, channel: str) -> list[Submission]:
        """What may be offered now."""
        return self._desk.outgoing(channel)

    def tick(self, channel: str) -> None:
        """Time passed."""
        self._desk.tick(channel)

    def progress(self, channel: str, tail: int) -> None:
        """More of a backlog was taken."""
        self._subscribers.tell(channel, frozenset({"progress"}), (self.cursor(channel), tail))

    def may_follow(self, channel: str) -> bool:
        """Whether the channel is one of ours and not halted, whoever resumed it."""
        if channel in self.recovering:
            return False
        return channel in self._desk.entitled and self._desk.state(channel).standing.halt is None

    def misbehaved(self, reason: str) -> None:
        """The relay broke the protocol: recorded, once a run for each way."""
        if reason not in self._reported:
            self._reported.add(reason)
            self._desk.misbehaved(reason)

    def has_read(self) -> bool:
        """Whether all channels that were announced and are not halted stand at their tails, and a resume is settled."""
        if not self._ready:
            return False
        for name in self._desk.entitled:
            standing = self._desk.state(name).standing
            if standing.halt is None and name in self.recovering:
                return False
            if standing.halt is None and (standing.cursor < self.tails.get(name, 0) or standing.resuming):
                return False
        return True

    def is_caught_up(self) -> bool:
        """The same, and no channel that is not halted was left out."""
        return self.has_read() and all(
            self._desk.state(name).standing.halt is not None for name in self.left_out
        )
