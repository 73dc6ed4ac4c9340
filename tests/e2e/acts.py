"""What people do on the pages, one function per act, checked only for having been let through."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.workdays import Calendar
from datasets.clock import day_of
from portal.demo.filling import fill_template
from portal.demo.visitor import Answer, Upload, Visitor
from tests.e2e.running import Portal, kaifang

ENTRY: dict[str, Any] = {
    "信息资源提供方": "黄石港区民政局",
    "信息资源摘要": "辖区各社区居委会的编号、名称、街道和户数，每月核对一次。",
    "关键字": "社区、居委会",
    "资源属性分类": "306001",
    "数据领域": "生活服务",
    "联系电话": "0714-6250001",
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
"""The metadata of an entry without gaps, but for its title."""

ITEMS = (
    {"信息项名称": "社区编号", "英文字段名": "code", "数据类型": "字符型"},
    {"信息项名称": "社区名称", "英文字段名": "name", "数据类型": "字符型"},
    {"信息项名称": "街道", "英文字段名": "street", "数据类型": "字符型"},
    {"信息项名称": "户数", "英文字段名": "households", "数据类型": "整型"},
    {"信息项名称": "设立日期", "英文字段名": "opened_on", "数据类型": "日期型"},
)

COMMUNITIES = (
    "社区编号,社区名称,街道,户数,设立日期\r\n"
    "0042020200700123,磁湖社区,沈家营街道,1203,1986-09-01\r\n"
    "0042020200700131,花湖社区,花湖街道,845,1999-09-01\r\n"
    "0042020200700140,黄石港社区,黄石港街道,2210,2008-09-01\r\n"
)
"""Three rows; identifiers of 16 digits with leading zeros, which Excel would spoil as numbers."""
LATER = COMMUNITIES.replace("845", "861") + "0042020200700158,胜阳港社区,胜阳港街道,1502,2012-05-01\r\n"
"""The next month: one value changed, one row more."""


def sheet_rows(*titles: str) -> list[dict[str, Any]]:
    """Rows of the sheet: one entry per title, each with five data items."""
    return [
        {**({"信息资源名称": title, **ENTRY} if number == 0 else {}), **item}
        for title in titles
        for number, item in enumerate(ITEMS)
    ]


def file_entries(editor: Visitor, *titles: str) -> list[str]:
    """Bring entries in by the department sheet; the addresses of their desk pages."""
    template = editor.get("/desk/sheet/template.xlsx").body
    editor.get("/desk/sheet")
    editor.send("上传", files={"file": Upload("目录.xlsx", fill_template(template, sheet_rows(*titles)))})
    answer = editor.send("全部导入")
    assert answer.status == 200 and "已导入" in answer.page.text, answer.page.text
    return [answer.page.find_link(title) for title in titles]


def upload_data(editor: Visitor, desk_page: str, data: bytes, name: str = "社区名录.csv", **values: str) -> Answer:
    """Upload a file for an entry; the answer is the page that shows how it was read."""
    editor.get(f"{desk_page}/data/new")
    return editor.send("上传并查看", files={"file": Upload(name, data)}, **values)


def take(person: Visitor, page: str, step: str, **values: str) -> Answer:
    """Press the button of a step on an entry's page."""
    person.get(page)
    answer = person.send(step, **values)
    assert answer.status == 200, (step, answer.status, answer.page.text)
    return answer


def publish(portal: Portal, desk_page: str) -> str:
    """Submit, sign, approve and publish; the entry's public address."""
    name = desk_page.rpartition("/")[2]
    take(portal.person("editor"), desk_page, "submit")
    take(portal.person("reviewer"), desk_page, "sign")
    take(portal.person("office"), f"/office/review/{name}", "approve")
    take(portal.person("office"), f"/office/review/{name}", "publish")
    return f"/dataset/{name}"


def publish_file(portal: Portal, title: str, data: bytes = COMMUNITIES.encode("gb18030")) -> str:
    """A published entry with one file; its public address."""
    editor = portal.person("editor")
    [page] = file_entries(editor, title)
    upload_data(editor, page, data)
    editor.send("确认")
    return publish(portal, page)


def today() -> dt.date:
    """The day in Shanghai, as the running portal knows it."""
    return day_of(dt.datetime.now(dt.UTC))


def begin_plan(portal: Portal, code: str, title: str) -> str:
    """A running plan for one department: its catalog in 20 days, a record by the office in 25; the board's address."""
    office = portal.person("office")
    form = office.get("/office/plans/new").page.find_form("/office/plans/new")
    nodes = {
        "nodes-1-title": "目录编制", "nodes-1-rule": "catalog", "nodes-1-due_on": str(today() + dt.timedelta(days=20)),
        "nodes-2-title": "培训完成", "nodes-2-rule": "manual", "nodes-2-due_on": str(today() + dt.timedelta(days=25)),
    }  # fmt: skip
    chosen = form.find_choice("民政局")
    answer = office.send(
        "/office/plans/new", code=code, title=title, starts_on=str(today()), departments=chosen, **nodes
    )
    assert answer.status == 200, answer.page.text
    take(office, f"/office/plans/{code}", "启动计划")
    return f"/office/plans/{code}"


def be_reminded(portal: Portal, username: str) -> str:
    """Somebody gives their address, and the reminders of the next working day are raised; the address."""
    person, email = portal.person(username), f"{username}@example.com"
    person.get("/account")
    assert person.send("/account/email", email=email).status == 200
    on = Calendar().add_workdays(today() - dt.timedelta(days=1), 1)
    done = kaifang(portal.home, "jobs", "run", "notices.raise", "--on", on.isoformat())
    assert done.returncode == 0, done.stderr
    return email
