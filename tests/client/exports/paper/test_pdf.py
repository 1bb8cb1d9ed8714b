from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from hotline_client.exports.paper import fonts, pdf
from hotline_client.exports.paper.paper import Paper
from hotline_client.exports.paper.setting import SetLine, Setter, _runs, _visual
from hotline_protocol.errors import StorageError
from tests.client.exports.paper.sample import HEBREW, RUSSIAN, sample

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def setter() -> Iterator[Setter]:
    with Setter(fonts.font()) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "base", "visual"),
    [
        ("word שלום (2026) end", "L", "word (2026) םולש end"),
        ("שלום FL240 (עשרים) 24.11.2026.", "R", ".24.11.2026 (םירשע) FL240 םולש"),
        ("FL240.", "R", ".FL240"),
        ("Стороны FL240.", "L", "Стороны FL240."),
        ("שָׁלוֹם", "R", "ם\u05d5\u05b9לש\u05b8\u05c1"),
    ],
)
def test_lines_are_put_in_visual_order(text: str, base: str, visual: str) -> None:
    assert "".join(_visual(SetLine(text, base))) == visual  # type: ignore[arg-type]


def test_right_to_left_runs_are_shaped_in_logical_order_and_the_rest_as_it_stands() -> None:
    runs = list(_runs(_visual(SetLine("word שָׁלוֹם עולם (2026) end", "L"))))
    assert "שָׁלוֹם" in runs
    assert "עולם" in runs
    assert "".join(runs).startswith("word (2026)")


@pytest.mark.parametrize("text", [HEBREW * 3, RUSSIAN * 3, "x" * 500, "a " * 300, "שָׁ" * 200, "", "    x"])
def test_lines_fit_and_lose_nothing(setter: Setter, text: str) -> None:
    lines = setter.wrap(text, 100, 10.5)
    assert all(setter.measure(line.text, 10.5, "") <= 100 for line in lines)
    assert "".join("".join(line.text for line in lines).split()) == "".join(text.split())
    assert len({line.base for line in lines}) == 1


def test_letters_that_the_font_lacks_are_shown_as_escapes(setter: Setter) -> None:
    assert setter.drawable("a漢\tb") == "a\\u{6f22}    b"


def read(data: bytes, tmp_path: Path) -> str:
    """What poppler reads out of it."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    try:
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")
    return done.stdout.decode()


def test_another_program_reads_the_words_and_the_hashes(tmp_path: Path) -> None:
    paper = sample()
    text = read(pdf.render(paper), tmp_path)
    assert RUSSIAN in text
    assert "הגובה המרבי" in text
    assert text.count(paper.text_hash.hex()) >= 2
    for one in paper.authorities:
        assert one.digits in text
    assert "<script>alert(1)</script>" in text
    assert "NOT SIGNED" not in text
    assert "NOT SIGNED" in read(pdf.render(sample(state="INITIALLED", signatures={})), tmp_path)


def test_nothing_in_the_file_acts_or_depends_on_the_machine() -> None:
    data = pdf.render(sample("x"))
    for word in (b"/JavaScript", b"/JS", b"/URI", b"/S /Launch", b"/EmbeddedFile"):
        assert not re.search(rb"<<[^>]*" + word + rb"\b", data)
    assert re.findall(rb"/OpenAction (.)", data) == [b"["]  # a place in the file, no action
    assert b"D:20261123" in data


def test_a_long_paper_has_its_pages_numbered(tmp_path: Path) -> None:
    text = read(pdf.render(sample("\n".join([HEBREW, RUSSIAN] * 60))), tmp_path)
    pages = re.findall(r"page (\d+) of (\d+)", text)
    assert len(pages) > 3
    assert pages == [(str(at), str(len(pages))) for at in range(1, len(pages) + 1)]


def test_other_processes_write_the_same_bytes() -> None:
    """Whatever the time zone, the language and the seed of hashes."""
    program = (
        "import sys; from hashlib import sha256; from hotline_client.exports.paper.write import write;"
        "from tests.client.exports.paper.sample import sample;"
        "print(*(sha256(write(sample(), kind)).hexdigest() for kind in ('text', 'md', 'html', 'pdf')))"
    )
    path = os.pathsep.join(str(ROOT / one) for one in ("protocol", "client", "."))
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": path,
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "LC_ALL": "C",
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert said[0] == said[1]
    assert said[0].split()[0].decode() == sha256(sample().canonical).hexdigest()


def test_a_missing_or_other_font_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError, match="is not installed: expected"):
        fonts.font("hotline_has_no_such_package")
    monkeypatch.setattr(fonts, "SHA256", "0" * 64)
    with pytest.raises(StorageError, match="is another one: expected SHA-256 0000"):
        fonts.font()


def test_the_acts_of_a_paper_stand_in_log_order_each_once() -> None:
    paper: Paper = sample()
    assert [one.seq for one in paper.acts] == [51, 52, 53, 54, 55, 56, 57, 58]
    assert [one.seq for one in sample(written=paper.drafted).acts] == [51, 53, 54, 55, 56, 57, 58]
