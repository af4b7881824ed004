"""The same screen as a Chromium --kiosk page.

The page is made from the scene that the kiosk draws: every box, text, number and icon in its place,
with the same fonts. Where there is no Chromium it is said to be skipped.
"""

import base64
import html
import math
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, sync_playwright

from tests.bench.processes import pss_mib, tree_cpu_ms
from ui.fonts import DIRECTORY, FILES
from ui.kit import Kit
from ui.parts import Align, Box, Digits, Icon, Ring, Text
from ui.scene import Scene
from ui.sprites import ICONS
from ui.theme import Colour, Weight

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--kiosk", "--no-sandbox"]
UPDATES = 200
STARTS = 3
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
    """What a kiosk page costs, the least of some starts; nothing where there is no Chromium."""

    def __init__(self, scene: Scene, kit: Kit) -> None:
        self.skipped = ""
        self.first_ms = self.update_ms = math.inf
        self.pss_mib = 0.0
        with tempfile.TemporaryDirectory() as home:
            file = Path(home) / "page.html"
            file.write_text(page(scene, kit), encoding="utf-8")
            if not CHROMIUM.exists():
                self.skipped = "there is no Chromium here: apt-get install chromium"
                return
            try:
                for _ in range(STARTS):
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
                tab.goto(file.as_uri())
                tab.evaluate("() => document.fonts.ready")
                tab.evaluate(PAINTED)
                browser_pid = next(
                    int(one["id"]) for one in _processes(session) if one["type"] == "browser"
                )
                first_ms = tree_cpu_ms(browser_pid)
                tab.evaluate(WEIGH, UPDATES)
                spent_ms = tree_cpu_ms(browser_pid)
                self.first_ms = min(self.first_ms, first_ms)
                self.update_ms = min(self.update_ms, (spent_ms - first_ms) / UPDATES)
                self.pss_mib = sum(pss_mib(int(one["id"])) for one in _processes(session))
            finally:
                browser.close()


def _processes(session: Any) -> list[dict[str, Any]]:
    """Chromium's own list of its processes."""
    found: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return found
