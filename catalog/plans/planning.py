"""Making a work plan: its nodes with fixed dates and the departments it is for, while it is still a draft."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, Problem
from catalog.field_values import clean_text, clean_title
from catalog.models import Department, PlanDepartment, PlanItem, PlanNode, WorkPlan
from catalog.models.plans import NODE_RULES
from catalog.permissions import Actor, require_allowed
from catalog.plans.facts import load_nodes, load_plan, lock_plan
from catalog.workdays import check_day

MAX_NODES = 12
MAX_TITLE = 128
MAX_NOTE = 2000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


@dataclass(frozen=True, slots=True)
class NodeDraft:
    """A node as the office writes it down."""

    title: str
    rule: str
    due_on: dt.date
    note: str | None = None


def create_plan(
    session: Session,
    *,
    code: str,
    title: str,
    starts_on: dt.date,
    nodes: Sequence[NodeDraft],
    department_ids: Iterable[uuid.UUID],
    note: str | None = None,
    by: Actor,
    now: dt.datetime,
) -> WorkPlan:
    """Make a draft of a plan; nobody owes anything before it is started.

    Raises Invalid("plan_invalid") with all problems at code, title, note, departments and nodes.{n}.{field} (from 1),
    Conflict("plan_exists").
    """
    require_allowed(by, "plan.manage")
    chosen = set(department_ids)
    values = _check(session, nodes, chosen, code=code, title=title, note=note, starts_on=starts_on)
    if session.scalar(select(WorkPlan.id).where(WorkPlan.code == code)) is not None:
        raise Conflict("plan_exists", plan=code)
    plan = WorkPlan(id=uuid.uuid4(), code=code, state="draft", created_at=now, **values)
    session.add(plan)
    session.flush()
    _write_parts(session, plan, nodes, chosen)
    audit_plan(session, plan, "create", by=by, now=now, title=plan.title)
    return plan


def edit_plan(
    session: Session,
    code: str,
    *,
    title: str,
    starts_on: dt.date,
    nodes: Sequence[NodeDraft],
    department_ids: Iterable[uuid.UUID],
    note: str | None = None,
    by: Actor,
    now: dt.datetime,
) -> WorkPlan:
    """Write a draft anew; raises Conflict("plan_not_draft") once it has been started, else as `create_plan`."""
    require_allowed(by, "plan.manage")
    plan = require_draft(load_plan(session, code))
    chosen = set(department_ids)
    values = _check(session, nodes, chosen, code=code, title=title, note=note, starts_on=starts_on)
    for name, value in values.items():
        setattr(plan, name, value)
    session.execute(delete(PlanNode).where(PlanNode.plan_id == plan.id))
    session.execute(delete(PlanDepartment).where(PlanDepartment.plan_id == plan.id))
    _write_parts(session, plan, nodes, chosen)
    audit_plan(session, plan, "edit", by=by, now=now, title=plan.title)
    return plan


def copy_plan(
    session: Session, source_code: str, *, code: str, title: str, starts_on: dt.date, by: Actor, now: dt.datetime
) -> WorkPlan:
    """A draft with the nodes of an earlier plan, moved by whole years, and those of its departments still in use."""
    require_allowed(by, "plan.manage")
    source = load_plan(session, source_code)
    if problems := check_day("starts_on", starts_on):
        raise Invalid("plan_invalid", problems=problems)
    years = starts_on.year - source.starts_on.year
    nodes = [
        NodeDraft(node.title, node.rule, _moved(node.due_on, years), node.note)
        for node in load_nodes(session, source.id)
    ]
    in_use = (
        select(PlanDepartment.department_id)
        .join(Department, Department.id == PlanDepartment.department_id)
        .where(PlanDepartment.plan_id == source.id, Department.is_active)
    )
    return create_plan(
        session,
        code=code,
        title=title,
        starts_on=starts_on,
        nodes=nodes,
        department_ids=session.scalars(in_use).all(),
        note=source.note,
        by=by,
        now=now,
    )


def remove_plan(session: Session, code: str, *, by: Actor, now: dt.datetime) -> None:
    """Throw away a draft with what was listed under it; raises Conflict("plan_not_draft") once it has been started."""
    require_allowed(by, "plan.manage")
    plan = require_draft(load_plan(session, code))
    for table in (PlanItem, PlanNode, PlanDepartment):
        session.execute(delete(table).where(table.plan_id == plan.id))
    audit_plan(session, plan, "remove", by=by, now=now, title=plan.title)
    session.delete(plan)
    session.flush()


def require_draft(plan: WorkPlan) -> WorkPlan:
    """The plan; raises Conflict("plan_not_draft") once it has been started."""
    lock_plan(plan)
    if plan.state != "draft":
        raise Conflict("plan_not_draft", plan=plan.code)
    return plan


def check_node(node: NodeDraft, number: int, starts_on: dt.date) -> list[Problem]:
    """What is wrong with a node, at nodes.{number}.{field}."""
    place = f"nodes.{number}"
    problems = []
    if not clean_title(node.title):
        problems.append(Problem(f"{place}.title", "required_missing"))
    if len(clean_title(node.title)) > MAX_TITLE:
        problems.append(Problem(f"{place}.title", "too_long", limit=MAX_TITLE, length=len(clean_title(node.title))))
    if node.rule not in NODE_RULES:
        problems.append(Problem(f"{place}.rule", "node_rule_unknown", rule=node.rule[:20]))
    problems += check_day(f"{place}.due_on", node.due_on)
    if node.due_on < starts_on:
        problems.append(
            Problem(f"{place}.due_on", "node_before_start", due_on=node.due_on.isoformat(), starts_on=str(starts_on))
        )
    return problems


def make_node(plan: WorkPlan, node: NodeDraft, position: int) -> PlanNode:
    """The row of a node."""
    return PlanNode(
        id=uuid.uuid4(),
        plan_id=plan.id,
        position=position,
        title=clean_title(node.title),
        rule=node.rule,
        due_on=node.due_on,
        note=clean_text(node.note or "", lines=True)[:MAX_NOTE] or None,
    )


def audit_plan(session: Session, plan: WorkPlan, what: str, *, by: Actor, now: dt.datetime, **params: Any) -> None:
    """One row of the audit log about a plan."""
    facts = {"plan": plan.code, "what": what, **params}
    record_audit(session, by=by, act="plan.manage", object_kind="plan", object_id=plan.id, now=now, params=facts)


def _check(
    session: Session,
    nodes: Sequence[NodeDraft],
    department_ids: set[uuid.UUID],
    *,
    code: str,
    title: str,
    note: str | None,
    starts_on: dt.date,
) -> Mapping[str, Any]:
    problems = check_day("starts_on", starts_on)
    cleaned, remark = clean_title(title), clean_text(note or "", lines=True)
    if not _CODE.fullmatch(code):
        problems.append(Problem("code", "plan_code_shape"))
    if not cleaned:
        problems.append(Problem("title", "required_missing"))
    for name, text, limit in (("title", cleaned, MAX_TITLE), ("note", remark, MAX_NOTE)):
        if len(text) > limit:
            problems.append(Problem(name, "too_long", limit=limit, length=len(text)))
    if len(nodes) > MAX_NODES:
        problems.append(Problem("nodes", "too_many_nodes", limit=MAX_NODES))
    for number, node in enumerate(nodes, start=1):
        problems += check_node(node, number, starts_on)
    known = set(session.scalars(select(Department.id).where(Department.id.in_(department_ids))))
    if known != department_ids:
        problems.append(Problem("departments", "department_not_found", name=""))
    if problems:
        raise Invalid("plan_invalid", problems=problems)
    return {"title": cleaned, "note": remark or None, "starts_on": starts_on}


def _write_parts(
    session: Session, plan: WorkPlan, nodes: Sequence[NodeDraft], department_ids: Iterable[uuid.UUID]
) -> None:
    session.add_all(make_node(plan, node, position) for position, node in enumerate(nodes, start=1))
    session.add_all(PlanDepartment(plan_id=plan.id, department_id=one) for one in department_ids)
    session.flush()


def _moved(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
