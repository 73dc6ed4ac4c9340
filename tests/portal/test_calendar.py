"""The working-day calendar in the browser: a year, corrections, the arrangement from a file."""

from __future__ import annotations

import datetime as dt
import html
import re

from sqlalchemy import select

from catalog.models import AuditRow, Holiday
from catalog.workdays import load_calendar
from portal.pages.office_calendar import make_calendar_page
from tests.portal.workspace import District, plain

ARRANGEMENT = "日期,类型,名称\n2027-02-06,休,春节\n2027-02-20,班,调休上班\n2027-10-01,休,国庆节\n2027-07-01,休,=cmd()\n"


def test_year_marks_days_off_and_make_up_days(district: District) -> None:
    """2026: National Day from Thursday 10-01, Saturday 10-10 is worked."""
    with district.house.database.reading() as session:
        page = make_calendar_page(
            load_calendar(session), [], year=2026, today=dt.date(2026, 7, 10), provisional=0, language="zh"
        )
    days = {cell.day: cell for month in page.months for week in month.weeks for cell in week if cell}
    assert len(days) == 365
    for day, weekday, kind in (
        ("2026-10-01", "Thursday", "off"),
        ("2026-10-03", "Saturday", "off"),
        ("2026-10-10", "Saturday", "worked"),
        ("2026-10-11", "Sunday", "weekend"),
        ("2026-10-12", "Monday", "plain"),
    ):
        found = dt.date.fromisoformat(day)
        assert (f"{found:%A}", days[found].kind) == (weekday, kind), day
    assert [cell.day for cell in days.values() if cell.is_today] == [dt.date(2026, 7, 10)]
    assert page.workdays == sum(month.workdays for month in page.months) == 248
    assert "2026 年工作日历" in district.people["office"].text("/office/calendar")


def test_year_that_is_not_announced_says_so_with_what_rests_on_it(district: District) -> None:
    """December 2026 is due on Thursday 12-31; its grace of five working days ends in 2027."""
    district.house.clock.moment = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    district.entry("published", update_cycle="yearly")
    page = district.people["office"].text("/office/calendar?year=2027")
    assert "2027 年放假安排尚未公布，按周末暂算" in page
    assert "1 项任务的宽限期因此是暂定的。" in page
    assert "尚未公布" not in district.people["office"].text("/office/calendar?year=2026")


def test_day_is_corrected_and_the_correction_removed(district: District) -> None:
    office = district.people["office"]
    answer = office.post("/office/calendar/corrections", day="2026-11-20", kind="off", name="区运动会", year="2026")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office/calendar?year=2026")
    assert "2026-11-20 周五 放假 区运动会 取消调整" in office.text("/office/calendar?year=2026")
    assert office.post("/office/calendar/corrections/2026-11-20/remove").status_code == 303
    assert "没有调整" in office.text("/office/calendar?year=2026")
    assert office.post("/office/calendar/corrections/2026-11-20/remove").status_code == 404
    assert office.post("/office/calendar/corrections/tomorrow/remove").status_code == 422


def test_correction_that_is_not_whole_comes_back_with_what_is_wrong(district: District) -> None:
    for form, sentence in (
        ({"day": "2026-02-30", "kind": "off", "name": "春节"}, "请填写有效的日期"),
        ({"day": "0001-01-01", "kind": "off", "name": "春节"}, "请填写有效的日期"),
        ({"day": "2026-11-20", "kind": "maybe", "name": "春节"}, "请选择当天放假还是上班"),
        ({"day": "2026-11-20", "kind": "off", "name": " \u200b"}, "请写明原因"),
    ):
        answer = district.people["office"].post("/office/calendar/corrections", **form)
        assert (answer.status_code, sentence in plain(answer)) == (422, True), form
    with district.house.database.reading() as session:
        assert not session.scalars(select(Holiday)).all()


def test_arrangement_is_shown_first_and_taken_in_then(district: District) -> None:
    office = district.people["office"]
    shown = office.post("/office/calendar/arrangement", file=("2027.csv", ARRANGEMENT.encode()), year="2027")
    assert shown.status_code == 200
    assert "导入后 2027 年按正式安排计算" in plain(shown)
    assert "2027-02-20 周六 上班 调休上班 休息 新增" in plain(shown)
    with district.house.database.reading() as session:
        assert not session.scalars(select(Holiday)).all()
    content = re.search(r'name="content" value="([^"]*)"', shown.get_data(as_text=True), re.S)
    assert content
    taken = office.post("/office/calendar/arrangement/apply", content=html.unescape(content[1]))
    assert (taken.status_code, taken.headers["Location"]) == (303, "/office/calendar?year=2027")
    with district.house.database.reading() as session:
        days = {row.day: (row.is_workday, row.name) for row in session.scalars(select(Holiday))}
        log = session.scalars(select(AuditRow).where(AuditRow.act == "calendar.manage")).all()
    assert days == {
        dt.date(2027, 2, 6): (False, "春节"),
        dt.date(2027, 2, 20): (True, "调休上班"),
        dt.date(2027, 7, 1): (False, "=cmd()"),
        dt.date(2027, 10, 1): (False, "国庆节"),
    }
    assert len(log) == 1
    assert "按周末暂算" not in office.text("/office/calendar?year=2027")
    again = office.post("/office/calendar/arrangement", file=("2027.csv", ARRANGEMENT.encode()))
    assert "日历已是这样，无需导入。" in plain(again)


def test_file_that_is_no_arrangement_is_refused_with_its_places(district: District) -> None:
    office = district.people["office"]
    for content in (b"", b"\x00\xff\xfe", "日期,类型\n2027-02-30,休\n".encode(), b"PK\x03\x04"):
        answer = office.post("/office/calendar/arrangement", file=("x.csv", content))
        assert answer.status_code == 422, content
    assert office.post("/office/calendar/arrangement/apply", content="x").status_code == 422
    assert "请先选择要上传的文件" in plain(office.post("/office/calendar/arrangement"))


def test_any_year_of_the_address_opens(district: District) -> None:
    for year in ("1999", "2101", "abcd", "²⁰²⁶", "99999999999", "2100", "2000"):
        assert district.people["office"].get(f"/office/calendar?year={year}").status_code == 200, year
    assert "Working days of" in district.people["office"].text("/en/office/calendar")
