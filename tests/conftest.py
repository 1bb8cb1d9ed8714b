"""What holds for every test: nothing depends on how fast this machine happens to be."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
