"""The catalogues and what the code says, by Babel."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import hotline_client

CLIENT: Final = Path(hotline_client.__file__).parent
TUI: Final = CLIENT / "tui"
SPEAKING: Final = (TUI, CLIENT / "presenters", CLIENT / "words")
"""Where our own words are that a person may want in another language."""
_HEADER: Final = (
    "# The words of the terminal client. Written by `python -m tests.words`; the translations are by hand.\n#"
)

Message = str | tuple[str, str]
"""What the code says; one and many where it depends on a number."""


def said() -> list[Message]:
    """Every message of the code, once, in the order of the files. Babel's own reader does not look into f-strings."""
    files = [file for room in SPEAKING for file in sorted(room.rglob("*.py"))]
    return list(dict.fromkeys(one for file in files for one in _calls(ast.parse(file.read_text("utf-8")))))


def _calls(module: ast.AST) -> Iterator[Message]:
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [
            one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if node.func.id in {"t", "N_"} and texts:
            yield texts[0]
        elif node.func.id == "tn":
            yield texts[0], texts[1]


def path(code: str) -> Path:
    """Where a language's catalogue is."""
    return TUI / "words" / f"{code}.po"


def read(code: str) -> Catalog:
    """A catalogue as it is."""
    with path(code).open("rb") as stream:
        return read_po(stream, locale=code)


def merged(code: str) -> tuple[Catalog, list[Message]]:
    """A catalogue of exactly what the code says, with the translations there are; and what has none."""
    old = read(code) if path(code).exists() else Catalog(locale=code)
    catalogue = Catalog(locale=code, header_comment=_HEADER, fuzzy=False)
    missing = []
    for one in said():
        key = one if isinstance(one, str) else one[0]
        known = old.get(key)
        translated = known.string if known is not None else ""
        catalogue.add(one, translated)
        if not translated or (not isinstance(translated, str) and not all(translated)):
            missing.append(one)
    return catalogue, missing


def write(code: str, catalogue: Catalog) -> None:
    """Write it without times and places, so that only words differ from one day to the next."""
    out = BytesIO()
    write_po(out, catalogue, no_location=True, omit_header=True, width=0)
    forms = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
    head = f'{_HEADER}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {code}\\n"\n'
    path(code).write_bytes((head + forms + "\n").encode() + out.getvalue())
