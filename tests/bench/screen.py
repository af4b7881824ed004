"""What the touchscreen costs: the gates of the drawing design, beside Chromium and Tkinter.

CPU time of the drawing thread, on the real ``Show`` with the samples of the gallery; the flush to a
panel is the memory surface's. Memory and idle CPU are those of ``kiosk screen`` itself, fed by a
socket of ours. Each row ends with its gate and says whether it was kept.
"""

import re
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns, thread_time_ns

from msgspec.structs import replace

from kiosk.lines import encode
from kiosk.views import Language, Live, View
from tests.bench.rivals import Chromium, pss_mib, tkinter_update_ms
from ui.kit import kit_for
from ui.panels import PANELS
from ui.samples import samples
from ui.screens.every import compose
from ui.sheet import Moment
from ui.show import Show
from ui.surfaces.memory import MemorySurface
from ui.touch import Contact
from ui.words import all_words

ROUND = ("idle", "identify", "choose", "depositing", "result-paid", "receipt")
CHANGE_GATE_MS = {"800x480": 5.0, "1280x800": 10.0, "720x1280": 10.0, "1080x1920": 15.0}
PSS_GATE_MIB = {"800x480": 32.0, "1080x1920": 85.0}
WEIGHT_GATE_MS, PRESS_GATE_MS, LANGUAGE_GATE_MS = 0.25, 2.0, 40.0
FIRST_GATE_MS = 100.0
WAIT_S = 10
IDLE_S = 5


def rows() -> Iterator[str]:
    """One line a figure."""
    costs = Costs()
    for panel in PANELS:
        yield from Drawing(panel).rows(costs)
    for panel in (*PSS_GATE_MIB, "1280x800"):
        yield from _process(panel, costs)
    yield from _rivals(costs)


def _row(what: str, panel: str, value: float, unit: str, gate: float | None) -> str:
    kept = "" if gate is None else f"   gate {gate:g}: {'kept' if value <= gate else 'NOT KEPT'}"
    return f"{what:<42}{panel:>10} {value:8.2f} {unit}{kept}"


class Drawing:
    """One panel's ``Show`` with a clock of our own."""

    def __init__(self, panel: str) -> None:
        self.panel = panel
        size = PANELS[panel]
        began = thread_time_ns()
        self._show = Show(kit_for(size), all_words(), "zh", compose)
        self._surface = MemorySurface(size.width, size.height)
        self._now_ms = 0
        self._views: dict[Language, dict[str, View]] = {
            language: dict(samples(language)) for language in ("zh", "en")
        }
        self._put(self._views["zh"]["idle"])
        self._first_ms = (thread_time_ns() - began) / 1e6

    def rows(self, costs: "Costs") -> Iterator[str]:
        try:
            yield _row("first frame, fonts cold", self.panel, self._first_ms, "ms", FIRST_GATE_MS)
            weight = self._median(200, self._weigh)
            yield _row("weight update", self.panel, weight, "ms", WEIGHT_GATE_MS)
            if self.panel == "1280x800":
                costs.update_ms, costs.first_ms = weight, self._first_ms
            self._median(12, self._change)
            change = self._median(60, self._change)
            yield _row("screen change", self.panel, change, "ms", CHANGE_GATE_MS[self.panel])
            press = self._median(30, self._press)
            yield _row("finger down to pixels", self.panel, press, "ms", PRESS_GATE_MS)
            self._median(2, self._switch)
            switch = self._median(20, self._switch)
            yield _row("language switch", self.panel, switch, "ms", LANGUAGE_GATE_MS)
        finally:
            self._surface.close()

    def _median(self, count: int, step: Callable[[int], None]) -> float:
        taken = []
        for number in range(count):
            self._before(step)
            began = thread_time_ns()
            step(number)
            taken.append((thread_time_ns() - began) / 1e6)
        return statistics.median(taken)

    def _before(self, step: Callable[[int], None]) -> None:
        """What is not measured: the screen a press needs, and the last press let go."""
        if step == self._press:
            self._show.lose_finger()
            self._put(self._views["zh"]["choose"])
            self._now_ms += 1000

    def _put(self, view: View) -> None:
        self._show.take(view, self._now_ms)
        self._draw()

    def _draw(self) -> None:
        damage = self._show.draw(self._now_ms)
        self._surface.show(self._show.canvas.image, damage)
        self._surface.flushes.clear()

    def _weigh(self, number: int) -> None:
        live = Live(1000 + 5 * number, False)
        self._put(replace(self._views["zh"]["depositing"], live=live))

    def _change(self, number: int) -> None:
        self._put(self._views["zh"][ROUND[number % len(ROUND)]])

    def _switch(self, number: int) -> None:
        self._put(self._views["en" if number % 2 else "zh"]["choose"])

    def _press(self, number: int) -> None:
        targets = self._show.places.targets
        tiles = [one.rect for one in targets if one.choice.startswith("compartment")]
        rect = tiles[number % len(tiles)]
        self._show.contact(Contact(rect.x + 9, rect.y + 9, "down"), self._now_ms)
        self._draw()


