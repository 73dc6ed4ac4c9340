"""When a department has met a node: settled by facts, undone when a fact turns out to be wrong.

`catalog`: the day on which the head signed the declaration that the office accepted. `connection`: the day of the
city platform's pull by which all entries were taken, or a hand-over that the office recorded. `manual`: recorded.
A node has no days of grace: what is met on the day itself is on time, on whatever day of the week.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog.models import Declaration, Handover, Obligation, PlanNode, WorkPlan
from catalog.obligations import reopen
from catalog.plans.facts import load_nodes, node_period
from catalog.plans.progress import list_expected
from catalog.workdays import Calendar, load_calendar
from datasets.clock import day_of

NOTHING_TO_CONNECT = "nothing_to_connect"
"""Why a connection node falls away: a zero catalog, or one of closed entries only."""


def settle_nodes(
    session: Session, plan: WorkPlan, department_id: uuid.UUID, *, calendar: Calendar | None = None
) -> int:
    """Settle what the department owes under the plan by the facts at hand; gives how many. Changes nothing twice."""
    nodes = load_nodes(session, plan.id)
    rows = node_obligations(session, plan, department_id, nodes)
    if not any(row.state == "open" for row in rows.values()):
        return 0
    calendar = calendar or load_calendar(session)
    declared = accepted_declaration(session, plan, department_id)
    handed = {row.node_id: row for row in session.scalars(select_handovers(nodes, department_id))}
    settled = 0
    for node in nodes:
        row = rows.get(node.position)
        if row is None or row.state != "open":
            continue
        fact = handed.get(node.id)
        if node.rule == "catalog" and declared is not None and declared.signed_at is not None:
            _settle(row, day_of(declared.signed_at), "declaration", calendar)
        elif fact is not None:
            _settle(row, fact.done_on, fact.how, calendar)
        elif node.rule == "connection" and declared is not None and not list_to_connect(session, plan, department_id):
            row.state, row.reason = "void", NOTHING_TO_CONNECT
        settled += row.state != "open"
    session.flush()
    return settled


def reopen_nodes(session: Session, plan: WorkPlan, department_id: uuid.UUID, *, settled_by: str) -> None:
    """What such facts had settled is owed again; what other facts settle is settled anew."""
    for row in node_obligations(session, plan, department_id, load_nodes(session, plan.id)).values():
        by_fact = row.state in ("on_time", "late") and row.settled_by == settled_by
        if by_fact or (settled_by == "declaration" and row.reason == NOTHING_TO_CONNECT):
            reopen(row)
    session.flush()
    settle_nodes(session, plan, department_id)


def node_obligations(
    session: Session, plan: WorkPlan, department_id: uuid.UUID, nodes: list[PlanNode]
) -> dict[int, Obligation]:
    """Position → what the department owes of these nodes."""
    positions = {node_period(plan, node.position): node.position for node in nodes}
    query = select(Obligation).where(
        Obligation.subject_id == department_id, Obligation.kind == "node", Obligation.period.in_(positions)
    )
    return {positions[row.period]: row for row in session.scalars(query)}


def accepted_declaration(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> Declaration | None:
    """The declaration that stands."""
    query = select(Declaration).where(
        Declaration.plan_id == plan.id, Declaration.department_id == department_id, Declaration.state == "accepted"
    )
    return session.scalar(query.order_by(Declaration.number.desc()).limit(1))


def list_to_connect(session: Session, plan: WorkPlan, department_id: uuid.UUID) -> list[uuid.UUID]:
    """The entries of the department whose data the city is to take: the public ones that are not closed."""
    items = list_expected(session, plan.id, department_id)
    return [item.entry_id for item in items if item.state == "published" and item.entry_id is not None]


def _settle(row: Obligation, day: dt.date, fact: str, calendar: Calendar) -> None:
    row.settled_on, row.settled_by, row.reason = day, fact, None
    row.state = "on_time" if day <= row.due_on else "late"
    row.late_workdays = None if row.state == "on_time" else calendar.workdays_between(row.due_on, day)


def select_handovers(nodes: Sequence[PlanNode], department_id: uuid.UUID) -> Select[Handover]:
    """The query for what was handed over at these nodes."""
    ids = [node.id for node in nodes]
    return select(Handover).where(Handover.node_id.in_(ids), Handover.department_id == department_id)
