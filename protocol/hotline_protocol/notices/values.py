"""The values of a notice as people type and print them: positions, distances, levels, frequencies, windows, times.

What is printed is read back as exactly the same value: short forms are used where they are exact, longer ones where they are not.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from hotline_protocol.documents.notices import Altitude, Band, Point, Reference, Window
from hotline_protocol.dtg import MONTHS, dtg
from hotline_protocol.errors import FormatError
from hotline_protocol.notices.buffers import NAUTICAL_MILE
from hotline_protocol.text import show

_HEMISPHERES: Final = re.compile(
    r"(\d{1,6}(?:\.\d{1,400})?)([NS]) ?(\d{1,7}(?:\.\d{1,400})?)([EW])", re.ASCII
)
_PLAIN: Final = re.compile(r"(-?\d{1,3}(?:\.\d{1,400})?),(-?\d{1,3}(?:\.\d{1,400})?)", re.ASCII)
_LENGTH: Final = re.compile(r"(\d{1,9}(?:\.\d{1,400})?) ?(NM|KM|M)", re.ASCII)
_LENGTHS: Final = {"NM": NAUTICAL_MILE, "KM": 1000, "M": 1}
_LEVEL: Final = re.compile(r"(\d{1,6}) ?FT ?(AGL|AMSL)", re.ASCII)
_FREQUENCY: Final = re.compile(r"(\d{1,13}(?:\.\d{1,12})?) ?([KMG]?HZ)", re.ASCII)
_UNITS: Final = {"HZ": 1, "KHZ": 10**3, "MHZ": 10**6, "GHZ": 10**9}
_RANGE: Final = re.compile(r"(\d{1,13}(?:\.\d{1,12})?) ?([KMG]?HZ)? ?- ?(.+)", re.ASCII)
_WINDOW: Final = re.compile(r"(\d{4})Z?-(\d{4})Z", re.ASCII)
_DTG: Final = re.compile(r"(\d{2})(\d{2})(\d{2})Z ([A-Z]{3}) (\d{2})", re.ASCII)
_DIGITS: Final = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})", re.ASCII)
_DAY_END: Final = re.compile(r"(.+)[T ]24:?00(?::?00)?(Z|[+-].*)?", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60_000
_CENTURY: Final = (946_684_800_000, 4_102_444_800_000)
"""2000 to 2099: the years that a group of two digits can mean."""
_POSITION: Final = "33.0N034.5E, 330000N0343000E or 33.0,34.5"

# --- places


def parse_points(typed: str) -> tuple[Point, ...]:
    """Positions one after the other: `33.0N034.5E 330000N0343000E 33.0,34.5`. FormatError."""
    words, found, at = typed.strip().upper(), [], 0
    while at < len(words):
        match = _HEMISPHERES.match(words, at) or _PLAIN.match(words, at)
        if match is None or words[match.end() : match.end() + 1].strip():
            raise FormatError(f"{show(words[at:].split()[0])} is no position; write {_POSITION}")
        found.append(_point(match))
        at = match.end() + len(words[match.end() :]) - len(words[match.end() :].lstrip())
    return tuple(found)


def print_point(point: Point) -> str:
    """`330000N0343000E`, or decimal degrees where whole seconds are not exact."""
    (latitude, longitude) = point
    north, east = "S" if latitude < 0 else "N", "W" if longitude < 0 else "E"
    seconds = [round(abs(value) * 3600) for value in point]
    if all(float(Fraction(whole, 3600)) == abs(value) for whole, value in zip(seconds, point, strict=True)):
        return f"{_sexagesimal(seconds[0], 2)}{north}{_sexagesimal(seconds[1], 3)}{east}"
    return f"{_decimal(abs(latitude), 2)}{north}{_decimal(abs(longitude), 3)}{east}"


def _point(match: re.Match[str]) -> Point:
    parts = match.groups()
    if len(parts) == 2:
        latitude, longitude = float(parts[0]), float(parts[1])
    else:
        latitude = _degrees(parts[0], 2) * (-1 if parts[1] == "S" else 1)
        longitude = _degrees(parts[2], 3) * (-1 if parts[3] == "W" else 1)
    if abs(latitude) > 90:
        raise FormatError(f"the latitude of {match[0]} is beyond a pole")
    if abs(longitude) > 180:
        raise FormatError(f"the longitude of {match[0]} is beyond 180 degrees")
    return latitude, longitude


def _degrees(digits: str, width: int) -> float:
    """Degrees, degrees and minutes, or those and seconds, told apart by how many digits come before the point."""
    whole, _, rest = digits.partition(".")
    if len(whole) <= width:
        return float(digits)
    if len(whole) not in (width + 2, width + 4):
        raise FormatError(f"{digits} is neither degrees nor degrees, minutes and seconds in full")
    degrees, minutes = int(whole[:width]), Fraction(whole[width : width + 2])
    seconds = Fraction(0)
    if len(whole) == width + 2:
        minutes = Fraction(f"{whole[width:]}.{rest or 0}")
    else:
        seconds = Fraction(f"{whole[width + 2 :]}.{rest or 0}")
    if minutes >= 60 or seconds >= 60:
        raise FormatError(f"{digits} has 60 minutes or seconds, or more")
    return float(degrees + minutes / 60 + seconds / 3600)


def _sexagesimal(seconds: int, width: int) -> str:
    return f"{seconds // 3600:0{width}d}{seconds // 60 % 60:02d}{seconds % 60:02d}"


def _decimal(value: float, width: int) -> str:
    whole, _, rest = format(Decimal(repr(value)), "f").partition(".")
    return f"{whole.zfill(width)}.{rest or 0}"


def parse_metres(typed: str) -> float:
    """`5NM`, `10KM` or `900M` in metres. FormatError."""
    match = _LENGTH.fullmatch(typed.strip().upper())
    if match is None:
        raise FormatError(f"{show(typed)} is no distance; write 5NM, 10KM or 900M")
    return float(Fraction(match[1]) * _LENGTHS[match[2]])


def print_metres(metres: float) -> str:
    """In nautical miles, or in metres where a thousandth of a mile is not exact."""
    miles = Fraction(round(metres / NAUTICAL_MILE * 1000), 1000)
    if float(miles * NAUTICAL_MILE) == metres:
        return f"{_plain(Decimal(miles.numerator) / Decimal(miles.denominator))}NM"
    return f"{plain(metres)}M"


def plain(number: float) -> str:
    """A number without exponent, read back as exactly the same."""
    return _plain(Decimal(repr(number)))


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- levels and bands


def parse_altitude(typed: str) -> Altitude:
    """`SFC`, `UNL`, `FL240`, `5000FT AMSL`, `500FT AGL`. FormatError."""
    words = typed.strip().upper()
    if words in ("SFC", "GND", "UNL"):
        return Altitude(Reference.UNL if words == "UNL" else Reference.SFC)
    level = re.fullmatch(r"FL ?(\d{1,6})", words, re.ASCII)
    feet = _LEVEL.fullmatch(words)
    if level is not None:
        return _bounded(Reference.FL, int(level[1]), 1_000)
    if feet is None:
        raise FormatError(f"{show(typed)} is no level; write SFC, FL240, 5000FT AMSL, 500FT AGL or UNL")
    return _bounded(Reference(feet[2]), int(feet[1]), 100_000)


def _bounded(reference: Reference, value: int, limit: int) -> Altitude:
    if value > limit:
        raise FormatError(f"the level {value} {reference} is above {limit} {reference}; write UNL")
    return Altitude(reference, value)


def print_altitude(altitude: Altitude) -> str:
    """`FL240`."""
    if altitude.value is None:
        return str(altitude.reference)
    if altitude.reference is Reference.FL:
        return f"FL{altitude.value:03d}"
    return f"{altitude.value}FT {altitude.reference}"


def parse_hertz(typed: str) -> int:
    """`243.0MHz` in whole Hz. FormatError."""
    match = _FREQUENCY.fullmatch(typed.strip().upper())
    if match is None:
        raise FormatError(f"{show(typed)} is no frequency; write 243.0MHz, 2182kHz or 9.4GHz")
    hertz = Fraction(match[1]) * _UNITS[match[2]]
    if hertz.denominator != 1:
        raise FormatError(f"{show(typed)} is no whole number of Hz")
    if not 1 <= hertz <= 3 * 10**12:
        raise FormatError(f"{show(typed)} is not between 1 Hz and 3000 GHz")
    return int(hertz)


def print_hertz(hertz: int) -> str:
    """`243MHZ`."""
    for unit in ("GHZ", "MHZ", "KHZ"):
        if hertz >= _UNITS[unit]:
            return f"{_plain(Decimal(hertz) / _UNITS[unit])}{unit}"
    return f"{hertz}HZ"


def parse_band(typed: str) -> Band:
    """`225-400MHz`, `2182kHz-3MHz`, one frequency, or a centre and its bandwidth: `243MHz BW 25kHz`. FormatError."""
    words = typed.strip().upper()
    centre, has_width, width = words.partition(" BW ")
    if has_width:
        middle, half = parse_hertz(centre), (parse_hertz(width) + 1) // 2
        if half >= middle:
            raise FormatError(f"the bandwidth {show(width)} reaches below zero")
        return Band(middle - half, middle + half)
    match = _RANGE.fullmatch(words)
    if match is None:
        return Band(parse_hertz(words), parse_hertz(words))
    last = _FREQUENCY.fullmatch(match[3].strip())
    if last is None:
        raise FormatError(f"{show(typed)} is no band; write 225-400MHz")
    return Band(parse_hertz(f"{match[1]}{match[2] or last[2]}"), parse_hertz(match[3]))


def print_band(band: Band) -> str:
    """`225MHZ-400MHZ`."""
    return f"{print_hertz(band.low)}-{print_hertz(band.high)}"


# --- times


def parse_window(typed: str) -> Window:
    """`0600-1200Z` in minutes of the UTC day. FormatError."""
    match = _WINDOW.fullmatch(typed.strip().upper())
    if match is None:
        raise FormatError(f"{show(typed)} is no daily window; write 0600-1200Z")
    return _minute(match[1]), _minute(match[2])


def _minute(digits: str) -> int:
    hour, minute = int(digits[:2]), int(digits[2:])
    if minute > 59 or hour * 60 + minute > 1440:
        raise FormatError(f"{digits} is no time of day, which goes from 0000 to 2400")
    return hour * 60 + minute


def print_window(window: Window) -> str:
    """`0600-1200Z`."""
    start, end = window
    return f"{start // 60:02d}{start % 60:02d}-{end // 60:02d}{end % 60:02d}Z"


def parse_time(typed: str) -> int:
    """Unix ms of `240600Z NOV 26`, `2611240600` or ISO 8601 with Z or an offset. FormatError."""
    words = typed.strip().upper()
    group, digits = _DTG.fullmatch(words), _DIGITS.fullmatch(words)
    try:
        if group is not None:
            day, hour, minute, month, year = group.groups()
            moment = _zulu(year, MONTHS.index(month) + 1, day, hour, minute)
        elif digits is not None:
            moment = _zulu(*digits.groups())
        else:
            moment = _iso_moment(words)
    except ValueError:
        raise FormatError(f"{show(typed)} is no time; write 240600Z NOV 26 or 2026-11-24T06:00Z") from None
    if moment.tzinfo is None:
        raise FormatError(f"{show(typed)} names no zone; write {show(typed)}Z if it is Zulu")
    since = moment - _EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def _iso_moment(words: str) -> datetime:
    """ISO 8601, in which 24:00 is the end of a day."""
    match = _DAY_END.fullmatch(words)
    if match is None:
        return datetime.fromisoformat(words)
    return datetime.fromisoformat(f"{match[1]}T00:00{match[2] or ''}") + timedelta(days=1)


def _zulu(year: str, month: str | int, day: str, hour: str, minute: str) -> datetime:
    return datetime(2000 + int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)


def print_time(milliseconds: int) -> str:
    """`240600Z NOV 26`, or ISO 8601 where that is not exact."""
    if milliseconds % _MINUTE == 0 and _CENTURY[0] <= milliseconds < _CENTURY[1]:
        return dtg(milliseconds)
    return _iso(milliseconds)


def print_digits(milliseconds: int) -> str:
    """`2611240600`, or ISO 8601 where that is not exact."""
    if milliseconds % _MINUTE == 0 and _CENTURY[0] <= milliseconds < _CENTURY[1]:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%y%m%d%H%M}"
    return _iso(milliseconds)


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    rest = f".{milliseconds % 1000:03d}" if milliseconds % 1000 else ""
    return f"{moment.replace(tzinfo=None).isoformat()}{rest}Z"
