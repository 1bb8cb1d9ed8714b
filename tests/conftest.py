"""What holds for every test: nothing depends on how fast this machine is, on who started the run, or on what ran before."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests import sampling

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own."""
    sampling.add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole suite runs on all cores; a file or a folder that somebody names runs in this process, where it starts at once."""
    if hasattr(config, "workerinput"):
        return
    named = any(Path(one.partition("::")[0]).exists() for one in config.invocation_params.args)
    if config.option.numprocesses is None and not named and not config.option.collectonly:
        # one more than cores: many tests wait for processes and timers of their own
        config.option.numprocesses = (os.cpu_count() or 1) + 1
        config.option.dist = "worksteal"


def pytest_configure(config: pytest.Config) -> None:
    """Ctrl+C works in the processes that tests start, also when whoever started the run had it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # run marks of vaults are kept apart from those of whoever runs the tests
    state = tempfile.TemporaryDirectory(prefix="hotline-state-", ignore_cleanup_errors=True)
    os.environ["XDG_STATE_HOME"] = state.name
    config.add_cleanup(state.cleanup)
    sampling.choose(config)


def pytest_report_header() -> str:
    """The seed of the samples."""
    return sampling.header()
