"""Counted duties: targets by department and year, the part due by a day, records that count once, struck out."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from catalog import duties
from catalog.duty_lists import count_duties, expected_by, list_duties, list_duty_records
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, Department, DutyRecord
from tests.catalog.lifecycle import People, make_actor, make_department

DAY = dt.date
TODAY = DAY(2026, 7, 10)
H1 = {"start": DAY(2026, 1, 1), "end": DAY(2026, 6, 30)}
YEAR = {"start": DAY(2026, 1, 1), "end": DAY(2026, 12, 31)}


@pytest.fixture
def other(session: Session) -> Department:
    return make_department(session, "黄石港区教育局")


@pytest.fixture
def policy(session: Session, people: People, other: Department, now: dt.datetime) -> str:
    """政策解读: twice a year for everybody, once for the education bureau."""
    duties.define_duty(session, code="policy", title="政策解读", starts_on=DAY(2026, 1, 1), by=people.office, now=now)
    duties.set_target(session, "policy", year=2026, target=2, by=people.office, now=now)
    duties.set_target(session, "policy", year=2026, target=1, department_id=other.id, by=people.office, now=now)
    return "policy"


def record(session: Session, people: People, now: dt.datetime, on: DAY, title: str, **facts: object) -> DutyRecord:
    asked = {"department_id": people.department.id, "url": None, "by": people.editor, "today": TODAY, **facts}
    return duties.record_duty(session, "policy", done_on=on, title=title, now=now, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "starts_on", "ends_on", "end", "expected"),
    [
        (2, DAY(2026, 1, 1), None, DAY(2026, 6, 30), 1),  # half of it by the half-year
        (2, DAY(2026, 1, 1), None, DAY(2026, 6, 29), 0),  # June has not passed
        (1, DAY(2026, 1, 1), None, DAY(2026, 6, 30), 0),  # once a year: until December has passed
        (1, DAY(2026, 1, 1), None, DAY(2026, 12, 31), 1),
        (12, DAY(2025, 1, 1), None, DAY(2026, 2, 28), 2),
        (12, DAY(2024, 1, 1), None, DAY(2024, 2, 28), 1),  # 29 February is still to come
        (3, DAY(2026, 7, 1), None, DAY(2026, 9, 30), 1),  # three of the six months it is in force
        (3, DAY(2026, 7, 1), None, DAY(2026, 6, 30), 0),
        (2, DAY(2026, 1, 1), DAY(2026, 3, 31), DAY(2026, 6, 30), 2),  # ended: all of it is due
        (2, DAY(2026, 1, 1), DAY(2025, 12, 31), DAY(2026, 6, 30), 0),
    ],
)
def test_part_of_a_target_due_by_a_day(
    target: int, starts_on: dt.date, ends_on: dt.date | None, end: dt.date, expected: int
) -> None:
    assert expected_by(target, starts_on=starts_on, ends_on=ends_on, end=end) == expected


def test_target_of_the_department_wins_over_that_of_all(
    session: Session, people: People, other: Department, policy: str
) -> None:
    targets = {row.department_id: row.target for row in count_duties(session, **YEAR)}
    assert targets == {people.department.id: 2, other.id: 1}


def test_removing_a_department_s_target_brings_back_the_general_one(
    session: Session, people: People, other: Department, policy: str, now: dt.datetime
) -> None:
    duties.set_target(session, policy, year=2026, target=None, department_id=other.id, by=people.office, now=now)
    (row,) = count_duties(session, **YEAR, department_id=other.id)
    assert row.target == 2
    assert count_duties(session, start=DAY(2027, 1, 1), end=DAY(2027, 6, 30), department_id=other.id)[0].target == 0


def test_half_year_shows_done_against_the_part_that_is_due(
    session: Session, people: People, policy: str, now: dt.datetime
) -> None:
    record(session, people, now, DAY(2026, 3, 5), "开放数据办法解读", url="https://example.gov.cn/1")
    record(session, people, now, DAY(2026, 7, 3), "共享条例解读", url="https://example.gov.cn/2")
    (half,) = count_duties(session, **H1, department_id=people.department.id)
    assert (half.done, half.target, half.expected, half.share, half.is_met) == (1, 2, 1, 1.0, True)
    second = {"start": DAY(2026, 7, 1), "end": DAY(2026, 12, 31)}
    (later,) = count_duties(session, **second, department_id=people.department.id)
    assert (later.done, later.done_in_year, later.expected, later.share) == (1, 2, 2, 1.0)


def test_nothing_due_yet_is_no_score_and_no_fault(session: Session, other: Department, policy: str) -> None:
    (row,) = count_duties(session, **H1, department_id=other.id)
    assert (row.expected, row.share, row.is_met) == (0, None, True)


def test_bonus_points_stop_at_their_limit(session: Session, people: People, now: dt.datetime) -> None:
    duties.define_duty(
        session, code="policy", title="创新案例", kind="bonus", points=1.5, max_points=2,
        starts_on=DAY(2026, 1, 1), by=people.office, now=now,
    )  # fmt: skip
    record(session, people, now, DAY(2026, 3, 5), "案例一")
    (row,) = count_duties(session, **H1, department_id=people.department.id)
    assert (row.earned, row.expected) == (1.5, 0)
    record(session, people, now, DAY(2026, 3, 6), "案例二")
    (row,) = count_duties(session, **H1, department_id=people.department.id)
    assert row.earned == 2


def test_duty_not_in_force_is_not_counted(session: Session, people: People, now: dt.datetime) -> None:
    duties.define_duty(session, code="policy", title="政策解读", starts_on=DAY(2026, 7, 1), by=people.office, now=now)
    assert count_duties(session, **H1) == ()
    assert len(count_duties(session, start=DAY(2026, 7, 1), end=DAY(2026, 12, 31))) == 1


def test_same_address_or_same_title_on_the_same_day_counts_once(
    session: Session, people: People, other: Department, policy: str, now: dt.datetime
) -> None:
    first = record(session, people, now, DAY(2026, 3, 5), "解读", url="https://example.gov.cn/1")
    for title, url in (("另一个标题", "https://example.gov.cn/1"), ("解读", None)):
        with pytest.raises(Conflict, match="duty_record_exists"):
            record(session, people, now, DAY(2026, 3, 5), title, url=url)
    record(session, people, now, DAY(2026, 3, 5), "解读", department_id=other.id, by=people.office)
    duties.strike_record(session, first.id, reason="链接贴错", by=people.editor, now=now)
    record(session, people, now, DAY(2026, 3, 5), "解读", url="https://example.gov.cn/1")
    assert [row.done for row in count_duties(session, **H1)] == [1, 1]


def test_struck_record_stays_in_sight_with_its_reason(
    session: Session, people: People, policy: str, now: dt.datetime
) -> None:
    row = record(session, people, now, DAY(2026, 3, 5), "解读")
    duties.strike_record(session, row.id, reason="  与本单位无关  ", by=people.office, now=now)
    (shown,) = list_duty_records(session, by=people.editor, **H1).rows
    assert (shown.state, shown.reason) == ("struck", "与本单位无关")
    with pytest.raises(Conflict, match="duty_record_struck"):
        duties.strike_record(session, row.id, reason="再划一次", by=people.office, now=now)
    with pytest.raises(Invalid, match="reason_required"):
        duties.strike_record(session, row.id, reason=" ", by=people.office, now=now)


@pytest.mark.parametrize(
    ("on", "title", "url", "where", "code"),
    [
        (DAY(2026, 7, 11), "解读", None, "done_on", "day_in_future"),
        (DAY(2025, 12, 31), "解读", None, "done_on", "outside_validity"),
        (DAY(2026, 7, 10), " ", None, "title", "required_missing"),
        (DAY(2026, 7, 10), "长" * 201, None, "title", "too_long"),
        (DAY(2026, 7, 10), "解读", "javascript:alert(1)", "url", "not_a_web_address"),
        (DAY(2026, 7, 10), "解读", "example.gov.cn/1", "url", "not_a_web_address"),
    ],
)
def test_record_names_what_is_wrong(
    session: Session, people: People, policy: str, now: dt.datetime, on: dt.date, title: str, url: str | None,
    where: str, code: str,
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as caught:
        record(session, people, now, on, title, url=url)
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [(where, code)]


def test_editor_records_for_the_own_department_only(
    session: Session, people: People, other: Department, policy: str, now: dt.datetime
) -> None:
    with pytest.raises(NotAllowed):
        record(session, people, now, DAY(2026, 3, 5), "解读", department_id=other.id)
    theirs = make_actor(session, "editor", department=other)
    row = record(session, people, now, DAY(2026, 3, 5), "解读")
    with pytest.raises(NotFound, match="duty_record_not_found"):
        duties.strike_record(session, row.id, reason="不是我们的", by=theirs, now=now)
    assert list_duty_records(session, by=theirs, **H1).rows == ()


def test_defining_names_every_fault_and_departments_may_not(
    session: Session, people: People, policy: str, now: dt.datetime
) -> None:
    with pytest.raises(Invalid) as caught:
        duties.define_duty(
            session, code="政策", title=" ", kind="bonus", points=0, starts_on=DAY(2026, 2, 1),
            ends_on=DAY(2026, 1, 1), by=people.office, now=now,
        )  # fmt: skip
    assert {(problem.where, problem.code) for problem in caught.value.problems} == {
        ("code", "duty_code_shape"),
        ("title", "required_missing"),
        ("points", "bonus_without_points"),
        ("ends_on", "ends_before_start"),
    }
    with pytest.raises(Conflict, match="duty_exists"):
        duties.define_duty(session, code="policy", title="解读", starts_on=TODAY, by=people.office, now=now)
    with pytest.raises(NotAllowed):
        duties.change_duty(session, "policy", title="少做一点", by=people.editor, now=now)
    with pytest.raises(Invalid, match="duty_invalid"):
        duties.set_target(session, "policy", year=2026, target=-1, by=people.office, now=now)


def test_change_without_difference_leaves_no_trace(
    session: Session, people: People, policy: str, now: dt.datetime
) -> None:
    before = session.query(AuditRow).count()
    duties.change_duty(session, policy, title="政策解读", by=people.office, now=now)
    duties.set_target(session, policy, year=2026, target=2, by=people.office, now=now)
    assert session.query(AuditRow).count() == before
    duties.change_duty(session, policy, title_en="Policy explained", by=people.office, now=now)
    assert session.query(AuditRow).count() == before + 1
    assert list_duties(session, year=2026)[0].title_en == "Policy explained"


def test_records_page_on_without_loss(session: Session, people: People, policy: str, now: dt.datetime) -> None:
    for number in range(5):
        record(session, people, now, DAY(2026, 3, 5 + number // 2), f"解读{number}")
    seen: list[str] = []
    after = None
    while True:
        page = list_duty_records(session, by=people.office, **H1, after=after, limit=2)
        seen += [row.title for row in page.rows]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == [f"解读{number}" for number in range(5)]
