"""What nobody can bend: debts that do not vanish, lists that stand, one person who is not two, dates that mean one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog import departments, duties, obligations, plans, rectifications, webhooks
from catalog.cycles import CYCLES
from catalog.errors import Conflict, DomainError, Invalid, NotAllowed
from catalog.models import AuditRow, Department, Obligation
from catalog.obligation_acts import confirm_unchanged, excuse
from catalog.permissions import Actor
from catalog.plans import NodeDraft
from catalog.scorecards import weights
from catalog.scorecards.freezing import freeze_period
from catalog.scorecards.objections import decide_objection, object_to_score
from catalog.scorecards.periods import parse_period
from catalog.workdays import Calendar, load_calendar
from tests.catalog.bulk_desk import Bulk, of
from tests.catalog.lifecycle import Lifecycle, People, make_actor, make_people
from tests.catalog.plan_cases import FRIDAY, NODES, START, PlanCase, make_case, other_department, shanghai
from tests.catalog.promises import Desk, at

REASON = "按规定办理"
THREADS = 8


@pytest.fixture
def case(session: Session, people: People) -> PlanCase:
    return make_case(session, people)


def codes(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {problem.code for problem in error.value.problems}


# Debts


def test_calling_monthly_data_irregular_wipes_out_no_debt() -> None:
    """May was due on Sunday 31 May 2026 with grace until Friday 5 June; June runs."""
    ledger = obligations.Ledger(uuid.uuid4(), uuid.uuid4(), [], Calendar())
    obligations.begin(ledger, CYCLES["monthly"], today=dt.date(2026, 5, 11))
    obligations.begin(ledger, CYCLES["monthly"], today=dt.date(2026, 6, 8))
    obligations.begin(ledger, None, today=dt.date(2026, 6, 9))
    states = {row.period: (row.state, row.settled_on) for row in ledger.rows}
    assert states == {"2026-05": ("missed", dt.date(2026, 6, 9)), "2026-06": ("void", None)}
    obligations.begin(ledger, CYCLES["monthly"], today=dt.date(2026, 6, 10))
    assert {row.period: row.state for row in ledger.rows} == {"2026-05": "missed", "2026-06": "open"}


def test_what_was_due_and_still_in_its_grace_is_no_debt() -> None:
    """Friday 5 June 2026 is the last day of May's grace."""
    ledger = obligations.Ledger(uuid.uuid4(), uuid.uuid4(), [], Calendar())
    obligations.begin(ledger, CYCLES["monthly"], today=dt.date(2026, 5, 11))
    obligations.begin(ledger, None, today=dt.date(2026, 6, 5))
    assert [row.state for row in ledger.rows] == ["void"]


def test_unchanged_is_confirmed_for_the_newest_week_also_while_an_older_one_is_extended(
    session: Session, lifecycle: Lifecycle, people: People
) -> None:
    """Week 28 of 2026 ends on Sunday 12 July and is extended to Tuesday 11 August; week 32 ends on Sunday 9 August."""
    desk = Desk(session, lifecycle, lifecycle.entry("published", update_cycle="weekly"))
    week = desk.row("2026-W28")
    obligations.extend(week, dt.date(2026, 8, 11), load_calendar(session))
    for day in ("2026-07-13", "2026-07-20", "2026-07-27", "2026-08-03", "2026-08-10", "2026-08-12"):
        desk.night(day)
    served = confirm_unchanged(session, desk.entry, reason=REASON, by=people.reviewer, now=at("2026-08-12"))
    assert served == desk.row("2026-W32").id
    assert desk.row("2026-W32").state == "on_time"


# Plans


def test_draft_of_a_plan_is_thrown_away_with_the_titles_listed_under_it(case: PlanCase, session: Session) -> None:
    office = case.people.office
    plans.create_plan(
        session, code="2024", title="草稿", starts_on=dt.date(2024, 2, 20), nodes=NODES[:0],
        department_ids=[case.department.id], by=office, now=START,
    )  # fmt: skip
    plans.add_items(session, "2024", case.department.id, ["社区名录"], by=office, now=START)
    plans.remove_plan(session, "2024", by=office, now=START)
    assert plans.list_plans(session, by=office) == []


