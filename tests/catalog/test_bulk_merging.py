"""Merging departments: what is owed goes over, what was done stays, and all of it comes back when it is undone."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import rectifications
from catalog.errors import Invalid
from catalog.models import Candidate, Department, Obligation, PlanDepartment, PlanItem, WorkPlan
from catalog.rectification_lists import get_rectification
from tests.catalog.bulk_desk import Bulk, of
from tests.catalog.lifecycle import Lifecycle, People, make_department


@pytest.fixture
def office(session: Session, people: People, now: dt.datetime) -> Bulk:
    return Bulk(session, people.office, now + dt.timedelta(days=1))


@pytest.fixture
def education(session: Session) -> Department:
    return make_department(session, "黄石港区教育局")


def test_merging_moves_what_is_owed_and_leaves_what_was_done(
    session: Session, lifecycle: Lifecycle, people: People, office: Bulk, education: Department
) -> None:
    entry, draft = lifecycle.entry("published"), lifecycle.draft("草稿")
    act = office.apply("merge_departments", **of(people.department), into_id=str(education.id))
    assert office.facts(act).counts == {"done": 1 + 2 + 2}, "the department, two accounts, two entries"
    assert (people.department.is_active, people.department.merged_into_id) == (False, education.id)
    assert {entry.department_id, draft.department_id} == {education.id}
    rows = session.scalars(select(Obligation).where(Obligation.state == "open")).all()
    assert {row.department_id for row in rows} == {education.id}
    facts = office.undo(act)
    assert facts.counts == {"undone": 5}
    assert (people.department.is_active, people.department.merged_into_id) == (True, None)
    assert {entry.department_id, draft.department_id} == {people.department.id}


def test_department_is_not_merged_into_itself_or_one_out_of_use(
    session: Session, people: People, office: Bulk, education: Department
) -> None:
    with pytest.raises(Invalid):
        office.plan("merge_departments", **of(people.department), into_id=str(people.department.id))
    education.is_active = False
    with pytest.raises(Invalid) as caught:
        office.plan("merge_departments", **of(people.department), into_id=str(education.id))
    assert caught.value.problems[0].code == "bulk_department_closed"


@pytest.fixture
def living_plan(session: Session, people: People, now: dt.datetime) -> WorkPlan:
    """A running plan with one node that the civil affairs bureau owes."""
    plan = WorkPlan(code="2026H2", title="下半年", state="running", starts_on=dt.date(2026, 7, 1), created_at=now)
    session.add(plan)
    session.flush()
    session.add(PlanDepartment(plan_id=plan.id, department_id=people.department.id))
    session.add(node_of(people.department, now))
    session.flush()
    return plan


def node_of(department: Department, now: dt.datetime) -> Obligation:
    due_on = dt.date(2026, 8, 30)
    return Obligation(
        subject_id=department.id, department_id=department.id, kind="node", period="2026H2#1", label="目录编制",
        starts_on=dt.date(2026, 7, 1), due_on=due_on, grace_on=due_on, state="open", created_at=now,
    )  # fmt: skip


def nodes(session: Session, department: Department) -> list[tuple[str, str | None]]:
    query = select(Obligation.state, Obligation.reason).where(
        Obligation.kind == "node", Obligation.department_id == department.id
    )
    return [(state, reason) for state, reason in session.execute(query)]


def test_merger_hands_over_a_plan_with_its_open_nodes(
    session: Session, people: People, office: Bulk, education: Department, living_plan: WorkPlan
) -> None:
    act = office.apply("merge_departments", **of(people.department), into_id=str(education.id))
    assert (nodes(session, people.department), nodes(session, education)) == ([], [("open", None)])
    assert session.get(PlanDepartment, (living_plan.id, education.id)) is not None
    assert session.get(PlanDepartment, (living_plan.id, people.department.id)) is None
    office.undo(act)
    assert (nodes(session, people.department), nodes(session, education)) == ([("open", None)], [])
    assert session.get(PlanDepartment, (living_plan.id, education.id)) is None


def test_node_that_the_successor_owes_too_is_owed_once(
    session: Session, people: People, office: Bulk, education: Department, living_plan: WorkPlan, now: dt.datetime
) -> None:
    session.add(PlanDepartment(plan_id=living_plan.id, department_id=education.id))
    session.add(node_of(education, now))
    session.flush()
    act = office.apply("merge_departments", **of(people.department), into_id=str(education.id))
    assert nodes(session, people.department) == [("void", "department_merged")]
    assert nodes(session, education) == [("open", None)]
    office.undo(act)
    assert nodes(session, people.department) == [("open", None)]


def test_merger_moves_open_findings_and_leaves_settled_ones(
    session: Session, people: People, office: Bulk, education: Department
) -> None:
    def find() -> str:
        return rectifications.open_finding(
            session, department_id=people.department.id, finding="链接打不开", due_on=dt.date(2026, 7, 31),
            by=office.by, now=office.now,
        ).code  # fmt: skip

    settled, waits = find(), find()
    rectifications.answer_finding(session, settled, evidence="改好了", by=people.editor, now=office.now)
    rectifications.close_finding(session, settled, by=office.by, now=office.now)
    act = office.apply("merge_departments", **of(people.department), into_id=str(education.id))
    owners = {row.period: row.department_id for row in session.scalars(select(Obligation))}
    assert owners == {settled: people.department.id, waits: education.id}
    assert get_rectification(session, waits, by=office.by).department_id == education.id
    rectifications.drop_finding(session, waits, reason="误开", by=office.by, now=office.now)
    facts = office.undo(act)
    assert {change.label: change.why for change in facts.changes if change.what == "rectification"} == {
        waits: "bulk_changed_since"
    }


def test_candidates_and_expected_items_go_along_but_for_those_the_successor_has(
    session: Session, people: People, office: Bulk, education: Department, living_plan: WorkPlan, now: dt.datetime
) -> None:
    for owner, title in ((people.department, "低保名册"), (people.department, "学校名录"), (education, "学校名录")):
        session.add(PlanItem(plan_id=living_plan.id, department_id=owner.id, title=title, created_at=now))
        session.add(Candidate(department_id=owner.id, source="exchange", title=title, created_at=now))
    session.flush()
    plan = office.plan("merge_departments", **of(people.department), into_id=str(education.id))
    assert [(one.what, one.label, one.code) for one in plan.refusals] == [
        ("candidate", "学校名录", "bulk_successor_has_it"),
        ("plan_item", "学校名录", "bulk_successor_has_it"),
    ]
    act = office.apply("merge_departments", **of(people.department), into_id=str(education.id))
    assert set(session.scalars(select(PlanItem.title).where(PlanItem.department_id == education.id))) == {
        "低保名册",
        "学校名录",
    }
    assert {change.state for change in office.undo(act).changes} == {"undone"}
    assert list(session.scalars(select(Candidate.title).where(Candidate.department_id == education.id))) == ["学校名录"]
