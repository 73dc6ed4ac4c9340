"""A running plan: starting it, what its departments then owe, changes on the way, closing it.

Each department owes one obligation of kind "node" per node. Nodes are fixed dates through the last second of the day,
also on a Sunday, without days of grace (CONTRACT of the house, "Deadlines").
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.models import Declaration, Department, Obligation, PlanDepartment, PlanNode, WorkPlan
from catalog.permissions import Actor, require_allowed
from catalog.plans.facts import find_node, load_nodes, load_plan, node_period, require_reason, require_running
from catalog.plans.nodes import settle_nodes
from catalog.plans.planning import MAX_NODES, NodeDraft, audit_plan, check_node, make_node, require_draft
from datasets.clock import day_of

MAX_LABEL = 200


def start_plan(session: Session, code: str, *, by: Actor, now: dt.datetime) -> None:
    """Let a draft run: from now on every department owes every node.

    Raises Conflict("plan_not_draft"), Invalid("plan_incomplete") where nodes or departments are missing.
    """
    require_allowed(by, "plan.manage")
    plan = require_draft(load_plan(session, code))
    nodes, departments = load_nodes(session, plan.id), _department_ids(session, plan)
    problems = [
        Problem(place, problem)
        for place, problem, rows in (
            ("nodes", "plan_without_nodes", nodes),
            ("departments", "plan_without_departments", departments),
        )
        if not rows
    ]
    if problems:
        raise Invalid("plan_incomplete", problems=problems)
    plan.state = "running"
    _open_obligations(session, plan, departments, nodes, now=now)
    audit_plan(session, plan, "start", by=by, now=now, departments=len(departments), nodes=len(nodes))


def add_departments(
    session: Session, code: str, department_ids: Iterable[uuid.UUID], *, by: Actor, now: dt.datetime
) -> int:
    """Let further departments take part in a running plan; gives how many were new.

    Raises Conflict("plan_not_running"), NotFound("department_not_found").
    """
    require_allowed(by, "plan.manage")
    plan = require_running(load_plan(session, code))
    fresh = set(department_ids) - set(_department_ids(session, plan))
    names = session.scalars(select(Department.name).where(Department.id.in_(fresh))).all()
    if len(names) != len(fresh):
        raise NotFound("department_not_found", name="")
    session.add_all(PlanDepartment(plan_id=plan.id, department_id=one) for one in fresh)
    session.flush()
    _open_obligations(session, plan, fresh, load_nodes(session, plan.id), now=now)
    for department_id in fresh:
        settle_nodes(session, plan, department_id)
    if fresh:
        audit_plan(session, plan, "add_departments", by=by, now=now, names="、".join(sorted(names)))
    return len(fresh)


def add_node(session: Session, code: str, node: NodeDraft, *, by: Actor, now: dt.datetime) -> PlanNode:
    """Append a node to a running plan; every department owes it from now on.

    Raises Conflict("plan_not_running"), Invalid("plan_invalid").
    """
    require_allowed(by, "plan.manage")
    plan = require_running(load_plan(session, code))
    nodes = load_nodes(session, plan.id)
    position = nodes[-1].position + 1 if nodes else 1
    problems = check_node(node, position, plan.starts_on)
    if len(nodes) >= MAX_NODES:
        problems.append(Problem("nodes", "too_many_nodes", limit=MAX_NODES))
    if problems:
        raise Invalid("plan_invalid", problems=problems)
    row = make_node(plan, node, position)
    session.add(row)
    session.flush()
    departments = _department_ids(session, plan)
    _open_obligations(session, plan, departments, [row], now=now)
    for department_id in departments:
        settle_nodes(session, plan, department_id)
    audit_plan(session, plan, "add_node", by=by, now=now, title=row.title, due_on=row.due_on)
    return row


def correct_node(
    session: Session, code: str, position: int, *, due_on: dt.date, reason: str, by: Actor, now: dt.datetime
) -> None:
    """Give a node of a running plan another date; who has met it already keeps the date under which they did.

    The date that was first set stays on the obligations (`first_due_on`). Raises NotFound("node_not_found"),
    Conflict("plan_not_running"), Conflict("node_settled") where nobody owes it any more, Invalid("reason_required"),
    Invalid("plan_invalid").
    """
    require_allowed(by, "plan.manage")
    plan = require_running(load_plan(session, code))
    node = find_node(session, plan, position)
    why = require_reason(reason)
    problems = check_node(NodeDraft(node.title, node.rule, due_on), position, plan.starts_on)
    if problems:
        raise Invalid("plan_invalid", problems=problems)
    rows = session.scalars(
        select(Obligation).where(
            Obligation.kind == "node", Obligation.period == node_period(plan, position), Obligation.state == "open"
        )
    ).all()
    if not rows:
        raise Conflict("node_settled", title=node.title)
    before, node.due_on = node.due_on, due_on
    for row in rows:
        row.first_due_on = row.first_due_on or row.due_on
        row.due_on = row.grace_on = due_on
    session.flush()
    audit_plan(session, plan, "correct_node", by=by, now=now, title=node.title, before=before, after=due_on, why=why)


def close_plan(session: Session, code: str, *, by: Actor, now: dt.datetime) -> None:
    """End a running plan: what is overdue stays as missed, what was not due yet falls away.

    Raises Conflict("plan_not_running"), Conflict("declarations_waiting") while signed declarations are unanswered:
    their departments have done their part.
    """
    require_allowed(by, "plan.manage")
    plan = require_running(load_plan(session, code))
    waiting = select(func.count()).where(Declaration.plan_id == plan.id, Declaration.state == "signed")
    if count := session.scalar(waiting):
        raise Conflict("declarations_waiting", count=count)
    today = day_of(now)
    periods = [node_period(plan, node.position) for node in load_nodes(session, plan.id)]
    missed = 0
    for row in session.scalars(
        select(Obligation).where(Obligation.kind == "node", Obligation.period.in_(periods), Obligation.state == "open")
    ):
        if row.due_on < today:
            row.state, row.settled_on = "missed", today
            missed += 1
        else:
            row.state, row.reason = "void", "plan_closed"
    plan.state = "closed"
    session.flush()
    audit_plan(session, plan, "close", by=by, now=now, missed=missed)


def remove_department(
    session: Session, code: str, department_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime
) -> None:
    """Release a department from a running plan; what it still owed falls away, what it has done stays in the ledger.

    Raises NotFound("plan_not_found") for a department that takes no part, Conflict("plan_not_running").
    """
    require_allowed(by, "plan.manage")
    plan = require_running(load_plan(session, code))
    why = require_reason(reason)
    member = session.get(PlanDepartment, (plan.id, department_id))
    if member is None:
        raise NotFound("plan_not_found", plan=code[:20])
    for row in _obligations(session, plan, department_id):
        if row.state == "open":
            row.state, row.reason = "void", why
    session.delete(member)
    session.flush()
    name = session.get_one(Department, department_id).name
    audit_plan(session, plan, "remove_department", by=by, now=now, name=name, why=why)


def _department_ids(session: Session, plan: WorkPlan) -> list[uuid.UUID]:
    query = select(PlanDepartment.department_id).where(PlanDepartment.plan_id == plan.id)
    return list(session.scalars(query))


def _obligations(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> list[Obligation]:
    periods = [node_period(plan, node.position) for node in load_nodes(session, plan.id)]
    query = select(Obligation).where(
        Obligation.subject_id == department_id, Obligation.kind == "node", Obligation.period.in_(periods)
    )
    return list(session.scalars(query))


def _open_obligations(
    session: Session, plan: WorkPlan, departments: Iterable[uuid.UUID], nodes: Iterable[PlanNode], *, now: dt.datetime
) -> None:
    """One obligation per department and node; one that had fallen away is owed again."""
    for department_id in departments:
        known = {row.period: row for row in _obligations(session, plan, department_id)}
        for node in nodes:
            row = known.get(node_period(plan, node.position))
            if row is None:
                row = Obligation(id=uuid.uuid4(), subject_id=department_id, department_id=department_id, kind="node")
                row.period, row.created_at = node_period(plan, node.position), now
                session.add(row)
            elif row.state != "void":
                continue
            row.label = f"{plan.title}：{node.title}"[:MAX_LABEL]
            row.starts_on, row.due_on, row.grace_on = plan.starts_on, node.due_on, node.due_on
            row.state, row.reason = "open", None
    session.flush()
