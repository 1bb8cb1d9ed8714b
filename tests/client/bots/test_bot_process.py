"""A bot as a service runs it: a real process, its file, its word to the service manager, its metrics, and a relay that goes away."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline_client.ceremony.rehearse import Device, Enrolled
from hotline_protocol.terms import Role
from tests.client.cli.talk.test_line_commands import ROOT, hotline, records
from tests.e2e.stage import Stage, devices

UNITS = ROOT / "packaging" / "systemd"


class Service:
    """`hotline bot run` with what systemd would give it: a notify socket and a directory of credentials."""

    def __init__(self, who: Enrolled, directory: Path, *words: str) -> None:
        directory.mkdir(exist_ok=True)
        credentials = directory / "credentials"
        credentials.mkdir(exist_ok=True)
        (credentials / "hotline.passphrase").write_text(who.passphrase)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = directory / "notify"
        address.unlink(missing_ok=True)
        self._socket.bind(str(address))
        self._socket.settimeout(30)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hotline_client", "bot", "run", *words, "--home", str(who.home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{ROOT / 'protocol'}{os.pathsep}{ROOT / 'client'}",
                "NOTIFY_SOCKET": str(address),
                "WATCHDOG_USEC": "400000",
                "CREDENTIALS_DIRECTORY": str(credentials),
            },
        )

    def heard(self, word: str) -> str:
        """The first message that says this."""
        while word not in (message := self._socket.recv(4096).decode()):
            pass
        return message

    def close(self) -> None:
        """Whatever happened."""
        self.process.kill()
        self.process.communicate()
        self._socket.close()

    def stop(self) -> tuple[int, list[dict[str, object]]]:
        """SIGTERM: the exit code and the log."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=30)
        self._socket.close()
        return self.process.returncode, [json.loads(line) for line in log.splitlines()]


@contextmanager
def running(who: Enrolled, directory: Path, *words: str) -> Iterator[Service]:
    service = Service(who, directory, *words)
    try:
        yield service
    finally:
        service.close()


