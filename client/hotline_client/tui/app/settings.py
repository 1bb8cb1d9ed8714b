"""How a person wants the screen: a small TOML file beside the vault, `client.toml`; what it does not say is as it comes.

theme = "night"            # night, day, contrast
bidi = "app"               # app, terminal, off: who puts right-to-left text in visual order
language = "en"            # en, ru, he: of the program's own words
[keys]
acknowledge = ["f2", "f12"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from hotline_client.tui.looks import tongue
from hotline_client.tui.looks.themes import NAMES
from hotline_client.tui.parts import acts
from hotline_client.words.bidi import Mode
from hotline_client.words.texts import read_toml
from hotline_protocol.errors import FormatError
from hotline_protocol.text import show

NAME: Final = "client.toml"
LIMIT: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """See the file's first lines. `keys`: by id of an act."""

    theme: str = "night"
    bidi: Mode = "app"
    language: str = "en"
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(path: Path) -> Settings:
    """The settings in a file; as they come if there is none. FormatError says what is wrong with which."""
    if not path.exists():
        return Settings()
    given = read_toml(path, "the settings", limit=LIMIT)
    unknown = sorted(set(given) - {"theme", "bidi", "language", "keys"})
    if unknown:
        raise FormatError(
            f"{show(str(path))}: {show(unknown[0])} is no setting; there are theme, bidi, language and keys"
        )
    theme = _one_of(given, "theme", tuple(NAMES), "night")
    bidi: Any = _one_of(given, "bidi", get_args(Mode), "app")
    language = _one_of(given, "language", tuple(tongue.LANGUAGES), "en")
    return Settings(theme, bidi, language, _keys(given.get("keys", {})))


def _one_of(given: Mapping[str, Any], name: str, known: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in known:
        raise FormatError(f"{name} is {show(str(value)[:40])}; expected one of {', '.join(known)}")
    return str(value)


def _keys(given: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        raise FormatError('keys is a table of acts: [keys] and below it acknowledge = ["f2"]')
    known = {act.id for act in acts.ACTS}
    for name, value in given.items():
        if name not in known:
            raise FormatError(f"{show(name)} is no act; `hotline tui --list-keys` lists them")
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            raise FormatError(f'the keys of {name} are a list of names such as ["f2"]')
    return {name: tuple(value) for name, value in given.items()}


def apply(settings: Settings) -> None:
    """Before the screen is made. UsageError if a key would mean two things."""
    acts.remap(settings.keys)
    tongue.use(settings.language, settings.bidi)
