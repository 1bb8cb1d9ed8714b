"""Record files: what is written is verified, and whatever is changed in one is found (docs/protocol.md, V1 to V10)."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_client.line.record import Recorder
from hotline_protocol.errors import CertificateError, FormatError, TrustError, UsageError
from hotline_protocol.identity.card import Card
from hotline_protocol.record import frames
from hotline_protocol.record.verify import Proven, Verdict, Verifier
from hotline_protocol.relay.chain import extend, genesis
from hotline_protocol.terms import Role
from tests import sampling
from tests.client.engine.house import CHANNEL, House, Person, founded, relay_as_it_was
from tests.support.people import authority, crl, device, link

Parts = list[frames.Part]


@functools.cache
def house() -> tuple[House, Person, Person, Person]:
    """A log with words of both sides, a checkpoint, a commit in the middle, and somebody who came late."""
    home = House()
    dana, viktor = founded(home)
    dana.say("Good evening.")
    home.settle()
    viktor.say("Доброй ночи.", response="R")
    home.settle()
    dana.ack(viktor.documents()[-1])
    dana.say("שלום")
    home.settle()
    late = home.enter("b", "Pavel")
    viktor.admit(late)
    home.settle()
    late.say("I am here now.")
    viktor.queue("checkpoint", {"seq": viktor.standing.cursor, "head": viktor.standing.head})
    home.settle()
    dana.say("The last words.")
    home.settle()
    return home, dana, viktor, late


def written(person: Person, *only: bytes) -> bytes:
    return b"".join(Recorder(person.desk, CHANNEL).pieces(only))


def verified(
    data: bytes, authorities: tuple[bytes | str, bytes | str] | None = None
) -> tuple[list[Proven], Verdict]:
    first, second = (one.fingerprint for one in link().charter.delegations)
    verifier = Verifier(authorities or (first, second))
    found = list(verifier.parts(frames.read(io.BytesIO(data).read)))
    return found, verifier.verdict


@functools.cache
def whole() -> Parts:
    return list(frames.read(io.BytesIO(written(house()[1])).read))


def sealed(parts: Iterable[frames.Part]) -> bytes:
    """A forger's file: all checksums right."""
    return b"".join(frames.write(parts))


def test_what_is_written_is_verified() -> None:
    _, dana, viktor, _ = house()
    for person in (dana, viktor):
        found, verdict = verified(written(person))
        assert [one.content for one in found] == [
            one.content for one in person.vault.documents(CHANNEL, limit=1000)
        ]
        assert verdict.entries == person.standing.cursor
        assert (verdict.unread, verdict.deviating, verdict.refused) == (0, [], 0)
        assert verdict.vouched["a"] > viktor.documents("checkpoint")[-1].seq
        assert verdict.vouched["b"] >= viktor.documents("checkpoint")[-1].seq - 1


def test_who_came_late_shows_the_whole_chain_and_the_words_since() -> None:
    *_, late = house()
    found, verdict = verified(written(late))
    assert verdict.unread > 0
    assert [one.document.body.get("text") for one in found if one.document.kind == "text"] == late.texts()


def test_the_authorities_may_be_given_as_digits_and_in_any_order() -> None:
    first, second = link().charter.delegations
    data = written(house()[1])
    assert verified(data, (second.digits, first.digits.replace(" ", "")))[1].documents
    assert verified(data, (second.digits, first.fingerprint))[1].documents


def test_other_authorities_than_the_given_ones_are_refused() -> None:
    first, second = link().charter.delegations
    foreign = Card("BRAVO", authority("BRAVO", 77).root)
    for pair in (
        (first.fingerprint, foreign.fingerprint),
        (first.fingerprint, first.fingerprint),
        (first.digits, foreign.digits),
        (second.fingerprint, "00000"),
    ):
        with pytest.raises(TrustError, match="other authorities"):
            verified(written(house()[1]), pair)


def test_single_documents_are_shown_alone() -> None:
    dana = house()[1]
    chosen = [dana.documents()[3], dana.documents()[1]]
    found, verdict = verified(written(dana, *(one.id for one in chosen)))
    assert [one.content for one in found] == [chosen[1].content, chosen[0].content]
    assert not verdict.record.whole
    assert verdict.vouched == {}
    with pytest.raises(UsageError, match="only a document that counts"):
        written(dana, b"?" * 16)


def test_an_empty_log_is_not_written() -> None:
    alone = House().enter("a", "Nobody Else", Role.OFFICER)
    alone.vault.channels.clear()
    alone.restart()
    with pytest.raises(UsageError, match="is empty"):
        written(alone)


def test_v1_v2_every_single_byte_is_guarded() -> None:
    data = written(house()[1])
    for place in sampling.some(range(len(data)), 1000, "bytes of a record"):
        damaged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(FormatError):
            list(frames.read(io.BytesIO(damaged).read))