def program(path: Path, body: str) -> str:
    path.write_text(f"#!{sys.executable}\nimport json, sys\ngiven = json.load(sys.stdin)\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def lines(who: Enrolled) -> list[str]:
    shown = records(hotline(who, "watch", "--once", "--all", "--json", "--channel", "plenary"))
    return [one["text"] for one in shown if one["kind"] == "text" and one["refused"] is None]


def eventually(true: Callable[[], bool]) -> None:
    for _ in range(60):
        if true():
            return
        time.sleep(0.3)
    raise AssertionError("it never came")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_bot_says_hears_obeys_and_stops(tmp_path: Path) -> None:
    told = tmp_path / "told"
    handler = program(tmp_path / "handler", f"open({str(told)!r}, 'a').write(str(given['text']) + chr(10))")
    status = program(
        tmp_path / "status", "print('\\x1b[2Jdepth', given['arguments']['depth'], given['by']['name'])"
    )
    file = tmp_path / "bot.toml"
    file.write_text(
        f"""
[[schedule]]
name = "pulse"
every = "10s"
text = "pulse {{number}}"

[[handler]]
name = "all"
exec = [{json.dumps(handler)}]

[[command]]
name = "status"
exec = [{json.dumps(status)}]
args = [{{ name = "depth", type = "int", min = 0, max = 9 }}]
"""
    )
    port = free_port()
    people = [*devices(2, 1), Device("a", "Alpha Bot", Role.BOT)]
    with Stage(tmp_path / "stage", people) as stage:
        stage.found()
        ours, theirs, bot = (stage.enrolled(name) for name in ("Alpha 1", "Bravo 1", "Alpha Bot"))
        with running(bot, tmp_path / "run", str(file), "--metrics", f"127.0.0.1:{port}") as service:
            assert "READY=1" in service.heard("READY=1")
            assert "line" in service.heard("WATCHDOG=1")
            eventually(lambda: "pulse 1" in lines(theirs))
            assert hotline(ours, "send", "!status 3").returncode == 0
            assert hotline(ours, "send", "!status ten").returncode == 0
            assert hotline(ours, "send", "!reboot now").returncode == 0
            assert hotline(theirs, "send", "!status 4").returncode == 0
            eventually(lambda: "status: done\n\\u{1b}[2Jdepth 3 Alpha 1" in lines(theirs))
            eventually(lambda: "depth: expected a whole number from 0 to 9; got ten" in lines(theirs))
            eventually(lambda: told.exists() and "!status 4" in told.read_text())
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                scraped = answer.read().decode()
            assert "hotline_bot_up 1.0" in scraped
            assert "pulse" not in scraped
            assert "hotline_bot_schedules 1.0" in scraped
            eventually(lambda: records(hotline(bot, "bot", "status", "--json"))[0]["up"] == 1)
            [state] = records(hotline(bot, "bot", "status", "--json"))
            assert (state["alive"], state["schedules"]) == (True, 1)
            [listed] = records(hotline(bot, "schedule", "list", "--json"))
            assert (listed["name"], listed["last"]["outcome"]) == ("pulse", "sent")
            looked = records(hotline(bot, "doctor", "--json"))
            assert [one["state"] for one in looked if one["check"] == "bot"] == ["ok"]
            stage.relay.kill()
            eventually(lambda: "DOWN" in service.heard("WATCHDOG=1"))
            stage.relay.start()
            eventually(lambda: "line up" in service.heard("WATCHDOG=1"))
            code, log = service.stop()
        assert code == 0
        assert [one["event"] for one in log if one["event"] != "command"] == ["started", "stopped"]
        assert not any("depth" in str(one) or "pulse" in str(one) for one in log)
        said = lines(theirs)
        assert sum(text.startswith("status: ") for text in said) == 1
        pulses = [text for text in said if text.startswith("pulse")]
        assert pulses == [f"pulse {number}" for number in range(1, len(pulses) + 1)]


def test_a_wrong_file_or_address_is_told_before_anything_runs(tmp_path: Path) -> None:
    wrong = {
        "[[handler]]\nname = 'x'\nexec = ['/nowhere/at/all']": b"the handler /nowhere/at/all is not there",
        "[[handler]]\nname = 'x'": b"handler 1: Object missing required field `exec`",
        "[[schedule]]\nname = 'x'\nevery = '10s'\ntext = 'x'\nchannel = 'nowhere'": b"no channel nowhere",
        "[[schedule]]\nname = 'x'\nevry = '10s'\ntext = 'x'": b"evry is not known; did you mean every?",
        "[[command]]\nname = 'x'\nexec = ['/bin/true']\nargs = [{ name = 'n', type = 'shell' }]": b"command 1:",
        "[[other]]": b"other is not known",
        "=": b"is no TOML",
    }
    with Stage(tmp_path / "stage", devices(1, 1)) as stage:
        one = stage.enrolled("Alpha 1")
        file = tmp_path / "bot.toml"
        for content, expected in wrong.items():
            file.write_text(content)
            done = hotline(one, "bot", "run", str(file))
            assert (done.returncode, expected in done.stderr) == (2, True), done.stderr
        for address in ("0.0.0.0:9464", "localhost:9464", "127.0.0.1", "127.0.0.1:0", "x"):
            assert hotline(one, "bot", "run", "--metrics", address).returncode == 2
        assert hotline(one, "bot", "status").returncode == 3


@pytest.mark.parametrize("unit", sorted(one.name for one in UNITS.glob("*.service")))
def test_the_units_are_in_order_and_hardened(tmp_path: Path, unit: str) -> None:
    if subprocess.run(["which", "systemd-analyze"], capture_output=True, check=False).returncode:
        pytest.skip("systemd-analyze is not here")
    copy = tmp_path / unit.replace("@", "@test")
    content = (UNITS / unit).read_text()
    for binary in ("hotline-relay", "hotline"):
        content = content.replace(f"/opt/hotline/bin/{binary} ", "/bin/true ")
    copy.write_text(content)
    verified = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, b"")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(copy)],
        capture_output=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout.decode()[-300:]


def test_the_operators_page_shows_the_unit_as_it_is() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert (UNITS / "hotline-relay.service").read_text().strip() in page
