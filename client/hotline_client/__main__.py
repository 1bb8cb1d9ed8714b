"""`python -m hotline_client` is the program `hotline`."""

from __future__ import annotations

from hotline_client.cli import main

main()
