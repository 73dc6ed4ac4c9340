"""The data office's view over all departments: what waits, what was stopped, and how each department stands."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from catalog.models import Department, Entry, FeedPull, Revision
from catalog.obligation_lists import count_ledger
from catalog.office_clocks import OfficeClocks, read_clocks
from catalog.permissions import Actor, require_allowed
from catalog.review import QueueRow, list_review_queue
from catalog.steps import PUBLIC_STATES
from catalog.timeliness import timeliness_case
from catalog.workdays import load_calendar

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
    long_stale: int
    """Those of `overdue` that are long out of date."""


@dataclass(frozen=True, slots=True)
class LastPull:
    """The last time a feed was taken."""

    at: dt.datetime
    feed: str
    puller: str
    record_count: int


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
    requests: int
    """Extensions and objections that wait for an answer."""
    clocks: OfficeClocks
    last_pull: LastPull | None
    departments: tuple[DepartmentLine, ...]
    """Active departments in their order."""


def summarise_office(session: Session, *, by: Actor, today: dt.date) -> Overview:
    """The overview as of `today`: under twenty queries, over indexed columns. Raises NotAllowed."""
    require_allowed(by, "office.view")
    queue = list_review_queue(session, by=by, limit=FIRST_ROWS)
    states = {row[0]: row[1] for row in session.execute(select(Entry.state, func.count()).group_by(Entry.state))}
    revisions = _revisions(session)
    public = _public(session, today)
    lines = tuple(
        DepartmentLine(
            slug=department.slug,
            name=department.name,
            short_name=department.short_name,
            id=department.id,
            published=sum(public[department.id].values()),
            in_review=revisions[department.id, "department_review"] + revisions[department.id, "office_review"],
            returned=revisions[department.id, "returned"],
            drafts=revisions[department.id, "draft"],
            overdue=public[department.id]["overdue"] + public[department.id]["long_stale"],
            long_stale=public[department.id]["long_stale"],
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
        published=sum(sum(counts.values()) for counts in public.values()),
        overdue=sum(counts["overdue"] + counts["long_stale"] for counts in public.values()),
        requests=count_ledger(session, by=by, today=today).waiting,
        clocks=read_clocks(session, today=today, calendar=load_calendar(session)),
        last_pull=_last_pull(session),
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


def _public(session: Session, today: dt.date) -> defaultdict[uuid.UUID, defaultdict[str, int]]:
    """Department → timeliness → public entries."""
    counts: defaultdict[uuid.UUID, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    query = select(Entry.department_id, timeliness_case(Entry, today), func.count()).where(
        Entry.state.in_(PUBLIC_STATES)
    )
    for department_id, code, count in session.execute(query.group_by(literal_column("1"), literal_column("2"))):
        counts[department_id][code] = count
    return counts


def _last_pull(session: Session) -> LastPull | None:
    query = select(FeedPull.at, FeedPull.feed, FeedPull.puller, FeedPull.record_count)
    row = session.execute(query.order_by(FeedPull.at.desc()).limit(1)).one_or_none()
    return LastPull(*row) if row is not None else None