def _rivals(ours: "Costs") -> Iterator[str]:
    """The same screen as a Chromium --kiosk page, the same number on a Tkinter canvas."""
    panel = "1280x800"
    kit = kit_for(PANELS[panel])
    view = dict(samples("zh"))["depositing"]
    scene = compose(view, kit, all_words()["zh"], Moment(view.left_ms))
    rival = Chromium(scene, kit)
    if rival.skipped:
        yield f"Chromium --kiosk: skipped: {rival.skipped}"
    else:
        yield _row("Chromium: start to painted page, CPU", panel, rival.first_ms, "ms", None)
        yield _row("kiosk screen: start to first frame, CPU", panel, ours.start_ms, "ms", None)
        share = ours.start_ms / rival.first_ms * 100
        yield _row("  its share of Chromium's", panel, share, "%", 10)
        yield _row("Chromium: load and paint, once running", panel, rival.paint_ms, "ms", None)
        share = ours.first_ms / rival.paint_ms * 100
        yield _row("  the share of our first frame", panel, share, "%", 10)
        yield _row("Chromium: weight update, CPU", panel, rival.update_ms, "ms", None)
        share = ours.update_ms / rival.update_ms * 100
        yield _row("  our share of it", panel, share, "%", 50)
        yield _row("Chromium: PSS", panel, rival.pss_mib, "MiB", None)
        yield _row(
            "  kiosk screen's share of it", panel, ours.pss_mib / rival.pss_mib * 100, "%", 50
        )
    for found in tkinter_update_ms():
        if isinstance(found, str):
            yield f"Tkinter canvas: {found}"
        else:
            yield _row("Tkinter: weight update, CPU, without X", "800x480", found, "ms", None)
            yield _row("  our share of it", "", ours.update_ms / found * 100, "%", 50)


@dataclass
class Costs:
    """What our side costs at 1280x800, for the comparison."""

    start_ms: float = 0.0
    first_ms: float = 0.0
    update_ms: float = 0.0
    pss_mib: float = 0.0


def _process(panel: str, costs: Costs) -> Iterator[str]:
    """``kiosk screen`` on a memory surface, told a visit: its memory, start and idle CPU."""
    size = PANELS[panel]
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as listener:
        home = Path(name)
        listener.bind(str(home / "screen.sock"))
        listener.listen(1)
        listener.settimeout(WAIT_S)
        (home / "kiosk.toml").write_text(
            CONFIG.format(home=home, width=size.width, height=size.height, pitch=size.px_per_cm),
            encoding="utf-8",
        )
        command = (sys.executable, "-m", "kiosk.cli.main", "screen", "--config")
        with subprocess.Popen(
            (*command, str(home / "kiosk.toml")), stderr=subprocess.PIPE
        ) as process:
            try:
                link, _ = listener.accept()
                with link:
                    yield from _visit(process.pid, link, panel, costs)
            finally:
                process.terminate()


def _visit(pid: int, link: socket.socket, panel: str, costs: Costs) -> Iterator[str]:
    idle = dict(samples("zh"))["idle"]
    link.sendall(encode(idle))
    _settle(pid)
    costs.start_ms = float(_cpu_ms(pid))
    for language in ("zh", "en"):
        for name, view in samples(language):
            if name in ROUND:
                link.sendall(encode(replace(view, left_ms=None)))
                _settle(pid)
    began_ns = perf_counter_ns()
    before, woken = _cpu_ms(pid), _wake_ups(pid)
    # Nothing to do for a while: the process must not wake.
    link.settimeout(IDLE_S)
    try:
        link.recv(1)
    except TimeoutError:
        pass
    share = (_cpu_ms(pid) - before) / ((perf_counter_ns() - began_ns) / 1e6) * 100
    costs.pss_mib = pss_mib(pid)
    gate = PSS_GATE_MIB.get(panel)
    yield _row("PSS of kiosk screen after a visit", panel, costs.pss_mib, "MiB", gate)
    yield _row("idle CPU of kiosk screen", panel, share, "%", 0.1)
    woken = _wake_ups(pid) - woken
    yield _row(f"wake-ups of it in {IDLE_S} idle seconds", panel, woken, "", 0)


def _settle(pid: int) -> None:
    """Until its CPU time has stood still for two looks: what was sent has been drawn."""
    last, same = -1, 0
    never, other = socket.socketpair()
    with never, other:
        never.settimeout(0.05)
        while same < 2:
            try:
                never.recv(1)
            except TimeoutError:
                pass
            now = _cpu_ms(pid)
            same = same + 1 if now == last else 0
            last = now


def _cpu_ms(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 10


def _wake_ups(pid: int) -> int:
    """How often any thread of it was given a core of its own accord."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.MULTILINE)
        total += int(found[1]) if found else 0
    return total


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