def test_plan_is_not_closed_over_a_signed_declaration_that_nobody_answered(case: PlanCase, session: Session) -> None:
    """The head signed on Thursday 29 June 2023, the office forgot: closing would make the department's node missed."""
    case.start(NODES[:1])
    case.declare(shanghai(2023, 6, 29), kind="zero", reason="无公共数据", accept=False)
    with pytest.raises(Conflict) as caught:
        plans.close_plan(session, "2023", by=case.people.office, now=shanghai(2023, 9, 1))
    assert (caught.value.code, caught.value.params["count"]) == ("declarations_waiting", 1)
    plans.accept_declaration(session, "2023", case.department.id, by=case.people.office, now=shanghai(2023, 9, 1))
    plans.close_plan(session, "2023", by=case.people.office, now=shanghai(2023, 9, 1))
    assert (case.node(1).state, case.node(1).settled_on) == ("on_time", dt.date(2023, 6, 29))


def test_who_signed_or_drafted_a_declaration_does_not_accept_it(case: PlanCase, session: Session) -> None:
    """The data office is a department too: its head may hold the office's role in the same account."""
    case.start(NODES[:1])
    both = Actor(case.head.account_id, case.head.name, case.department.id, frozenset({"head", "office"}))
    case.declare(shanghai(2023, 6, 29), kind="zero", reason="无公共数据", accept=False)
    drafter = Actor(case.people.editor.account_id, "填报员", case.department.id, frozenset({"editor", "office"}))
    for by in (both, drafter):
        with pytest.raises(NotAllowed) as caught:
            plans.accept_declaration(session, "2023", case.department.id, by=by, now=shanghai(2023, 6, 30))
        assert caught.value.code == "own_declaration_decided"
    assert case.node(1).state == "open"


def test_department_that_returns_to_a_plan_does_not_owe_again_what_its_declaration_meets(
    case: PlanCase, session: Session
) -> None:
    """A zero catalog has nothing to hand over: that node stays fallen away after leaving and coming back."""
    case.start()
    case.declare(shanghai(2023, 6, 29), kind="zero", reason="无公共数据")
    assert (case.node(1).state, case.node(2).state) == ("on_time", "void")
    office, now = case.people.office, shanghai(2023, 7, 10)
    plans.remove_department(session, "2023", case.department.id, reason=REASON, by=office, now=now)
    plans.add_departments(session, "2023", [case.department.id], by=office, now=now)
    assert (case.node(1).state, case.node(2).state) == ("on_time", "void")


def test_merging_into_a_department_that_had_left_the_plan_hands_the_open_nodes_over_and_back(
    case: PlanCase, session: Session
) -> None:
    other = other_department(session)
    case.start(NODES, "2023", other)
    office, now = case.people.office, shanghai(2023, 6, 1)
    plans.remove_department(session, "2023", other.id, reason="未承担任务", by=office, now=now)
    bulk = Bulk(session, office, now)
    act = bulk.apply("merge_departments", **of(case.department), into_id=str(other.id))

    def open_nodes(department: Department) -> list[str]:
        query = select(Obligation.period).where(
            Obligation.department_id == department.id, Obligation.kind == "node", Obligation.state == "open"
        )
        return sorted(session.scalars(query))

    assert (open_nodes(case.department), open_nodes(other)) == ([], ["2023#1", "2023#2"])
    bulk.undo(act)
    assert (open_nodes(case.department), open_nodes(other)) == (["2023#1", "2023#2"], [])


def test_merger_taken_back_opens_no_node_of_a_plan_that_has_been_closed_since(case: PlanCase, session: Session) -> None:
    other = other_department(session)
    case.start(NODES[:1], "2023", other)
    office, now = case.people.office, shanghai(2023, 6, 1)
    bulk = Bulk(session, office, now)
    act = bulk.apply("merge_departments", **of(case.department), into_id=str(other.id))
    assert (case.node(1).state, case.node(1).reason) == ("void", "department_merged")
    plans.close_plan(session, "2023", by=office, now=now)
    kept = [(one.what, one.why) for one in bulk.undo(act).changes if one.state == "kept"]
    assert kept == [("plan", "bulk_changed_since")]
    assert case.node(1).state == "void"


