"""From a department's Excel sheet to the city platform and back, over HTTP, with every process of a running portal."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import time
import zipfile
from dataclasses import dataclass

import openpyxl
import pytest

from catalog.audit import verify_audit
from portal.demo.visitor import Upload, Visitor
from tests.e2e.acts import COMMUNITIES, LATER, file_entries, publish, publish_file, sheet_rows, take, upload_data
from tests.e2e.running import Portal, kaifang, records

pytestmark = pytest.mark.slow

IDS = ["0042020200700123", "0042020200700131", "0042020200700140"]
ALL_CHANNELS_SECONDS = 60


@dataclass(frozen=True)
class Published:
    """A published entry as its visitors know it."""

    portal: Portal
    title: str
    address: str

    @property
    def name(self) -> str:
        """The entry's name in addresses."""
        return self.address.rpartition("/")[2]

    @property
    def desk_page(self) -> str:
        """Where its department works on it."""
        return f"/desk/entries/{self.name}"

    @property
    def office_page(self) -> str:
        """Where the office works on it."""
        return f"/office/review/{self.name}"

    def resource(self) -> str:
        """The address of its file resource."""
        link = self.portal.visitor().get(self.address).page.find_link("/data.csv")
        return link.removesuffix("/data.csv")


def addresses(entry: Published, resource: str) -> dict[str, str]:
    """Every address that gives the entry itself, by channel."""
    return {
        "page": entry.address,
        "English page": f"/en{entry.address}",
        "rows": f"{entry.address}/explore",
        "csv": f"{resource}/data.csv",
        "xlsx": f"{resource}/data.xlsx",
        "json": f"{resource}/data.json",
        "bundle": f"{resource}/bundle.zip",
        "original": f"{resource}/original",
        "version": f"{resource}/version/1/data.csv",
        "descriptor": f"{entry.address}.jsonld",
        "api entry": f"/api/v1/entries/{entry.name}",
        "api rows": f"/api/v1{resource}/rows",
    }


LISTS = {
    "list": "/dataset",
    "department": "/department/minzheng",
    "domain": "/domain/living",
    "api list": "/api/v1/entries",
    "catalog": "/catalog.jsonld",
    "sitemap": "/sitemap-1.xml",
    "atom": "/feed.atom",
}
"""Addresses that must name the entry while it is public, and not otherwise."""


def listed_in(entry: Published) -> set[str]:
    """The channels that name the entry now."""
    visitor = entry.portal.visitor()
    found = {channel for channel, address in LISTS.items() if entry.name in visitor.get(address).text}
    if entry.address in visitor.get(f"/dataset?q={entry.title}").text:
        found.add("search")
    changes = visitor.get("/harvest/changes?after=0&limit=500").json()
    if any(change["record"]["name"] == entry.name for change in changes["records"]):
        found.add("changes")
    return found


EVERYWHERE = {*LISTS, "search", "changes"}


def wait_until_listed(entry: Published, channels: set[str]) -> float:
    """Wait until exactly these channels name the entry; the seconds that it took."""
    started = time.monotonic()
    while (found := listed_in(entry)) != channels:
        assert time.monotonic() - started < ALL_CHANNELS_SECONDS, (sorted(channels - found), sorted(found - channels))
        time.sleep(0.1)
    return time.monotonic() - started


@pytest.fixture(scope="module")
def entry(portal: Portal) -> Published:
    """Brought in by the sheet, filled with a GBK file, signed, approved, published: each by its own person."""
    return Published(portal, "社区居委会名录", publish_file(portal, "社区居委会名录"))


