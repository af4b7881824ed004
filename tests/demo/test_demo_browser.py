"""The page in a real browser: a whole deposit by touch and bench, read back from the books.

Debian's Chromium, headless. Every wait is Playwright's own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.demo.conftest import RunningDemo, start_demo

pytestmark = [pytest.mark.browser, pytest.mark.e2e, pytest.mark.timeout(240)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREEN_MS = 30_000
TRIES = 5
TRY_MS = 2_500


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def demo(short_tmp: Path) -> Iterator[RunningDemo]:
    with start_demo(short_tmp) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: RunningDemo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
    context.set_default_timeout(SCREEN_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(demo.url)
    yield page
    context.close()
    assert not wrong


def shows(page: Page, *screens: str, limit_ms: int = SCREEN_MS) -> None:
    """Wait until the touchscreen asks one of these questions."""
    wanted = re.compile(f"^({'|'.join(screens)})$")
    expect(page.locator("#panel")).to_have_attribute("data-screen", wanted, timeout=limit_ms)


def tap(page: Page, choice: str, *then: str) -> None:
    """Touch the glass where a choice is drawn, until the next question comes.

    The screen takes no touch right after it changed, so a person may have to touch again.
    """
    place = page.locator(f'#targets button[data-choice="{choice}"]')
    for _ in range(TRIES):
        box = place.bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        try:
            shows(page, *then, limit_ms=TRY_MS)
        except AssertionError:
            continue
        return
    raise AssertionError(f"touching {choice} does not lead to {then}")


def press(page: Page, name: str) -> None:
    """Press a button of the bench."""
    page.get_by_role("button", name=name).click()


def deposit_paper(page: Page) -> None:
    """From the idle screen to the open door of the paper compartment."""
    shows(page, "idle")
    tap(page, "start", "identify")
    press(page, "Show to the scanner")
    shows(page, "choose")
    tap(page, "compartment:paper", "weighing_before", "opening", "depositing")
    shows(page, "depositing")


def test_a_deposit_by_touch_and_bench_reaches_the_clouds_books(page: Page) -> None:
    deposit_paper(page)
    expect(page.locator("#bin-paper .door-state")).to_contain_text("Open")
    page.locator("#bin-paper").get_by_role("button", name="1.80 kg").click()
    expect(page.locator("#bin-paper .mass")).to_have_text("8.040 kg")
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")
    tap(page, "finish", "receipt")
    deposit = page.locator("#deposits .deposit")
    expect(deposit).to_have_count(1)
    expect(deposit).to_contain_text("¥1.44")
    expect(deposit).to_contain_text("1.800 kg × 0.80")
    expect(deposit).to_contain_text("Paid")
    expect(page.locator("#wallet")).to_contain_text("¥1.44")
    expect(page.locator("#badge-cloud")).to_contain_text("up to date")
    tap(page, "finish", "idle")


def test_the_whole_way_by_keyboard(page: Page) -> None:
    shows(page, "idle")
    for choice, then in (("start", "identify"), ("cancel", "idle")):
        place = page.locator(f'#targets button[data-choice="{choice}"]')
        for _ in range(TRIES):
            place.focus()
            page.keyboard.press("Enter")
            try:
                shows(page, then, limit_ms=TRY_MS)
                break
            except AssertionError:
                continue
        shows(page, then)


def test_codes_that_are_not_good_are_refused(page: Page) -> None:
    shows(page, "idle")
    tap(page, "start", "identify")
    page.get_by_text("Other codes").click()
    for name in ("Expired", "Forged"):
        press(page, name)
        expect(page.locator("#said")).to_contain_text("shown")
        shows(page, "identify")
    press(page, "Used")
    expect(page.locator("#said.no")).to_contain_text("No code was used yet")
    press(page, "Show to the scanner")
    shows(page, "choose")


def test_the_world_refuses_to_put_into_a_closed_bin(page: Page) -> None:
    shows(page, "idle")
    page.locator("#bin-metal").get_by_role("button", name="300 g").click()
    expect(page.locator("#said.no")).to_contain_text("The door of metal is only 0 % open")
    expect(page.locator("#bin-metal .mass")).to_have_text("2.180 kg")


def test_a_hand_in_the_door_turns_it_around(page: Page) -> None:
    deposit_paper(page)
    hand = page.locator("#bin-paper .hand")
    hand.click()
    expect(hand).to_have_attribute("aria-pressed", "true")
    tap(page, "done", "closing", "blocked")
    shows(page, "blocked")
    hand.click()
    shows(page, "result")


def test_without_network_the_deposit_waits_and_arrives_later(page: Page) -> None:
    shows(page, "idle")
    press(page, "Cut the network")
    expect(page.locator("#badge-network")).to_contain_text("offline")
    deposit_paper(page)
    page.locator("#bin-paper").get_by_role("button", name="650 g").click()
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")
    expect(page.locator("#badge-cloud")).to_contain_text("waiting")
    expect(page.locator("#deposits .deposit")).to_have_count(0)
    press(page, "Mend the network")
    expect(page.locator("#deposits .deposit")).to_contain_text("¥0.52")


def test_a_power_cut_in_mid_deposit_is_held_and_told(page: Page) -> None:
    deposit_paper(page)
    page.locator("#bin-paper").get_by_role("button", name="1.80 kg").click()
    press(page, "Cut the power")
    expect(page.locator("#badge-power")).to_contain_text("off")
    expect(page.locator("#dark")).to_be_visible()
    press(page, "Restore power")
    expect(page.locator("#badge-power")).to_contain_text("on")
    expect(page.locator("#deposits .deposit")).to_contain_text("Held")
    expect(page.locator("#deposits .deposit")).to_contain_text("¥0.00")


def test_a_pulled_scale_takes_its_compartment_only(page: Page) -> None:
    shows(page, "idle")
    plug = page.locator("#bin-plastic .plug")
    plug.click()
    expect(plug).to_have_attribute("aria-pressed", "false")
    tap(page, "start", "identify")
    press(page, "Show to the scanner")
    shows(page, "choose")
    expect(page.locator('#targets button[data-choice="compartment:plastic"]')).to_have_count(0)
    expect(page.locator('#targets button[data-choice="compartment:paper"]')).to_have_count(1)
    plug.click()
    expect(page.locator('#targets button[data-choice="compartment:plastic"]')).to_have_count(1)


def test_the_page_fits_a_phone(browser: Browser, demo: RunningDemo) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(demo.url)
    shows(page, "idle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_the_page_says_when_the_demo_ended(browser: Browser, demo: RunningDemo) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.url)
    shows(page, "idle")
    demo.interrupt()
    expect(page.locator("#gone")).to_be_visible()
    context.close()
