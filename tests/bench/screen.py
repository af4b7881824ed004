"""What the touchscreen costs: every gate of the drawing design, beside Chromium and Tkinter.

Start, memory, a weight and idleness are those of ``kiosk screen`` itself; what one picture costs is
the CPU time of the drawing thread, on the real ``Show`` with the samples of the gallery, and the
flush to a panel is the memory surface's. Each row ends with its gate and says whether it was kept.
"""

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import thread_time_ns

from msgspec.structs import replace

from kiosk.views import Language, Live, View
from tests.bench.installed import install
from tests.bench.rivals import Chromium
from tests.bench.screen_process import IDLE_S, ROUND, least_start, visit
from tests.bench.tk import Tk
from ui.kit import kit_for
from ui.panels import PANELS
from ui.samples import samples
from ui.screens.every import compose
from ui.sheet import Moment
from ui.show import Show
from ui.surfaces.memory import MemorySurface
from ui.touch import Contact
from ui.words import all_words

PRIORITY = -10
BESIDE = "1280x800"
"""The panel on which the rivals show the same screen."""
CHANGE_GATE_MS = {"800x480": 5.0, "1280x800": 10.0, "720x1280": 10.0, "1080x1920": 15.0}
PSS_GATE_MIB = {"800x480": 32.0, "1080x1920": 85.0}
WEIGHT_GATE_MS, PRESS_GATE_MS, LANGUAGE_GATE_MS = 0.25, 2.0, 40.0
FIRST_GATE_MS, FILES_GATE_MB, IDLE_GATE_PERCENT = 100.0, 20.0, 0.05


def rows() -> Iterator[str]:
    """One line a figure."""
    # Ours and the rivals first, where that is allowed: what else runs here warms no caches for us.
    with suppress(PermissionError):
        os.nice(PRIORITY)
    kit = kit_for(PANELS[BESIDE])
    view = dict(samples("zh"))["depositing"]
    scene = compose(view, kit, all_words()["zh"], Moment(view.left_ms))
    tk, chromium = Tk(scene, kit), Chromium(scene, kit)
    yield from _rivals(chromium, tk)
    command = install()
    yield from _starts(command, chromium)
    yield from _runs(command, chromium)
    for panel in PANELS:
        yield from Drawing(panel).rows(tk, chromium)


def _row(what: str, panel: str, value: float, unit: str, gate: float | None) -> str:
    kept = "" if gate is None else f"   gate {gate:g}: {'kept' if value <= gate else 'NOT KEPT'}"
    return f"{what:<42}{panel:>10} {value:8.2f} {unit}{kept}"


class Drawing:
    """One panel's ``Show`` with a clock of our own."""

    def __init__(self, panel: str) -> None:
        self.panel = panel
        size = PANELS[panel]
        self._show = Show(kit_for(size), all_words(), "zh", compose)
        self._surface = MemorySurface(size.width, size.height)
        self._now_ms = 0
        self._views: dict[Language, dict[str, View]] = {
            language: dict(samples(language)) for language in ("zh", "en")
        }
        self._put(self._views["zh"]["idle"])

    def rows(self, tk: Tk, chromium: Chromium) -> Iterator[str]:
        try:
            weight = self._median(200, self._weigh)
            yield _row("weight update", self.panel, weight, "ms", WEIGHT_GATE_MS)
            if self.panel == BESIDE and not tk.skipped:
                share = weight / tk.both_ms * 100
                yield _row("  its share of Tkinter's and its X's", self.panel, share, "%", 50)
            if self.panel == BESIDE and not chromium.skipped:
                share = weight / chromium.update_ms * 100
                yield _row("  its share of Chromium's", self.panel, share, "%", None)
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
            # Past the dead time after a question; the countdown's next second is drawn before.
            self._now_ms += 1000
            self._draw()

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


def _starts(command: Path, chromium: Chromium) -> Iterator[str]:
    """From exec to the first picture: the question of a controller that is there, or that the
    machine is starting."""
    for panel in PANELS:
        start = least_start(command, panel)
        yield _row("start to the first picture, CPU", panel, start.cpu_ms, "ms", FIRST_GATE_MS)
        if panel == BESIDE:
            if not chromium.skipped:
                share = start.cpu_ms / chromium.first_ms * 100
                yield _row("  its share of Chromium's", panel, share, "%", 10)
            yield _row("  on the clock", panel, start.wall_ms, "ms", None)
            yield _row("  read from files", panel, start.file_mb, "MB", FILES_GATE_MB)
            alone = least_start(command, panel, answers=False)
            yield _row("  without a controller", panel, alone.cpu_ms, "ms", FIRST_GATE_MS)


def _runs(command: Path, chromium: Chromium) -> Iterator[str]:
    """The process while it runs."""
    for panel in (*PSS_GATE_MIB, BESIDE):
        run = visit(command, panel)
        gate = PSS_GATE_MIB.get(panel)
        yield _row("PSS after a visit", panel, run.pss_mib, "MiB", gate)
        if panel == BESIDE and not chromium.skipped:
            share = run.pss_mib / chromium.pss_mib * 100
            yield _row("  its share of Chromium's", panel, share, "%", None)
        yield _row("a weight, socket to pixels, once in 110 ms", panel, run.weight_ms, "ms", None)
        yield _row("idle CPU", panel, run.idle_percent, "%", IDLE_GATE_PERCENT)
        yield _row(f"wake-ups in {IDLE_S} idle seconds", panel, run.wake_ups, "", 0)


def _rivals(chromium: Chromium, tk: Tk) -> Iterator[str]:
    """What the same screen costs others."""
    if tk.skipped:
        yield f"Tkinter canvas: skipped: {tk.skipped}"
    else:
        yield _row("Tkinter: start to painted canvas, CPU", BESIDE, tk.start_ms, "ms", None)
        yield _row("Tkinter: weight update, CPU", BESIDE, tk.update_ms, "ms", None)
        if tk.server_ms is not None:
            yield _row("  and of its X server", BESIDE, tk.server_ms, "ms", None)
        yield _row("Tkinter: PSS, without X", BESIDE, tk.pss_mib, "MiB", None)
    if chromium.skipped:
        yield f"Chromium --kiosk: skipped: {chromium.skipped}"
    else:
        yield _row("Chromium: start to painted page, CPU", BESIDE, chromium.first_ms, "ms", None)
        yield _row("Chromium: weight update, CPU", BESIDE, chromium.update_ms, "ms", None)
        yield _row("Chromium: PSS", BESIDE, chromium.pss_mib, "MiB", None)
