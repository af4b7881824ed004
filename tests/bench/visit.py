"""From start to the first picture, memory of each process, and from a stable frame to the result.

The real processes run on the simulated world, as in ``kiosk demo``. The latency is taken from the
write of the scale's last frame onto its pty to the arrival of the result view on screen.sock: the
decoder, the window's verdict, one durable record and the socket are in it.
"""

import re
import select
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns
from typing import IO

import msgspec

from drivers.sim.cable import Cable
from kiosk import views as v
from kiosk.clock import SystemClock
from kiosk.demo.assembly import Assembly
from kiosk.demo.enroller import Enroller
from kiosk.demo.facts import machine_status
from kiosk.demo.home import Home
from kiosk.demo.patience import Patience
from kiosk.demo.phone import Phone
from kiosk.lines import LineReader, encode
from kiosk.units import CompartmentId
from kiosk.wire import MAX_LINE, Touch

VISITS = 10
LIMIT_MS = 60_000
PAPER = CompartmentId("paper")


def rows() -> Iterator[str]:
    """One line a figure."""
    yield from _first_picture()
    clock = SystemClock(Path("/nonexistent"), 0)
    with Patience(clock) as patience:
        home = Home.make(None, keep=False)
        try:
            assembly = Assembly(home.layout, 1, clock)
            try:
                assembly.start(patience)
                yield from _visits(assembly, patience, clock)
            finally:
                assembly.stop()
        finally:
            home.remove()


def _first_picture() -> Iterator[str]:
    """`kiosk demo` as a newcomer starts it, three times."""
    clock = SystemClock(Path("/nonexistent"), 0)
    taken = []
    for _ in range(3):
        began_ms = clock.monotonic_ms()
        demo = subprocess.Popen(
            (sys.executable, "-m", "kiosk.cli.main", "demo", "--port", "0"),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert demo.stderr is not None
        _wait_for(demo.stderr, "first picture")
        taken.append(clock.monotonic_ms() - began_ms)
        demo.send_signal(signal.SIGINT)
        demo.wait(10)
        demo.stderr.close()
    yield f"kiosk demo, command to first picture    {statistics.median(taken):8.0f} ms median of 3"


def _wait_for(stream: IO[str], text: str) -> None:
    for line in stream:
        if re.search(text, line):
            return
    raise RuntimeError(f"the demo ended without {text!r}")


class _Finger:
    """A screen of our own on screen.sock: sees views, touches by view id."""

    def __init__(self, path: Path, clock: SystemClock) -> None:
        self._clock = clock
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.connect(str(path))
        self._reader = LineReader(MAX_LINE)
        self._lines: list[bytes] = []
        self.view: v.View | None = None
        self.seen_ms = 0.0

    def until(self, kind: type[v.Screen]) -> v.View:
        """Wait for a screen; ``seen_ms`` is when it arrived."""
        end_ms = self._clock.monotonic_ms() + LIMIT_MS
        while self.view is None or not isinstance(self.view.screen, kind):
            if self._clock.monotonic_ms() > end_ms:
                raise RuntimeError(f"no {kind.__name__} within {LIMIT_MS} ms, but {self.view}")
            if not self._lines and select.select([self._sock], [], [], 1)[0]:
                self._lines += self._reader.feed(self._sock.recv(65536))
                self.seen_ms = _precise_ms()
            if self._lines:
                self.view = msgspec.json.decode(self._lines.pop(0), type=v.View)
        return self.view

    def touch(self, choice: str) -> None:
        assert self.view is not None
        self._sock.sendall(encode(Touch(self.view.id, choice)))

    def close(self) -> None:
        self._sock.close()


def _precise_ms() -> float:
    """Milliseconds with their fraction, for short latencies."""
    return perf_counter_ns() / 1e6


def _visits(assembly: Assembly, patience: Patience, clock: SystemClock) -> Iterator[str]:
    enroller = Enroller(assembly.operator, assembly.machine, clock)
    layout = assembly.layout

    def open_for_business() -> bool:
        status = machine_status(layout.status)
        enroller.look(status)
        return status is not None and all(one.state == "open" for one in status.compartments)

    patience.until(open_for_business, LIMIT_MS, lambda: "the machine does not open")
    written: dict[Path, float] = {}
    write = Cable.write

    def noted(cable: Cable, data: bytes) -> None:
        write(cable, data)
        written[cable._link] = _precise_ms()

    Cable.write = noted  # type: ignore[method-assign,assignment]
    finger = _Finger(assembly.config.machine.runtime_dir / "screen.sock", clock)
    phone = Phone(assembly.operator.issuer_key, clock)
    port = assembly.config.compartment[0].scale.line.port
    taken = []
    try:
        for _ in range(VISITS):
            finger.until(v.Idle)
            _show_code(assembly, phone)
            finger.until(v.Choose)
            finger.touch("compartment:paper")
            finger.until(v.Depositing)
            assembly.machine.call(lambda world: world.put(PAPER, 1_800))
            finger.touch("done")
            finger.until(v.Result)
            taken.append(finger.seen_ms - written[port])
            finger.touch("finish")
            finger.until(v.Receipt)
            finger.touch("finish")
    finally:
        Cable.write = write  # type: ignore[method-assign]
        finger.close()
    taken.sort()
    yield (
        f"stable frame on the wire to result view {statistics.median(taken):8.1f} ms median, "
        f"{taken[-1]:.1f} ms at worst, of {len(taken)}"
    )
    yield from _memory()


def _show_code(assembly: Assembly, phone: Phone) -> None:
    code = phone.code("fresh")
    phone.was_shown()
    assembly.machine.call(lambda world: world.show_code(code, "Q1"))


def _memory() -> Iterator[str]:
    """Proportional set size of each child process (smaps_rollup)."""
    for process in sorted(Path("/proc").glob("[0-9]*")):
        try:
            command = (process / "cmdline").read_text().split("\0")
            rollup = (process / "smaps_rollup").read_text()
        except OSError:
            continue
        if "kiosk.cli.main" not in command:
            continue
        name = command[command.index("kiosk.cli.main") + 1]
        pss = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        if pss:
            yield f"PSS of {name:<32} {int(pss[1]) / 1024:8.1f} MiB"
