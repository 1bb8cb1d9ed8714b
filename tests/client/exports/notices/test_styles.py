"""Texts of notices as mail hands them on (T5), and as nobody should be misled by."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline_client.exports.notices.text import block, read_block
from hotline_client.words.texts import decoded
from hotline_protocol.errors import FormatError
from hotline_protocol.notices import form

CASES = Path(__file__).parents[3] / "cases" / "pasted"
REMARKS = "Two batteries; 155mm. Contact range control before entry - see chart 4"


@pytest.mark.parametrize("name", sorted(one.name for one in CASES.iterdir()))
def test_a_text_of_ours_is_read_as_mail_programs_hand_it_on(name: str) -> None:
    found = read_block(decoded((CASES / name).read_bytes(), "the text"))
    notice = form.to_notice(found.form)
    assert (notice.remarks, len(notice.areas), found.number) == (REMARKS, 2, "A-0001/26")
    assert bool(found.notes) is ("wrap" in name)


def plain() -> str:
    return (CASES / "08_wrap69.txt").read_text()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "".join(f">> {line}\n" for line in text.splitlines()),
        lambda text: "On Tuesday somebody wrote:\n\n" + "".join(f"| {line}\n" for line in text.splitlines()),
        lambda text: "".join(f">{line}\n" if line else ">\n" for line in text.splitlines()),
        lambda text: "    " + text.replace("\n", "\n    "),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "  \n"),
        lambda text: text.replace(" ", "\u202f"),
        lambda text: text.replace("\n", "\n\n"),
    ],
)  # fmt: skip
def test_whatever_stands_before_every_line_is_taken_away(change: object) -> None:
    assert callable(change)
    assert form.to_notice(read_block(change(plain())).form).remarks == REMARKS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("E) Live", "X) Live"), "is no item"),
        (lambda text: text.replace("RMK) Two", "RMK) Two\nG) FL100"), "twice"),
        (lambda text: text.replace("LEAD", "LEAD").replace("CALL SIGN) RANGE CTL\n", "").replace("see\nchart", "see\nCALL SIGN) x\nchart"), "stands behind RMK"),
        (lambda text: text.replace("330600N0343000E", "330600N0353000E"), "the item Q says"),
    ],
)  # fmt: skip
def test_a_wrapped_text_never_becomes_another(change: object, words: str) -> None:
    assert callable(change)
    with pytest.raises(FormatError, match=words):
        read_block(change(plain()))


def test_what_is_written_is_read_back_without_a_note() -> None:
    notice = form.to_notice(read_block(plain()).form)
    again = read_block(block(notice, number="A-0001/26"))
    assert (form.to_notice(again.form), again.notes) == (notice, ())
