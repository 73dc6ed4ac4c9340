"""Facts from outside the portal's sight: what was handed over to the city platform, or otherwise met a node."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.audit import record_audit
from catalog.errors import Conflict, Invalid, NotFound, Problem
from catalog.models import Department, Handover, PlanNode, WorkPlan
from catalog.obligations import reopen
from catalog.permissions import Actor, require_allowed
from catalog.plans.facts import find_node, load_plan_for, require_reason, require_running
from catalog.plans.nodes import list_to_connect, node_obligations, select_handovers, settle_nodes
from datasets.clock import day_of


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """One recorded fact; `how` is pull (the city platform's receipt) or handover (recorded by a person)."""

    position: int
    done_on: dt.date
    how: str
    note: str | None
    entry_count: int
    by_name: str
    at: dt.datetime


def list_handovers(session: Session, plan_id: uuid.UUID, department_id: uuid.UUID) -> list[HandoverFacts]:
    """What is recorded for a department under a plan, by node (one query; at most one row a node)."""
    query = (
        select(Handover, PlanNode.position)
        .join(PlanNode, PlanNode.id == Handover.node_id)
        .where(PlanNode.plan_id == plan_id, Handover.department_id == department_id)
        .order_by(PlanNode.position)
    )
    return [
        HandoverFacts(position, row.done_on, row.how, row.note, row.entry_count, row.by_name, row.at)
        for row, position in session.execute(query)
    ]


def record_handover(
    session: Session,
    code: str,
    position: int,
    department_id: uuid.UUID,
    *,
    done_on: dt.date,
    note: str,
    by: Actor,
    now: dt.datetime,
) -> Handover:
    """Record that a department met a node on a day, in the office's words (what was handed over, how it is known).

    Raises NotFound("plan_not_found"), NotFound("node_not_found"), Conflict("plan_not_running"),
    Conflict("node_needs_declaration") for a node that a declaration meets, Conflict("node_settled"),
    Invalid("handover_invalid") for a day to come or before the plan, Invalid("reason_required").
    """
    require_allowed(by, "plan.hand_over", department_id=department_id)
    plan = require_running(load_plan_for(session, code, by=by, department_id=department_id))
    node = find_node(session, plan, position)
    if node.rule == "catalog":
        raise Conflict("node_needs_declaration", title=node.title)
    row = node_obligations(session, plan, department_id, [node]).get(position)
    if row is None or row.state != "open":
        raise Conflict("node_settled", title=node.title)
    if not plan.starts_on <= done_on <= day_of(now):
        problem = Problem("done_on", "handover_day", first=str(plan.starts_on), last=str(day_of(now)))
        raise Invalid("handover_invalid", problems=[problem])
    return add_handover(session, plan, node, department_id, how="handover", done_on=done_on, note=note, by=by, now=now)


def add_handover(
    session: Session,
    plan: WorkPlan,
    node: PlanNode,
    department_id: uuid.UUID,
    *,
    how: str,
    done_on: dt.date,
    note: str,
    by: Actor,
    now: dt.datetime,
) -> Handover:
    """Write the fact, audit it, settle by it."""
    text = require_reason(note)
    fact = Handover(id=uuid.uuid4(), node_id=node.id, department_id=department_id, done_on=done_on, how=how, note=text)
    fact.entry_count = len(list_to_connect(session, plan, department_id))
    fact.by_id, fact.by_name, fact.at = by.account_id, by.name, now
    session.add(fact)
    session.flush()
    settle_nodes(session, plan, department_id)
    _audit(session, plan, node, fact, "record", by=by, now=now, note=text)
    return fact


def undo_handover(
    session: Session, code: str, position: int, department_id: uuid.UUID, *, reason: str, by: Actor, now: dt.datetime
) -> None:
    """Take back a wrong record: the node is owed again.

    Raises NotFound("handover_not_found"), Conflict("plan_not_running"), Conflict("receipt_stays") for the receipt of
    a pull, which nobody typed in, Invalid("reason_required").
    """
    require_allowed(by, "plan.hand_over", department_id=department_id)
    plan = require_running(load_plan_for(session, code, by=by, department_id=department_id))
    node = find_node(session, plan, position)
    fact = session.scalar(select_handovers([node], department_id))
    if fact is None:
        raise NotFound("handover_not_found")
    if fact.how == "pull":
        raise Conflict("receipt_stays")
    why = require_reason(reason)
    _audit(session, plan, node, fact, "undo", by=by, now=now, why=why)
    session.delete(fact)
    session.flush()
    row = node_obligations(session, plan, department_id, [node]).get(position)
    if row is not None and row.settled_by == "handover":
        reopen(row)
        session.flush()


def _audit(
    session: Session,
    plan: WorkPlan,
    node: PlanNode,
    fact: Handover,
    what: str,
    *,
    by: Actor,
    now: dt.datetime,
    **more: Any,
) -> None:
    department = session.get_one(Department, fact.department_id).name
    params: dict[str, Any] = {
        "plan": plan.code,
        "node": node.title,
        "department": department,
        "what": what,
        "how": fact.how,
    }
    params |= {"done_on": fact.done_on, **more}
    record_audit(
        session, by=by, act="plan.hand_over", object_kind="handover", object_id=fact.id, now=now, params=params
    )
