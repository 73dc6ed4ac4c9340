"""What runs against a clock on the office's first page, and what a department is told to mend first.

Days used: Tuesday 30 June, Tuesday 7 July, Friday 10 July, Monday 13 July, Friday 17 July, Sunday 30 August 2026.
"""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from catalog.models import (
    Declaration,
    Department,
    Message,
    Obligation,
    PlanNode,
    Rectification,
    Scorecard,
    WorkPlan,
)
from catalog.office_clocks import OfficeClocks, read_clocks
from catalog.rectification_lists import find_owed
from catalog.workdays import load_calendar

FRIDAY = dt.date(2026, 7, 10)
NOW = dt.datetime(2026, 7, 10, 2, tzinfo=dt.UTC)
CLOSED_ON = dt.date(2026, 8, 30)


@pytest.fixture
def departments(session: Session) -> list[Department]:
    rows = [Department(slug=f"d{n}", name=f"部门{n}", short_name=f"部门{n}", created_at=NOW) for n in range(3)]
    session.add_all(rows)
    session.flush()
    return rows


def clocks(session: Session, today: dt.date = FRIDAY) -> OfficeClocks:
    session.flush()
    return read_clocks(session, today=today, calendar=load_calendar(session))


def owe(session: Session, department: Department, period: str, due_on: dt.date, state: str, kind: str = "node") -> None:
    session.add(
        Obligation(
            subject_id=department.id,
            department_id=department.id,
            kind=kind,
            period=period,
            label="公共数据目录编制",
            starts_on=dt.date(2026, 1, 1),
            due_on=due_on,
            grace_on=due_on if kind == "node" else due_on + dt.timedelta(days=7),
            state=state,
            created_at=NOW,
        )
    )


def make_plan(session: Session, state: str = "running") -> WorkPlan:
    plan = WorkPlan(code="2026", title="2026年工作计划", starts_on=dt.date(2026, 2, 2), state=state, created_at=NOW)
    session.add(plan)
    session.flush()
    days = ((1, dt.date(2026, 6, 30)), (2, CLOSED_ON))
    for position, due_on in days:
        session.add(PlanNode(plan_id=plan.id, position=position, title=f"节点{position}", due_on=due_on, rule="manual"))
    return plan


def test_nodes_that_somebody_owes_are_shown_with_who_has_met_them(
    session: Session, departments: list[Department]
) -> None:
    make_plan(session)
    for department, first in zip(departments, ("on_time", "late", "open"), strict=True):
        owe(session, department, "2026#1", dt.date(2026, 6, 30), first)
        owe(session, department, "2026#2", CLOSED_ON, "open")
    first, second = clocks(session).nodes
    assert (first.title, first.met, first.owed, first.left.workdays) == ("节点1", 2, 3, -8)
    assert (second.title, second.met, second.owed, second.left.workdays) == ("节点2", 0, 3, 35)


def test_a_node_that_all_have_met_and_a_closed_plan_are_no_clock(
    session: Session, departments: list[Department]
) -> None:
    plan = make_plan(session)
    owe(session, departments[0], "2026#1", dt.date(2026, 6, 30), "late")
    owe(session, departments[1], "2026#1", dt.date(2026, 6, 30), "void")
    assert clocks(session).nodes == ()
    owe(session, departments[0], "2026#2", CLOSED_ON, "open")
    assert [one.title for one in clocks(session).nodes] == ["节点2"]
    plan.state = "closed"
    assert clocks(session).nodes == ()


def test_scores_can_be_frozen_after_the_last_day_of_grace(session: Session, departments: list[Department]) -> None:
    """Due on Tuesday 30 June, in grace until Tuesday 7 July: frozen from the 8th on."""
    assert clocks(session).freeze is None, "a district in which nothing was due has nothing to freeze"
    owe(session, departments[0], "2026-06", dt.date(2026, 6, 30), "open", kind="update")
    early = clocks(session, dt.date(2026, 7, 7)).freeze
    assert early is not None
    assert (early.period.key, early.from_on, early.is_due) == ("2026H1", dt.date(2026, 7, 8), False)
    due = clocks(session).freeze
    assert due is not None and due.is_due
    session.add(
        Scorecard(department_id=departments[0].id, period="2026H1", lines=[], frozen_by_name="王", frozen_at=NOW)
    )
    assert clocks(session).freeze is None


def test_after_a_year_its_second_half_is_frozen_first_and_then_the_year(
    session: Session, departments: list[Department]
) -> None:
    owe(session, departments[0], "2026Q4", dt.date(2026, 12, 31), "on_time", kind="update")
    january = dt.date(2027, 1, 20)
    half = clocks(session, january).freeze
    assert half is not None and half.period.key == "2026H2"
    session.add(
        Scorecard(department_id=departments[0].id, period="2026H2", lines=[], frozen_by_name="王", frozen_at=NOW)
    )
    year = clocks(session, january).freeze
    assert year is not None and year.period.key == "2026"


def test_what_waits_for_the_office_is_counted(session: Session, departments: list[Department]) -> None:
    plan = make_plan(session)
    for number, state in enumerate(("signed", "returned", "signed"), 1):
        session.add(
            Declaration(
                plan_id=plan.id,
                department_id=departments[number - 1].id,
                number=1,
                kind="zero",
                state=state,
                drafted_by_name="填报员",
                drafted_at=NOW,
            )
        )
    for state in ("failed", "sent", "waiting"):
        session.add(
            Message(key=state, channel="mail", recipient="a@example.cn", state=state, created_at=NOW, next_try_at=NOW)
        )
    find(session, departments[0], "ZG-2026-001", dt.date(2026, 7, 17), "answered")
    found = clocks(session)
    assert (found.declarations, found.failed_messages, found.findings, found.score_objections) == (2, 1, 1, 0)


def find(session: Session, department: Department, code: str, due_on: dt.date, state: str) -> None:
    session.add(
        Rectification(
            code=code,
            department_id=department.id,
            finding="下载链接打不开",
            found_on=dt.date(2026, 7, 1),
            due_on=due_on,
            state=state,
            created_at=NOW,
        )
    )


def test_a_department_owes_what_it_has_not_answered_the_earliest_counted_in_working_days(
    session: Session, departments: list[Department]
) -> None:
    find(session, departments[0], "ZG-2026-001", dt.date(2026, 7, 17), "open")
    find(session, departments[0], "ZG-2026-002", dt.date(2026, 7, 13), "returned")
    find(session, departments[0], "ZG-2026-003", dt.date(2026, 7, 6), "answered")
    find(session, departments[1], "ZG-2026-004", dt.date(2026, 7, 6), "open")
    session.flush()
    calendar = load_calendar(session)
    owed = find_owed(session, departments[0].id, today=FRIDAY, calendar=calendar)
    assert owed.left is not None
    assert (owed.count, owed.left.due_on, owed.left.workdays) == (2, dt.date(2026, 7, 13), 1), "Friday to Monday"
    assert find_owed(session, departments[2].id, today=FRIDAY, calendar=calendar).left is None
