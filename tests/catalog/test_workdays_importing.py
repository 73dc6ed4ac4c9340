"""A year's arrangement out of a file: read whole or not at all, written once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import Invalid, NotAllowed
from catalog.models import AuditRow, Holiday
from catalog.permissions import ANONYMOUS, system_actor
from catalog.workdays import (
    Calendar,
    DayFacts,
    apply_arrangement,
    correct_day,
    load_calendar,
    plan_arrangement,
    read_arrangement,
)

OFFICE = system_actor("test")

ARRANGEMENT_2027 = """日期,类型,名称
2027-01-01,休,元旦
2027年2月6日,放假,春节
2027/2/20,班,春节调休
20271001,休,国庆节
"""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


EXPECTED_2027 = [
    (day("2027-01-01"), DayFacts(False, "元旦")),
    (day("2027-02-06"), DayFacts(False, "春节")),
    (day("2027-02-20"), DayFacts(True, "春节调休")),
    (day("2027-10-01"), DayFacts(False, "国庆节")),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_typed_from_the_notice_is_read_in_any_usual_encoding(encoding: str) -> None:
    assert read_arrangement(ARRANGEMENT_2027.encode(encoding), "2027.csv") == EXPECTED_2027


@pytest.mark.parametrize(
    ("header", "off", "worked"),
    [("类型", "节假日", "调休上班"), ("是否上班", "否", "是"), ("是否放假", "是", "否"), ("isOffDay", "true", "FALSE")],
)
def test_a_day_off_and_a_day_worked_are_told_in_several_ways(header: str, off: str, worked: str) -> None:
    text = f"date,{header}\n2027-01-01,{off}\n2027-01-02,{worked}\n"
    facts = dict(read_arrangement(text.encode(), "a.csv"))
    assert facts == {day("2027-01-01"): DayFacts(False, "放假"), day("2027-01-02"): DayFacts(True, "调休上班")}


def test_the_public_json_form_is_read() -> None:
    days = [{"name": "春节", "date": "2027-02-20", "isOffDay": False}]
    for form in (days, {"year": 2027, "days": days}):
        read = read_arrangement(json.dumps(form).encode(), "2027.json")
        assert read == [(day("2027-02-20"), DayFacts(True, "春节"))]


@pytest.mark.shared
@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_a_year_read_from_its_file_is_the_built_in_one(session: Session, shared_data: Path, year: int) -> None:
    content = (shared_data / "calendars" / "holiday-cn" / f"{year}.json").read_bytes()
    days = read_arrangement(content, f"{year}.json")
    assert plan_arrangement(session, days).is_empty
    read, built_in = Calendar(dict(days)), Calendar()
    january = dt.date(year, 1, 1)
    assert all(
        read.is_workday(one) == built_in.is_workday(one)
        for one in (january + dt.timedelta(days=step) for step in range(365))
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2027-02-29,休,", "arrangement_date_invalid"),
        ("1949-10-01,休,", "arrangement_date_invalid"),
        ("2月6日,休,", "arrangement_date_invalid"),
        ("2027-02-06,初一,", "arrangement_kind_unknown"),
        ("2027-02-06,,", "arrangement_kind_unknown"),
        ("2027-01-01,班,", "arrangement_day_contradicts"),
    ],
)
def test_every_row_that_is_not_understood_is_named(line: str, code: str) -> None:
    text = f"日期,类型,名称\n2027-01-01,休,元旦\n{line}\n\n2027-13-01,休,\n"
    with pytest.raises(Invalid, match="arrangement_invalid") as caught:
        read_arrangement(text.encode(), "a.csv")
    found = [(problem.where, problem.code) for problem in caught.value.problems]
    assert found == [("row 3", code), ("row 5", "arrangement_date_invalid")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\xff\xff",
        b"{",
        b"[1]",
        b'{"days": 3}',
        b"\xe6\x97\xa5\xe6\x9c\x9f,\xe7\xb1\xbb\n",
        b"[" * 90_000,
    ],
)
def test_what_is_no_arrangement_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_arrangement(content, "a.csv")


def test_a_header_without_its_columns_says_which_are_missing() -> None:
    with pytest.raises(Invalid) as caught:
        read_arrangement("名称,天数\n春节,9\n".encode(), "a.csv")
    assert [problem.code for problem in caught.value.problems] == ["arrangement_columns_missing"]


def test_taking_in_a_year_announces_it_and_twice_writes_once(session: Session, now: dt.datetime) -> None:
    days = read_arrangement(ARRANGEMENT_2027.replace("2027", "2034").encode(), "2034.csv")
    plan = plan_arrangement(session, days)
    assert [one.state for one in plan.days] == ["new"] * 4
    assert (plan.announced_years, plan.incomplete_years) == ((2034,), ())
    assert not load_calendar(session).is_announced(2034), "a plan writes nothing"
    apply_arrangement(session, days, by=OFFICE, now=now)
    assert load_calendar(session).is_announced(2034)
    again = apply_arrangement(session, days, by=OFFICE, now=now)
    assert (again.count("same"), again.is_empty) == (4, True)
    assert [row.params["new"] for row in session.scalars(select(AuditRow))] == [4]


def test_a_file_without_the_national_day_does_not_announce_its_year(session: Session) -> None:
    plan = plan_arrangement(session, [(day("2034-01-01"), DayFacts(False, "元旦"))])
    assert (plan.announced_years, plan.incomplete_years) == ((), (2034,))


def test_a_day_that_says_otherwise_is_changed_and_others_stay(session: Session, now: dt.datetime) -> None:
    correct_day(session, day("2026-07-13"), is_workday=False, name="暴雨停工", by=OFFICE, now=now)
    days = [(day("2026-02-14"), DayFacts(False, "改为放假")), (day("2026-02-17"), DayFacts(False, "春节"))]
    plan = apply_arrangement(session, days, by=OFFICE, now=now)
    assert [(one.state, one.former is not None) for one in plan.days] == [("changed", True), ("same", True)]
    assert not load_calendar(session).is_workday(day("2026-02-14")), "Saturday, a make-up workday until now"
    stored = session.scalars(select(Holiday.day).order_by(Holiday.day)).all()
    assert stored == [day("2026-02-14"), day("2026-07-13")]


def test_only_the_office_takes_in_an_arrangement(session: Session, now: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        apply_arrangement(session, EXPECTED_2027, by=ANONYMOUS, now=now)
