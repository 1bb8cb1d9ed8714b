"""Keep the catalogues of the screen's words: `python -m tests.words` writes each anew from what the code says.

What is translated stays; what is new stands there empty, for somebody who speaks the language; what nobody says any more goes.
"""

from __future__ import annotations

import click

from hotline_client.tui.looks.tongue import LANGUAGES
from tests.words.catalogues import merged, write


def main() -> None:
    """All of them."""
    for code in LANGUAGES:
        if code != "en":
            catalogue, missing = merged(code)
            write(code, catalogue)
            click.echo(f"{code}: {len(catalogue)} messages, {len(missing)} not translated")
            for one in missing:
                click.echo(f"    {one}")


if __name__ == "__main__":
    main()
