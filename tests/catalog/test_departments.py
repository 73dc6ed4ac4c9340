"""Departments and the many names they go by."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import departments
from catalog.credit_code import check_credit_code, normalise_credit_code
from catalog.department_imports import import_departments
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, Department, Entry
from catalog.permissions import ANONYMOUS, system_actor
from tests.catalog.lifecycle import Lifecycle, People

OPERATOR = system_actor("test")


def make(
    session: Session, now: dt.datetime, name: str = "黄石港区民政局", short_name: str = "区民政局", **more: str
) -> Department:
    return departments.create_department(session, name=name, short_name=short_name, by=OPERATOR, now=now, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216", "91330100799655058B"])
def test_true_credit_codes_pass(code: str) -> None:
    assert check_credit_code(code) is None


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91350100M000100Y44", "credit_code_check"),
        ("19350100M000100Y43", "credit_code_check"),  # two digits swapped
        ("9135010OM000100Y43", "credit_code_shape"),  # letter O
        ("91350100M000100Y4", "credit_code_shape"),
        ("", "credit_code_shape"),
    ],
)
def test_false_credit_codes_do_not(code: str, fault: str) -> None:
    assert check_credit_code(code) == fault


def test_every_single_wrong_character_is_noticed() -> None:
    code = "91350100M000100Y43"
    for place in range(18):
        for mark in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            wrong = code[:place] + mark + code[place + 1 :]
            assert (check_credit_code(wrong) is None) is (wrong == code)


def test_credit_codes_are_typed_in_many_ways() -> None:
    assert normalise_credit_code(" ９１350100-m000100y43 ") == "91350100M000100Y43"


def test_a_department_gets_an_address_from_its_short_name(session: Session, now: dt.datetime) -> None:
    make(session, now)
    facts = departments.get_department(session, "qu-min-zheng-ju")
    assert (facts.name, facts.short_name, facts.kind, facts.entry_count) == (
        "黄石港区民政局",
        "区民政局",
        "区直部门",
        0,
    )
    again = make(session, now, name="另一区民政局", short_name="区民政局")
    assert again.slug.startswith("qu-min-zheng-ju-")


def test_a_name_or_a_credit_code_is_taken_once(session: Session, now: dt.datetime) -> None:
    make(session, now, credit_code="91350100M000100Y43")
    with pytest.raises(Conflict, match="department_exists"):
        make(session, now, name=" 黄石港区民政局 ")
    with pytest.raises(Conflict, match="department_exists"):
        make(session, now, name="别的局", short_name="别局", credit_code="91350100M000100Y43")


def test_all_that_is_wrong_is_said_at_once(session: Session, now: dt.datetime) -> None:
    with pytest.raises(Invalid) as error:
        make(session, now, name=" ", short_name="短" * 65, credit_code="123")
    found = {(problem.where, problem.code) for problem in error.value.problems}
    assert found == {
        ("name", "department_name_missing"),
        ("short_name", "text_too_long"),
        ("credit_code", "credit_code_shape"),
    }


def test_a_public_name_is_not_changed_without_the_records_that_bear_it(
    session: Session, lifecycle: Lifecycle, people: People, now: dt.datetime
) -> None:
    of = people.department
    departments.update_department(session, of.id, name="黄石港区民政事务局", by=OPERATOR, now=now)
    lifecycle.entry("published")
    mark = departments.names_mark(session)
    with pytest.raises(Conflict, match="department_name_is_public"):
        departments.update_department(session, of.id, name="黄石港区民政局", phone="1", by=OPERATOR, now=now)
    departments.update_department(session, of.id, name=" 黄石港区民政事务局", phone="1", by=OPERATOR, now=now)
    assert (of.name, of.phone) == ("黄石港区民政事务局", "1")
    assert departments.names_mark(session) != mark
    departments.update_department(session, of.id, credit_code="91350100M000100Y43", by=OPERATOR, now=now)
    row = {"统一社会信用代码": "91350100M000100Y43", "名称": "黄石港区民政局"}
    report = import_departments(session, [row], by=OPERATOR, now=now)
    assert [(problem.where, problem.code) for problem in report.problems] == [("row 2", "department_name_is_public")]


def test_an_update_leaves_a_trace_only_if_something_changed(session: Session, now: dt.datetime) -> None:
    department = make(session, now)
    departments.update_department(session, department.id, phone="0714-6280000", by=OPERATOR, now=now)
    departments.update_department(session, department.id, phone=" 0714-6280000", by=OPERATOR, now=now)
    rows = session.scalars(select(AuditRow).order_by(AuditRow.number)).all()
    assert [row.act for row in rows] == ["department.create", "department.update"]
    assert rows[1].params == {"name": "黄石港区民政局", "phone": "0714-6280000"}
    departments.update_department(session, department.id, phone=None, by=OPERATOR, now=now)
    assert department.phone is None
    assert department.slug == "qu-min-zheng-ju"


def test_only_the_office_manages_departments(session: Session, now: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        departments.create_department(session, name="某局", by=ANONYMOUS, now=now)
    with pytest.raises(NotAllowed):
        import_departments(session, [], by=ANONYMOUS, now=now)


def test_a_department_with_public_entries_stays(session: Session, now: dt.datetime) -> None:
    department = make(session, now)
    entry = Entry(name="e-1", department_id=department.id, state="published", created_at=now)
    session.add(entry)
    session.flush()
    with pytest.raises(Conflict, match="department_has_entries"):
        departments.deactivate_department(session, department.id, by=OPERATOR, now=now)
    entry.state = "withdrawn"
    session.flush()
    departments.deactivate_department(session, department.id, by=OPERATOR, now=now)
    assert departments.list_departments(session) == []
    assert [one.is_active for one in departments.list_departments(session, is_active=None)] == [False]
    assert departments.find_by_any_name(session, "区民政局") is None
    departments.activate_department(session, department.id, by=OPERATOR, now=now)
    assert [one.slug for one in departments.list_departments(session)] == ["qu-min-zheng-ju"]


@pytest.mark.parametrize(
    "text",
    [
        "黄石港区民政局",
        "区民政局",
        " 黄石港区 民政局 ",
        "民政局",
        "港区民政局",
        "Civil Affairs Bureau",
        "civil affairs  bureau",
        "qu-min-zheng-ju",
        "91350100M000100Y43",
    ],
)
def test_a_department_is_found_by_any_of_its_names(session: Session, now: dt.datetime, text: str) -> None:
    department = make(session, now, name_en="Civil Affairs Bureau", credit_code="91350100M000100Y43")
    make(session, now, name="黄石港区教育局", short_name="区教育局")
    assert departments.find_by_any_name(session, text) is department


@pytest.mark.parametrize("text", ["", "局", "育局", "卫生健康局", "民政局办公室"])
def test_what_is_no_name_or_could_be_several_is_not_guessed(session: Session, now: dt.datetime, text: str) -> None:
    make(session, now)
    make(session, now, name="黄石港区教育局", short_name="区教育局")
    assert departments.find_by_any_name(session, text) is None


def test_a_name_that_fits_two_departments_finds_neither(session: Session, now: dt.datetime) -> None:
    make(session, now)
    make(session, now, name="西塞山区民政局", short_name="西塞山民政局")
    assert departments.find_by_any_name(session, "民政局") is None


def test_an_unknown_department_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="department_not_found"):
        departments.get_department(session, "no-such")


def test_a_list_is_imported_in_part_and_says_what_it_did(session: Session, now: dt.datetime) -> None:
    make(session, now, credit_code="91350100M000100Y43")
    rows: list[dict[str, str | None]] = [
        {"单位名称": "黄石港区教育局", "简称": "区教育局", "类型": "区直部门"},
        {"单位名称": "黄石港区民政局", "电话": "0714-6280000"},
        {"单位名称": "黄石港区信访局", "统一社会信用代码": "12345"},
        {"单位名称": "", "电话": "1"},
        {"单位名称": None, "电话": ""},
        {"单位名称": "黄石港区民政和养老局", "信用代码": "91350100M000100Y43"},
    ]
    report = import_departments(session, rows, by=OPERATOR, now=now)
    assert report.created == ("黄石港区教育局",)
    assert report.updated == ("黄石港区民政局", "黄石港区民政和养老局")
    assert [(one.where, one.code) for one in report.problems] == [
        ("row 4", "credit_code_shape"),
        ("row 5", "department_name_missing"),
    ]
    again = import_departments(session, rows[:1], by=OPERATOR, now=now)
    assert (again.created, again.unchanged) == ((), ("黄石港区教育局",))
    names = [one.name for one in departments.list_departments(session)]
    assert names == ["黄石港区民政和养老局", "黄石港区教育局"]


@pytest.mark.shared
def test_the_bodies_named_in_the_districts_report_come_in(
    session: Session, now: dt.datetime, shared_data: Path
) -> None:
    text = (shared_data / "departments.csv").read_text(encoding="utf-8-sig")
    report = import_departments(session, csv.DictReader(io.StringIO(text)), by=OPERATOR, now=now)
    assert (len(report.created), report.problems) == (21, ())
    found = departments.find_by_any_name(session, "区市场监管局")
    assert found is None, "an abbreviation nobody has declared is not guessed"
    slugs = {one.short_name: one.slug for one in departments.list_departments(session)}
    assert slugs["区政府办"] == "qu-zheng-fu-ban"
    assert slugs["沈家营街道"] == "shen-jia-ying-jie-dao"
