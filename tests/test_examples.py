"""The examples run, and docs/mls-engine.md shows them as they are, with what they print and what the engine speaks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from hotline_protocol.mls import codec, secret_tree, state
from hotline_protocol.mls.suites import SUITES, CipherSuite

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PAGE = (ROOT / "docs" / "mls-engine.md").read_text(encoding="utf-8")


def run(example: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "protocol"), "PYTHONWARNINGS": "error"}
    command = [sys.executable, str(example)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_there_are_examples() -> None:
    assert [one.name for one in EXAMPLES] == ["mls_external_join.py", "mls_group.py"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.stem)
def test_an_example_runs_and_says_something(example: Path) -> None:
    assert run(example).strip()
    assert f"examples/{example.name}" in PAGE


def test_the_page_shows_the_example_and_what_it_prints() -> None:
    example = ROOT / "examples" / "mls_group.py"
    assert block("python") == example.read_text(encoding="utf-8")
    assert block("text") == run(example)


def test_the_page_lists_the_suites_with_their_parts() -> None:
    rows = re.findall(
        r"^\| `(0x[0-9A-F]{4})` \|[^|]*\| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE
    )
    assert {int(one, 16): parts for one, *parts in rows} == {
        suite.id: [suite.hash_name.upper().replace("SHA", "SHA-"), aead(suite), suite.signature.name]
        for suite in SUITES.values()
    }


def aead(suite: CipherSuite) -> str:
    if suite.aead is AESGCM:
        return f"AES-{8 * suite.key_length}-GCM"
    assert suite.aead is ChaCha20Poly1305
    return "ChaCha20-Poly1305"


def test_the_page_tells_the_limits() -> None:
    assert "1,024" in PAGE
    assert secret_tree.MAX_FORWARD == secret_tree.MAX_KEPT == 1024
    assert state.KEPT_EPOCHS == 4
    assert codec.MAX_VECTOR == 2**30 - 1


def test_the_page_links_to_what_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
