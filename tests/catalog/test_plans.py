"""Plans, their nodes and lists: what is owed, to the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from catalog import deadlines, plans
from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, Obligation, WorkPlan
from catalog.plans import NodeDraft
from catalog.workdays import Calendar
from tests.catalog.lifecycle import People, make_actor, make_department
from tests.catalog.plan_cases import (
    FRIDAY,
    NODES,
    START,
    WEDNESDAY,
    PlanCase,
    make_case,
    other_department,
    shanghai,
)

REASON = "按规定办理"


@pytest.fixture
def case(session: Session, people: People) -> PlanCase:
    return make_case(session, people)


def test_started_plan_owes_one_obligation_per_department_and_node(case: PlanCase, session: Session) -> None:
    other = other_department(session)
    case.start(NODES, "2023", other)
    rows = session.scalars(select(Obligation).where(Obligation.kind == "node").order_by(Obligation.due_on)).all()
    assert {(row.department_id, row.period) for row in rows} == {
        (one.id, f"2023#{position}") for one in (case.department, other) for position in (1, 2)
    }
    first = case.node(1)
    assert (first.starts_on, first.due_on, first.grace_on) == (dt.date(2023, 2, 20), FRIDAY, FRIDAY)
    assert FRIDAY.strftime("%A") == "Friday"
    assert WEDNESDAY.strftime("%A") == "Wednesday"
    assert first.label == "2023年公共数据开放工作计划：公共数据目录编制"
    assert first.state == "open"


def test_draft_owes_nothing_and_starts_once(case: PlanCase, session: Session) -> None:
    by = case.people.office
    plans.create_plan(
        session, code="2024", title="草稿", starts_on=FRIDAY, nodes=(), department_ids=(), by=by, now=START
    )
    with pytest.raises(Invalid) as refused:
        plans.start_plan(session, "2024", by=by, now=START)
    assert [problem.code for problem in refused.value.problems] == ["plan_without_nodes", "plan_without_departments"]
    assert not session.scalars(select(Obligation)).all()
    case.start()
    with pytest.raises(Conflict, match="plan_not_draft"):
        plans.start_plan(session, "2023", by=by, now=START)
    with pytest.raises(Conflict, match="plan_not_draft"):
        plans.edit_plan(session, "2023", title="改", starts_on=FRIDAY, nodes=NODES, department_ids=(), by=by, now=START)


@pytest.mark.parametrize(
    ("code", "title", "nodes", "places"),
    [
        ("二〇二三", "计划", NODES, ["code"]),
        ("2023 H1", "计划", NODES, ["code"]),
        ("2023", " ", NODES, ["title"]),
        ("2023", "计划", (NodeDraft("早", "catalog", dt.date(2023, 1, 1)),), ["nodes.1.due_on"]),
        ("2023", "计划", (*NODES, NodeDraft("", "magic", FRIDAY)), ["nodes.3.title", "nodes.3.rule"]),
    ],
)
def test_wrong_plan_names_every_place(
    case: PlanCase, session: Session, code: str, title: str, nodes: Sequence[NodeDraft], places: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        plans.create_plan(
            session,
            code=code,
            title=title,
            starts_on=dt.date(2023, 2, 20),
            nodes=nodes,
            department_ids=(),
            by=case.people.office,
            now=START,
        )
    assert [problem.where for problem in refused.value.problems] == places


def test_copied_plan_moves_nodes_by_years_and_leaves_out_closed_departments(case: PlanCase, session: Session) -> None:
    gone = other_department(session)
    leap = NodeDraft("月底小结", "manual", dt.date(2024, 2, 29))
    case.start((*NODES, leap), "2023", gone)
    gone.is_active = False
    session.flush()
    plans.copy_plan(
        session, "2023", code="2025", title="2025年", starts_on=dt.date(2025, 2, 20), by=case.people.office, now=START
    )
    found = plans.get_plan(session, "2025", by=case.people.office)
    assert [(node.title, node.due_on.isoformat()) for node in found.nodes] == [
        ("公共数据目录编制", "2025-06-30"),
        ("数据报送并与市平台对接", "2025-08-30"),
        ("月底小结", "2026-02-28"),
    ]
    assert (found.state, found.department_count) == ("draft", 1)


@pytest.mark.parametrize(
    ("signed_at", "state", "late"),
    [
        (shanghai(2023, 6, 29), "on_time", None),  # Thursday
        (shanghai(2023, 6, 30, 23, 30), "on_time", None),  # Friday evening
        (shanghai(2023, 6, 30, 23, 59, 59), "on_time", None),
        (shanghai(2023, 7, 1, 0, 0, 1), "late", 0),  # Saturday: late, though no working day has gone by
        (shanghai(2023, 7, 3), "late", 1),  # Monday
        (shanghai(2023, 7, 10), "late", 6),  # Monday after
    ],
)
def test_declaration_counts_by_the_day_of_its_signature(
    case: PlanCase, signed_at: dt.datetime, state: str, late: int | None
) -> None:
    case.start()
    case.lifecycle.entry("published", "低保对象名单")
    case.list("低保对象名单")
    case.declare(signed_at)
    row = case.node(1)
    assert (row.state, row.late_workdays, row.settled_by) == (state, late, "declaration")
    assert case.node(2).state == "open"


def test_sunday_node_is_met_on_the_sunday_and_late_on_monday(case: PlanCase) -> None:
    sunday = dt.date(2023, 7, 30)
    assert sunday.strftime("%A") == "Sunday"
    case.start((NodeDraft("编制", "catalog", sunday),))
    case.declare(shanghai(2023, 7, 30, 23, 59), kind="zero", reason="本部门无可开放的数据", accept=True)
    assert (case.node(1).state, case.node(1).settled_on) == ("on_time", sunday)
    case.start((NodeDraft("编制", "catalog", sunday),), "2023B")
    case.declare(shanghai(2023, 7, 31), kind="zero", reason="本部门无可开放的数据", code="2023B")
    assert (case.node(1, "2023B").state, case.node(1, "2023B").late_workdays) == ("late", 1)


def test_nightly_check_gives_nodes_no_grace(case: PlanCase, session: Session) -> None:
    case.start()
    deadlines.check(session, on=dt.date(2023, 6, 1))
    assert case.node(1).grace_on == FRIDAY


def test_corrected_date_is_followed_and_the_first_one_is_kept(case: PlanCase, session: Session) -> None:
    case.start()
    later = dt.date(2023, 7, 10)
    with pytest.raises(Invalid, match="reason_required"):
        plans.correct_node(session, "2023", 1, due_on=later, reason=" ", by=case.people.office, now=START)
    for due_on in (later, dt.date(2023, 7, 14)):
        plans.correct_node(session, "2023", 1, due_on=due_on, reason="市级统一顺延", by=case.people.office, now=START)
    row = case.node(1)
    assert (row.due_on, row.grace_on, row.first_due_on) == (dt.date(2023, 7, 14), dt.date(2023, 7, 14), FRIDAY)
    audit = session.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first()
    assert audit is not None
    assert (audit.params["before"], audit.params["after"]) == ("2023-07-10", "2023-07-14")
    case.declare(shanghai(2023, 7, 12), kind="zero", reason="无")
    assert case.node(1).state == "on_time"
    with pytest.raises(Conflict, match="node_settled"):
        plans.correct_node(session, "2023", 1, due_on=FRIDAY, reason=REASON, by=case.people.office, now=START)


def test_departments_and_nodes_added_on_the_way_are_owed(case: PlanCase, session: Session) -> None:
    case.start()
    other, by = other_department(session), case.people.office
    assert plans.add_departments(session, "2023", [other.id, case.department.id], by=by, now=START) == 1
    plans.add_node(session, "2023", NodeDraft("年底总结", "manual", dt.date(2023, 12, 29)), by=by, now=START)
    rows = session.scalars(select(Obligation.period).where(Obligation.department_id == other.id)).all()
    assert sorted(rows) == ["2023#1", "2023#2", "2023#3"]
    plans.remove_department(session, "2023", other.id, reason="机构撤并", by=by, now=START)
    states = session.scalars(select(Obligation.state).where(Obligation.department_id == other.id)).all()
    assert set(states) == {"void"}
    plans.add_departments(session, "2023", [other.id], by=by, now=START)
    states = session.scalars(select(Obligation.state).where(Obligation.department_id == other.id)).all()
    assert states == ["open"] * 3


def test_closed_plan_leaves_missed_what_was_overdue_and_voids_what_was_to_come(
    case: PlanCase, session: Session
) -> None:
    case.start()
    plans.close_plan(session, "2023", by=case.people.office, now=shanghai(2023, 7, 3))
    assert (case.node(1).state, case.node(1).settled_on) == ("missed", dt.date(2023, 7, 3))
    assert (case.node(2).state, case.node(2).reason) == ("void", "plan_closed")
    with pytest.raises(Conflict, match="plan_not_running"):
        case.list("迟来的")


def test_other_departments_and_drafts_are_not_told_of(case: PlanCase, session: Session) -> None:
    stranger = make_actor(session, "editor", department=other_department(session))
    case.start()
    with pytest.raises(NotFound):
        plans.get_plan(session, "2023", by=stranger)
    assert plans.list_plans(session, by=stranger) == []
    plans.copy_plan(
        session, "2023", code="2024", title="草稿", starts_on=dt.date(2024, 2, 20), by=case.people.office, now=START
    )
    with pytest.raises(NotFound):
        plans.get_plan(session, "2024", by=case.people.editor)
    assert [plan.code for plan in plans.list_plans(session, by=case.people.office)] == ["2024", "2023"]
    with pytest.raises(NotAllowed):
        plans.start_plan(session, "2024", by=case.people.editor, now=START)
    plans.remove_plan(session, "2024", by=case.people.office, now=START)
    assert session.scalars(select(WorkPlan.code)).all() == ["2023"]


@pytest.mark.parametrize(
    ("today", "due_on", "workdays", "days"),
    [
        (dt.date(2023, 6, 20), FRIDAY, 7, 10),  # Tuesday; Thursday 22 to Saturday 24 are 端午, Sunday 25 is worked
        (dt.date(2023, 6, 29), FRIDAY, 1, 1),  # Thursday
        (FRIDAY, FRIDAY, 0, 0),
        (dt.date(2023, 7, 1), FRIDAY, 0, -1),  # Saturday
        (dt.date(2023, 7, 3), FRIDAY, -1, -3),  # Monday
        (dt.date(2023, 7, 29), dt.date(2023, 7, 30), 0, 1),  # Saturday before a Sunday node
    ],
)
def test_countdown_counts_working_days(today: dt.date, due_on: dt.date, workdays: int, days: int) -> None:
    found = plans.count_down(due_on, today=today, calendar=Calendar())
    assert (found.workdays, found.days) == (workdays, days)


def test_board_tells_who_has_met_what_with_a_few_queries(case: PlanCase, session: Session, engine: Engine) -> None:
    others = [make_department(session, f"黄石港区第{number}局") for number in range(40)]
    case.start(NODES, "2023", *others)
    case.lifecycle.entry("published", "低保对象名单")
    case.list("低保对象名单")
    plans.add_items(session, "2023", others[0].id, ["甲", "乙"], by=case.people.office, now=START)
    case.declare(shanghai(2023, 7, 3))
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    session.expire_all()
    event.listen(engine, "before_cursor_execute", note)
    board = plans.make_board(session, "2023", today=dt.date(2023, 7, 4), by=case.people.office)
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) <= 10
    assert len(board.rows) == 41
    first, second = board.heads
    assert (first.met, first.owed, first.countdown.workdays) == (1, 41, -2)
    assert (second.met, second.owed) == (0, 41)
    row = next(row for row in board.rows if row.department.id == case.department.id)
    assert (row.cells[0].state, row.cells[0].late_workdays, row.is_done) == ("late", 1, False)
    assert not row.cells[1].is_overdue
    waiting = next(row for row in board.rows if row.department.id == others[0].id)
    assert (waiting.progress.expected, waiting.progress.done) == (2, 0)
    assert (waiting.cells[0].is_overdue, waiting.cells[0].late_workdays) == (True, 2)
    assert board.progress.expected == 3


def test_next_node_of_a_department_is_the_earliest_open_one(case: PlanCase, session: Session) -> None:
    today = dt.date(2023, 6, 29)
    assert plans.find_next_node(session, case.department.id, today=today) is None
    case.start()
    found = plans.find_next_node(session, case.department.id, today=today)
    assert found is not None
    assert (found.plan_code, found.title, found.countdown.workdays, found.open_count) == (
        "2023",
        "公共数据目录编制",
        1,
        2,
    )
    assert found.soon_count == 1
    case.declare(shanghai(2023, 6, 29), kind="zero", reason="无", accept=False)
    waiting = plans.find_next_node(session, case.department.id, today=today)
    assert waiting is not None
    assert waiting.title == "数据报送并与市平台对接"
