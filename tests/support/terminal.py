"""A program on a real pseudo-terminal: keys go in as bytes, what comes out is kept raw and drawn on a pyte screen.

Nothing sleeps: every wait reads what the program writes until something is true of it, and fails with the screen after a while.
"""

from __future__ import annotations

import codecs
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import pexpect
import pyte

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 30.0
"""Seconds that a busy machine may need for one step."""
_POLL: Final = 0.05

KEYS: Final[Mapping[str, str]] = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "backspace": "\x7f", "space": " ",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "alt+enter": "\x1b\r", "kitty alt+enter": "\x1b[13;3u",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{f"alt+{digit}": f"\x1b{digit}" for digit in "123456789"},
}  # fmt: skip
"""As xterm sends them."""

TOKEN: Final = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<string>[PX^_][^\x1b]*)\x1b\\"
    r"|\x1b(?P<escape>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<text>[^\x1b]+)"
)
"""What a terminal takes apart: control sequences, strings for the terminal, and what is drawn."""
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)?$")


def environment(**more: str) -> dict[str, str]:
    """A terminal like any other, and our packages."""
    inherited = {"PATH", "HOME", "TMPDIR", "SYSTEMROOT"}
    kept = {name: value for name, value in os.environ.items() if name in inherited}
    ways = [str(ROOT / one) for one in ("protocol", "server", "client", ".")]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(ways),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        **more,
    }


class Terminal:
    """`python -m MODULE ARGUMENTS` on a pty of `size` columns and rows; leaving the block ends it whatever it does."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
    ) -> None:
        columns, rows = size
        self.raw = bytearray()
        """Every byte it wrote."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._drawn = 0
        self._ended = False
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", module, *arguments],
            dimensions=(rows, columns),
            env=dict(env if env is not None else environment()),
            cwd=str(ROOT),
            timeout=PATIENCE,
        )
        self._hung_up = False
        self._child.delaybeforesend = None
        self._child.ptyproc.delayafterclose = self._child.delayafterclose = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child.isalive():
            self.kill(signal.SIGKILL)
            self._child.wait()
        if not self._hung_up:
            self._child.close()

    @property
    def pid(self) -> int:
        """Of the program."""
        return int(self._child.pid)

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._ended

    def state(self) -> str:
        """Of the process: R, S, T (stopped)."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def attributes(self) -> list[Any]:
        """The terminal's settings: echo, line mode, signals."""
        return termios.tcgetattr(self._child.child_fd)

    # --- what goes in

    def press(self, *keys: str) -> None:
        """Keys by their names; one that has none is typed as it is."""
        for key in keys:
            self.send(KEYS.get(key, key))

    def send(self, text: str) -> None:
        """Bytes as they are."""
        self._child.send(text.encode("utf-8", "surrogatepass"))

    def send_bytes(self, data: bytes) -> None:
        """Bytes that are no text."""
        self._child.send(data)

    def type(self, text: str) -> None:
        """As a person does it: the last letter has long been taken before another key comes."""
        self.send(text)
        self.settle()

    def settle(self, seconds: float = 0.15) -> None:
        """Take what comes until nothing came for so long."""
        while self.pump(seconds):
            pass

    def paste(self, text: str) -> None:
        """As a terminal with bracketed paste does it."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """The window has another size; the program gets SIGWINCH."""
        self.screen_text()
        self._child.setwinsize(rows, columns)
        self._screen.resize(rows, columns)
        self._screen.reset()

    def kill(self, number: signal.Signals) -> None:
        """A signal to the program."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """The window is closed: the pty's other end is gone."""
        pty = self._child.ptyproc
        pty.fileobj.close()
        pty.closed, pty.fd = True, -1
        self._ended = self._hung_up = True

    # --- what comes out

    def pump(self, seconds: float = _POLL) -> bool:
        """Take what is there, waiting so long for the first byte; whether something came."""
        if self._ended:
            return False
        try:
            came = self._child.read_nonblocking(1 << 20, seconds)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            self._ended = True
            return False
        self.raw += came
        return True

    def screen_text(self) -> str:
        """The screen as it is now, a line each."""
        self._draw()
        return "\n".join(self._screen.display)

    def _draw(self) -> None:
        """On the screen: what moves, colours and writes; what asks or tells the terminal something else is not pyte's business."""
        text = self._pending + self._decoder.decode(bytes(self.raw[self._drawn :]))
        self._drawn = len(self.raw)
        unfinished = _UNFINISHED.search(text)
        self._pending = "" if unfinished is None else unfinished.group()
        whole = text[: len(text) - len(self._pending)]
        kept = []
        for token in TOKEN.finditer(whole):
            csi = token["csi"]
            if token["text"] is not None or (
                csi is not None and csi[0] not in "<=>" and csi[-1] in "mABCDEFGHJKdf"
            ):
                kept.append(token.group())
        self._stream.feed("".join(kept))

    def wait_until(self, true: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Read on until something is true."""
        end = time.monotonic() + timeout
        while not true():
            came = self.pump()
            if not came and (self._ended or time.monotonic() > end):
                if true():
                    return
                raise AssertionError(
                    f"waited in vain for {what}; the screen:\n{self.screen_text()}\n{self.raw[-300:]!r}"
                )

    def wait_for(self, *words: str, timeout: float = PATIENCE) -> str:
        """Until all of these stand on the screen; the screen."""
        self.wait_until(lambda: all(one in self.screen_text() for one in words), f"{words}", timeout)
        return self.screen_text()

    def wait_gone(self, words: str, timeout: float = PATIENCE) -> None:
        """Until that no longer stands on the screen."""
        self.wait_until(lambda: words not in self.screen_text(), f"{words!r} to go", timeout)

    def exits(self, timeout: float = PATIENCE) -> int:
        """Read on until the program ended: its exit code, or minus the signal that ended it."""
        end = time.monotonic() + timeout
        while self._child.isalive():
            if not self.pump() and time.monotonic() > end:
                raise AssertionError(f"it did not end; the screen:\n{self.screen_text()}")
            if self._ended and time.monotonic() > end:
                raise AssertionError("it did not end")
        while self.pump(0.0):
            pass
        status, number = self._child.exitstatus, self._child.signalstatus
        return -int(number) if status is None else int(status)


def tokens(raw: bytes) -> list[tuple[str, str]]:
    """The raw output in pieces: `csi`, `osc`, `string`, `escape`, `text`, and `stray` for an ESC that opens nothing."""
    text = raw.decode("utf-8", "replace")
    found: list[tuple[str, str]] = []
    at = 0
    for token in TOKEN.finditer(text):
        if token.start() > at:
            found.append(("stray", text[at : token.start()]))
        kind = token.lastgroup or ""
        found.append((kind, token[kind]))
        at = token.end()
    if at < len(text):
        found.append(("stray", text[at:]))
    return found


MODES: Final = ("?1049", "?1000", "?1003", "?1015", "?1006", "?2004", "?1004")
"""Alternate screen, mouse, bracketed paste, focus: whoever turns them on turns them off."""


def left_on(raw: bytes) -> list[str]:
    """The modes of the terminal that the program leaves otherwise than it found them."""
    last: dict[str, str] = {}
    for kind, said in tokens(raw):
        if kind == "csi" and said.startswith("?") and said[-1] in "hl":
            for mode in said[1:-1].split(";"):
                last[f"?{mode}"] = said[-1]
    on = [mode for mode in MODES if last.get(mode) == "h"]
    return [*on, *(["cursor hidden"] if last.get("?25") == "l" else [])]
