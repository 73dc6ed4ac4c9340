"""Walks every journey of a running demonstration over HTTP, as its people would, and says how each went.

Real sign-ins with the demonstration's accounts; what is brought in, published and withdrawn on the way stays behind
as two withdrawn entries and a plan that has ended, whose titles say that it was a test.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from portal.demo.filling import fill_template
from portal.demo.visitor import Answer, NotThere, Upload, Visitor
from portal.demo.walk_assessment import ASSESSMENT_JOURNEYS
from portal.demo.walk_data import DATA_JOURNEYS
from portal.demo.walk_promises import PLAN_JOURNEYS, PROMISE_JOURNEYS
from portal.demo.walking import REASON, Lose, Walk, WentWrong, choose_people, good, require, take, wait
from portal.demo_accounts import DemoAccount

ROWS = "社区编号,社区名称,户数\r\n0042020200700123,磁湖社区,1203\r\n0042020200700131,花湖社区,845\r\n"
MORE_ROWS = ROWS + "0042020200700140,黄石港社区,2210\r\n"
METADATA = {
    "信息资源摘要": "由 kaifang demo --walk 建立并下架，用于检查演示环境是否完好。",
    "数据领域": "生活服务",
    "资源属性分类": "306001",
    "联系电话": "0714-0000000",
    "来源依据": "业务系统",
    "信息资源格式分类": "电子表格",
    "信息资源格式类型": "csv",
    "开放类型": "无条件开放",
    "共享类型": "无条件共享",
    "共享方式": "文件",
    "更新周期": "每月",
    "含个人信息": "否",
    "授权协议": "本平台开放授权协议",
}
ITEMS = (("社区编号", "code", "字符型"), ("社区名称", "name", "字符型"), ("户数", "households", "整型"))
PUBLIC_PAGES = (
    *("/", "/dataset", "/department", "/domain", "/statistics", "/help", "/about", "/terms", "/sitemap"),
    *("/en/", "/en/dataset", "/api/docs", "/openapi.json", "/robots.txt", "/sitemap.xml", "/feed.atom"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One journey: what it was, the address where it ended, what was seen or what went wrong."""

    zh: str
    en: str
    address: str
    is_good: bool
    detail: str

    def line(self, language: str) -> str:
        """One line for a terminal."""
        mark = "✓" if self.is_good else "✗"
        return f"{mark} {self.en if language == 'en' else self.zh}  {self.address}  {self.detail}".rstrip()


def walk(address: str, accounts: Sequence[DemoAccount], lose_rows: Lose) -> Iterator[Outcome]:
    """Walk all journeys in order and tell each as it ends; the first failure inside a chain does not end the walk.

    `accounts` hold an editor, a reviewer and a head of one department, and somebody of the data office; `lose_rows`
    damages the walk's own file where it lies.
    """
    try:
        journey = choose_people(address, accounts, lose_rows)
    except WentWrong as error:
        yield Outcome("演示账号", "accounts of the demonstration", address, False, str(error))
        return
    for number, (zh, en, act) in enumerate(JOURNEYS):
        try:
            require(number < WITH_ENTRY or bool(journey.name), "not reached: no entry was brought in")
            require(number < WITH_PUBLIC_ENTRY or bool(journey.resource), "not reached: the entry is not public")
            place, detail = act(journey)
            yield Outcome(zh, en, f"{journey.public.base}{place}", True, detail)
        except (WentWrong, NotThere, OSError, KeyError, ValueError, IndexError, StopIteration) as error:
            yield Outcome(zh, en, journey.public.base, False, f"{type(error).__name__}: {error}")


def _look_around(walk: Walk) -> tuple[str, str]:
    for page in PUBLIC_PAGES:
        good(walk.public.get(page))
    return "/", f"{len(PUBLIC_PAGES)} × 200"