def test_department_that_still_owes_is_merged_or_released_but_not_switched_off(
    case: PlanCase, session: Session
) -> None:
    case.start(NODES[:1])
    office = case.people.office
    with pytest.raises(Conflict) as caught:
        departments.deactivate_department(session, case.department.id, by=office, now=START)
    assert (caught.value.code, caught.value.params["count"]) == ("department_owes", 1)
    plans.remove_department(session, "2023", case.department.id, reason=REASON, by=office, now=START)
    departments.deactivate_department(session, case.department.id, by=office, now=START)
    assert not case.department.is_active


# One person is not two


def test_who_may_answer_a_finding_does_not_close_it(session: Session, people: People) -> None:
    both = Actor(people.editor.account_id, "甲", people.department.id, frozenset({"editor", "office"}))
    facts = {"finding": "三个文件停在 2021 年", "due_on": dt.date(2026, 7, 31)}
    row = rectifications.open_finding(
        session, department_id=people.department.id, by=people.office, now=at("2026-07-10"), **facts
    )
    rectifications.answer_finding(session, row.code, evidence="已更新", by=both, now=at("2026-07-13"))
    with pytest.raises(NotAllowed) as caught:
        rectifications.close_finding(session, row.code, by=both, now=at("2026-07-13"))
    assert caught.value.code == "own_finding"
    with pytest.raises(NotAllowed):
        rectifications.drop_finding(session, row.code, reason="误报", by=both, now=at("2026-07-13"))
    rectifications.close_finding(session, row.code, by=people.office, now=at("2026-07-14"))


def test_who_may_object_for_a_department_does_not_excuse_it(
    session: Session, lifecycle: Lifecycle, people: People
) -> None:
    """July 2026 is overdue on Monday 10 August."""
    desk = Desk(session, lifecycle, lifecycle.entry("published"))
    desk.night("2026-08-10")
    both = Actor(people.reviewer.account_id, "乙", people.department.id, frozenset({"reviewer", "office"}))
    with pytest.raises(NotAllowed) as caught:
        excuse(session, desk.row("2026-07").id, reason="机构改革期间", by=both, now=at("2026-08-10"))
    assert (caught.value.code, desk.row("2026-07").state) == ("own_request", "open")
    excuse(session, desk.row("2026-07").id, reason="机构改革期间", by=people.office, now=at("2026-08-10"))


def test_address_is_not_called_for_a_test_before_the_last_one_has_left(session: Session, people: People) -> None:
    now = at("2026-07-10")
    hook = webhooks.register_webhook(
        session, people.department.id, url="https://example.com/hook", by=people.reviewer, now=now
    )
    webhooks.queue_test(session, hook.id, by=people.reviewer, now=now)
    with pytest.raises(Conflict) as caught:
        webhooks.queue_test(session, hook.id, by=people.reviewer, now=now + dt.timedelta(seconds=1))
    assert caught.value.code == "webhook_test_waits"


def test_head_with_the_role_of_the_office_does_not_answer_the_own_objection(session: Session, people: People) -> None:
    """The first half of 2025 is frozen on Monday 5 January 2026; nine points are asked for."""
    head = make_actor(session, "head", department=people.department)
    both = Actor(head.account_id, head.name, people.department.id, frozenset({"head", "office"}))
    period, now = parse_period("2025H1", today=dt.date(2026, 1, 5)), at("2026-01-05")
    freeze_period(session, period, by=people.office, now=now, today=dt.date(2026, 1, 5))
    row = object_to_score(
        session, period, "timely", department_id=people.department.id, text="系统故障期间不应计入",
        calendar=Calendar(), by=both, now=now,
    )  # fmt: skip
    with pytest.raises(NotAllowed) as caught:
        decide_objection(session, row.id, is_accepted=True, points=9, answer=REASON, by=both, now=now)
    assert caught.value.code == "own_request"
    with pytest.raises(Invalid):
        decide_objection(
            session, row.id, is_accepted=True, points=float("nan"), answer=REASON, by=people.office, now=now
        )


# Days


