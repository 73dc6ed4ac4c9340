"""The data office's view over all departments: what waits, what was stopped, and how each department stands."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Department, Entry, Revision
from catalog.permissions import Actor, require_allowed
from catalog.review import QueueRow, list_review_queue
from catalog.timeliness import timeliness_clause

PUBLIC_STATES = ("published", "withdrawal_review")
FIRST_ROWS = 6
"""Rows of the queue that the overview shows."""


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One department: entries by what is the matter with them."""

    slug: str
    name: str
    short_name: str
    id: uuid.UUID
    published: int
    in_review: int
    """Waiting for the department's reviewer or for the office."""
    returned: int
    drafts: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the office's first page shows; `waiting` by state of what waits."""

    queue: tuple[QueueRow, ...]
    """The oldest of what waits for the office."""
    waiting: int
    withdrawals: int
    suspended: int
    approved: int
    """Approved and not yet published."""
    published: int
    overdue: int
    departments: tuple[DepartmentLine, ...]
    """Active departments in their order."""


def summarise_office(session: Session, *, by: Actor, today: dt.date) -> Overview:
    """The overview as of `today`: seven queries whatever the size of the catalog. Raises NotAllowed."""
    require_allowed(by, "office.view")
    queue = list_review_queue(session, by=by, limit=FIRST_ROWS)
    states = {row[0]: row[1] for row in session.execute(select(Entry.state, func.count()).group_by(Entry.state))}
    revisions = _revisions(session)
    public = _public(session)
    overdue = _public(session, overdue_on=today)
    lines = tuple(
        DepartmentLine(
            slug=department.slug,
            name=department.name,
            short_name=department.short_name,
            id=department.id,
            published=public[department.id],
            in_review=revisions[department.id, "department_review"] + revisions[department.id, "office_review"],
            returned=revisions[department.id, "returned"],
            drafts=revisions[department.id, "draft"],
            overdue=overdue[department.id],
        )
        for department in session.scalars(
            select(Department).where(Department.is_active).order_by(Department.position, Department.name)
        )
    )
    return Overview(
        queue=tuple(queue.rows),
        waiting=queue.total,
        withdrawals=states.get("withdrawal_review", 0),
        suspended=states.get("suspended", 0),
        approved=sum(count for (_, state), count in revisions.items() if state == "approved"),
        published=sum(public.values()),
        overdue=sum(overdue.values()),
        departments=lines,
    )


def _revisions(session: Session) -> dict[tuple[uuid.UUID, str], int]:
    """(department, state of the open revision) → entries."""
    query = (
        select(Entry.department_id, Revision.state, func.count())
        .join(Revision, Revision.id == Entry.open_revision_id)
        .group_by(Entry.department_id, Revision.state)
    )
    counts: dict[tuple[uuid.UUID, str], int] = defaultdict(int)
    counts.update({(row[0], row[1]): row[2] for row in session.execute(query)})
    return counts


def _public(session: Session, *, overdue_on: dt.date | None = None) -> dict[uuid.UUID, int]:
    """Department → public entries, or those of them that are overdue on a day."""
    query = select(Entry.department_id, func.count()).where(Entry.state.in_(PUBLIC_STATES))
    if overdue_on is not None:
        query = query.where(timeliness_clause(Entry, ("overdue", "long_stale"), overdue_on))
    counts: dict[uuid.UUID, int] = defaultdict(int)
    counts.update({row[0]: row[1] for row in session.execute(query.group_by(Entry.department_id))})
    return counts
