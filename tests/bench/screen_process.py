"""``kiosk screen`` itself, fed by a socket of ours: its start, its memory, a weight, its idleness.

It runs as on a machine: installed (``tests.bench.installed``), as the command that systemd starts.
A start is measured several times and the least is told: whatever else the computer does only adds
to a process's CPU time.
"""

import os
import socket
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

import msgspec
from msgspec.structs import replace

from kiosk.lines import encode
from kiosk.views import Live
from tests.bench.processes import cpu_ms, file_mb, pss_mib, wake_ups
from ui.panels import PANELS
from ui.samples import samples

STARTS = 7
WEIGHTS = 25
WEIGHT_EVERY_S = 0.11
"""A little slower than the 10 Hz at which the screen draws a weight: none is passed over."""
IDLE_S = 5
WAIT_S = 10
ROUND = ("idle", "identify", "choose", "depositing", "result-paid", "receipt")


@dataclass(frozen=True)
class Start:
    """From exec to the first picture on the panel."""

    cpu_ms: float
    wall_ms: float
    file_mb: float
    showing: str


@dataclass(frozen=True)
class Running:
    """After a visit in two languages."""

    pss_mib: float
    weight_ms: float
    """CPU of one new weight, from the socket to the pixels."""
    idle_percent: float
    wake_ups: int


class Screen:
    """One run of the process on one panel; ``answers``: a controller is there and asks."""

    def __init__(self, command: Path, panel: str, home: Path, answers: bool = True) -> None:
        self._command = command
        self._home = home
        self._answers = answers
        self._views = dict(samples("zh"))
        size = PANELS[panel]
        text = CONFIG.format(home=home, width=size.width, height=size.height, pitch=size.px_per_cm)
        (home / "kiosk.toml").write_text(text, encoding="utf-8")

    def start(self) -> Start:
        """Start it until its first picture is shown, and end it."""
        with self._process() as (process, _, began_ns, notify):
            return self._started(process, began_ns, notify)

    def run(self) -> Running:
        """Start it, show it a visit in both languages, weigh, and leave it alone."""
        with self._process() as (process, link, began_ns, notify):
            assert link is not None
            pid = process.pid
            self._started(process, began_ns, notify)
            for language in ("zh", "en"):
                for name, view in samples(language):
                    if name in ROUND:
                        link.sendall(encode(replace(view, left_ms=None)))
                        settle(pid)
            weight_ms = self._weigh(pid, link)
            before_ms, woken, since_ns = cpu_ms(pid), wake_ups(pid), perf_counter_ns()
            nap(link, IDLE_S)
            spent = (cpu_ms(pid) - before_ms) / ((perf_counter_ns() - since_ns) / 1e6)
            return Running(pss_mib(pid), weight_ms, spent * 100, wake_ups(pid) - woken)

    def _weigh(self, pid: int, link: socket.socket) -> float:
        """The median CPU of a new weight."""
        view, taken = replace(self._views["depositing"], left_ms=None), []
        link.sendall(encode(view))
        settle(pid)
        for number in range(WEIGHTS):
            before_ms = cpu_ms(pid)
            link.sendall(encode(replace(view, live=Live(1000 + 5 * number, False))))
            nap(link, WEIGHT_EVERY_S)
            taken.append(cpu_ms(pid) - before_ms)
        return statistics.median(taken)

    def _started(
        self, process: subprocess.Popen[bytes], began_ns: int, notify: socket.socket
    ) -> Start:
        """It says READY=1 once its first picture is shown, and in its log which one that is."""
        assert process.stderr is not None
        notify.settimeout(WAIT_S)
        try:
            notify.recv(100)
        except TimeoutError as error:
            process.kill()
            raise RuntimeError(process.stderr.read().decode()) from error
        spent_ms, wall_ms = cpu_ms(process.pid), (perf_counter_ns() - began_ns) / 1e6
        needed_mb = file_mb(process.pid)
        ready = next(line for line in process.stderr if b'"screen.ready"' in line)
        return Start(spent_ms, wall_ms, needed_mb, msgspec.json.decode(ready)["showing"])

    @contextmanager
    def _process(
        self,
    ) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket | None, int, socket.socket]]:
        paths = [self._home / name for name in ("screen.sock", "notify")]
        for path in paths:
            path.unlink(missing_ok=True)
        stream, datagram = (
            socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
        )
        with stream as listener, datagram as notify:
            notify.bind(str(paths[1]))
            if self._answers:
                listener.bind(str(paths[0]))
                listener.listen(1)
                listener.settimeout(WAIT_S)
            env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
            env |= {"NOTIFY_SOCKET": str(paths[1])}
            began_ns = perf_counter_ns()
            with subprocess.Popen(
                (self._command, "screen", "--config", self._home / "kiosk.toml"),
                env=env,
                stderr=subprocess.PIPE,
            ) as process:
                try:
                    if not self._answers:
                        yield process, None, began_ns, notify
                        return
                    link, _ = listener.accept()
                    with link:
                        link.sendall(encode(self._views["idle"]))
                        yield process, link, began_ns, notify
                finally:
                    process.terminate()


def least_start(command: Path, panel: str, answers: bool = True) -> Start:
    """The cheapest of some starts, after one that fills the caches."""
    with tempfile.TemporaryDirectory() as name:
        screen = Screen(command, panel, Path(name), answers)
        screen.start()
        starts = [screen.start() for _ in range(STARTS)]
        assert {one.showing for one in starts} == {"idle" if answers else "starting"}
        return min(starts, key=lambda one: one.cpu_ms)


def visit(command: Path, panel: str) -> Running:
    """What it costs while it runs."""
    with tempfile.TemporaryDirectory() as name:
        return Screen(command, panel, Path(name)).run()


def settle(pid: int) -> None:
    """Until its CPU time has stood still for two looks: what was sent has been drawn."""
    last, same = -1.0, 0
    never, silent = socket.socketpair()
    with never, silent:
        while same < 2:
            nap(never, 0.05)
            now = cpu_ms(pid)
            same = same + 1 if now == last else 0
            last = now


def nap(link: socket.socket, seconds: float) -> None:
    """Wait on a socket that says nothing."""
    link.settimeout(seconds)
    with suppress(TimeoutError):
        link.recv(1)


CONFIG = """
[machine]
data_dir = "{home}/data"
runtime_dir = "{home}"
agent_dir = "{home}/agent"
[gpio]
factory = "virtual"
bridge = "{home}/bridge"
[scanner.line]
port = "{home}/scanner"
[screen]
surface = "memory"
width = {width}
height = {height}
px_per_cm = {pitch}
[[compartment]]
id = "paper"
material = "paper"
full_g = 25000
[compartment.scale]
line = {{ port = "{home}/scale" }}
dialect = "st-gs"
unit = "kg"
e_g = 5
max_g = 30000
min_g = 100
[compartment.door]
open_pin = 1
close_pin = 2
opened_switch_pin = 3
closed_switch_pin = 4
beam_pin = 5
"""
