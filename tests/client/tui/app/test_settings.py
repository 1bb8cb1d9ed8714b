from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline_client.tui.app import settings
from hotline_client.tui.app.settings import Settings
from hotline_client.tui.looks import tongue
from hotline_client.tui.parts import acts
from hotline_protocol.errors import FormatError, UsageError


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    settings.apply(Settings())


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / settings.NAME
    path.write_text(text)
    return settings.read(path)


def test_no_file_means_everything_as_it_comes(tmp_path: Path) -> None:
    assert settings.read(tmp_path / "nothing") == Settings()


def test_what_is_set_is_what_the_screen_does(tmp_path: Path) -> None:
    chosen = read(tmp_path, 'theme = "contrast"\nbidi = "terminal"\n[keys]\nacknowledge = ["f12"]\n')
    settings.apply(chosen)
    assert tongue.bidi_mode() == "terminal"
    (act,) = (one for one in acts.ACTS if one.id == "acknowledge")
    assert acts.keys(act) == ("f12",)
    assert acts.shown(act) == "F12"
    assert acts.keymap() == {"acknowledge": "f12"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "pink"', "theme is pink; expected one of night, day, contrast"),
        ("theme = 3", "theme is 3"),
        ('bidi = "x\u001b"', "is no TOML"),
        ("colour = 1", "colour is no setting"),
        ("[keys]\nfly = ['f2']", "fly is no act"),
        ("[keys]\nacknowledge = 'f2'", "are a list of names"),
        ("keys = 3", "keys is a table"),
        ("theme", "is no TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read(tmp_path, text)


def test_a_key_that_would_mean_two_things_is_refused() -> None:
    with pytest.raises(UsageError, match="the key f3 would mean both acknowledge and next_need"):
        settings.apply(Settings(keys={"acknowledge": ("f3",)}))
    settings.apply(Settings(keys={"acknowledge": ("f3",), "next_need": ("f2",)}))


def test_no_key_means_two_things_as_they_come() -> None:
    acts.remap({})
