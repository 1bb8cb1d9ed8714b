"""Minutes as two delegations type them, from the draft out of the agenda to the same paper on both sides: real processes."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from tests.client.cli.talk.test_line_commands import hotline, records
from tests.e2e.stage import Stage, devices


def test_minutes_from_the_agenda_to_the_same_paper_on_both_sides(  # noqa: PLR0915 - one story
    tmp_path: Path,
) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours, theirs = stage.enrolled("Alpha 1"), stage.enrolled("Bravo 1")
        both = (ours, theirs)
        empty = hotline(ours, "minutes", "draft", "first", "--from-agenda")
        assert (empty.returncode, b"no item of the agenda has an outcome" in empty.stderr) == (2, True)

        [item] = records(hotline(ours, "agenda", "propose", "air corridors", "--json"))
        number = item["reference"]
        assert hotline(theirs, "agenda", "accept", number).returncode == 0
        for who in both:
            assert hotline(who, "agenda", "adopt", number).returncode == 0
        assert hotline(ours, "agenda", "open", number).returncode == 0
        for who in both:
            assert (
                hotline(who, "agenda", "outcome", number, "agreed", "לא מעל FL240 (עד 2027)").returncode == 0
            )

        first = hotline(
            ours, "minutes", "draft", "First meeting", "--from-agenda", "--dry-run"
        ).stdout.decode()
        assert first.splitlines()[2:] == [f"1. air corridors ({number})", "   AGREED: לא מעל FL240 (עד 2027)"]
        [drafted] = records(hotline(ours, "minutes", "draft", "First meeting", "--from-agenda", "--json"))
        paper = drafted["reference"]
        assert (drafted["state"], drafted["text"] + "\n", drafted["items"]) == ("DRAFT", first, [number])

        assert hotline(theirs, "minutes", "comment", paper, "what about Friday?").returncode == 0
        assert hotline(theirs, "minutes", "sign", paper).returncode == 2
        revised = first + "\n2. Стороны согласились.\n"
        words = tmp_path / "revised.txt"
        words.write_text(revised)
        [after] = records(hotline(theirs, "minutes", "revise", paper, "--file", str(words), "--json"))
        assert (after["version"], after["comments"], after["text"]) == (2, [], revised.rstrip("\n"))
        assert after["text_sha256"] == sha256(after["text"].encode()).hexdigest()
        assert hotline(ours, "minutes", "initial", paper, "--text-hash", "0" * 8).returncode == 2
        for who in both:
            done = hotline(who, "minutes", "initial", paper, "--text-hash", after["text_sha256"][:8])
            assert done.returncode == 0, done.stderr
        assert hotline(theirs, "minutes", "reserve", paper, "subject to approval").returncode == 0
        early = hotline(ours, "minutes", "export", paper, "--format", "md")
        assert b"NOT SIGNED" in early.stdout, early.stderr
        for who in both:
            assert hotline(who, "minutes", "sign", paper).returncode == 0
        assert hotline(ours, "translate", drafted["id"], "he", "תרגום אדיב").returncode == 0

        shown = json.loads(hotline(theirs, "minutes", "show", paper, "--json").stdout)
        assert (shown["state"], set(shown["initials"]), set(shown["signatures"])) == (
            "SIGNED",
            {"a", "b"},
            {"a", "b"},
        )
        assert [one["language"] for one in shown["translations"]] == ["he"]
        [again] = records(hotline(ours, "agenda", "show", number, "--json"))
        assert again["state"] == "MINUTED"
        text = hotline(ours, "minutes", "show", paper).stdout.decode()
        assert text.count("signed by Bravo 1 (head)") == 1
        listed = hotline(ours, "minutes", "list").stdout.decode().splitlines()
        assert listed[1].startswith(paper)
        assert all(len(line) <= 80 for line in listed)

        for kind in ("md", "html", "pdf", "text"):
            files = [tmp_path / f"{who.device.name}.{kind}" for who in both]
            for who, file in zip(both, files, strict=True):
                done = hotline(who, "minutes", "export", paper, "--format", kind, "--out", str(file))
                assert done.returncode == 0, done.stderr
            assert files[0].read_bytes() == files[1].read_bytes()
        exported = (tmp_path / "Alpha 1.text").read_bytes()
        assert sha256(exported).hexdigest() == shown["text_sha256"]
        assert shown["text_sha256"] in (tmp_path / "Alpha 1.html").read_text()
        taken = hotline(ours, "minutes", "export", paper, "--out", str(tmp_path / "Alpha 1.pdf"))
        assert taken.returncode == 2
        assert hotline(ours, "minutes", "show", number).returncode == 2


def test_a_bad_draft_sends_nothing(tmp_path: Path) -> None:
    with Stage(tmp_path, devices(1, 1)) as stage:
        stage.found()
        ours = stage.enrolled("Alpha 1")
        for words, stdin in (
            (("draft",), b"text"),
            (("draft", "title"), b""),
            (("draft", "title"), b"\xff"),
            (("draft", "title", "--language", "Klingon language"), b"text"),
            (("draft", "title", "--item", "p9"), b"text"),
            (("draft", "title", "--meeting", "p9"), b"text"),
            (("draft", "title"), "evil \u202e text".encode()),
            (("draft", "title", "--file", str(tmp_path / "nowhere")), b""),
            (("draft", "title"), b"x" * 100_001),
            (("sign", "p9"), b""),
        ):
            done = hotline(ours, "minutes", *words, stdin=stdin)
            assert (done.returncode, done.stderr.count(b"error:")) == (2, 1), (words, done.stderr)
        assert not records(hotline(ours, "minutes", "list", "--json"))
