"""The paper laid out once for all formats: a list of blocks that Markdown, HTML and PDF each write in their own way."""

from __future__ import annotations

from typing import NamedTuple

from hotline_client.exports.paper.paper import Act, Paper
from hotline_protocol.dtg import dtg

SIGNED = "SIGNED"


class Heading(NamedTuple):
    """Level 1 is the title."""

    text: str
    level: int = 2


class Words(NamedTuple):
    """Words that people wrote, line by line as they wrote them."""

    text: str
    language: str = ""


class Note(NamedTuple):
    """A paragraph of ours."""

    text: str
    strong: bool = False


class Facts(NamedTuple):
    """Names with their values beside them."""

    rows: tuple[tuple[str, str], ...]


class Grid(NamedTuple):
    """A table; `shares`: of the width, one a column; `small`: for hashes."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    small: bool = False


class Code(NamedTuple):
    """A command that a reader types as it stands."""

    text: str


class Turn(NamedTuple):
    """What follows begins a page."""


Block = Heading | Words | Note | Facts | Grid | Code | Turn


def blocks(paper: Paper) -> list[Block]:
    """The whole paper: head, text, reservations, who initialled and signed, translations, and how to verify it."""
    return [*_head(paper), *_text(paper), *_marks(paper), *_translations(paper), *_verify(paper)]


def _head(paper: Paper) -> list[Block]:
    rows = [
        ("Reference", f"{paper.reference} of {paper.drafted.delegation}, entry {paper.drafted.seq}"),
        ("Channel", f"{paper.channel}, between {' and '.join(one.name for one in paper.authorities)}"),
        ("State", f"{paper.state}, version {paper.version} of the text"),
        ("Original", f"language {paper.language}; the original alone has force"),
        *paper.meeting,
        ("Drafted by", _who(paper.drafted)),
    ]
    rows += [("Present text by", _who(paper.written))] if paper.written is not paper.drafted else []
    found: list[Block] = [Heading(f"Minutes: {paper.title}", 1)]
    if paper.state != SIGNED:
        found.append(
            Note(
                f"NOT SIGNED. This text is {paper.state} and binds nobody yet; it may still change.",
                strong=True,
            )
        )
    return [*found, Facts(tuple(rows))]


def _text(paper: Paper) -> list[Block]:
    found: list[Block] = [Heading("Text"), Words(paper.text, paper.language)]
    if paper.items:
        rows = tuple((one.reference, one.title, one.outcome) for one in paper.items)
        found += [
            Heading("Items of the agenda reported here"),
            Grid(("Item", "Title", "Where it stands"), rows, (0.16, 0.34, 0.5)),
        ]
    found.append(Heading("Reservations"))
    if not paper.reservations:
        found.append(Note("None."))
    for one in paper.reservations:
        found += [Note(f"{_who(one)}, entry {one.seq}:", strong=True), Words(one.text)]
    return found


def _marks(paper: Paper) -> list[Block]:
    rows = []
    for what, marks in (("Initialled", paper.initials), ("Signed", paper.signatures)):
        for side in paper.authorities:
            mark = marks.get(side.side)
            person = f"{mark.name} ({mark.role})" if mark else "no"
            rows.append(
                (side.name, what, person, dtg(mark.at) if mark else "", str(mark.seq) if mark else "")
            )
    return [
        Heading("Initials and signatures"),
        Grid(("Delegation", "", "By", "When", "Entry"), tuple(rows), (0.22, 0.15, 0.33, 0.21, 0.09)),
        Note(
            "Each mark is a signed document over the hash of exactly the text above; an initial says that a side holds the text "
            "for right, a signature of both heads makes it the minutes."
        ),
    ]


def _translations(paper: Paper) -> list[Block]:
    found: list[Block] = []
    for one in paper.translations:
        found += [
            Heading(f"Courtesy translation: {one.language}"),
            Note(
                f"By {_who(one)}, entry {one.seq}. It is bound to the text above by the hash {paper.content.hex()}. "
                f"The original in {paper.language} alone has force."
            ),
            Words(one.text, one.language),
        ]
    return found


def _verify(paper: Paper) -> list[Block]:
    rows = tuple(
        (
            f"{one.what} by {one.name}, {one.delegation}",
            str(one.seq),
            f"{one.document.hex()}\n{one.hash.hex()}",
        )
        for one in paper.acts
    )
    number = paper.id.hex()
    return [
        Turn(),
        Heading("How to verify these minutes"),
        Note(
            "1. Whose authorities. Each delegation's certificates come from its own authority. Compare these digits with those that the "
            "authorities read out to each other when the line was set up; `hotline charter show` prints them on any device."
        ),
        Facts(
            (
                *((f"Authority of {one.name}", one.digits) for one in paper.authorities),
                *((f"SHA-256, {one.name}", one.fingerprint.hex()) for one in paper.authorities),
                ("Link id", paper.link_id.hex()),
            )
        ),
        Note(
            "2. Which text. The canonical text is the original in UTF-8, lines ended by a line feed, none after the last line. Its SHA-256 is:"
        ),
        Code(paper.text_hash.hex()),
        Note("Any delegate of either side writes that text from the own log, and anybody computes its hash:"),
        Code(f"hotline minutes export {number} --channel {paper.channel} --format text --output minutes.txt"),
        Code("sha256sum minutes.txt"),
        Note(
            "3. Which entries. Every act is a document, signed by its author's device, in one entry of the channel's log, which both sides hold. "
            "Initials, signatures and reservations name the minutes by this id and the text by the hash of the document that holds it:"
        ),
        Facts((("Minutes", paper.id.hex()), ("Hash of the text's document", paper.content.hex()))),
        Grid(
            ("Act", "Entry", "Document id, and SHA-256 of its exact bytes"),
            rows,
            (0.26, 0.08, 0.66),
            small=True,
        ),
        Note("On a device of either side this prints the same numbers from its own log:"),
        Code(f"hotline minutes show {number} --channel {paper.channel} --json"),
        Note(
            "4. This file. It is made from the log alone, without a clock: both sides, with the same version of the program, export the same "
            "bytes. A file that differs was made from another log or changed since."
        ),
    ]


def _who(act: Act) -> str:
    """A Latin word stands between a name and the number after it, so that a right-to-left name cannot draw the number in."""
    return f"{act.name} ({act.role}, {act.delegation}) on {dtg(act.at)}"
