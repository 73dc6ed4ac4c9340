"""Work plans as people read them: which there are, their nodes and departments."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from catalog.departments import DepartmentFacts
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.field_values import clean_text
from catalog.models import Department, PlanDepartment, PlanNode, WorkPlan
from catalog.permissions import Actor, is_allowed, require_allowed

MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """时间节点: a fixed date, inclusive, never moved by holidays; `rule` says which fact meets it."""

    position: int
    title: str
    rule: str
    due_on: dt.date
    note: str | None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan with its nodes in order and how many departments it is for."""

    id: uuid.UUID
    code: str
    title: str
    note: str | None
    state: str
    starts_on: dt.date
    nodes: tuple[NodeFacts, ...]
    department_count: int

    @property
    def opened_by(self) -> dt.date:
        """The day by which the catalog of the plan is to be public: its first catalog node, else its last node."""
        of_catalog = [node.due_on for node in self.nodes if node.rule == "catalog"]
        return min(of_catalog) if of_catalog else max((node.due_on for node in self.nodes), default=self.starts_on)


def list_plans(session: Session, *, by: Actor, states: Iterable[str] | None = None) -> list[PlanFacts]:
    """The plans that `by` may see, the latest first (3 queries; a plan or two a year).

    The office sees all; people of a department those that have been started and are for their department.
    """
    require_allowed(by, "plan.view", department_id=by.department_id)
    query = select(WorkPlan).order_by(WorkPlan.starts_on.desc(), WorkPlan.code.desc())
    if not is_allowed(by, "plan.manage"):
        own = select(PlanDepartment.plan_id).where(PlanDepartment.department_id == by.department_id)
        query = query.where(WorkPlan.state != "draft", WorkPlan.id.in_(own))
    if states is not None:
        query = query.where(WorkPlan.state.in_(tuple(states)))
    return describe_plans(session, session.scalars(query).all())


def list_running_plans(session: Session) -> list[PlanFacts]:
    """The plans that are running, the earliest first: what the public may read of (3 queries)."""
    query = select(WorkPlan).where(WorkPlan.state == "running").order_by(WorkPlan.starts_on, WorkPlan.code)
    return describe_plans(session, session.scalars(query).all())


def get_plan(session: Session, code: str, *, by: Actor) -> PlanFacts:
    """The plan of this code; raises NotFound("plan_not_found") also to a department that it is not for."""
    return describe_plans(session, [load_plan_for(session, code, by=by)])[0]


def list_plan_departments(session: Session, code: str) -> list[DepartmentFacts]:
    """The departments that a plan is for, in their order (one query)."""
    query = (
        select(Department)
        .join(PlanDepartment, PlanDepartment.department_id == Department.id)
        .join(WorkPlan, WorkPlan.id == PlanDepartment.plan_id)
        .where(WorkPlan.code == code)
        .order_by(Department.position, Department.slug)
    )
    names = ("id", "slug", "name", "name_en", "short_name", "kind", "credit_code", "phone", "is_active")
    return [DepartmentFacts(*(getattr(row, name) for name in names)) for row in session.scalars(query)]


def load_plan(session: Session, code: str) -> WorkPlan:
    """The row of a plan; raises NotFound("plan_not_found")."""
    plan = session.scalar(select(WorkPlan).where(WorkPlan.code == code))
    if plan is None:
        raise NotFound("plan_not_found", plan=code[:20])
    return plan


def load_plan_for(session: Session, code: str, *, by: Actor, department_id: uuid.UUID | None = None) -> WorkPlan:
    """The row of a plan that `by` may see, and, if given, that is for `department_id`; raises NotFound otherwise."""
    plan = load_plan(session, code)
    if is_allowed(by, "plan.manage"):
        if department_id is not None:
            require_member(session, plan, department_id)
        return plan
    require_allowed(by, "plan.view", department_id=by.department_id)
    if plan.state == "draft" or by.department_id is None or department_id not in (None, by.department_id):
        raise NotFound("plan_not_found", plan=code[:20])
    require_member(session, plan, by.department_id)
    return plan


def require_member(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> None:
    """Raise NotFound("plan_not_found") unless the plan is for this department."""
    if session.get(PlanDepartment, (plan.id, department_id)) is None:
        raise NotFound("plan_not_found", plan=plan.code)


def node_period(plan: WorkPlan, position: int) -> str:
    """The period under which the ledger keeps a node: 2026H1#1."""
    return f"{plan.code}#{position}"


def find_node(session: Session, plan: WorkPlan, position: int) -> PlanNode:
    """The row of a node; raises NotFound("node_not_found")."""
    node = session.scalar(select(PlanNode).where(PlanNode.plan_id == plan.id, PlanNode.position == position))
    if node is None:
        raise NotFound("node_not_found", plan=plan.code, position=position)
    return node


def lock_plan(plan: WorkPlan) -> None:
    """Hold the plan until the transaction ends and read its state anew: of two who act at once the second sees it."""
    session = object_session(plan)
    assert session is not None
    session.refresh(plan, attribute_names=["state"], with_for_update=True)


def require_running(plan: WorkPlan) -> WorkPlan:
    """The plan, locked; raises Conflict("plan_not_running") before it has been started and once it is closed."""
    lock_plan(plan)
    if plan.state != "running":
        raise Conflict("plan_not_running", plan=plan.code)
    return plan


def require_reason(text: str | None) -> str:
    """The cleaned reason; raises Invalid("reason_required") or Invalid("reason_too_long")."""
    reason = clean_text(text or "", lines=True)
    if not reason:
        raise Invalid("reason_required", problems=[Problem("reason", "reason_required")])
    if len(reason) > MAX_REASON:
        problem = Problem("reason", "too_long", limit=MAX_REASON, length=len(reason))
        raise Invalid("reason_too_long", problems=[problem])
    return reason


def load_nodes(session: Session, plan_id: uuid.UUID) -> list[PlanNode]:
    """The rows of a plan's nodes in order."""
    return list(session.scalars(select(PlanNode).where(PlanNode.plan_id == plan_id).order_by(PlanNode.position)))


def describe_plans(session: Session, plans: Iterable[WorkPlan]) -> list[PlanFacts]:
    """The plans with their nodes and sizes (2 queries)."""
    rows = list(plans)
    ids = [plan.id for plan in rows]
    nodes: dict[uuid.UUID, list[NodeFacts]] = defaultdict(list)
    for node in session.scalars(select(PlanNode).where(PlanNode.plan_id.in_(ids)).order_by(PlanNode.position)):
        nodes[node.plan_id].append(NodeFacts(node.position, node.title, node.rule, node.due_on, node.note))
    counted = (
        select(PlanDepartment.plan_id, func.count())
        .where(PlanDepartment.plan_id.in_(ids))
        .group_by(PlanDepartment.plan_id)
    )
    sizes = dict(session.execute(counted).all())
    return [
        PlanFacts(
            plan.id,
            plan.code,
            plan.title,
            plan.note,
            plan.state,
            plan.starts_on,
            tuple(nodes[plan.id]),
            sizes.get(plan.id, 0),
        )
        for plan in rows
    ]