def _download(walk: Walk) -> tuple[str, str]:
    """The first public dataset with a file, in every form; the CSV has the digest that the feed promises."""
    found = good(walk.public.get("/api/v1/entries?limit=100")).json()["entries"]
    name = next(one["name"] for one in found if _has_file(walk.public, one["name"]))
    link = walk.public.get(f"/dataset/{name}").page.find_link("/data.csv").removesuffix("/data.csv")
    csv = good(walk.public.get(f"{link}/data.csv"))
    require(csv.body.startswith(b"\xef\xbb\xbf"), "the CSV has no BOM: Excel would garble it")
    digest = hashlib.sha256(csv.body).hexdigest()
    require(digest in walk.public.get(f"/dataset/{name}").text, "the CSV is not the one with the promised SHA-256")
    for ending in ("data.xlsx", "data.json", "original", "version/1/data.csv"):
        good(walk.public.get(f"{link}/{ending}"))
    bundle = zipfile.ZipFile(io.BytesIO(good(walk.public.get(f"{link}/bundle.zip")).body))
    require(bundle.testzip() is None, "the bundle is damaged")
    rows = good(walk.public.get(f"/api/v1{link}/rows?_limit=1")).json()
    good(walk.public.get(f"/dataset/{name}/explore"))
    return f"/dataset/{name}", f"{rows['total']} rows, {len(csv.body)} B CSV"


def _has_file(visitor: Visitor, name: str) -> bool:
    return "/data.csv" in visitor.get(f"/dataset/{name}").text


def _bring_sheet(walk: Walk) -> tuple[str, str]:
    editor = walk.person(walk.editor)
    good(editor.get("/desk"))
    template = good(editor.get("/desk/sheet/template.xlsx"))
    rows: list[dict[str, Any]] = [
        {"信息项名称": name, "英文字段名": key, "数据类型": kind} for name, key, kind in ITEMS
    ]
    walk.department = _department_of(template)
    rows[0].update(METADATA, 信息资源名称=walk.title, 信息资源提供方=walk.department)
    item = {"信息项名称": "社区名称", "英文字段名": "name", "数据类型": "字符型"}
    rows.append({**METADATA, **item, "信息资源名称": walk.promised_title, "信息资源提供方": walk.department})
    editor.get("/desk/sheet")
    preview = good(editor.send("上传", files={"file": Upload("巡检.xlsx", fill_template(template.body, rows))})).address
    listed = good(editor.send("全部导入"))
    walk.name = listed.page.find_link(walk.title).rpartition("/")[2]
    walk.promised = listed.page.find_link(walk.promised_title).rpartition("/")[2]
    return preview, "2 new entries, 4 data items"


def _department_of(template: Answer) -> str:
    """The full name of the department, by which its template is called."""
    name = unquote(template.headers["content-disposition"].rpartition("''")[2])
    return name.removesuffix("目录填报表.xlsx")


def _bring_data(walk: Walk) -> tuple[str, str]:
    editor = walk.person(walk.editor)
    _upload(editor, walk.name, ROWS.encode("gb18030"))
    place = editor.at.address if editor.at else ""
    require("GB18030" in editor.page.text, "the encoding was not recognised")
    good(editor.send("读得对，确认"))
    take(editor, f"/desk/entries/{walk.name}", "submit")
    return place, "GBK, 2 rows, identifiers whole"


def _upload(editor: Visitor, name: str, data: bytes, **values: str) -> Answer:
    good(editor.get(f"/desk/entries/{name}/data/new"))
    return good(editor.send("上传并查看", files={"file": Upload("社区.csv", data)}, **values))


def _release(walk: Walk) -> tuple[str, str]:
    office = walk.person(walk.office)
    require(walk.public.get(f"/dataset/{walk.name}").status == 404, "a draft is public")
    take(walk.person(walk.editor), f"/desk/entries/{walk.promised}", "submit")
    for name in (walk.name, walk.promised):
        take(walk.person(walk.reviewer), f"/desk/entries/{name}", "sign")
        for step in ("approve", "publish"):
            take(office, f"/office/review/{name}", step)
    page = good(walk.public.get(f"/dataset/{walk.name}")).page
    walk.resource = page.find_link("/data.csv").removesuffix("/data.csv")
    return f"/dataset/{walk.name}", "signed, approved, published"


def _be_found(walk: Walk) -> tuple[str, str]:
    seconds = wait("search", lambda: walk.name in walk.public.get(f"/dataset?q={walk.title}").text)
    require(walk.name in walk.public.get("/catalog.jsonld").text, "/catalog.jsonld does not carry it")
    changes = walk.public.get("/harvest/changes?after=0&limit=500").text
    require(walk.name in changes, "/harvest/changes does not carry it")
    return f"/dataset?q={walk.title}", f"after {seconds:.1f} s"


