"""Nothing that is secret is found where it must not be: a full scenario with words, names, passphrases and keys to look for."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hotline_client.ceremony.rehearse import Device, Enrolled
from hotline_client.line.line import Line
from hotline_protocol.errors import ChainError
from hotline_protocol.terms import Arena, Precedence, Response, Role
from tests.e2e import canaries
from tests.e2e.sending import ROOT
from tests.e2e.stage import CHANNEL, Stage, agree, found, until

CAUCUS = "caucus.a"
PEOPLE = (
    Device("a", "Canaria Headley", Role.HEAD, tuple(Arena)),
    Device("a", "Canaria Guestman", Role.OFFICER, tuple(Arena)),
    Device("b", "Kanarek Orlov", Role.HEAD, tuple(Arena)),
    Device("b", "Kanarek Watchov", Role.WATCH, tuple(Arena)),
)
HEAD, GUEST, OTHER, WATCH = (one.name for one in PEOPLE)
SAID = "canary-plenary-5f1c says the yellow bird"
ANSWERED = "canary-answer-77aa says the other bird"
HEBREW = "הכנרית הצהובה שרה בלילה"
WHISPERED = "canary-caucus-91be among ourselves"
PIPED = "canary-piped-c0de through the command line"
NOTE = "canary-note-3d3d seen and understood"
QUEUED = "canary-queued-e4e4 while halted"
WORDS = (SAID, ANSWERED, HEBREW, WHISPERED, PIPED, NOTE, QUEUED)
PATIENCE = 60


async def talk(stage: Stage, look: Callable[[], list[str]]) -> list[str]:
    """Founding, plenary and caucus, acknowledgments with a note, a removal, a halt; then `look`."""
    async with stage.online(HEAD, GUEST, OTHER, WATCH) as [head, guest, other, watch]:
        await found([head, guest, other, watch])
        await found([head, guest], CAUCUS)
        asked = head.send_text(
            CHANNEL, SAID, precedence=Precedence.FLASH, response=Response.WILCO_UNABLE, key="one"
        )
        await heard([other, watch], asked)
        other.mark_seen(CHANNEL, other.channel(CHANNEL).cursor)
        other.acknowledge(CHANNEL, asked, note=NOTE)
        await until(head, lambda: acknowledged(head, asked), "the acknowledgment arrives")
        await heard([head, guest], other.send_text(CHANNEL, ANSWERED, reply_to=asked))
        await heard([head, guest], watch.send_text(CHANNEL, HEBREW))
        await heard([head], guest.send_text(CAUCUS, WHISPERED), CAUCUS)
        [index] = [one.index for one in head.roster(CHANNEL) if one.person.name == GUEST]
        head.remove(CHANNEL, [index])
        await until(guest, lambda: guest.channel(CHANNEL).phase == "removed", "the guest is out")
        await agree([head, other, watch])
        watch._desk.halt(CHANNEL, ChainError("fork", "for the test"))
        watch.send_text(CHANNEL, QUEUED)
        return look()


async def heard(lines: Sequence[Line], document: bytes, channel: str = CHANNEL) -> None:
    for line in lines:
        await until(line, lambda line=line: line.message(channel, document) is not None, "it is heard")  # type: ignore[misc]


def acknowledged(line: Line, document: bytes) -> bool:
    message = line.message(CHANNEL, document)
    return message is not None and bool(message.acknowledged)


def command(who: Enrolled, logs: Path, *words: str, text: str = "") -> str:
    """A `hotline` process as a person or a script starts it; its stdout. Its stderr is kept in `logs`."""
    read, write = os.pipe()
    os.write(write, who.passphrase.encode() + b"\n")
    os.close(write)
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "hotline_client", *words),
                *("--home", str(who.home), "--passphrase-fd", str(read)),
            ],
            input=text.encode(),
            capture_output=True,
            pass_fds=[read],
            timeout=PATIENCE,
            check=False,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("protocol", "client")),
                "TMPDIR": str(logs),
            },
        )
    finally:
        os.close(read)
    (logs / f"{words[0]}.stderr").write_bytes(done.stderr)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.slow
def test_no_plaintext_name_or_key_is_found_where_it_must_not_be(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    stage = Stage(tmp_path / "stage", PEOPLE, relay_options=("--log-level", "debug"))
    words = {needle: name for word in WORDS for needle, name in canaries.of_text(word, word).items()}
    names, passphrases = canaries.device_names(stage), canaries.passphrases(stage)
    relay = stage.relay.state.directory
    homes = [one.home for one in stage.made.devices]
    before = canaries.keys(stage, [])
    with canaries.watched_processes(words | names | passphrases | before) as seen, stage:
        # looked for while everybody has their files open, the write-ahead logs included
        running = asyncio.run(talk(stage, lambda: canaries.find(words | passphrases | before, relay, *homes)))
        sent = command(stage.enrolled(HEAD), logs, "send", text=PIPED)
        assert len(bytes.fromhex(sent.strip())) == 16
        command(stage.enrolled(OTHER), logs, "ack", sent.strip())
        assert PIPED in command(stage.enrolled(OTHER), logs, "watch", "--all", "--once")
        keys = canaries.keys(stage, [CHANNEL, CAUCUS])
    assert seen.pop("") == "seen"
    assert not seen
    assert not running
    assert len(keys) > len(before)

    everything = words | names | passphrases | keys
    assert not canaries.find(everything, *homes, stage.relay.log_path, logs)
    assert not canaries.find(words | passphrases | keys, relay, stage.made.directory)
    # names stand in certificates: those in knocks are sealed under the link secret, which is in no file of the relay
    secret = canaries.link_secret(stage)
    assert not canaries.find(names | secret, relay)
    assert not canaries.find(secret, *homes, stage.relay.log_path, logs)
    assert not canaries.open_to_others(relay, *homes, *stage.made.authorities)


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    """The search itself: a canary in any of its forms is seen, in a file, in its mode, and in a process."""
    key = bytes(range(32))
    needles = canaries.of_text(HEBREW, "text") | canaries.of_key(key, "key")
    for number, data in enumerate(
        (HEBREW.encode(), HEBREW.encode("unicode_escape"), b"\0" + key, key.hex().encode())
    ):
        place = tmp_path / str(number)
        place.write_bytes(b"before " + data + b" after")
        place.chmod(0o644)
        assert canaries.find(needles, place)
        assert canaries.open_to_others(place)
    with canaries.watched_processes(canaries.of_text(QUEUED, "text")) as seen:
        subprocess.run(["sleep", "0.3"], env={"HOTLINE": QUEUED}, check=True)
    assert "text in environ" in seen
