"""A large file goes up in pieces from headless Chromium: paused, reloaded, the server restarted, whole at the end."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from datasets.ingest.intakes import get_intake
from tests.e2e.acts import file_entries
from tests.e2e.running import Portal, prepare_home

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PIECE = 4 << 20
ROWS = 24_000
SLOWLY = 0.25
"""Seconds that each piece is held back, so that there is a middle to stop in."""


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[Portal]:
    """A portal of its own, which may be stopped and started at the same address."""
    home = tmp_path / "home"
    portal = Portal(home, prepare_home(home)).start()
    portal.settings["PORT"] = str(portal.port)
    yield portal
    portal.stop()


@pytest.fixture
def page(restarting: Portal) -> Iterator[Any]:
    """A window of the editor that sends pieces slowly and notes from where; `page.offsets` are bytes."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = chromium.new_context()
        cookies = restarting.person("editor").cookies.items()
        context.add_cookies([{"name": name, "value": value, "url": restarting.address} for name, value in cookies])
        page = context.new_page()
        page.offsets, page.complaints = [], []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.route("**/desk/uploads/*", lambda route: _hold_back(page, route))
        yield page
        chromium.close()


def _hold_back(page: Any, route: Any) -> None:
    if route.request.method == "PATCH":
        page.offsets.append(int(route.request.headers["upload-offset"]))
        page.wait_for_timeout(SLOWLY * 1000)
    route.continue_()


def _large_file(folder: Path) -> Path:
    """24,000 rows of 1,000 bytes: six pieces."""
    file = folder / "大文件.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write("编号,名称,备注\n")
        for number in range(ROWS):
            out.write(f"{number:06d},第{number % 97}处,{'记' * 325}\n")
    return file


def _send(page: Any, address: str, file: Path) -> None:
    page.goto(address)
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="上传并查看读取结果").click()


def _until(page: Any, look: Callable[[], object]) -> None:
    """Let the page go on until `look()` holds (its policy lets nobody evaluate texts inside it)."""
    for _ in range(600):
        if look():
            return
        page.wait_for_timeout(50)
    raise AssertionError("not within 30 s")


def _share(page: Any) -> float:
    return float(page.locator(".upload-progress progress").evaluate("bar => bar.value"))


def test_upload_survives_pause_reload_and_restart(restarting: Portal, page: Any, tmp_path: Path) -> None:
    file = _large_file(tmp_path)
    [entry] = file_entries(restarting.person("editor"), "公共厕所名录")
    address = f"{restarting.address}{entry}/data/new"
    _send(page, address, file)
    _until(page, lambda: _share(page) > 0)
    page.get_by_role("button", name="暂停").click()
    page.wait_for_timeout(3 * SLOWLY * 1000)
    sent_when_paused = list(page.offsets)
    page.wait_for_timeout(3 * SLOWLY * 1000)
    assert page.offsets == sent_when_paused
    assert "已暂停" in page.locator(".upload-words").inner_text()

    _send(page, address, file)
    _until(page, lambda: page.offsets != sent_when_paused)
    assert page.offsets[len(sent_when_paused)] == sent_when_paused[-1] + PIECE

    restarting.stop()
    _until(page, lambda: "连接中断" in page.locator(".upload-words").inner_text())
    restarting.start()
    page.wait_for_url("**/desk/intake/*", timeout=60_000)
    assert page.offsets[-1] // PIECE == file.stat().st_size // PIECE
    assert page.complaints == []
    house = restarting.house()
    with house.database.reading() as session:
        intake = get_intake(session, uuid.UUID(page.url.rpartition("/")[2]))
    house.close()
    assert intake.blob_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert intake.file_name == "大文件.csv"
    page.get_by_text(f"共 {ROWS:,} 行").wait_for(timeout=120_000)
