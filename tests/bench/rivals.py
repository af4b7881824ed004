"""The same screen drawn by others: a Chromium --kiosk page, and a number on a Tkinter canvas.

The page is made from the scene that the kiosk draws: every box, text, number and icon in its place,
with the same fonts. A rival that is not here is said to be skipped, with the reason.
"""

import base64
import html
import re
import statistics
import tempfile
import tkinter
from collections.abc import Iterator
from pathlib import Path
from time import thread_time_ns
from typing import Any

from playwright.sync_api import Error, sync_playwright

from ui.fonts import DIRECTORY, FILES
from ui.kit import Kit
from ui.parts import Align, Box, Digits, Icon, Ring, Text
from ui.scene import Scene
from ui.sprites import ICONS
from ui.theme import Colour, Weight

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--kiosk", "--no-sandbox"]
UPDATES = 200
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WEIGH = """async (count) => {
  const cell = document.getElementById("live");
  for (let n = 0; n < count; n += 1) {
    cell.textContent = "1." + String(n).padStart(3, "0");
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def css(colour: Colour) -> str:
    return f"#{colour.red:02x}{colour.green:02x}{colour.blue:02x}"


def page(scene: Scene, kit: Kit) -> str:
    """A scene as HTML."""
    faces = "".join(
        f"@font-face{{font-family:kiosk;font-weight:{weight.value};"
        f"src:url(file://{(DIRECTORY / FILES[weight]).resolve()})}}"
        for weight in Weight
    )
    body = "".join(_part(part, kit) for part in scene.parts)
    return (
        f"<!doctype html><meta charset=utf-8><style>{faces}"
        "*{margin:0}body{overflow:hidden;font-family:kiosk;background:"
        f"{css(scene.ground)}}}div,img{{position:absolute;white-space:pre}}</style>{body}"
    )


def _part(part: object, kit: Kit) -> str:
    if isinstance(part, Box):
        shadow = "box-shadow:0 5px 14px #0002;" if part.shadow else ""
        edge = "" if part.edge is None else f"border:{part.edge_px}px solid {css(part.edge)};"
        look = f"background:{css(part.colour)};border-radius:{part.radius}px;{shadow}{edge}"
        return _div(part.rect, f"box-sizing:border-box;{look}", "")
    if isinstance(part, Text | Digits):
        em, line = kit.fonts.em_px(part.size), kit.fonts.line_px(part.size)
        right = isinstance(part, Digits) or part.align is Align.RIGHT
        middle = isinstance(part, Text) and part.align is Align.CENTRE
        align = "right" if right else "center" if middle else "left"
        look = f"font:{part.weight.value} {em}px/{line}px kiosk;color:{css(part.colour)};"
        text = part.text if isinstance(part, Digits) else "\n".join(part.lines)
        name = ' id="live"' if isinstance(part, Digits) and part.live else ""
        return _div(part.rect, f"{look}text-align:{align}", html.escape(text), name)
    if isinstance(part, Icon):
        data = base64.b64encode((ICONS / f"{part.name}.png").read_bytes()).decode()
        mask = f"-webkit-mask:url(data:image/png;base64,{data}) 0 0/100% luminance;"
        return _div(part.rect, f"{mask}background:{css(part.colour)}", "")
    if isinstance(part, Ring):
        ring = f"border:{part.thick}px solid {css(part.colour)};border-radius:50%;"
        return _div(part.rect, f"box-sizing:border-box;{ring}", "")
    return ""


def _div(rect: Any, style: str, text: str, name: str = "") -> str:
    place = f"left:{rect.x}px;top:{rect.y}px;width:{rect.w}px;height:{rect.h}px;"
    return f'<div{name} style="{place}{style}">{text}</div>'


class Chromium:
    """What a kiosk page costs; every figure None where there is no Chromium."""

    def __init__(self, scene: Scene, kit: Kit) -> None:
        self.skipped = ""
        self.first_ms = self.paint_ms = self.update_ms = self.pss_mib = 0.0
        with tempfile.TemporaryDirectory() as home:
            file = Path(home) / "page.html"
            file.write_text(page(scene, kit), encoding="utf-8")
            if not CHROMIUM.exists():
                self.skipped = "there is no Chromium here: apt-get install chromium"
                return
            try:
                self._measure(file, kit)
            except Error as error:
                self.skipped = str(error).splitlines()[0]

    def _measure(self, file: Path, kit: Kit) -> None:
        size = {"width": kit.panel.width, "height": kit.panel.height}
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            try:
                session = browser.new_browser_cdp_session()
                tab = browser.new_page(viewport=size)  # type: ignore[arg-type]
                started_ms = sum(one["cpuTime"] for one in _processes(session)) * 1000
                tab.goto(file.as_uri())
                tab.evaluate("() => document.fonts.ready")
                tab.evaluate(PAINTED)
                self.first_ms = sum(one["cpuTime"] for one in _processes(session)) * 1000
                self.paint_ms = self.first_ms - started_ms
                tab.evaluate(WEIGH, UPDATES)
                spent_ms = sum(one["cpuTime"] for one in _processes(session)) * 1000
                self.update_ms = (spent_ms - self.first_ms) / UPDATES
                self.pss_mib = sum(pss_mib(int(one["id"])) for one in _processes(session))
            finally:
                browser.close()


def _processes(session: Any) -> list[dict[str, Any]]:
    """Chromium's own account of its processes, with their CPU seconds."""
    found: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return found


def pss_mib(pid: int) -> float:
    """The share of memory that is a process's own, in MiB; 0 for one that is gone."""
    file = Path(f"/proc/{pid}/smaps_rollup")
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", file.read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def tkinter_update_ms() -> Iterator[float | str]:
    """CPU of one number on a Tk canvas, without the X server's share; or why it is not known."""
    try:
        root = tkinter.Tk()
    except tkinter.TclError as error:
        yield f"skipped: {error}"
        return
    canvas = tkinter.Canvas(root, width=800, height=480)
    canvas.pack()
    item = canvas.create_text(780, 240, anchor="e", font=("sans", 60, "bold"), text="1.000")
    root.update()
    taken = []
    for number in range(UPDATES):
        began = thread_time_ns()
        canvas.itemconfigure(item, text=f"1.{number:03d}")
        root.update()
        taken.append((thread_time_ns() - began) / 1e6)
    root.destroy()
    yield statistics.median(taken)
