"""Public pages in a real browser: nothing scrolls sideways, axe finds nothing, nothing is reported by the policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server

from portal.house import House
from tests.portal.public_data import SCHOOLS, publish_bare, publish_table

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("quick_house")]

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)
LONG_TITLE = "城乡居民基本医疗保险参保缴费情况" * 5 + "OneVeryLongUnbrokenWordInTheTitleOfAnEntry"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)


@pytest.fixture
def address(app: Flask, house: House) -> Iterator[str]:
    """A running portal with a file, a long title and a closed entry; the address without its slash."""
    publish_table(house, deliveries=(SCHOOLS, SCHOOLS.replace(b"1203", b"1210")), code="30642020003/000003")
    publish_bare(
        house, LONG_TITLE,
        ordinal=2, summary="说明。" * 200, tags=["a" * 60],
    )  # fmt: skip
    publish_bare(house, "救助记录", ordinal=3, open_type="closed", closed_basis="personal_privacy")
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def pages(browser: Any, address: str, theme: str, width: int) -> Iterator[tuple[str, Any]]:
    """Every kind of public page, opened one after another in one window of that width and theme."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    reports: list[str] = []
    page.on("console", lambda message: reports.append(message.text))
    page.on("pageerror", lambda error: reports.append(str(error)))
    page.goto(f"{address}/dataset")
    entries = page.eval_on_selector_all(".entry-title a", "links => links.map(link => link.getAttribute('href'))")
    with_file = next(link for link in entries if page.request.get(f"{address}{link}/explore").status == 200)
    for path in [
        "/",
        "/dataset",
        "/statistics",
        "/help",
        "/department",
        *entries,
        f"{with_file}/explore",
        f"/en{with_file}",
    ]:
        page.goto(address + path)
        yield path, page
    assert reports == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, address: str, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for path, page in pages(browser, address, theme, 1280):
        result = Axe().run(page, options=RULES)
        assert result.violations_count == 0, (path, theme, result.generate_report())


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    for path, page in pages(browser, address, "light", width):
        found = page.evaluate("document.documentElement.scrollWidth")
        assert found <= width, (path, found)


def test_large_print_and_high_contrast_are_kept(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.locator("summary", has_text="显示").click()
    page.get_by_label("大字").check()
    page.get_by_label("高对比").check()
    page.get_by_label("深色").check()
    page.goto(f"{address}/dataset")
    root = page.locator("html")
    assert root.get_attribute("data-text") == "large"
    assert root.get_attribute("data-contrast") == "high"
    assert root.get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    context.close()


def test_journey_to_the_filtered_csv_without_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.get_by_role("searchbox").fill("小学")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="中小学名录").click()
    page.get_by_role("link", name="查询与筛选", exact=True).click()
    page.get_by_label("列", exact=True).first.select_option(label="街道")
    page.get_by_label("值").first.fill("花湖街道")
    page.get_by_role("button", name="查询").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "中小学名录_2026-07-10_筛选.csv"
    assert download.value.path().read_text("utf-8-sig").splitlines()[1:] == ["00043,花湖小学,花湖街道,845,1999-09-01"]
    context.close()


def test_skip_link_comes_first_and_moves_the_focus(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()
