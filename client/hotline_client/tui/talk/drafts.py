"""What is being written and was not sent: by channel and by the message it replies to, each with its precedence and addressees.

Kept as settings of the vault, as JSON; which one was open in a channel is kept too, so that it is on the screen again after a kill.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hotline_client.line.views import MessageView
from hotline_client.tui.parts.ports import LinePort
from hotline_client.tui.talk.composing import Composition
from hotline_protocol.documents import Addressee
from hotline_protocol.terms import Precedence, Response

OPEN: Final = "open"
"""The slot that says which reply was open; empty: none."""

Key = tuple[str, str]


class _Kept(msgspec.Struct, omit_defaults=True):
    """A draft as stored; a value that this version does not know makes it plain words."""

    text: str
    precedence: Precedence = Precedence.ROUTINE
    response: Response = Response.NONE
    action: tuple[Addressee, ...] = ()
    info: tuple[Addressee, ...] = ()


class Drafts:
    """All drafts of this screen. Reading and `sent` go to the vault at once; `unkept` is for whoever writes the rest down."""

    def __init__(self, port: LinePort) -> None:
        self._port = port
        self._now: dict[Key, str] = {}
        self._stored: dict[Key, str] = {}

    def opened(self, channel: str) -> tuple[str, Composition]:
        """What was open in a channel when it was last left."""
        reply = self._read((channel, OPEN))
        message = self._port.message(channel, bytes.fromhex(reply)) if _is_hex(reply) else None
        return self.read(channel, message)

    def read(self, channel: str, reply: MessageView | None = None) -> tuple[str, Composition]:
        """The draft of a reply, or of new words."""
        raw = self._read((channel, _slot(reply)))
        kept = _decode(raw)
        return kept.text, Composition(
            channel, kept.precedence, kept.response, reply, action=kept.action, info=kept.info
        )

    def put(self, text: str, composition: Composition) -> None:
        """What is written now, and that it is what is open."""
        reply = composition.reply
        self._now[composition.channel, _slot(reply)] = _encode(text, composition)
        self._now[composition.channel, OPEN] = "" if reply is None else reply.id.hex()

    def sent(self, composition: Composition) -> None:
        """It is on its way. At once: a draft that comes back after a kill would be sent twice."""
        slot = _slot(composition.reply)
        for key in ((composition.channel, slot), (composition.channel, OPEN)):
            self._now[key] = self._stored[key] = ""
            self._port.set_draft(composition.channel, "", key[1])

    def unkept(self) -> list[tuple[str, str, str]]:
        """Channel, words and slot of what the vault does not hold yet; from now on it counts as held."""
        changed = [(key, value) for key, value in self._now.items() if self._stored.get(key, "") != value]
        self._stored.update(changed)
        return [(channel, value, slot) for (channel, slot), value in changed]

    def held(self, text: str, composition: Composition) -> bool:
        """Whether the vault holds exactly this."""
        return self._stored.get((composition.channel, _slot(composition.reply)), "") == _encode(
            text, composition
        )

    @property
    def waiting(self) -> int:
        """How many drafts hold words."""
        return sum(bool(_decode(raw).text.strip()) for (_, slot), raw in self._now.items() if slot != OPEN)

    def _read(self, key: Key) -> str:
        if key not in self._now:
            self._now[key] = self._stored[key] = self._port.draft(*key)
        return self._now[key]


def _slot(reply: MessageView | None) -> str:
    return "" if reply is None else f"reply.{reply.id.hex()}"


def _encode(text: str, composition: Composition) -> str:
    kept = _Kept(text, composition.precedence, composition.response, composition.action, composition.info)
    return "" if kept == _Kept("") else msgspec.json.encode(kept).decode()


def _decode(raw: str) -> _Kept:
    try:
        return msgspec.json.decode(raw, type=_Kept) if raw else _Kept("")
    except msgspec.DecodeError:
        return _Kept(raw)


def _is_hex(typed: str) -> bool:
    return bool(typed) and all(one in "0123456789abcdef" for one in typed)