def test_v1_a_file_that_is_cut_or_goes_on_is_told_so() -> None:
    data = written(house()[1])
    for cut in (0, 5, len(frames.MAGIC), len(frames.MAGIC) + 2, len(data) // 2, len(data) - 1):
        with pytest.raises(FormatError, match=r"cut off|no record"):
            verified(data[:cut])
    with pytest.raises(FormatError, match="goes on"):
        verified(data + b"x")


def _at(parts: Parts, kind: type[frames.Part], number: int = 0) -> int:
    return [place for place, one in enumerate(parts) if isinstance(one, kind)][number]


def _altered(parts: Parts, place: int, **fields: object) -> Parts:
    return [*parts[:place], msgspec.structs.replace(parts[place], **fields), *parts[place + 1 :]]


def _other_words(parts: Parts) -> Parts:
    place = _at(parts, frames.Document, 2)
    signed = parts[place].authenticated  # type: ignore[union-attr]
    assert b"text" in signed
    return _altered(parts, place, authenticated=signed.replace(b"text", b"t3xt", 1))


def _swapped(parts: Parts) -> Parts:
    one, two = _at(parts, frames.Document, 1), _at(parts, frames.Document, 2)
    first, second = parts[one], parts[two]
    parts = _altered(parts, one, authenticated=second.authenticated, author=second.author)  # type: ignore[union-attr]
    return _altered(parts, two, authenticated=first.authenticated, author=first.author)  # type: ignore[union-attr]


def _without(kind: type[frames.Part], number: int) -> Callable[[Parts], Parts]:
    def change(parts: Parts) -> Parts:
        place = _at(parts, kind, number)
        return [*parts[:place], *parts[place + 1 :]]

    return change


def _entry_changed(parts: Parts) -> Parts:
    place = _at(parts, frames.EntryPart, 0)
    raw = parts[place].raw  # type: ignore[union-attr]
    return _altered(parts, place, raw=raw[:-1] + bytes([raw[-1] ^ 1]))


def _somebody_elses(parts: Parts) -> Parts:
    place = _at(parts, frames.Document, 0)
    own = parts[place].author  # type: ignore[union-attr]
    other = next(one.author for one in parts if isinstance(one, frames.Document) and one.author != own)
    known = next(at for at, one in enumerate(parts) if isinstance(one, frames.Certificate) and at > place)
    certificate = parts[known]
    changed = _altered(parts, place, author=other)
    return [*changed[:place], certificate, *changed[place:]]


def _revoked(parts: Parts) -> Parts:
    place = _at(parts, frames.Certificate)
    serial = device("a", "Dana", Role.HEAD)[2]
    return [*parts[:place], frames.Revocations(1, crl("a", serial)), *parts[place:]]


def _doubled(parts: Parts) -> Parts:
    place = _at(parts, frames.Document)
    return [*parts[: place + 1], parts[place], *parts[place + 1 :]]


FORGERIES = {
    "an entry was changed": (_entry_changed, "do not end in the head"),
    "other words": (_other_words, "signature"),
    "two documents changed places": (_swapped, "another entry"),
    "the last entry is missing": (_without(frames.EntryPart, -1), "under its entry|do not end in the head"),
    "an entry in the middle is missing": (_without(frames.EntryPart, 3), "was expected|under its entry"),
    "a certificate is missing": (_without(frames.Certificate, 0), "certificate is missing"),
    "a context is missing": (_without(frames.Context, 0), "context of epoch"),
    "the words of one under the name of another": (_somebody_elses, "signature"),
    "the author had been revoked": (_revoked, "revoked"),
    "a document twice": (_doubled, "under its entry"),
    "another head": (lambda parts: _altered(parts, 0, head=b"h" * 32), "do not end in the head"),
    "another channel": (lambda parts: _altered(parts, 0, channel="air"), "another channel|context"),
    "no such channel": (lambda parts: _altered(parts, 0, channel="none"), "does not have"),
    "no charter": (_without(frames.Charter, 0), "begins with"),
    "two openings": (lambda parts: [parts[0], *parts], "twice|begins with"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_right_checksums_is_found(name: str) -> None:
    change, words = FORGERIES[name]
    with pytest.raises((TrustError, FormatError), match=words):
        verified(sealed(change(whole())))


def test_words_that_were_left_out_are_counted() -> None:
    found, verdict = verified(sealed(_without(frames.Document, 4)(whole())))
    assert verdict.unread == 1
    assert len(found) == verdict.messages - 1


def test_v8_a_log_in_another_order_is_not_what_was_signed() -> None:
    parts = whole()
    entries = [place for place, one in enumerate(parts) if isinstance(one, frames.EntryPart)]
    place = entries[-2]
    raw = parts[place].raw  # type: ignore[union-attr]
    changed = _altered(parts, place, raw=raw[:-1] + bytes([raw[-1] ^ 1]))
    head = _head(changed)
    changed = [*_altered(changed, 0, head=head)]
    _, verdict = verified(sealed(_kept(changed, place)))
    assert verdict.deviating == [entries.index(entries[-1]) + 1]


def _kept(parts: Parts, place: int) -> Parts:
    """Without the document under the entry at `place`."""
    following = parts[place + 1]
    return parts if not isinstance(following, frames.Document) else [*parts[: place + 1], *parts[place + 2 :]]


def _head(parts: Parts) -> bytes:
    head = genesis(link().charter.link_id, CHANNEL)
    for one in parts:
        if isinstance(one, frames.EntryPart):
            head = extend(head, one.seq, one.raw)
    return head


@given(st.data())
def test_whatever_is_changed_nothing_false_is_proven(data: st.DataObject) -> None:
    parts = whole()
    place = data.draw(st.integers(0, len(parts) - 1))
    encoded = bytearray(msgspec.msgpack.encode(parts[place]))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        changed = msgspec.msgpack.decode(bytes(encoded), type=frames.Part)
        found, verdict = verified(sealed([*parts[:place], changed, *parts[place + 1 :]]))
    except (TrustError, FormatError, msgspec.DecodeError, UnicodeDecodeError):
        return
    honest, _ = verified(sealed(parts))
    said = {(one.seq, one.author.fingerprint, one.content) for one in honest}
    assert {(one.seq, one.author.fingerprint, one.content) for one in found} <= said or verdict.deviating


@functools.cache
def after_a_loss() -> tuple[Person, bytes]:
    """Dana, who has words of Viktor's that the relay lost; and their document id."""
    home = House()
    dana, viktor = founded(home)
    dana.say("before")
    home.settle()
    tail = home.relay.log(CHANNEL).position.tail
    viktor.say("signed and lost")
    home.settle()
    lost = viktor.documents()[-1].id
    relay_as_it_was(home, tail)
    dana.wire.connect(CHANNEL)
    dana.desk.resume(CHANNEL, shorter=True)
    dana.wire.connect(CHANNEL)
    dana.say("after")
    home.settle(dana)
    return dana, lost


def test_what_a_relay_lost_stands_behind_the_log_with_its_signature() -> None:
    """V10."""
    dana, lost = after_a_loss()
    found, verdict = verified(written(dana))
    assert [one.document.body["text"] for one in found if one.document.kind == "text"] == [
        "before",
        "after",
        "signed and lost",
    ]
    assert (found[-1].document.id, found[-1].refused) == (lost, "not in the log any more")
    assert (verdict.outside, verdict.unread, verdict.deviating) == (1, 0, [])
    only = dana.documents()[0].id
    assert verified(written(dana, only))[1].outside == 0


def test_what_stands_behind_the_log_is_judged_like_what_stands_in_it() -> None:
    parts = list(frames.read(io.BytesIO(written(after_a_loss()[0])).read))
    (place,) = [number for number, one in enumerate(parts) if isinstance(one, frames.Outside)]
    outside = parts[place]
    assert isinstance(outside, frames.Outside)
    entry = next(one for one in parts if isinstance(one, frames.EntryPart) and one.seq > 5)
    changes: list[tuple[str, object]] = [
        ("raw", entry.raw),
        ("author", bytes(32)),
        ("authenticated", outside.authenticated[:-1] + bytes([outside.authenticated[-1] ^ 1])),
    ]
    for name, value in changes:
        forged = [*parts[:place], msgspec.structs.replace(outside, **{name: value}), *parts[place + 1 :]]
        with pytest.raises((TrustError, FormatError)):
            verified(sealed(forged))
    first = next(number for number, one in enumerate(parts) if isinstance(one, frames.EntryPart))
    moved = [*parts[:first], outside, *parts[first:place], *parts[place + 1 :]]
    with pytest.raises(FormatError, match="behind the whole log"):
        verified(sealed(moved))


def test_v7_the_verifier_judges_by_t_as_members_do() -> None:
    home = House()
    dana, viktor = founded(home)
    noa = home.enter("a", "Noa", days=10)
    dana.admit(noa)
    home.settle()
    home.clock.pass_(days=12)
    home.relay.clock = lambda: home.clock.now - 86_400_000  # the record's entries are dated back
    dana.say("it is late")
    viktor.say("it is")
    home.settle(dana, viktor)
    home.relay.clock = home.clock
    noa.desk.clock = lambda: home.clock.now - 12 * 86_400_000
    noa.say("it is early")
    home.settle()
    parts = list(frames.read(io.BytesIO(written(dana)).read))
    assert verified(sealed(parts))[1].refused
    forged = [
        msgspec.structs.replace(part, refused=None)
        if isinstance(part, frames.Document) and part.refused
        else part
        for part in parts
    ]
    with pytest.raises(CertificateError, match="expired"):
        verified(sealed(forged))


def test_a_record_of_an_earlier_program_is_refused_with_a_sentence() -> None:
    with pytest.raises(FormatError, match="earlier program"):
        list(frames.read(io.BytesIO(b"hotline record 1\n" + bytes(9)).read))