def test_sheet_is_shown_before_anything_is_written(portal: Portal) -> None:
    editor = portal.person("editor")
    template = editor.get("/desk/sheet/template.xlsx")
    assert "filename*=UTF-8''" in template.headers["content-disposition"]
    [page] = file_entries(editor, "养老机构名录")
    rows = sheet_rows("养老机构名录", "公园名录")
    rows[5]["更新周期"] = "每俩月"
    from portal.demo.filling import fill_template

    editor.get("/desk/sheet")
    answer = editor.send("上传", files={"file": Upload("目录.xlsx", fill_template(template.body, rows))})
    assert "AB13" in answer.page.text and "每俩月" in answer.page.text
    marked = editor.follow("marked.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(marked.body)).worksheets[0]
    assert sheet["AB13"].comment is not None
    assert "公园名录" not in editor.get("/desk/entries").text
    assert portal.visitor().get(f"/dataset/{page.rpartition('/')[2]}").status == 404


def test_public_finds_it_everywhere(entry: Published) -> None:
    wait_until_listed(entry, EVERYWHERE)
    visitor = entry.portal.visitor()
    statuses = {channel: visitor.get(url).status for channel, url in addresses(entry, entry.resource()).items()}
    assert set(statuses.values()) == {200}, statuses
    text = visitor.get(entry.address).page.text
    for fact in ("黄石港区民政局", "0714-6250001", "每月", "社区编号", "本平台开放授权协议", "3 行"):
        assert fact in text


def test_rows_are_filtered_and_sorted_without_script(entry: Published) -> None:
    visitor = entry.portal.visitor()
    page = visitor.get(f"{entry.address}/explore?households__ge=1000&_sort=-households").page
    assert re.findall(r"0042020200700\d+", page.text) == [IDS[2], IDS[0]]
    filtered = visitor.get(f"{entry.resource()}/data.csv?households__ge=1000&_sort=-households")
    assert [row[0] for row in csv.reader(io.StringIO(filtered.body.decode("utf-8-sig")))][1:] == [IDS[2], IDS[0]]
    rows = visitor.get(f"/api/v1{entry.resource()}/rows?street=花湖街道").json()
    assert rows["total"] == 1


def test_csv_opens_right_in_excel_and_is_what_the_page_promises(entry: Published) -> None:
    visitor = entry.portal.visitor()
    answer = visitor.get(f"{entry.resource()}/data.csv")
    assert answer.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == IDS
    assert rows[2] == [IDS[1], "花湖社区", "花湖街道", "845", "1999-09-01"]
    assert hashlib.sha256(answer.body).hexdigest() in visitor.get(entry.address).page.text
    original = visitor.get(f"{entry.resource()}/original")
    assert original.body == COMMUNITIES.encode("gb18030")


def test_workbook_json_and_bundle_hold_the_same(entry: Published) -> None:
    visitor, resource = entry.portal.visitor(), entry.resource()
    sheet = openpyxl.load_workbook(io.BytesIO(visitor.get(f"{resource}/data.xlsx").body)).worksheets[0]
    assert [cell.value for cell in sheet["A"]][1:] == IDS
    assert {type(cell.value) for cell in list(sheet["A"])} == {str}
    rows = visitor.get(f"{resource}/data.json").json()
    assert [next(iter(row.values())) for row in rows] == IDS
    with zipfile.ZipFile(io.BytesIO(visitor.get(f"{resource}/bundle.zip").body)) as bundle:
        names = bundle.namelist()
        whole = bundle.read(next(name for name in names if name.endswith(".csv") and "社区" in name))
    assert len(names) >= 3
    assert whole == visitor.get(f"{resource}/data.csv").body


def test_city_platform_gets_record_and_descriptor(entry: Published) -> None:
    visitor = entry.portal.visitor()
    catalog = visitor.get("/catalog.jsonld")
    record = next(node for node in records(catalog).values() if node["@id"].endswith(entry.address))
    assert record["@id"].startswith(entry.portal.address)
    assert visitor.get("/catalog.jsonld", If_None_Match=catalog.headers["etag"]).status == 304
    changes = visitor.get("/harvest/changes?after=0").json()
    [change] = [change for change in changes["records"] if change["record"]["name"] == entry.name]
    assert change["record"]["title"] == entry.title
    pulls = entry.portal.person("office").get("/office/pulls").page.text
    assert "127.0.0.1" in pulls


def test_new_version_leaves_the_old_at_its_address(portal: Portal) -> None:
    entry = Published(portal, "社区户数", publish_file(portal, "社区户数"))
    visitor, resource = portal.visitor(), entry.resource()
    first = visitor.get(f"{resource}/data.csv").body
    editor = portal.person("editor")
    upload_data(editor, entry.desk_page, LATER.encode(), "社区名录_8月.csv", resource=resource.rpartition("/")[2])
    assert editor.send("确认并提交审签").status == 200
    assert visitor.get(f"{resource}/data.csv").body == first, "not public before the reviewer confirmed it"
    take(portal.person("reviewer"), entry.desk_page, "confirm_data")
    assert visitor.get(f"{resource}/version/1/data.csv").body == first
    newest = visitor.get(f"{resource}/data.csv")
    assert newest.headers["x-data-version"] == "2"
    assert newest.body == visitor.get(f"{resource}/version/2/data.csv").body
    assert b"0042020200700158" in newest.body
    assert visitor.get(f"{resource}/version/3/data.csv").status == 404


def test_suspension_reaches_all_channels_within_a_minute_and_can_be_lifted(portal: Portal) -> None:
    entry = Published(portal, "临时救助点名录", publish_file(portal, "临时救助点名录"))
    wait_until_listed(entry, EVERYWHERE)
    gone = addresses(entry, entry.resource())
    take(portal.person("office"), entry.office_page, "suspend", reason="数据含个人信息，先行暂停")
    assert wait_until_listed(entry, set()) < ALL_CHANNELS_SECONDS
    visitor = portal.visitor()
    statuses = {channel: visitor.get(address).status for channel, address in gone.items()}
    assert set(statuses.values()) == {403}, statuses
    take(portal.person("office"), entry.office_page, "resume", reason="已核实")
    wait_until_listed(entry, EVERYWHERE)


def test_withdrawal_leaves_a_tombstone_and_nothing_else(portal: Portal) -> None:
    entry = Published(portal, "低保对象统计", publish_file(portal, "低保对象统计"))
    wait_until_listed(entry, EVERYWHERE)
    gone = addresses(entry, entry.resource())
    before = portal.visitor().get("/harvest/changes?after=0").json()["next"]
    take(portal.person("editor"), entry.desk_page, "ask_withdrawal", reason="职能已划转")
    take(portal.person("office"), entry.office_page, "withdraw")
    wait_until_listed(entry, set())
    visitor = portal.visitor()
    statuses = {channel: visitor.get(address).status for channel, address in gone.items()}
    assert set(statuses.values()) == {410}, statuses
    assert "职能已划转" in visitor.get(entry.address).page.text
    changes = visitor.get(f"/harvest/changes?after={before}").json()
    assert [stone["name"] for stone in changes["tombstones"]] == [entry.name]


def test_department_sees_no_drafts_of_others_and_the_public_none(portal: Portal) -> None:
    [page] = file_entries(portal.person("editor"), "殡葬服务机构")
    assert portal.person("other").get(page).status == 404
    assert portal.visitor().get(page).address.startswith("/account/sign-in")
    assert portal.visitor().get(f"/dataset/{page.rpartition('/')[2]}").status == 404
    assert "殡葬服务机构" not in portal.visitor().get("/dataset?q=殡葬服务机构").page.find_form("/dataset").action


def test_returned_entry_comes_back_with_its_reason(portal: Portal) -> None:
    [page] = file_entries(portal.person("editor"), "社会组织名录")
    take(portal.person("editor"), page, "submit")
    refused = portal.person("reviewer")
    refused.get(page)
    assert refused.send("return_by_department", reason="").status == 422
    take(refused, page, "return_by_department", reason="请补充更新周期的依据")
    assert "请补充更新周期的依据" in portal.person("editor").get(page).page.text
    assert "社会组织名录" in portal.person("editor").get("/desk").page.text
    publish(portal, page)


def test_harvester_of_the_city_goes_right(portal: Portal, entry: Published) -> None:
    done = kaifang(portal.home, "harvest-test", portal.address)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "可以放心采集" in done.stdout
    assert kaifang(portal.home, "harvest-test", f"{portal.address}/nowhere").returncode == 1


def test_everything_that_was_done_stands_in_the_audit_log(portal: Portal, entry: Published) -> None:
    house = portal.house()
    with house.database.reading() as session:
        check = verify_audit(session)
    house.close()
    assert check.is_sound and check.count > 20
    page = portal.person("auditor").get("/office/audit").page.text
    assert "政数局丙" in page
    stranger: Visitor = portal.person("editor")
    assert stranger.get("/office/audit").status == 403
