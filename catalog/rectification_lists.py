"""The 整改台账 as people read it: filtered, paged, one finding with all its dates."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from catalog.errors import NotFound
from catalog.keyset import format_cursor, parse_cursor
from catalog.models import Department, Entry, Obligation, Rectification
from catalog.permissions import Actor, is_allowed, require_allowed
from catalog.plans import Countdown, count_down
from catalog.rectifications import KIND
from catalog.workdays import Calendar

OVERDUE = "overdue"
"""Filter beside the states: waits for the department although the due date has passed."""


@dataclass(frozen=True, slots=True)
class RectificationFacts:
    """One finding. `due_on` is the date as extended; `late_workdays` counts after it, once it is settled.

    `outcome` is the state of the obligation: open, on_time, late, excused, missed, or void where it was taken back.
    """

    code: str
    department_id: uuid.UUID
    department_slug: str
    department_name: str
    department_short_name: str
    entry_name: str | None
    finding: str
    source: str | None
    found_on: dt.date
    due_on: dt.date
    first_due_on: dt.date | None
    state: str
    evidence: str | None
    evidence_url: str | None
    answered_on: dt.date | None
    answer: str | None
    closed_on: dt.date | None
    outcome: str
    late_workdays: int | None
    obligation_id: uuid.UUID
    created_at: dt.datetime
    id: uuid.UUID

    @property
    def waits_for_department(self) -> bool:
        """Whether the department has to do something."""
        return self.state in ("open", "returned")

    def is_overdue(self, today: dt.date) -> bool:
        """Whether it is still to be mended and the due date has passed."""
        return self.waits_for_department and self.outcome == "open" and today > self.due_on


@dataclass(frozen=True, slots=True)
class RectificationPage:
    """One page, the newest finding first; `next` is the cursor of the following page."""

    rows: tuple[RectificationFacts, ...]
    next: str | None


def list_rectifications(
    session: Session,
    *,
    by: Actor,
    today: dt.date,
    department_id: uuid.UUID | None = None,
    state: str | None = None,
    year: int | None = None,
    after: str | None = None,
    limit: int = 50,
) -> RectificationPage:
    """Findings, the newest first, narrowed by department, state (or "overdue") and year (keyset; O(page)).

    Without `department_id` the office sees all departments, everyone else the own one. Raises NotAllowed,
    Invalid("bad_cursor").
    """
    query = _narrow(_query(), _scope(by, department_id), state, year, today)
    cursor = parse_cursor(after)
    if cursor is not None:
        at, key = cursor
        earlier = and_(Rectification.created_at == at, Rectification.id < key)
        query = query.where(or_(Rectification.created_at < at, earlier))
    ordered = query.order_by(Rectification.created_at.desc(), Rectification.id.desc()).limit(limit + 1)
    found = session.execute(ordered).all()
    rows = tuple(_facts(row) for row in found[:limit])
    return RectificationPage(rows, format_cursor(rows[-1].created_at, rows[-1].id) if len(found) > limit else None)


def count_rectifications(
    session: Session, *, by: Actor, today: dt.date, department_id: uuid.UUID | None = None, year: int | None = None
) -> dict[str, int]:
    """How many findings are in each state, "overdue" beside them, "all" in sum: one GROUP BY over an index."""
    late = and_(Rectification.state.in_(("open", "returned")), Obligation.state == "open", Obligation.due_on < today)
    query = (
        select(Rectification.state, func.count(), func.sum(case((late, 1), else_=0)))
        .join(Obligation, and_(Obligation.kind == KIND, Obligation.period == Rectification.code))
        .group_by(literal_column("1"))
    )
    query = _narrow(query, _scope(by, department_id), None, year, today)
    counts = {"all": 0, OVERDUE: 0}
    for state, count, overdue in session.execute(query):
        counts[state] = count
        counts["all"] += count
        counts[OVERDUE] += overdue
    return counts


def get_rectification(session: Session, code: str, *, by: Actor) -> RectificationFacts:
    """One finding; another department's is NotFound("rectification_not_found")."""
    row = session.execute(_query().where(Rectification.code == code[:20])).one_or_none()
    if row is None or not is_allowed(by, "obligation.view", department_id=row[0].department_id):
        raise NotFound("rectification_not_found", number=code[:20])
    return _facts(row)


def _scope(by: Actor, department_id: uuid.UUID | None) -> uuid.UUID | None:
    require_allowed(by, "obligation.view", department_id=department_id)
    return by.department_id if department_id is None and not is_allowed(by, "rectification.manage") else department_id


def _query() -> Select[Rectification, Obligation, str, str, str, str]:
    return (
        select(Rectification, Obligation, Department.slug, Department.name, Department.short_name, Entry.name)
        .join(Obligation, and_(Obligation.kind == KIND, Obligation.period == Rectification.code))
        .join(Department, Department.id == Rectification.department_id)
        .outerjoin(Entry, Entry.id == Rectification.entry_id)
        .execution_options(populate_existing=True)
    )


def _narrow(query: Any, department_id: uuid.UUID | None, state: str | None, year: int | None, today: dt.date) -> Any:
    if department_id is not None:
        query = query.where(Rectification.department_id == department_id)
    if year is not None:
        query = query.where(Rectification.code.startswith(f"ZG-{year}-", autoescape=True))
    if state == OVERDUE:
        waits = Rectification.state.in_(("open", "returned"))
        return query.where(waits, Obligation.state == "open", Obligation.due_on < today)
    return query.where(Rectification.state == state) if state else query


def _facts(row: Row[Rectification, Obligation, str, str, str, str]) -> RectificationFacts:
    finding, obligation, slug, name, short_name, entry_name = row
    return RectificationFacts(
        code=finding.code,
        department_id=finding.department_id,
        department_slug=slug,
        department_name=name,
        department_short_name=short_name,
        entry_name=entry_name,
        finding=finding.finding,
        source=finding.source,
        found_on=finding.found_on,
        due_on=obligation.due_on,
        first_due_on=obligation.first_due_on,
        state=finding.state,
        evidence=finding.evidence,
        evidence_url=finding.evidence_url,
        answered_on=finding.answered_on,
        answer=finding.answer,
        closed_on=finding.closed_on,
        outcome=obligation.state,
        late_workdays=obligation.late_workdays,
        obligation_id=obligation.id,
        created_at=finding.created_at,
        id=finding.id,
    )


@dataclass(frozen=True, slots=True)
class OwedFindings:
    """How many findings a department has to mend, and how far the earliest due date is (None where there is none)."""

    count: int
    left: Countdown | None


def find_owed(session: Session, department_id: uuid.UUID, *, today: dt.date, calendar: Calendar) -> OwedFindings:
    """What waits for the department, not what it has answered; one query over (department, state)."""
    query = select(func.count(), func.min(Rectification.due_on)).where(
        Rectification.department_id == department_id, Rectification.state.in_(("open", "returned"))
    )
    count, due_on = session.execute(query).one()
    left = count_down(due_on, today=today, calendar=calendar) if due_on is not None else None
    return OwedFindings(count, left)
