"""A department keeps its promises on a running portal: plan, declaration, reminder by mail, ledger and report."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import re
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal.demo.visitor import NotThere
from tests.e2e.acts import be_reminded, begin_plan, file_entries, publish, publish_file, take, today
from tests.e2e.running import Portal, wait_for

pytestmark = pytest.mark.slow

CODE, PLAN = "PROMISE-1", "开放计划（承诺）"
TITLES = ("便民服务点名录", "社区食堂名录")


def read_mails(folder: Path) -> list[EmailMessage]:
    """The mails that a portal without a mail server has laid down."""
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in folder.glob("*.eml")]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def test_plan_is_declared_signed_accepted_and_reminded_of(portal: Portal) -> None:
    office, editor, head = portal.person("office"), portal.person("editor"), portal.person("head")
    board, desk = begin_plan(portal, CODE, PLAN), f"/desk/plans/{CODE}"
    assert "还有" in office.get(board).page.text
    take(editor, desk, "加入清单", titles="\r\n".join(TITLES))
    note = office.follow("urge").page.text
    assert all(title in note for title in TITLES), "the urging note names what is missing"
    publish_file(portal, TITLES[0])
    [waiting] = file_entries(editor, TITLES[1])
    assert TITLES[0] not in office.get(f"{board}/urge").page.text, "what is public is not missing any more"
    assert "拟“目录编制完整”声明" not in editor.get(desk).page.text, "nothing can be declared while a title is missing"
    publish(portal, waiting)
    take(editor, desk, "拟“目录编制完整”声明")
    with pytest.raises(NotThere):
        editor.get(desk).page.find_form("签署完成声明")
    take(head, desk, "签署完成声明")
    take(office, f"{board}/department/minzheng", "确认完成声明")
    text = office.get(board).page.text
    assert "1 / 1 已完成" in text and "按时完成" in text
    stored = PLAN.replace("（", "(").replace("）", ")")
    assert stored in portal.visitor().get("/plan").page.text

    address = be_reminded(portal, "editor2")
    mails = wait_for(
        "digest",
        lambda: [
            one
            for one in read_mails(portal.home / "mail")
            if address in str(one["to"]) and stored in str(one.get_content())
        ],
    )
    assert isinstance(mails, list)
    [digest] = mails
    body = digest.get_content()
    assert "节点前 30 天" in str(digest["subject"])
    assert portal.address not in str(digest["subject"])
    assert f"{stored}：目录编制" not in body, "a node that is met is no longer reminded of"
    assert f"{stored}：培训完成" in body
    assert "editor2@example.com" in office.get("/office/outbox").page.text


def test_extension_moves_what_the_public_reads_and_the_report_counts_it(portal: Portal) -> None:
    editor, reviewer, office = portal.person("editor"), portal.person("reviewer"), portal.person("office")
    [page] = file_entries(editor, "老年助餐点名录")
    public = publish(portal, page)
    name = public.rpartition("/")[2]

    def due_on() -> dt.date:
        return dt.date.fromisoformat(portal.visitor().get(f"/api/v1/entries/{name}").json()["next_due_on"])

    first, until = due_on(), due_on() + dt.timedelta(days=7)
    assert (first + dt.timedelta(days=1)).day == 1, "monthly data are due at the end of the month"
    ledger = editor.get(page).page.find_link("/desk/ledger/")
    editor.get(ledger)
    refused = editor.send("申请延期", until_on=str(first + dt.timedelta(days=31)), reason="需要更多时间")
    assert refused.status == 422, "thirty days are the most"
    take(editor, ledger, "申请延期", until_on=str(until), reason="系统升级，数据晚一周")
    while any("同意" in text for form in office.get("/office/requests").page.forms for text, _, _ in form.buttons):
        take(office, "/office/requests", "同意", answer="同意延期一周")
    assert due_on() == until
    assert str(until) in portal.visitor().get(public).page.text
    take(reviewer, ledger, "确认无变化", reason="与台账核对，没有变化")
    assert due_on() > until
    assert "与台账核对，没有变化" in office.get(ledger.replace("/desk/", "/office/")).page.text
    assert portal.visitor().get(f"{public}/badge.svg").body.startswith(b"<svg")
    calendar = portal.visitor().get("/department/minzheng/updates.ics").text
    assert f"DTSTART;VALUE=DATE:{due_on():%Y%m%d}" in calendar

    report = office.get("/office/report").page.find_link("file.docx")
    half = re.sub(r"/office/report/\w+/", f"/office/report/{today().year}H{1 if today().month < 7 else 2}/", report)
    with zipfile.ZipFile(io.BytesIO(office.get(half).body)) as document:
        words = re.sub(r"<[^>]+>", "", document.read("word/document.xml").decode())
    assert "区民政局" in words
    workbook = office.get(office.get("/office/scores").page.find_link("workbook.xlsx"))
    assert workbook.body.startswith(b"PK")