@pytest.mark.parametrize("day", [dt.date.min, dt.date(1999, 12, 31), dt.date(2101, 1, 1), dt.date.max])
def test_day_beyond_all_reason_is_refused_wherever_one_is_typed(case: PlanCase, session: Session, day: dt.date) -> None:
    """A slip like 9026-06-30 would let every countdown walk through millions of days."""
    office, now = case.people.office, START
    case.start(NODES[:1])
    facts = {"title": "计划", "department_ids": [case.department.id], "by": office, "now": now}
    node = NodeDraft("目录编制", "catalog", day)
    attempts: list[Callable[[], object]] = [
        lambda: plans.create_plan(session, code="A", starts_on=day, nodes=(), **facts),
        lambda: plans.create_plan(session, code="A", starts_on=dt.date(2023, 2, 20), nodes=(node,), **facts),
        lambda: plans.add_node(session, "2023", node, by=office, now=now),
        lambda: plans.correct_node(session, "2023", 1, due_on=day, reason=REASON, by=office, now=now),
        lambda: plans.copy_plan(session, "2023", code="B", title="副本", starts_on=day, by=office, now=now),
        lambda: rectifications.open_finding(
            session, department_id=case.department.id, finding="发现", found_on=min(day, dt.date(2023, 2, 20)),
            due_on=day, by=office, now=now,
        ),
        lambda: duties.define_duty(session, code="d", title="宣讲", starts_on=day, by=office, now=now),
        lambda: weights.set_weights(
            session, {"timely": (1.0, 1.0)}, starts_on=day, by=office, now=now, today=dt.date.min
        ),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(Invalid) as caught:
            attempt()
        assert "day_out_of_range" in codes(caught)


def test_copy_of_a_plan_whose_dates_would_leave_the_century_is_refused(case: PlanCase, session: Session) -> None:
    """A node of January 2024 in a plan of 2023 would move to 2101."""
    case.start((NodeDraft("次年小结", "manual", dt.date(2024, 1, 31)),))
    with pytest.raises(Invalid) as caught:
        plans.copy_plan(
            session, "2023", code="2100", title="副本", starts_on=dt.date(2100, 2, 20), by=case.people.office, now=START
        )
    assert codes(caught) == {"day_out_of_range"}


# Races


def race(engine: Engine, act: Callable[[Session], object]) -> list[str]:
    """What became of the same act done by THREADS people at the same moment: "done", or the code of the refusal."""

    def one(_: int) -> str:
        with engine.connect().execution_options(isolation_mode="write") as connection:
            session = Session(bind=connection, expire_on_commit=False)
            try:
                act(session)
                session.commit()
            except DomainError as error:
                session.rollback()
                return error.code
            finally:
                session.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(one, range(THREADS)))


def test_of_many_who_draft_sign_accept_or_close_at_once_one_wins(own_engine: Engine) -> None:
    with Session(own_engine, expire_on_commit=False) as session:
        case = make_case(session, make_people(session))
        case.start((NodeDraft("目录编制", "catalog", FRIDAY), NodeDraft("现场核验", "manual", FRIDAY)))
        session.commit()
    of_it, people, now = case.department.id, case.people, shanghai(2023, 6, 29)
    losers = THREADS - 1
    drafted = race(
        own_engine,
        lambda session: plans.draft_declaration(
            session, "2023", of_it, kind="zero", reason="无", by=people.editor, now=now
        ),
    )
    assert set(drafted) == {"done"}, "an unsigned draft is written anew"
    signed = race(own_engine, lambda session: plans.sign_declaration(session, "2023", of_it, by=case.head, now=now))
    assert signed == sorted(["done"] + ["nothing_to_sign"] * losers)
    accepted = race(
        own_engine, lambda session: plans.accept_declaration(session, "2023", of_it, by=people.office, now=now)
    )
    assert accepted == sorted(["done"] + ["nothing_to_decide"] * losers)
    recorded = race(
        own_engine,
        lambda session: plans.record_handover(
            session, "2023", 2, of_it, done_on=FRIDAY - dt.timedelta(days=2), note="已核验", by=people.office, now=now
        ),
    )
    assert recorded == sorted(["done"] + ["node_settled"] * losers)
    closed = race(own_engine, lambda session: plans.close_plan(session, "2023", by=people.office, now=now))
    assert closed == sorted(["done"] + ["plan_not_running"] * losers)
    with Session(own_engine) as session:
        logged = dict(session.execute(select(AuditRow.act, func.count()).group_by(AuditRow.act)).all())
        declarations = plans.list_declarations(session, plans.get_plan(session, "2023", by=people.office).id, of_it)
    assert [one.number for one in declarations] == [1]
    assert (logged["plan.sign"], logged["plan.decide"], logged["plan.hand_over"]) == (1, 1, 1)
    assert logged["plan.manage"] == 3, "created, started, closed"
