"""The key pages of a running portal in headless Chromium: axe, policy, narrow screens, no other host, no script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.demo.filling import fill_template
from portal.demo.visitor import Upload
from tests.e2e.acts import (
    COMMUNITIES,
    be_reminded,
    begin_plan,
    file_entries,
    publish_file,
    sheet_rows,
    take,
    upload_data,
)
from tests.e2e.running import Portal, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)
RULES: dict[str, dict[str, Any]] = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}},
}
"""What axe looks for: in the dark theme only the colours are others."""
NARROW, WIDE = 360, 1280
PLAN = "BROWSER-1"

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def rooms(portal: Portal) -> dict[str, list[str]]:
    """Who looks at which pages: a public entry, a sheet with problems, a file as it was read, an entry in review,
    a plan with its list, a period with its request."""
    public = publish_file(portal, "公共厕所名录")
    editor = portal.person("editor")
    [waiting] = file_entries(editor, "公园绿地名录")
    upload_data(editor, waiting, COMMUNITIES.encode())
    intake = editor.at.address if editor.at else ""
    editor.send("确认")
    take(editor, waiting, "submit")
    take(portal.person("reviewer"), waiting, "sign")
    rows = sheet_rows("停车场名录", "公共厕所名录")
    rows[0]["更新周期"], rows[5]["数据领域"] = "每俩月", "吃喝玩乐"
    template = editor.get("/desk/sheet/template.xlsx").body
    editor.get("/desk/sheet")
    preview = editor.send("上传", files={"file": Upload("目录.xlsx", fill_template(template, rows))}).address
    wait_for("search", lambda: public in portal.visitor().get("/dataset?q=公共厕所").text)
    name = waiting.rpartition("/")[2]
    board = begin_plan(portal, PLAN, "浏览器里的计划")
    take(editor, f"/desk/plans/{PLAN}", "加入清单", titles="公共厕所名录\r\n公园绿地名录\r\n还没有开始编制的目录")
    period = editor.get(f"/desk/entries/{public.rpartition('/')[2]}").page.find_link("/desk/ledger/")
    due_on = portal.visitor().get(f"/api/v1/entries/{public.rpartition('/')[2]}").json()["next_due_on"]
    until_on = dt.date.fromisoformat(due_on) + dt.timedelta(days=5)
    take(editor, period, "申请延期", until_on=str(until_on), reason="数据源系统升级")
    be_reminded(portal, "editor2")
    return {
        "": ["/", "/dataset", "/dataset?q=公共厕所", public, f"{public}/explore", "/statistics", "/account/sign-in",
             "/help", f"/en{public}", "/dataset/there-is-no-such", f"{public}/updates", "/plan", "/overdue",
             "/department/minzheng"],
        "editor": ["/desk", "/desk/entries", "/desk/sheet", preview, intake, f"{waiting}", "/desk/entries/new",
                   "/desk/plans", f"/desk/plans/{PLAN}", "/desk/ledger", period, "/desk/notices", "/desk/candidates",
                   "/desk/scores", "/desk/duties", "/desk/rectifications", "/account"],
        "office": ["/office", "/office/review", f"/office/review/{name}", "/office/plans", "/office/plans/new", board,
                   f"{board}/urge", f"{board}/department/minzheng", "/office/ledger", "/office/requests",
                   period.replace("/desk/", "/office/"), "/office/reminders", "/office/outbox", "/office/packages",
                   "/office/calendar", "/office/candidates", "/office/candidates/import", "/office/bulk",
                   "/office/bulk/new/rename_department", "/office/bulk/new/change_cycle", "/office/scores",
                   "/office/scores/weights", "/office/duties", "/office/duties/new", "/office/rectifications",
                   "/office/rectifications/new", "/office/report"],
    }  # fmt: skip


class Watch:
    """A window that notes what the browser complains about and which hosts it asks."""

    def __init__(self, browser: Any, portal: Portal, person: str, **options: Any) -> None:
        self.portal = portal
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._on_request)
        if person:
            self._sign_in(person)

    def _sign_in(self, person: str) -> None:
        visitor = self.portal.person(person)
        cookies = [
            {"name": name, "value": value, "url": self.portal.address} for name, value in visitor.cookies.items()
        ]
        self.context.add_cookies(cookies)

    def _on_console(self, message: Any) -> None:
        if "status of 404" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith((self.portal.address, "data:")):
            self.complaints.append(f"another host: {request.url}")

    def visit(self, paths: list[str]) -> Iterator[tuple[str, Any]]:
        """Open one page after another."""
        for path in paths:
            answer = self.page.goto(self.portal.address + path)
            assert answer.status == (404 if "no-such" in path else 200), (path, answer.status)
            yield path, self.page


PERSONS = ["", "editor", "office"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("person", PERSONS)
def test_axe_finds_nothing_and_the_browser_reports_nothing(
    browser: Any, portal: Portal, rooms: dict[str, list[str]], person: str, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    watch = Watch(browser, portal, person, viewport={"width": WIDE, "height": 900}, color_scheme=theme)
    found = {}
    for path, page in watch.visit(rooms[person]):
        result = Axe().run(page, options=RULES[theme])
        if result.violations_count:
            found[path] = result.generate_report()
    watch.context.close()
    assert found == {}
    assert watch.complaints == []


@pytest.mark.parametrize("person", PERSONS)
def test_narrow_pages_do_not_scroll_sideways(
    browser: Any, portal: Portal, rooms: dict[str, list[str]], person: str
) -> None:
    watch = Watch(browser, portal, person, viewport={"width": NARROW, "height": 800})
    widths = {path: page.evaluate("document.documentElement.scrollWidth") for path, page in watch.visit(rooms[person])}
    watch.context.close()
    assert {path: width for path, width in widths.items() if width > NARROW} == {}
    assert watch.complaints == []


def test_department_works_without_script(browser: Any, portal: Portal, rooms: dict[str, list[str]]) -> None:
    watch = Watch(browser, portal, "", java_script_enabled=False, viewport={"width": NARROW, "height": 800})
    page = watch.page
    page.goto(f"{portal.address}/account/sign-in")
    page.get_by_label("用户名").fill("editor2")
    page.get_by_label("密码").fill(portal.passwords["editor2"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("link", name="新建条目").first.click()
    page.get_by_label("信息资源名称").fill("无脚本条目")
    page.locator("form[method=post] button.primary").first.click()
    assert "草稿已建立" in page.content()
    page.get_by_label("信息资源摘要").fill("不用脚本也能填写。")
    page.get_by_role("button", name="保存草稿").click()
    assert "已保存" in page.content()
    assert "不用脚本也能填写。" in page.content()
    page.goto(f"{portal.address}/desk/plans/{PLAN}")
    page.locator("summary", has_text="增加目录名称").click()
    page.get_by_label("目录名称，每行一条").fill("无脚本条目")
    page.get_by_role("button", name="加入清单").first.click()
    assert page.get_by_role("rowheader", name="无脚本条目").count() == 1
    watch.context.close()
    assert watch.complaints == []