def _renew(walk: Walk) -> tuple[str, str]:
    first = good(walk.public.get(f"{walk.resource}/data.csv")).body
    editor, page = walk.person(walk.editor), f"/desk/entries/{walk.name}"
    _upload(editor, walk.name, MORE_ROWS.encode(), resource=walk.resource.rpartition("/")[2])
    good(editor.send("确认并提交审签"))
    take(walk.person(walk.reviewer), page, "confirm_data")
    require(walk.public.get(f"{walk.resource}/version/1/data.csv").body == first, "version 1 has changed")
    newest = good(walk.public.get(f"{walk.resource}/version/2/data.csv")).body
    require(walk.public.get(f"{walk.resource}/data.csv").body == newest != first, "version 2 is not public")
    return f"{walk.resource}/version/2/data.csv", "version 1 unchanged at its address"


def _suspend(walk: Walk) -> tuple[str, str]:
    office, page = walk.person(walk.office), f"/office/review/{walk.name}"
    take(office, page, "suspend", reason=REASON)
    for place in (f"/dataset/{walk.name}", f"{walk.resource}/data.csv", f"/api/v1/entries/{walk.name}"):
        good(walk.public.get(place), 403)
    take(office, page, "resume", reason=REASON)
    good(walk.public.get(f"/dataset/{walk.name}"))
    return f"/dataset/{walk.name}", "403 at once, and back"


def _withdraw(walk: Walk) -> tuple[str, str]:
    walk.before = walk.public.get("/harvest/changes?after=0").json()["next"]
    for name in (walk.promised, walk.name):
        take(walk.person(walk.editor), f"/desk/entries/{name}", "ask_withdrawal", reason=REASON)
        take(walk.person(walk.office), f"/office/review/{name}", "withdraw")
    for place in (f"/dataset/{walk.name}", f"{walk.resource}/data.csv", f"/dataset/{walk.name}.jsonld"):
        good(walk.public.get(place), 410)
    seconds = wait("search", lambda: walk.name not in walk.public.get(f"/dataset?q={walk.title}").text)
    require(walk.name not in walk.public.get("/catalog.jsonld").text, "/catalog.jsonld still carries it")
    return f"/dataset/{walk.name}", f"410, gone from search after {seconds:.1f} s"


def _harvest(walk: Walk) -> tuple[str, str]:
    from portal.harvest_test import harvest

    stones = walk.public.get(f"/harvest/changes?after={walk.before}").json()["tombstones"]
    require(walk.name in [stone["name"] for stone in stones], "no tombstone for the withdrawn entry")
    report = harvest(walk.public.base)
    require(report.is_good, "; ".join(check.line("en") for check in report.checks if not check.is_good))
    return "/harvest/changes", f"{report.entries} entries, {report.withdrawn} tombstones"


JOURNEYS: tuple[tuple[str, str, Callable[[Walk], tuple[str, str]]], ...] = (
    ("公众浏览各页", "the public looks around", _look_around),
    ("公众下载一个数据集的全部格式", "the public downloads a dataset in every form", _download),
    ("部门用 Excel 填报目录", "a department files its sheet", _bring_sheet),
    *PLAN_JOURNEYS[:1],
    ("部门上传数据并提交", "a department brings its data and submits", _bring_data),
    ("审签、审核、发布", "reviewer and office let it through", _release),
    ("公众搜得到,上级平台采得到", "search and feeds carry it", _be_found),
    *PLAN_JOURNEYS[1:],
    *PROMISE_JOURNEYS,
    *ASSESSMENT_JOURNEYS,
    ("更新数据,旧版本地址不变", "new data leave the old version at its address", _renew),
    *DATA_JOURNEYS,
    ("紧急暂停与恢复", "suspended at once, and resumed", _suspend),
    ("申请下架、同意下架", "withdrawn everywhere", _withdraw),
    ("上级平台全量与增量采集", "the city platform harvests", _harvest),
)
"""What is walked, in this order: Chinese, English, how."""
WITH_ENTRY = 3
"""From this journey on each goes on with the entries that the department filed."""
WITH_PUBLIC_ENTRY = 6
"""From this one on they must have been published."""
