"""The page in a real browser: a whole deposit by touch and bench, read back from the books.

Debian's Chromium, headless. Every wait is Playwright's own.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotThereError

from tests.demo.conftest import RunningDemo

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
LEAVING = {
    "identify": "cancel",
    "choose": "cancel",
    "depositing": "done",
    "result": "finish",
    "receipt": "finish",
}
"""What leads back to the first screen."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, shared_demo: RunningDemo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
    context.set_default_timeout(SCREEN_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(shared_demo.url)
    come_to_idle(page)
    yield page
    context.close()
    assert not wrong


def come_to_idle(page: Page) -> None:
    """Put everything right, whatever the test before left, and end a visit under way."""
    expect(page.locator("#bin-paper")).to_be_visible()
    wrong = page.locator(
        ".switch[aria-pressed=false], .plug[aria-pressed=false], .hand[aria-pressed=true]"
    )
    while rest := wrong.count():
        wrong.first.click()
        expect(wrong).to_have_count(rest - 1)
    for _ in range(4 * TRIES):
        shows(page, "idle", *LEAVING)
        screen = page.locator("#panel").get_attribute("data-screen") or ""
        if screen == "idle":
            return
        touch(page, LEAVING[screen])
        with suppress(AssertionError):
            expect(page.locator("#panel")).not_to_have_attribute(
                "data-screen", screen, timeout=TRY_MS
            )
    raise AssertionError("the visit does not end")


def touch(page: Page, choice: str) -> None:
    """Touch the glass where a choice is drawn, if it is offered."""
    place = page.locator(f'#targets button[data-choice="{choice}"]')
    with suppress(NotThereError):
        at = place.bounding_box(timeout=TRY_MS)
        if at is not None:
            page.touchscreen.tap(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)


def shows(page: Page, *screens: str, limit_ms: int = SCREEN_MS) -> None:
    """Wait until the touchscreen asks one of these questions."""
    wanted = re.compile(f"^({'|'.join(screens)})$")
    expect(page.locator("#panel")).to_have_attribute("data-screen", wanted, timeout=limit_ms)


def tap(page: Page, choice: str, *then: str) -> None:
    """Touch the glass where a choice is drawn, until the next question comes.

    The screen takes no touch right after it changed, so a person may have to touch again.
    """
    for _ in range(TRIES):
        touch(page, choice)
        try:
            shows(page, *then, limit_ms=TRY_MS)
        except AssertionError:
            continue
        return
    raise AssertionError(f"touching {choice} does not lead to {then}")


def press(page: Page, name: str) -> None:
    """Press a button of the bench."""
    page.get_by_role("button", name=name).click()


def open_door(page: Page, compartment: str = "paper") -> None:
    """From the idle screen to the open door of a compartment."""
    shows(page, "idle")
    tap(page, "start", "identify")
    show_code(page)
    tap(page, f"compartment:{compartment}", "weighing_before", "opening", "depositing")
    shows(page, "depositing")


def show_code(page: Page) -> None:
    """Hold the phone before the scanner until it was read, as people do."""
    for _ in range(TRIES):
        press(page, "Show to the scanner")
        try:
            shows(page, "choose", limit_ms=TRY_MS)
        except AssertionError:
            continue
        return
    raise AssertionError("the code is not read")


def deposits(page: Page) -> Locator:
    """The rows of the operator's books, the newest first."""
    return page.locator("#deposits .deposit")


def wallet_fen(page: Page) -> int:
    """What the resident has, in hundredths."""
    text = page.locator("#wallet b").text_content() or ""
    return int(re.sub(r"\D", "", text) or "0")


def grams_in(page: Page, compartment: str) -> int:
    """What lies in a bin."""
    text = page.locator(f"#bin-{compartment} .mass").text_content() or ""
    return int(re.sub(r"\D", "", text))


def test_a_deposit_by_touch_and_bench_reaches_the_clouds_books(page: Page) -> None:
    rows, had_fen, had_g = deposits(page).count(), wallet_fen(page), grams_in(page, "paper")
    open_door(page)
    expect(page.locator("#bin-paper .door-state")).to_contain_text("Open")
    expect(page.locator('#targets [data-choice="done"]')).to_have_attribute(
        "aria-label", "放好了 Done"
    )
    page.locator("#bin-paper").get_by_role("button", name="1.80 kg").click()
    expect(page.locator("#bin-paper .mass")).to_have_text(f"{(had_g + 1_800) / 1000:.3f} kg")
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")
    expect(deposits(page)).to_have_count(rows + 1)
    for words in ("¥1.44", "1.800 kg × 0.80", "Paid"):
        expect(deposits(page).first).to_contain_text(words)
    expect(page.locator("#wallet b")).to_have_text(f"¥{(had_fen + 144) / 100:.2f}")
    expect(page.locator("#badge-cloud")).to_contain_text("up to date")


def test_bottles_are_scanned_donated_and_paid_by_the_piece(page: Page) -> None:
    rows, had_fen = deposits(page).count(), wallet_fen(page)
    tap(page, "start", "identify")
    tap(page, "donate", "choose")
    tap(page, "compartment:plastic", "weighing_before", "opening", "depositing")
    shows(page, "depositing")
    for name in ("Cola", "Large"):
        page.locator("#bin-plastic").get_by_role("button", name=name).click()
    expect(page.locator("#said")).to_contain_text("Large 2 L: scanned and put in")
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")
    expect(deposits(page)).to_have_count(rows + 1)
    expect(deposits(page).first).to_contain_text("¥0.30")
    expect(deposits(page).first).to_contain_text("捐赠 Donation")
    assert wallet_fen(page) == had_fen


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until a control has the focus, and can be seen to have it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            break
    expect(page.locator(f"{selector}:focus")).not_to_have_css("outline-style", "none")


def enter(page: Page, selector: str, *then: str) -> None:
    """From the glass to a control, and Enter until the next question comes."""
    for _ in range(TRIES):
        page.keyboard.press("Escape")
        tab_to(page, selector)
        page.keyboard.press("Enter")
        with suppress(AssertionError):
            shows(page, *then, limit_ms=TRY_MS)
            return
    raise AssertionError(f"Enter on {selector} does not lead to {then}")


def test_a_deposit_by_keyboard_alone(page: Page) -> None:
    rows = deposits(page).count()
    enter(page, "[data-choice=start]", "identify")
    expect(page.locator("#glass")).to_be_focused()
    enter(page, ".handset [data-show=fresh]", "choose")
    enter(page, "[data-choice='compartment:paper']", "weighing_before", "opening", "depositing")
    shows(page, "depositing")
    expect(page.locator("#doors-told")).to_have_text("纸类 Paper: 门开了 open")
    tab_to(page, "#bin-paper .presets button")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("1800 g put in")
    enter(page, "[data-choice=done]", "closing", "weighing_after", "result")
    shows(page, "result")
    expect(deposits(page)).to_have_count(rows + 1)
    expect(page.locator("#slip")).to_contain_text("¥1.44")


def test_a_bag_fills_and_is_carried_away(page: Page) -> None:
    open_door(page, "textiles")
    page.locator("#bin-textiles .fill").click()
    meter = page.locator("#bin-textiles .level")
    expect(meter).to_have_attribute("aria-valuenow", "100")
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")
    page.locator("#bin-textiles .empty-bag").click()
    expect(page.locator("#said.no")).to_contain_text("when the visit is over")
    tap(page, "finish", "receipt")
    tap(page, "finish", "idle")
    page.locator("#bin-textiles .empty-bag").click()
    expect(meter).to_have_attribute("aria-valuenow", "0")


def test_codes_that_are_not_good_are_refused(page: Page) -> None:
    tap(page, "start", "identify")
    page.get_by_text("Other codes").click()
    for name in ("Expired", "Forged"):
        press(page, name)
        expect(page.locator("#said")).to_contain_text("shown")
        shows(page, "identify")
    show_code(page)
    come_to_idle(page)
    tap(page, "start", "identify")
    press(page, "Used")
    expect(page.locator("#said")).to_contain_text("shown")
    shows(page, "identify")


def test_the_world_refuses_to_put_into_a_closed_bin(page: Page) -> None:
    had_g = grams_in(page, "metal")
    page.locator("#bin-metal").get_by_role("button", name="300 g").click()
    expect(page.locator("#said.no")).to_contain_text("The door of metal is only 0 % open")
    assert grams_in(page, "metal") == had_g


def test_off_line_and_with_a_hand_in_the_door_the_deposit_arrives_later(page: Page) -> None:
    rows = deposits(page).count()
    press(page, "Cut the network")
    expect(page.locator("#badge-network")).to_contain_text("offline")
    open_door(page)
    page.locator("#bin-paper").get_by_role("button", name="650 g").click()
    (hand := page.locator("#bin-paper .hand")).click()
    expect(hand).to_have_attribute("aria-pressed", "true")
    tap(page, "done", "closing", "blocked")
    shows(page, "blocked")
    hand.click()
    shows(page, "result")
    expect(page.locator("#badge-cloud")).to_contain_text("waiting")
    expect(deposits(page)).to_have_count(rows)
    press(page, "Mend the network")
    expect(deposits(page)).to_have_count(rows + 1)
    expect(deposits(page).first).to_contain_text("¥0.52")


def test_a_power_cut_in_mid_deposit_is_held_and_told(page: Page) -> None:
    rows = deposits(page).count()
    open_door(page)
    page.locator("#bin-paper").get_by_role("button", name="1.80 kg").click()
    press(page, "Cut the power")
    expect(page.locator("#badge-power")).to_contain_text("off")
    expect(page.locator("#dark")).to_be_visible()
    press(page, "Restore power")
    expect(page.locator("#badge-power")).to_contain_text("on")
    # The door is announced, closes, and the bin rests: only then is it weighed (M-33).
    expect(deposits(page)).to_have_count(rows + 1, timeout=SCREEN_MS)
    for words in ("待核对 On hold", "the power failed in between", "待定 open", "nothing is lost"):
        expect(deposits(page).first).to_contain_text(words)


def test_a_pulled_scale_takes_its_compartment_only(page: Page) -> None:
    plug = page.locator("#bin-plastic .plug")
    plug.click()
    expect(plug).to_have_attribute("aria-pressed", "false")
    tap(page, "start", "identify")
    show_code(page)
    expect(page.locator('#targets button[data-choice="compartment:plastic"]')).to_have_count(0)
    expect(page.locator('#targets button[data-choice="compartment:paper"]')).to_have_count(1)
    plug.click()
    expect(page.locator('#targets button[data-choice="compartment:plastic"]')).to_have_count(1)


def box(page: Page, selector: str) -> FloatRect:
    """Where something is on the page."""
    found = page.locator(selector).bounding_box()
    assert found is not None, selector
    return found


def overlap(one: FloatRect, two: FloatRect) -> bool:
    """Whether two boxes cover each other somewhere."""
    return (
        one["x"] < two["x"] + two["width"]
        and two["x"] < one["x"] + one["width"]
        and one["y"] < two["y"] + two["height"]
        and two["y"] < one["y"] + one["height"]
    )


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1100, 700), (1024, 640), (390, 844)])
def test_the_page_fits(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert box(page, "#glass")["width"] >= min(640, 0.85 * width)
    page.locator("#bin-metal").get_by_role("button", name="300 g").click()
    expect(page.locator("#said")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert not overlap(box(page, "#said"), box(page, ".badges"))
    buttons = [one.bounding_box() for one in page.locator("[data-show=fresh]:visible").all()]
    below = box(page, "#glass")["y"] + box(page, "#glass")["height"]
    nearest = min(one["y"] for one in buttons if one is not None)
    assert nearest - below < 100, "the scanner's button is by the screen that it feeds"
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert page.eval_on_selector_all(".bin h2", cut) == [], "a bin's names are whole"


def test_on_a_phone_the_glass_stays_in_view_while_a_thumb_is_at_the_bins(page: Page) -> None:
    """The open bin comes to stand below the glass, and the phone's button with its question."""
    page.set_viewport_size({"width": 390, "height": 844})
    tap(page, "start", "identify")
    tap(page, "donate", "choose")
    tap(page, "compartment:textiles", "weighing_before", "opening", "depositing")
    shows(page, "depositing")
    glass, bin_ = box(page, "#glass"), box(page, "#bin-textiles .hatch")
    assert glass["y"] >= 0 and glass["y"] + glass["height"] <= bin_["y"] < 844
    page.locator("#bin-textiles .presets button").first.click()
    tap(page, "done", "closing", "weighing_after", "result")
    shows(page, "result")
    tap(page, "finish", "receipt")
    tap(page, "finish", "idle")
    tap(page, "start", "identify")
    button, glass = box(page, ".near"), box(page, "#glass")
    assert glass["y"] + glass["height"] <= button["y"] < 844


def test_the_page_says_when_the_demo_is_gone_and_comes_back_with_it(page: Page) -> None:
    page.evaluate("() => { pause = 2000; socket.close(); }")
    expect(page.locator("#gone")).to_be_visible()
    expect(page.locator("#panel")).to_have_attribute("data-screen", "dark")
    expect(page.locator("#gone")).to_be_hidden()
    shows(page, "idle")
