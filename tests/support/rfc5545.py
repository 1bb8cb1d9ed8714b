"""A strict reader of iCalendar lines, written from RFC 5545 section 3.1 and apart from what writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = r"(?:X-[A-Z0-9-]+|[A-Z][A-Z0-9-]*)"
_QSAFE = r"[^\x00-\x08\x0a-\x1f\x7f\"]"
_SAFE = r"[^\x00-\x08\x0a-\x1f\x7f\";:,]"
_PARAMETER = rf"{_NAME}=(?:\"{_QSAFE}*\"|{_SAFE}*)(?:,(?:\"{_QSAFE}*\"|{_SAFE}*))*"
_LINE = re.compile(rf"({_NAME})((?:;{_PARAMETER})*):([^\x00-\x08\x0a-\x1f\x7f]*)", re.DOTALL)
_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*", re.DOTALL)
_UTC = re.compile(r"\d{8}T\d{6}Z")
_TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "UID", "PRODID", "METHOD", "STATUS", "CLASS", "TRANSP"}
_ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "ORGANIZER", "LAST-MODIFIED"}
_AT_MOST_ONCE = {"LOCATION", "DESCRIPTION", "CLASS", "TRANSP"}


@dataclass
class Component:
    """A component: its name, its properties (unescaped where they are text) and what is in it."""

    name: str
    properties: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def one(self, name: str) -> str:
        """The value of a property that is there once."""
        (value,) = [value for key, value in self.properties if key == name]
        return value


def read(stream: bytes) -> Component:
    """The calendar in a stream; AssertionError says which line breaks which rule."""
    root = Component("")
    stack = [root]
    for line in _unfolded(stream):
        match = _LINE.fullmatch(line)
        assert match, f"no content line: {line!r}"
        name, _, value = match.groups()
        if name == "BEGIN":
            made = Component(value)
            stack[-1].parts.append(made)
            stack.append(made)
        elif name == "END":
            assert stack.pop().name == value, f"END:{value} ends nothing"
        else:
            stack[-1].properties.append((name, _value(name, value)))
    assert stack == [root], "a component is not ended"
    (calendar,) = root.parts
    _check(calendar)
    return calendar


def _unfolded(stream: bytes) -> list[str]:
    assert stream.endswith(b"\r\n"), "the last line does not end"
    raw = stream.removesuffix(b"\r\n").split(b"\r\n")
    lines: list[bytes] = []
    for one in raw:
        assert b"\r" not in one, "CR without LF"
        assert b"\n" not in one, "LF without CR"
        assert len(one) <= 75, f"a line of {len(one)} octets"
        one.decode()  # a fold cuts no character
        if one.startswith((b" ", b"\t")):
            lines[-1] += one[1:]
        else:
            assert one, "an empty line"
            lines.append(one)
    return [line.decode() for line in lines]


def _value(name: str, value: str) -> str:
    if name in {"DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED"}:
        assert _UTC.fullmatch(value), f"{name} is not in UTC: {value}"
    if name in _TEXTS:
        assert _TEXT.fullmatch(value), f"{name} is not escaped: {value!r}"
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
    return value


def _check(calendar: Component) -> None:
    assert calendar.name == "VCALENDAR"
    assert [calendar.one(name) for name in ("VERSION", "METHOD")] == ["2.0", "PUBLISH"]
    calendar.one("PRODID")
    uids = [event.one("UID") for event in calendar.parts]
    assert len(set(uids)) == len(uids), "a UID comes twice"
    for event in calendar.parts:
        assert event.name == "VEVENT"
        names = [name for name, _ in event.properties]
        for name in _ONCE:
            assert names.count(name) == 1, f"{name} comes {names.count(name)} times"
        assert all(names.count(name) <= 1 for name in _AT_MOST_ONCE)
        assert event.one("DTSTART") < event.one("DTEND")
        for alarm in event.parts:
            assert (alarm.name, alarm.one("ACTION")) == ("VALARM", "DISPLAY")
            assert re.fullmatch(r"-P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?|-?PT0S|P0D", alarm.one("TRIGGER"))
            alarm.one("DESCRIPTION")
