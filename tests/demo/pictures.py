"""Takes the README's pictures of the running demo: ``python -m tests.demo.pictures docs/images``.

Needs Debian's chromium. The pictures are committed; take them again when the screens change.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.demo.conftest import start_demo
from tests.demo.test_demo_browser import (
    ARGUMENTS,
    CHROMIUM,
    TRIES,
    TRY_MS,
    press,
    show_code,
    shows,
    tap,
)

WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=390, height=844)

# Records on their way to the cloud run without end; what is called off midway has ended, too.
SLID = """Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect.getTiming().iterations < Infinity).map((one) => one.finished))
    .then(() => null)"""


def main(folder: Path) -> int:
    """Play and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="kd-", dir="/tmp") as temporary,
        start_demo(Path(temporary)) as demo,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = chromium.new_context(viewport=WIDE, has_touch=True).new_page()
        page.goto(demo.url)
        page.evaluate("document.fonts.ready")
        play(page, folder)
        phone = chromium.new_context(viewport=NARROW).new_page()
        phone.goto(demo.url)
        shows(phone, "idle")
        take(phone, folder / "demo-on-a-phone.png")
        chromium.close()
    return 0


def play(page: Page, folder: Path) -> None:
    """A deposit with the network cut and mended, pictures on the way."""
    shows(page, "idle")
    take(page, folder / "demo-idle.png")
    deposit(page, "paper", "1.80 kg")
    expect(page.locator("#said")).to_be_hidden()
    take(page, folder / "demo-depositing.png")
    finish(page)
    expect(page.locator("#deposits .deposit")).to_have_count(1)
    expect(page.locator("#badge-cloud")).to_contain_text("up to date")
    take(page, folder / "demo-result.png")
    tap(page, "finish", "receipt")
    tap(page, "finish", "idle")
    press(page, "Cut the network")
    speak(page, "en", "zh")
    deposit(page, "metal", "300 g")
    page.locator("#bin-metal .hand").click()
    tap(page, "done", "closing", "blocked")
    shows(page, "blocked")
    expect(page.locator("#said")).to_be_hidden()
    take(page, folder / "demo-offline-hand-in-door.png")
    page.locator("#bin-metal .hand").click()
    shows(page, "result")
    press(page, "Mend the network")
    expect(page.locator("#deposits .deposit")).to_have_count(2)
    tap(page, "finish", "receipt")
    tap(page, "finish", "idle")


def speak(page: Page, language: str, other: str) -> None:
    """Touch the language button until the screen offers the other one."""
    offered = page.locator(f'#targets button[data-choice="language:{other}"]')
    for _ in range(TRIES):
        tap(page, f"language:{language}", "idle")
        try:
            expect(offered).to_have_count(1, timeout=TRY_MS)
        except AssertionError:
            continue
        return
    raise AssertionError(f"the screen does not change to {language}")


def deposit(page: Page, compartment: str, load: str) -> None:
    """Up to goods in the open bin and a steady weight on the screen."""
    tap(page, "start", "identify")
    show_code(page)
    tap(page, f"compartment:{compartment}", "weighing_before", "opening", "depositing")
    shows(page, "depositing")
    page.locator(f"#bin-{compartment}").get_by_role("button", name=load).click()


def finish(page: Page) -> None:
    """Close the door and wait for the result."""
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")


def take(page: Page, path: Path) -> None:
    """One picture of what the window shows, when nothing is sliding any more."""
    expect(page.locator("#panel")).to_have_attribute("data-pictures", re.compile("."))
    page.mouse.move(0, 0)
    page.evaluate(SLID)
    page.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
