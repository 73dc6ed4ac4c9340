"""Where every department stands at every node of a plan: one table, and the countdown to each date."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import String, cast, exists, or_, select
from sqlalchemy.orm import Session

from catalog.departments import DepartmentFacts
from catalog.models import Declaration, Obligation, PlanNode, WorkPlan
from catalog.permissions import Actor
from catalog.plans.facts import NodeFacts, PlanFacts, get_plan, list_plan_departments
from catalog.plans.progress import Progress, progress_by_department
from catalog.workdays import Calendar, load_calendar
from datasets.clock import day_of

DONE_STATES = frozenset({"on_time", "late", "excused", "void"})
"""States of an obligation with which nothing more is asked of the department."""
MET_STATES = frozenset({"on_time", "late"})
NODE_SOON_DAYS = 30
"""A node is something to do from so many days before its date: a catalog is not written in a week."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """How far a date is: `workdays` after today through the date, negative after it; `days` by the calendar."""

    due_on: dt.date
    days: int
    workdays: int
    is_provisional: bool
    """Whether it crosses a year whose arrangement has not been announced."""


@dataclass(frozen=True, slots=True)
class NodeHead:
    """A node with its countdown and how many departments have met it of those that owe it."""

    node: NodeFacts
    countdown: Countdown
    met: int
    owed: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One department at one node: the obligation, None where there is none (a draft)."""

    position: int
    state: str | None
    settled_on: dt.date | None
    settled_by: str | None
    due_on: dt.date
    first_due_on: dt.date | None
    late_workdays: int | None
    """Of a met node as settled; of an open one that is overdue the working days gone by so far."""
    reason: str | None

    @property
    def is_done(self) -> bool:
        """Whether nothing more is asked of the department here."""
        return self.state in DONE_STATES

    @property
    def is_overdue(self) -> bool:
        """Whether it is open although its date has gone by."""
        return self.state == "open" and self.late_workdays is not None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One department: its list, its declaration, its nodes."""

    department: DepartmentFacts
    progress: Progress
    declaration: str | None
    """State of its newest declaration."""
    signed_on: dt.date | None
    """The day on which its head signed that one."""
    cells: tuple[Cell, ...]

    @property
    def is_done(self) -> bool:
        """Whether it has done with every node."""
        return all(cell.is_done for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Board:
    """A plan × its departments."""

    plan: PlanFacts
    heads: tuple[NodeHead, ...]
    rows: tuple[BoardRow, ...]
    progress: Progress
    """Of all departments together."""


def make_board(session: Session, code: str, *, today: dt.date, by: Actor, only: uuid.UUID | None = None) -> Board:
    """The board of a plan, of all its departments or of one.

    9 queries whatever its size; O(departments × nodes) rows, and the titles of the lists once. Raises
    NotFound("plan_not_found").
    """
    plan = get_plan(session, code, by=by)
    calendar = load_calendar(session)
    departments = [one for one in list_plan_departments(session, code) if only in (None, one.id)]
    progress = progress_by_department(session, plan.id)
    declared = newest_declarations(session, plan.id)
    owed = _obligations(session, plan)
    rows = tuple(
        BoardRow(
            department,
            progress.get(department.id, Progress()),
            *declared.get(department.id, (None, None)),
            tuple(_cell(plan, node, owed.get((department.id, node.position)), calendar, today) for node in plan.nodes),
        )
        for department in departments
    )
    total = [row.progress for row in rows]
    return Board(
        plan=plan,
        heads=tuple(_head(node, rows, index, calendar, today) for index, node in enumerate(plan.nodes)),
        rows=rows,
        progress=Progress(
            sum(one.expected for one in total), sum(one.done for one in total), sum(one.closed for one in total)
        ),
    )


def count_down(due_on: dt.date, *, today: dt.date, calendar: Calendar) -> Countdown:
    """How far `due_on` is from `today`."""
    return Countdown(
        due_on=due_on,
        days=(due_on - today).days,
        workdays=calendar.workdays_between(today, due_on),
        is_provisional=calendar.is_provisional(min(today, due_on), max(today, due_on)),
    )


@dataclass(frozen=True, slots=True)
class NextNode:
    """The earliest node that a department still owes."""

    plan_code: str
    plan_title: str
    title: str
    rule: str
    countdown: Countdown
    open_count: int
    """How many it owes in all."""
    soon_count: int
    """How many of them are overdue or due within NODE_SOON_DAYS."""


def find_next_node(session: Session, department_id: uuid.UUID, *, today: dt.date) -> NextNode | None:
    """The earliest open node of a department, overdue ones first; None where it owes none (2 queries).

    A catalog node whose declaration is signed waits for the office, not for the department.
    """
    waits = exists().where(
        Declaration.plan_id == WorkPlan.id, Declaration.department_id == department_id, Declaration.state == "signed"
    )
    query = (
        select(Obligation.due_on, PlanNode.title, PlanNode.rule, WorkPlan.code, WorkPlan.title.label("plan_title"))
        .select_from(PlanNode)
        .join(WorkPlan, WorkPlan.id == PlanNode.plan_id)
        .join(Obligation, Obligation.period == WorkPlan.code.concat("#").concat(cast(PlanNode.position, String)))
        .where(
            Obligation.department_id == department_id,
            Obligation.kind == "node",
            Obligation.state == "open",
            WorkPlan.state == "running",
            or_(PlanNode.rule != "catalog", ~waits),
        )
    )
    rows = session.execute(query.order_by(Obligation.due_on, PlanNode.position)).all()
    if not rows:
        return None
    first = rows[0]
    countdown = count_down(first.due_on, today=today, calendar=load_calendar(session))
    soon = sum((row.due_on - today).days <= NODE_SOON_DAYS for row in rows)
    return NextNode(first.code, first.plan_title, first.title, first.rule, countdown, len(rows), soon)


def _obligations(session: Session, plan: PlanFacts) -> Mapping[tuple[uuid.UUID, int], Obligation]:
    positions = {f"{plan.code}#{node.position}": node.position for node in plan.nodes}
    query = select(Obligation).where(Obligation.kind == "node", Obligation.period.in_(positions))
    return {(row.department_id, positions[row.period]): row for row in session.scalars(query)}


def newest_declarations(session: Session, plan_id: uuid.UUID) -> dict[uuid.UUID, tuple[str | None, dt.date | None]]:
    """Department → (state, day of signature) of its newest declaration under a plan (one query)."""
    query = (
        select(Declaration.department_id, Declaration.state, Declaration.signed_at)
        .where(Declaration.plan_id == plan_id)
        .order_by(Declaration.number)
    )
    return {of: (state, day_of(at) if at else None) for of, state, at in session.execute(query)}


def _cell(plan: PlanFacts, node: NodeFacts, row: Obligation | None, calendar: Calendar, today: dt.date) -> Cell:
    if row is None:
        return Cell(node.position, None, None, None, node.due_on, None, None, None)
    late = row.late_workdays
    if row.state == "open" and row.due_on < today:
        late = calendar.workdays_between(row.due_on, today)
    return Cell(
        node.position, row.state, row.settled_on, row.settled_by, row.due_on, row.first_due_on, late, row.reason
    )


def _head(node: NodeFacts, rows: tuple[BoardRow, ...], index: int, calendar: Calendar, today: dt.date) -> NodeHead:
    states = [row.cells[index].state for row in rows]
    owed = [state for state in states if state is not None and state != "void"]
    return NodeHead(
        node=node,
        countdown=count_down(node.due_on, today=today, calendar=calendar),
        met=sum(state in MET_STATES for state in owed),
        owed=len(owed),
    )
