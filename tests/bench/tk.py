"""The Tkinter canvas beside which the screen is measured: the hard rival (screen.md 5).

It runs on the display there is, or on an Xvfb of our own; without tkinter or a display the rival is
said to be skipped, with what to install.
"""

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import IO

import msgspec

from tests.bench.processes import cpu_ms, pss_mib
from tests.bench.rivals import css
from ui.kit import Kit
from ui.parts import Box, Digits, Ring, Text
from ui.scene import Scene

PEER = Path(__file__).with_name("tk_peer.py")
PYTHONS = (sys.executable, "/usr/bin/python3")
WAIT_S = 20


class Tk:
    """What a Tk canvas costs; ``skipped`` says why it could not be measured."""

    def __init__(self, scene: Scene, kit: Kit) -> None:
        self.skipped = ""
        self.start_ms = self.update_ms = self.pss_mib = 0.0
        self.server_ms: float | None = None
        """The X server's own share of an update; None on a display that is not ours."""
        python = next((one for one in PYTHONS if _has_tkinter(one)), None)
        if python is None:
            self.skipped = "no Python here has tkinter: apt-get install python3-tk"
            return
        with _display(kit) as (display, server):
            if display is None:
                self.skipped = "no display and no Xvfb: apt-get install xvfb"
                return
            with tempfile.TemporaryDirectory() as home:
                file = Path(home) / "screen.json"
                file.write_bytes(msgspec.json.encode(_told(scene, kit)))
                self._measure(python, file, display, server)

    @property
    def both_ms(self) -> float:
        """An update with the X server's share of it: here is where the pixels are made."""
        return self.update_ms + (self.server_ms or 0.0)

    def _measure(self, python: str, file: Path, display: str, server: int | None) -> None:
        with subprocess.Popen(
            (python, str(PEER), str(file)),
            env=os.environ | {"DISPLAY": display},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as peer:
            assert peer.stdin is not None and peer.stdout is not None and peer.stderr is not None
            try:
                self.start_ms = _answer(peer.stdout, "painted")
                self.pss_mib = pss_mib(peer.pid)
                before_ms = 0.0 if server is None else cpu_ms(server)
                peer.stdin.write("\n")
                peer.stdin.flush()
                self.update_ms = _answer(peer.stdout, "updated")
                if server is not None:
                    self.server_ms = (cpu_ms(server) - before_ms) / 200
            except ValueError:
                peer.kill()
                self.skipped = (peer.stderr.read().strip().splitlines() or ["it said nothing"])[-1]


def _has_tkinter(python: str) -> bool:
    if not Path(python).exists():
        return False
    done = subprocess.run((python, "-c", "import tkinter"), check=False, capture_output=True)
    return done.returncode == 0


@contextmanager
def _display(kit: Kit) -> Iterator[tuple[str | None, int | None]]:
    """A display and, if it is ours, the process that serves it; ended afterwards."""
    if there := os.environ.get("DISPLAY"):
        yield there, None
        return
    program = which("Xvfb")
    if program is None:
        yield None, None
        return
    read, write = os.pipe()
    size = f"{kit.panel.width}x{kit.panel.height}x24"
    command = (program, "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp")
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            ready, _, _ = select.select([read], [], [], WAIT_S)
            number = os.read(read, 16).decode().strip() if ready else ""
            yield (f":{number}", server.pid) if number else (None, None)
        finally:
            os.close(read)
            server.terminate()


def _told(scene: Scene, kit: Kit) -> dict[str, object]:
    """The scene for the peer; icons and shadows, which Tk cannot draw, are left out in its
    favour."""
    parts: list[dict[str, object]] = []
    for part in scene.parts:
        told: dict[str, object] = {"rect": tuple(part.rect)}
        if isinstance(part, Box):
            parts.append(told | {"kind": "box", "colour": css(part.colour)})
        elif isinstance(part, Ring):
            parts.append(told | {"kind": "ring", "colour": css(part.colour)})
        elif isinstance(part, Text | Digits):
            number = isinstance(part, Digits)
            parts.append(
                told
                | {
                    "kind": "number" if number else "text",
                    "text": part.text if isinstance(part, Digits) else "\n".join(part.lines),
                    "colour": css(part.colour),
                    "em": kit.fonts.em_px(part.size),
                    "bold": part.weight >= 700,
                    "live": isinstance(part, Digits) and part.live,
                }
            )
    size = {"width": kit.panel.width, "height": kit.panel.height}
    return size | {"ground": css(scene.ground), "parts": parts}


def _answer(stream: IO[str], word: str) -> float:
    """The figure the peer says next. Raises ValueError if it says something else."""
    said, value = stream.readline().split()
    if said != word:
        raise ValueError(said)
    return float(value)
