"""The tariff editor in a real browser: Debian's Chromium, headless, by hand and eye."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from kiosk.documents import issue
from sync.endpoint import tariffs
from sync.endpoint.operator import Operator
from tests.sync.places import running_endpoint

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def page() -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = chromium.new_page()
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        chromium.close()
        # A 422 is told in the console too; anything else is the policy or a mistake of the page.
        assert [one for one in wrong if "422" not in one] == []


def test_prices_are_edited_signed_and_published(page: Page, desk: Operator, tmp_path: Path) -> None:
    with running_endpoint(desk.directory) as url:
        page.goto(f"{url}/books")
        page.get_by_role("link", name="Tariff").click()
        row = page.locator("tr", has_text="cardboard")
        expect(row.get_by_role("textbox")).to_have_value("0.80")
        row.get_by_role("textbox").fill("0,85")
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("#mistakes")).to_contain_text("0.80")
        expect(row.get_by_role("textbox")).to_have_value("0,85")
        row.get_by_role("textbox").fill("0.85")
        page.locator("tr", has_text="glass").get_by_role("combobox").select_option("piece")
        page.get_by_role("button", name="Compare").click()
        changes = page.locator("#changes")
        expect(changes).to_contain_text("0.85")
        expect(changes).to_contain_text("by the piece")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        unsigned = tmp_path / download.value.suggested_filename
        download.value.save_as(unsigned)
        signed = tmp_path / "signed.json"
        signed.write_bytes(issue(tariffs.read_tariff(unsigned.read_bytes()), desk.root_key))
        page.locator("input[type=file]").set_input_files(signed)
        page.get_by_role("button", name="publish").click()
        expect(page.locator(".told")).to_contain_text("version 2 is published")
        expect(page.locator("#edit tr", has_text="cardboard")).to_contain_text("0.85")
    assert desk.versions("tariff") == (1, 2)
