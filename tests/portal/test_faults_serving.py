"""The running portal when its processes are killed and when its disk is full."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from portal.demo.visitor import NotThere
from tests.e2e.acts import COMMUNITIES, LATER, file_entries, publish_file, take, upload_data
from tests.e2e.oracle import check_house, public_titles
from tests.e2e.running import Portal, prepare_home, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="makes homes with SQLite: runs in that leg"),
]

KILLS = 3


def check(portal: Portal, *, with_exports: bool = False) -> list[str]:
    """The oracle over the portal's home."""
    house = portal.house()
    try:
        return check_house(house, with_exports=with_exports)
    finally:
        house.close()


def test_power_cut_while_people_upload_and_publish(tmp_path: Path) -> None:
    """All processes die at random moments of a busy desk; what was acknowledged is there."""
    home = tmp_path / "home"
    portal = Portal(home, prepare_home(home)).start()
    chance = random.Random(20260710)
    acknowledged: set[str] = set()
    for round_number in range(KILLS):
        titles = [f"名录{round_number}之{number}" for number in "甲乙丙"]
        begun = threading.Event()

        def work(titles: list[str] = titles, begun: threading.Event = begun) -> None:
            with contextlib.suppress(OSError, HTTPException, NotThere, AssertionError, KeyError):
                for title in titles:
                    begun.set()
                    publish_file(portal, title)
                    acknowledged.add(title)

        desk = threading.Thread(target=work)
        desk.start()
        begun.wait(10)
        time.sleep(chance.uniform(1.0, 6.0))
        portal.kill()
        desk.join(60)
        portal.start()
        assert check(portal) == []
        house = portal.house()
        assert acknowledged <= public_titles(house)
        house.close()
        assert portal.visitor().get("/dataset").status == 200
    publish_file(portal, "断电之后")
    assert check(portal, with_exports=True) == []
    wait_for("search", lambda: "断电之后" in portal.visitor().get("/dataset?q=断电之后&page=1").page.text)
    assert portal.stop() == 0


def test_killed_web_process_costs_one_request_not_the_data(tmp_path: Path) -> None:
    home = tmp_path / "home"
    portal = Portal(home, prepare_home(home)).start()
    public = publish_file(portal, "社区居委会名录")
    children = Path(f"/proc/{portal.process.pid}/task/{portal.process.pid}/children").read_text().split()
    for pid in children:
        os.kill(int(pid), 9)

    def is_up() -> bool:
        with contextlib.suppress(OSError):
            return portal.visitor().get(public).status == 200
        return False

    wait_for("the pages", is_up)
    assert portal.person("editor").get("/desk").status == 200, "people stay signed in"
    assert check(portal) == []
    portal.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 120 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, *, leave: int) -> Path:
    """Fill the disk but for so many bytes."""
    status = os.statvfs(place)
    ballast = place / "ballast"
    with ballast.open("ab") as file:
        file.write(bytes(max(0, status.f_bavail * status.f_frsize - leave)))
    return ballast


@pytest.mark.parametrize("reserve", ["20", "0"], ids=["reserve reached", "no space left"])
def test_full_disk_refuses_uploads_in_words_and_serves_pages(small_disk: Path, reserve: str) -> None:
    home = small_disk / "home"
    portal = Portal(home, prepare_home(home), settings={"DISK_RESERVE_MB": reserve, "KAIFANG_PROCESSES": "1"}).start()
    public = publish_file(portal, "社区居委会名录")
    resource = portal.visitor().get(public).page.find_link("/data.csv").removesuffix("/data.csv")
    csv = portal.visitor().get(f"{resource}/data.csv").body
    assert b"0042020200700123" in csv
    editor = portal.person("editor")
    [draft] = file_entries(editor, "公园绿地名录")
    data = LATER.encode() + b"".join(b"%016d,x,y,1,2020-01-01\r\n" % number for number in range(60_000))
    ballast = fill(small_disk, leave=1_000_000)
    answer = upload_data(editor, draft, data)
    assert answer.status in (503, 507), answer.page.text
    assert "磁盘" in answer.page.text or "空间" in answer.page.text
    visitor = portal.visitor()
    for page in ("/", "/dataset", public, f"{public}/explore", f"{resource}/data.csv", "/catalog.jsonld"):
        assert visitor.get(page).status == 200, page
    assert visitor.get(f"{resource}/data.csv").body == csv
    assert list((home / "incoming").glob("*.part")) == []
    ballast.unlink()
    upload_data(editor, draft, COMMUNITIES.encode())
    assert editor.send("确认").status == 200
    take(editor, draft, "submit")
    assert check(portal) == []
    portal.stop()
