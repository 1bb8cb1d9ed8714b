"""What people give for a notice: read from options, files and pastes; and everything wrong with it refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from hotline_client.cli import exits
from hotline_client.cli.group.notice_input import compose, notice_options
from hotline_client.exports.notices import geojson, text
from hotline_protocol.documents.body import Target
from hotline_protocol.documents.notices import Action, Notice
from hotline_protocol.errors import HotlineError
from hotline_protocol.notices import form, values

NOW = values.parse_time("220600Z NOV 26")
EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "notices"
GOOD: dict[str, Any] = {
    "--arena": "air",
    "--activity": "Firing",
    "--from": "240600Z NOV 26",
    "--until": "241200Z NOV 26",
    "--circle": "33.0N034.5E 5NM",
    "--lower": "SFC",
    "--upper": "FL240",
}
NAVAL = {**GOOD, "--arena": "naval", "--from": "250600Z NOV 26", "--until": "261200Z NOV 26"}
NAVAL = {key: value for key, value in NAVAL.items() if key not in ("--lower", "--upper")}
EM = {key: value for key, value in NAVAL.items() if key != "--activity"}
EM |= {"--arena": "em", "--effect": "jam", "--band": "225-400MHz"}


def typed(options: dict[str, Any]) -> list[str]:
    """None leaves an option out, True is a flag, a list gives it several times."""
    words: list[str] = []
    for name, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            words += [] if one is None else [name] if one is True else [name, one]
    return words


def run(options: dict[str, Any], stdin: str = "") -> tuple[Notice | None, int, str]:
    """What the options make, the code a command would end with, and what it would say."""
    made: list[Notice] = []

    @click.command()
    @notice_options
    def probe(given: dict[str, Any]) -> None:
        made.append(compose(given, NOW))

    result = CliRunner().invoke(probe, typed(options), input=stdin.encode(), standalone_mode=False)
    if result.exception is None:
        return made[0], 0, ""
    assert isinstance(result.exception, HotlineError | click.ClickException), result.exception
    report = exits.explain(result.exception)
    return None, int(report.code), report.message


def test_options_make_a_notice() -> None:
    more = {
        "--daily": ["0600-0800Z", "2200-0200Z"],
        "--polygon": "33.0N034.0E 33.5N034.0E 33.5N034.5E",
        "--corridor": "33,34 33.5,35",
        "--width": "10NM",
        "--except": "circle 33.0N034.5E 1NM",
        "--frequency": "243.0MHz",
        "--exercise": True,
    }
    notice, code, _ = run({**GOOD, **more})
    assert code == 0
    assert notice is not None
    assert [str(one.shape) for one in notice.areas] == ["circle", "polygon", "corridor"]
    assert (notice.areas[2].metres, notice.daily) == (18520.0, ((360, 480), (1320, 120)))
    assert (notice.exercise, len(notice.exclusions), notice.frequencies) == (True, 1, (243_000_000,))


@pytest.mark.parametrize(
    "start",
    [
        "240600Z NOV 26",
        "2611240600",
        "2026-11-24T06:00Z",
        "2026-11-24T07:00+01:00",
        "2026-11-24T07:00 Europe/Zurich",
    ],
)
def test_times_as_people_type_them(start: str) -> None:
    notice, _, said = run({**GOOD, "--from": start})
    assert notice is not None, said
    assert notice.start == values.parse_time("240600Z NOV 26")


def test_a_duration_leaves_at_least_that_lead() -> None:
    notice, _, said = run({**GOOD, "--from": "24h", "--until": "30h"})
    assert notice is not None, said
    assert 24 * 3_600_000 + 60_000 <= notice.start - NOW <= 24 * 3_600_000 + 120_000


def test_the_examples_are_notices() -> None:
    for arena in ("air", "naval", "em"):
        notice, _, said = run({"--file": str(EXAMPLES / f"{arena}.toml")})
        assert notice is not None, said
        assert notice.arena == arena


@pytest.mark.parametrize("options", [GOOD, NAVAL, EM], ids=["air", "naval", "em"])
def test_what_is_printed_is_pasted_and_what_is_exported_is_read(
    options: dict[str, Any], tmp_path: Path
) -> None:
    notice, _, said = run(options)
    assert notice is not None, said
    block = text.block(notice, number="P-0001/26")
    assert run({"--paste": "-"}, stdin=f"> see below\r\n{block}\r\n")[0] == notice
    path = tmp_path / "notice.geojson"
    path.write_text(json.dumps(geojson.collection([geojson.feature(notice)])))
    assert run({"--geojson": str(path)})[0] == notice
    longer, _, _ = run({"--geojson": str(path), "--remarks": "more"})
    assert longer is not None
    assert longer.remarks == "more"


def test_a_replacement_keeps_what_is_not_said() -> None:
    first, _, _ = run(GOOD)
    assert first is not None
    target = Target(bytes(16), bytes(32))
    second = compose({"upper": "FL200"}, NOW, action=Action.REPLACE, target=target, predecessor=first)
    assert form.to_form(second) == {**form.to_form(first), "upper": "FL200"}
    late = first.start + 60_000
    begun = compose(
        {"upper": "FL200", "short_lead": True}, late, action=Action.REPLACE, target=target, predecessor=first
    )
    assert begun.start == first.start


BAD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # missing, of the wrong kind, of another arena
    (GOOD, {"--arena": None}, "no arena"),
    (GOOD, {"--arena": "land"}, "none of air, naval, em"),
    (GOOD, {"--activity": None}, "no activity"),
    (GOOD, {"--from": None}, "no start"),
    (GOOD, {"--until": None}, "no end"),
    (GOOD, {"--circle": None}, "at least one area"),
    (GOOD, {"--band": "225-400MHz"}, "a notice about air has no bands"),
    (NAVAL, {"--upper": "FL240"}, "a notice about naval has no upper"),
    (EM, {"--band": None}, "no bands"),
    (EM, {"--effect": "shout"}, "none of emit"),
    (GOOD, {"--precedence": "NOW"}, "none of FLASH"),
    (GOOD, {"--response": "X"}, "none of W/U"),
    (EM, {"--protection": "GUARDED"}, "none of TABOO"),
    # too long, empty, invisible
    (GOOD, {"--activity": "x" * 201}, "at most 200"),
    (GOOD, {"--activity": "a\u202eb"}, "invisible character"),
    (GOOD, {"--activity": "  \t "}, "empty"),
    (GOOD, {"--remarks": "x" * 1001}, "at most 1000"),
    (GOOD, {"--call-sign": "x" * 201}, "at most 200"),
    (NAVAL, {"--locality": "x" * 201}, "at most 200"),
    (EM, {"--emission": "x" * 201}, "at most 200"),
    (EM, {"--power": "x" * 201}, "at most 200"),
    (GOOD, {"--circle": ["33.0N034.5E 5NM"] * 21}, "21"),
    (
        GOOD,
        {"--daily": [f"{hour:02d}{minute:02d}-{hour:02d}59Z" for hour in range(13) for minute in (0, 9)]},
        "24",
    ),
    (GOOD, {"--frequency": ["243.0MHz"] * 51}, "50"),
    (EM, {"--band": ["243.0MHz"] * 51}, "50"),
    # places
    (GOOD, {"--circle": "91N034.5E 5NM"}, "beyond a pole"),
    (GOOD, {"--circle": "33N180.5E 5NM"}, "beyond 180"),
    (GOOD, {"--circle": "33.0N 5NM"}, "no position"),
    (GOOD, {"--circle": "33 34 5NM"}, "no position"),
    (GOOD, {"--circle": "336000N0343000E 5NM"}, "60 minutes"),
    (GOOD, {"--circle": "33000N0343000E 5NM"}, "neither degrees"),
    (GOOD, {"--circle": "33.0N034.5E"}, "a radius"),
    (GOOD, {"--circle": "33.0N034.5E 5"}, "no distance"),
    (GOOD, {"--circle": "33.0N034.5E 0NM"}, "not between"),
    (GOOD, {"--circle": "33.0N034.5E 99999NM"}, "20,000 km"),
    (GOOD, {"--circle": "33.0N034.5E 6000NM"}, "hemisphere"),
    (GOOD, {"--circle": "33.0N034.5E 34.0N034.5E 5NM"}, "one point"),
    (GOOD, {"--polygon": "33.0N034.0E 33.5N034.0E"}, "at least three"),
    (GOOD, {"--polygon": "33N034E 34N035E 34N034E 33N035E"}, "crosses itself"),
    (GOOD, {"--polygon": "33N034E 33N034E 34N034E"}, "twice"),
    (GOOD, {"--polygon": " ".join(f"33.{number:03d}N034.5E" for number in range(501))}, "500"),
    (GOOD, {"--corridor": "33N034E 34N034E"}, "--width"),
    (GOOD, {"--corridor": "33N034E", "--width": "5NM"}, "at least two"),
    (GOOD, {"--corridor": "33N034E 34N034E", "--width": "wide"}, "no distance"),
    (GOOD, {"--corridor": "33N034E 34N034E", "--width": "300NM"}, "wide"),
    (GOOD, {"--width": "5NM"}, "--corridor"),
    (GOOD, {"--area": "square 33N034E"}, "no shape"),
    (GOOD, {"--except": "circle"}, "exclusions"),
    # levels and depths
    (GOOD, {"--lower": "FL250"}, "not above the floor"),
    (GOOD, {"--lower": "UNL"}, "floor cannot be UNL"),
    (GOOD, {"--upper": "SFC"}, "ceiling cannot be SFC"),
    (GOOD, {"--upper": "24000"}, "no level"),
    (GOOD, {"--upper": "FL2400"}, "above 1000"),
    (GOOD, {"--upper": "100001FT AMSL"}, "above 100000"),
    (NAVAL, {"--shallow": "100M", "--deep": "50M"}, "not below"),
    (NAVAL, {"--deep": "12001M"}, "not between"),
    (NAVAL, {"--shallow": "-5M"}, "no whole number"),
    (NAVAL, {"--deep": "5.5M"}, "no whole number"),
    (NAVAL, {"--course": "90"}, "a course and a speed"),
    (NAVAL, {"--course": "361", "--speed": "5"}, "not between"),
    (NAVAL, {"--course": "360", "--speed": "5"}, "360"),
    (NAVAL, {"--course": "90", "--speed": "fast"}, "no number of KT"),
    (NAVAL, {"--course": "90", "--speed": "101KT"}, "not between"),
    (NAVAL, {"--course": "90", "--speed": "0KT"}, "and not 0"),
    (NAVAL, {"--course": "90", "--speed": "5KT", "--until": "PERM"}, "ends at some time"),
    # bands
    (EM, {"--band": "400-225MHz"}, "below its start"),
    (EM, {"--band": "243"}, "no frequency"),
    (EM, {"--band": "225-x"}, "no band"),
    (EM, {"--band": "0.1Hz"}, "no whole number of Hz"),
    (EM, {"--band": "3001GHz"}, "3000 GHz"),
    (EM, {"--band": "10kHz BW 30kHz"}, "below zero"),
    (GOOD, {"--frequency": "243"}, "no frequency"),
    # times
    (GOOD, {"--until": "240500Z NOV 26"}, "ends before it begins"),
    (GOOD, {"--until": "240600Z NOV 26"}, "ends before it begins"),
    (GOOD, {"--from": "210600Z NOV 26", "--until": "211200Z NOV 26"}, "in the past"),
    (GOOD, {"--from": "210600Z NOV 26"}, "in the past"),
    (GOOD, {"--from": "220700Z NOV 26"}, "--short-lead"),
    (NAVAL, {"--from": "240500Z NOV 26"}, "48.0 h are agreed"),
    (GOOD, {"--from": "tomorrow"}, "no time"),
    (GOOD, {"--from": "310600Z NOV 26"}, "no time"),
    (GOOD, {"--from": "2026-11-24T06:00"}, "no zone"),
    (GOOD, {"--from": "2026-11-24T25:00Z"}, "no time"),
    (GOOD, {"--from": "2026-11-24T06:00 Mars/Base"}, "no time zone"),
    (GOOD, {"--from": "2027-03-28T02:30 Europe/Zurich", "--until": "PERM"}, "does not exist"),
    (GOOD, {"--from": "2027-10-31T02:30 Europe/Zurich", "--until": "PERM"}, "comes twice"),
    (GOOD, {"--daily": "0600-1200"}, "no daily window"),
    (GOOD, {"--daily": "0600-2500Z"}, "no time of day"),
    (GOOD, {"--daily": "0600-0600Z"}, "ends when it begins"),
    (GOOD, {"--daily": ["0600-1200Z", "0600-1200Z"]}, "twice"),
    # sources
    (GOOD, {"--file": "absent.toml"}, "absent.toml"),
    (GOOD, {"--file": "a", "--paste": "b"}, "two sources"),
    (GOOD, {"--paste": "-"}, "found 0"),
]


@pytest.mark.parametrize(("base", "wrong", "said"), BAD)
def test_bad_input_is_refused_in_one_clear_sentence(
    base: dict[str, Any], wrong: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made, code, message = run({**base, **wrong})
    assert (made, code) == (None, 2), message
    assert said in message
    assert "\n" not in message
    assert "valid Notice" not in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("arena = ", "no TOML"),
        ('area = ["circle 33N034E 5NM"]', "is no field"),
        ('arena = ["air"]', "a text, not a list"),
        ('arena = "air"\nactivity = {}\nstart="240600Z NOV 26"\nend="PERM"', "not a table"),
        ('arena = "air"\nactivity = "x"\nstart = 2026-11-24T06:00:00Z', "start should be a text"),
        (
            'arena = "air"\nexercise = "perhaps"\nactivity="x"\nstart="240600Z NOV 26"\nend="PERM"',
            "neither yes nor no",
        ),
        ('arena = "\\u0000"', "none of air"),
    ],
)
def test_bad_files_are_refused_too(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "notice.toml"
    path.write_text(content)
    made, code, message = run({"--file": str(path)})
    assert (made, code) == (None, 2)
    assert said in message
    assert "\n" not in message
    assert "valid Notice" not in message


def test_a_pasted_cancellation_is_not_issued() -> None:
    fields = {"arena": "air", "start": "240600Z NOV 26"}
    notice = form.to_notice(fields, action=Action.CANCEL, target=Target(bytes(16), bytes(32)))
    _, code, message = run({"--paste": "-"}, stdin=text.block(notice, before="P-0001/26"))
    assert (code, "does CANCEL P-0001/26" in message) == (2, True)
